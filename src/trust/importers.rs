//! Importers: other people's trust lists to trust entries. The table of them all.

use crate::crypto::digest::sha256;
use crate::reason::{Code, Reason};
use crate::trust::entry::Source;
use crate::trust::import::{Import, ImportFault, LIST_BYTES, Options, hex};
use crate::trust::{
    import_context, import_did, import_etsi_xml, import_eu_gateway, import_gdhcn, import_jwks, import_lote,
    import_pathcheck, import_pem, import_value_sets, import_vci, import_vical,
};

/// One kind of list that can be imported.
pub struct Importer {
    /// Stable name (`eu-gateway`).
    pub name: &'static str,
    /// Title for people.
    pub title: &'static str,
    takes: fn(&[u8]) -> bool,
    read: fn(&[u8], &Options) -> Result<Import, ImportFault>,
}

/// Every importer, in the order in which they are listed and tried.
pub static IMPORTERS: &[Importer] = &[
    Importer {
        name: "pem",
        title: "certificates of signers and authorities, PEM or DER",
        takes: import_pem::takes,
        read: import_pem::read,
    },
    Importer {
        name: "eu-gateway",
        title: "trust list of the EU DCC gateway, plain or in the signed two-line form",
        takes: import_eu_gateway::takes,
        read: import_eu_gateway::read,
    },
    Importer {
        name: "pathcheck",
        title: "PathCheck trust registry",
        takes: import_pathcheck::takes,
        read: import_pathcheck::read,
    },
    Importer {
        name: "vci",
        title: "VCI directory of SMART Health Card issuers, or a snapshot of it with keys",
        takes: import_vci::takes,
        read: import_vci::read,
    },
    Importer {
        name: "gdhcn",
        title: "WHO Global Digital Health Certification Network trust list, versions 1 and 2",
        takes: import_gdhcn::takes,
        read: import_gdhcn::read,
    },
    Importer {
        name: "vical",
        title: "VICAL: authorities of mobile documents, signed",
        takes: import_vical::takes,
        read: import_vical::read,
    },
    Importer {
        name: "etsi-xml",
        title: "trusted list, or list of them, of ETSI TS 119 612",
        takes: import_etsi_xml::takes,
        read: import_etsi_xml::read,
    },
    Importer {
        name: "lote",
        title: "list of trusted entities of ETSI TS 119 602, JSON, signed or bare",
        takes: import_lote::takes,
        read: import_lote::read,
    },
    Importer { name: "did", title: "DID document of one issuer", takes: import_did::takes, read: import_did::read },
    Importer { name: "jwks", title: "JWK set of one issuer", takes: import_jwks::takes, read: import_jwks::read },
    Importer {
        name: "value-sets",
        title: "value sets of the EU DCC",
        takes: import_value_sets::takes,
        read: import_value_sets::read,
    },
    Importer {
        name: "context",
        title: "JSON-LD context that credentials name by URL",
        takes: import_context::takes,
        read: import_context::read,
    },
];

/// The importer with this name.
pub fn importer(name: &str) -> Option<&'static Importer> {
    IMPORTERS.iter().find(|importer| importer.name == name)
}

/// The importer whose kind of list these bytes are, by shape alone; `None` when it is no one's or more than one's.
pub fn detect(bytes: &[u8]) -> Option<&'static Importer> {
    let mut found = IMPORTERS.iter().filter(|importer| (importer.takes)(bytes));
    found.next().filter(|_| found.next().is_none())
}

impl Importer {
    /// What the list says, as files of a trust store.
    ///
    /// # Errors
    /// [`ImportFault`] when the document as a whole cannot be taken; a broken item in it is a problem of the import.
    pub fn import(&self, bytes: &[u8], options: &Options) -> Result<Import, ImportFault> {
        if bytes.len() > LIST_BYTES {
            return Err(ImportFault::Content(Reason::new(Code::InputTooLarge).expected(LIST_BYTES).got(bytes.len())));
        }
        let mut import = (self.read)(bytes, options)?;
        let source = Source {
            list: import.list.clone(),
            importer: self.name.to_owned(),
            sha256: hex(&sha256(bytes)),
            imported_at: options.imported_at.to_string(),
        };
        for file in import.files.values_mut() {
            file.source = Some(source.clone());
        }
        Ok(import)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_shape() {
        for (text, name) in [
            (r#"{"keys":[]}"#, Some("jwks")),
            (r#"{"participating_issuers":[]}"#, Some("vci")),
            (r#"{"EUDCC":{},"SmartHealthCards":{}}"#, Some("pathcheck")),
            (r#"{"id":"did:web:issuer.example","verificationMethod":[]}"#, Some("did")),
            (r#"{"id":"did:web:tng-cdn.example:trustlist","verificationMethod":[]}"#, Some("gdhcn")),
            (r#"{"valueSetId":"x","valueSetValues":{}}"#, Some("value-sets")),
            (r#"[{"kid":"","rawData":""}]"#, Some("eu-gateway")),
            ("MEQCIA==\n{\"certificates\":[]}", Some("eu-gateway")),
            ("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", Some("pem")),
            (r#"{"@context":{"a":"https://issuer.example/a"}}"#, Some("context")),
            (r#"{"@context":"https://www.w3.org/ns/credentials/v2","type":"VerifiableCredential"}"#, None),
            ("{}", None),
            ("", None),
        ] {
            assert_eq!(detect(text.as_bytes()).map(|importer| importer.name), name, "{text}");
        }
    }
}
