//! Imports one issuer's DID document, to be pinned.

use crate::did::document::{DidDocument, Purpose};
use crate::encoding::json;
use crate::reason::{Code, Reason};
use crate::trust::did::fixed_environment;
use crate::trust::entry::Entry;
use crate::trust::import::{Draft, Import, ImportFault, Options, shape, text};
use crate::trust::import_gdhcn;

/// `true` for an object whose `id` is a DID, unless it is a list of many signers.
pub fn takes(bytes: &[u8]) -> bool {
    let named = |document: json::Value<'_>| text(&document, "id").is_some_and(|id| id.starts_with("did:"));
    shape(bytes).is_some_and(named) && !import_gdhcn::takes(bytes)
}

/// One issuer with its document.
///
/// # Errors
/// `json.*`, `did.*` of the document, and the fault of its first assertion key when none of them can be used.
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, ImportFault> {
    let value = json::decode(bytes)?;
    let id = text(&value, "id").ok_or_else(|| Reason::new(Code::DidDocumentInvalid).expected("an id"))?;
    let document = DidDocument::decode(bytes, id)?;
    let mut draft = Draft::of_items("did", options);
    let mut usable = 0_usize;
    for id in document.ids_for(Purpose::AssertionMethod) {
        // Whether a method has ended is for the day on which something is verified with it.
        let absent = || Reason::new(Code::DiVmMissing).expected("a method of the document");
        match document.method(id).ok_or_else(absent).and_then(|method| method.public_key()) {
            Ok(_) => usable += 1,
            Err(reason) => draft.problem(id, reason),
        }
    }
    if usable == 0 {
        let none = Reason::new(Code::DidVmRelationship).expected("a usable key under assertionMethod");
        draft.problem(id, none);
    }
    // A document that exposes a private key is not pinned: whoever read it can sign.
    let mut keys = document.methods().iter().map(|method| method.public_key());
    if keys.any(|key| key.is_err_and(|reason| reason.code() == Code::JosePrivateKeyExposed)) {
        return Err(Reason::new(Code::JosePrivateKeyExposed).into());
    }
    if usable > 0 {
        let entry = Entry::Issuer {
            issuer: id.to_owned(),
            aliases: Vec::new(),
            name: options.name.clone(),
            formats: options.formats_or("nz_covid_pass"),
            environment: fixed_environment(id).unwrap_or(options.environment),
            keys: None,
            document: Some(value.to_serde()),
            types: Vec::new(),
            list: None,
        };
        draft.take(id.strip_prefix("did:").unwrap_or(id), "issuer", entry);
    }
    Ok(draft.finish())
}
