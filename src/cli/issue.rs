//! `vidimus issue`: makes a credential from a key and content, through the issuing twins.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;

use crate::cli::Exit;
use crate::cli::demands::{format_name, now, time};
use crate::cli::input::read_file;
use crate::cli::issue_di::{PrivateKey, ProofOptions};
use crate::cli::issue_mdoc::MdocOptions;
use crate::cli::issue_status_list;
use crate::cli::issue_w3c::{Refused, Times, W3cOptions};
use crate::cli::shown::shown;
use crate::cli::trouble::Trouble;
use crate::credential::KeyId;
use crate::crypto::key_file::read_key_file;
use crate::crypto::multikey;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::crypto::public_key::PublicKey;
use crate::crypto::random::random_bytes;
use crate::encoding::qr::draw_png;
use crate::encoding::{base64url, json};
use crate::format::sd_jwt_vc;
use crate::issue::sd_jwt::random_salt;
use crate::issue::sd_jwt_vc::{Draft, Names, issue};
use crate::issue::token_status_list::ListSigner;
use crate::issue::{IssueFault, eu_dcc, nz_covid_pass, smart_health_card};
use crate::limits;
use crate::time::{Date, Timestamp};
use crate::trust::x509::Certificate;

/// Pixels of a module of a QR code.
const QR_SCALE: u32 = 4;
/// Seconds of a day.
const DAY: i64 = 86_400;
/// Days of validity where the format demands an end and nobody names it.
const DAYS: u32 = 180;

/// Arguments of `issue`.
#[derive(Args)]
pub(super) struct Issue {
    /// The format to make.
    #[arg(value_parser = format_name)]
    format: String,
    /// The private key, PEM or `secretKeyMultibase`, in a file that only its owner can read (`vidimus keys` makes one).
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// What the credential says, JSON. eu_dcc: `ver`, `nam`, `dob` and one of `v`, `t`, `r`. smart_health_card: a FHIR bundle.
    /// nz_covid_pass: `givenName`, `familyName`, `dob`. vc_di, vc_jwt, vc_sd_jwt, vc_cose: the credential or presentation itself.
    /// token_status_list: `uri`, `ttl`, and `bits`, `places`, `statuses` (values by place), or `identifiers` (base64url); `envelope` is jwt or cwt.
    /// sd_jwt_vc: its claims, `vct` among them. mdoc: `docType` and `nameSpaces`; bytes and dates are `{"$bytes": ..}`, `{"$date": ..}`,
    /// `{"$time": ..}`.
    #[arg(long, value_name = "FILE")]
    content: PathBuf,
    /// The signer's certificate, PEM or DER; names the key identifier, and the issuer of an EU DCC. Into an sd_jwt_vc goes every
    /// certificate of the file, the signer's first.
    #[arg(long, value_name = "FILE", conflicts_with = "kid")]
    cert: Option<PathBuf>,
    /// The key identifier: eight bytes in base64 (EU DCC), text (NZ COVID Pass), the verification method (W3C; that of the key's
    /// did:key otherwise). That of a SMART Health Card is computed.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    kid: Option<String>,
    /// The issuer: a country of two letters (EU DCC), an https URL (SMART Health Card), a did:web (NZ COVID Pass); the `iss` of
    /// an sd_jwt_vc.
    #[arg(long, value_name = "NAME")]
    issuer: Option<String>,
    /// For how many days it is valid; 180 where the format demands an end, else without end.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    valid_days: Option<u32>,
    /// A type of a SMART Health Card besides `https://smarthealth.cards#health-card`; repeat for several.
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Issued at this time: RFC 3339, or seconds since 1970.
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    at: Option<Timestamp>,
    /// Where to write the text; standard output otherwise.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Where to draw the QR code, PNG.
    #[arg(long, value_name = "FILE")]
    qr: Option<PathBuf>,
    #[command(flatten)]
    proof: ProofOptions,
    #[command(flatten)]
    w3c: W3cOptions,
    #[command(flatten)]
    mdoc: MdocOptions,
}

/// What an NZ COVID Pass says, as the specification spells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PassContent {
    given_name: String,
    #[serde(default)]
    family_name: Option<String>,
    dob: String,
}

impl Issue {
    /// Prints the credential's text, and writes what was asked for.
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        let text = read_key_file(&self.key).map_err(|fault| Trouble::at(&self.key, fault))?;
        let key = PrivateKey::from_text(&text).map_err(|fault| Trouble::at(&self.key, fault))?;
        let content = read_file(&self.content, limits::INPUT_BYTES)?;
        let text = match (self.format.as_str(), &key) {
            ("vc_di", key) => self.vc_di(key, &content)?,
            (other, PrivateKey::Bbs(_)) => {
                return Err(Trouble::at(&self.key, format!("a BBS key does not sign {other}")));
            }
            ("eu_dcc", PrivateKey::One(key)) => self.eu_dcc(key, &content)?,
            ("nz_covid_pass", PrivateKey::One(key)) => self.nz_covid_pass(key, &content)?,
            ("smart_health_card", PrivateKey::One(key)) => self.smart_health_card(key, &content)?,
            ("token_status_list", PrivateKey::One(key)) => self.status_list(key, &content)?,
            (sd_jwt_vc::NAME, PrivateKey::One(key)) => self.sd_jwt_vc(key, &content)?,
            ("mdoc", PrivateKey::One(key)) => self.mdoc(key, &content)?,
            (other, PrivateKey::One(key)) => self.w3c(other, key, &content)?,
        };
        if let Some(path) = &self.qr {
            let picture = draw_png(&text, QR_SCALE).map_err(|reason| Trouble::at(path, reason))?;
            write_file(path, &picture)?;
        }
        match &self.out {
            Some(path) => write_file(path, format!("{text}\n").as_bytes())?,
            None => writeln!(out, "{}", shown(&text))?,
        }
        Ok(Exit::Accepted)
    }

    fn eu_dcc(&self, key: &OwnKey, content: &[u8]) -> Result<String, Trouble> {
        let certificate = self.cert.as_ref().map(|path| certificate(path, key)).transpose()?;
        let kid = match (&certificate, &self.kid) {
            (Some(certificate), _) => certificate.kid8(),
            (None, Some(text)) => eight_bytes(text)?,
            (None, None) => return Err(Trouble::new("which key is it? Give --cert FILE or --kid ID")),
        };
        let of_certificate = certificate.as_ref().and_then(|certificate| certificate.subject_country());
        let draft = eu_dcc::Draft {
            issuer: self.issuer(of_certificate, "two letters")?,
            issued_at: self.issued_at(),
            expires: self.expires(),
            dcc: self.content(content)?,
        };
        eu_dcc::issue(&draft, key, kid, eu_dcc::Shape::default()).map_err(|fault| self.refused(&fault))
    }

    /// The issuer's part, for the device's key; `vidimus keys --test-ca` makes key and certificate.
    fn mdoc(&self, key: &OwnKey, content: &[u8]) -> Result<String, Trouble> {
        let path = self.cert.as_ref().ok_or_else(|| Trouble::new("by whom? Give --cert FILE"))?;
        let certificate = certificate(path, key)?;
        self.mdoc.issue(self.content(content)?, (key, &certificate), (self.issued_at(), self.expires()))
    }

    fn nz_covid_pass(&self, key: &OwnKey, content: &[u8]) -> Result<String, Trouble> {
        let content: PassContent = self.content(content)?;
        let mut identifier = random_bytes::<16>();
        // A random UUID says so (RFC 9562, 5.4).
        identifier[6] = identifier[6] & 0x0f | 0x40;
        identifier[8] = identifier[8] & 0x3f | 0x80;
        let draft = nz_covid_pass::PassDraft {
            issuer: self.issuer(None, "a did:web")?,
            not_before: self.issued_at(),
            expires: self.expires(),
            given_name: content.given_name,
            family_name: content.family_name,
            birth_date: Date::from_text(&content.dob)
                .ok_or_else(|| Trouble::at(&self.content, "`dob` is not a day (1990-12-31)"))?,
            identifier,
        };
        let kid = self.kid.clone().ok_or_else(|| Trouble::new("which key is it? Give --kid ID"))?;
        nz_covid_pass::issue(&draft, key, &KeyId::Text(kid)).map_err(|fault| self.refused(&fault))
    }

    /// The text of the card's QR code, or the card's file when it is too long for one code or asked for by its name.
    fn smart_health_card(&self, key: &OwnKey, content: &[u8]) -> Result<String, Trouble> {
        let health_card = "https://smarthealth.cards#health-card".to_owned();
        let draft = smart_health_card::CardDraft {
            issuer: self.issuer(None, "an https URL")?,
            not_before: self.issued_at(),
            expires: self.valid_days.map(|_| self.expires()),
            types: std::iter::once(health_card).chain(self.types.iter().cloned()).collect(),
            fhir_version: "4.0.1".to_owned(),
            fhir_bundle: self.content(content)?,
            rid: None,
        };
        let kid = self.kid.clone().unwrap_or_else(|| key.public_key().jwk_thumbprint());
        let card = smart_health_card::issue(&draft, key, &kid).map_err(|fault| self.refused(&fault))?;
        let wants_file = self.out.as_ref().is_some_and(|path| path.extension() == Some("smart-health-card".as_ref()));
        match card.qr_text {
            Some(text) if !wants_file => Ok(text),
            _ if self.qr.is_some() => Err(Trouble::new("--qr: the card is too long for one code, or goes to a file")),
            _ => Ok(card.file_json),
        }
    }

    /// The document with a proof; `--valid-days` ends the proof, not the credential.
    fn vc_di(&self, key: &PrivateKey, content: &[u8]) -> Result<String, Trouble> {
        let document = std::str::from_utf8(content).map_err(|error| Trouble::at(&self.content, error))?;
        let times = (self.issued_at(), self.valid_days.map(|_| self.expires()));
        let issued = self.proof.issue(document, key, self.verification_method(key.public_key()), times);
        issued.map_err(|fault| self.refused(&fault))
    }

    /// The token of a status list; `--cert` names the signer's certificate, `--kid` its key otherwise.
    fn status_list(&self, key: &OwnKey, content: &[u8]) -> Result<String, Trouble> {
        let list: issue_status_list::Content = self.content(content)?;
        let certificate = self.cert.as_ref().map(|path| certificate(path, key)).transpose()?;
        let certificates: Vec<Vec<u8>> = certificate.iter().map(|certificate| certificate.der().to_vec()).collect();
        let signer = ListSigner { key, kid: self.kid.as_deref(), certificates: &certificates };
        let times = (self.issued_at(), Some(self.expires()));
        list.issue(self.issuer.as_deref(), times, &signer).map_err(|fault| self.refused(&fault))
    }

    /// What `--kid` says, or the only key of the key's own did:key.
    fn verification_method(&self, key: &PublicKey) -> String {
        self.kid.clone().unwrap_or_else(|| format!("did:key:{0}#{0}", multikey::encode(key)))
    }

    fn w3c(&self, format: &str, key: &OwnKey, content: &[u8]) -> Result<String, Trouble> {
        let document = self.content(content)?;
        let times = Times { issued_at: self.at, expires: self.valid_days.map(|_| self.expires()) };
        match self.w3c.issue(format, &document, (key, &self.verification_method(key.public_key())), times) {
            None => Err(Trouble::new(format!("{format} cannot be issued"))),
            Some(Ok(text)) => Ok(text),
            Some(Err(Refused::Trouble(trouble))) => Err(trouble),
            Some(Err(Refused::Fault(fault))) => Err(self.refused(&fault)),
        }
    }

    /// The claims as they stand in the file, with what the command line adds: `iss`, `iat` and `exp`.
    fn sd_jwt_vc(&self, key: &OwnKey, content: &[u8]) -> Result<String, Trouble> {
        let mut claims: serde_json::Value = self.content(content)?;
        let members = claims.as_object_mut().ok_or_else(|| Trouble::at(&self.content, "is no object of claims"))?;
        let mut add = |name: &str, value: serde_json::Value| members.insert(name.to_owned(), value);
        if let Some(issuer) = &self.issuer {
            add("iss", issuer.as_str().into());
        }
        if let Some(time) = self.at {
            add("iat", time.seconds().into());
        }
        if self.valid_days.is_some() {
            add("exp", self.expires().seconds().into());
        }
        let chain = self.cert.as_ref().map(|path| certificates(path, key)).transpose()?;
        let names = match (&chain, &self.kid) {
            (Some(chain), _) => Names::Certificates(chain),
            (None, Some(kid)) => Names::Kid(kid),
            (None, None) => Names::Nothing,
        };
        let draft = Draft {
            disclosable: self.w3c.disclosable.clone(),
            decoys: vec![(String::new(), self.w3c.decoys.into())],
            holder_key: self.w3c.holder_key()?,
            ..Draft::of(claims)
        };
        issue(&draft, &names, &mut random_salt, key).map_err(|fault| self.refused(&fault))
    }

    fn content<T: serde::de::DeserializeOwned>(&self, bytes: &[u8]) -> Result<T, Trouble> {
        json::from_slice(bytes).map_err(|reason| Trouble::at(&self.content, reason))
    }

    fn issuer(&self, otherwise: Option<&str>, form: &str) -> Result<String, Trouble> {
        let named = self.issuer.as_deref().or(otherwise);
        named.map(str::to_owned).ok_or_else(|| Trouble::new(format!("who issues it? Give --issuer NAME ({form})")))
    }

    fn issued_at(&self) -> Timestamp {
        self.at.unwrap_or_else(now)
    }

    fn expires(&self) -> Timestamp {
        self.issued_at().plus(i64::from(self.valid_days.unwrap_or(DAYS)) * DAY)
    }

    fn refused(&self, fault: &IssueFault) -> Trouble {
        match fault {
            IssueFault::Content(_) | IssueFault::Refused(_) => Trouble::at(&self.content, fault),
            IssueFault::Key(_) => Trouble::at(&self.key, fault),
        }
    }
}

/// The first certificate in a file, if it is this key's.
fn certificate(path: &Path, key: &OwnKey) -> Result<Certificate, Trouble> {
    let first = read_certificates(path)?.into_iter().next();
    let certificate = first.ok_or_else(|| Trouble::at(path, "holds no certificate"))?;
    match certificate.public_key() {
        Ok(public) if public == key.public_key() => Ok(certificate),
        _ => Err(Trouble::at(path, "is not the certificate of the private key")),
    }
}

/// DER of every certificate in a file, of which the first is this key's.
fn certificates(path: &Path, key: &OwnKey) -> Result<Vec<Vec<u8>>, Trouble> {
    certificate(path, key)?;
    Ok(read_certificates(path)?.iter().map(|certificate| certificate.der().to_vec()).collect())
}

fn read_certificates(path: &Path) -> Result<Vec<Certificate>, Trouble> {
    let bytes = read_file(path, limits::INPUT_BYTES)?;
    let read = match std::str::from_utf8(&bytes) {
        Ok(text) => Certificate::from_pem_all(text),
        Err(_) => Certificate::from_der(&bytes).map(|certificate| vec![certificate]),
    };
    read.map_err(|reason| Trouble::at(path, reason))
}

fn eight_bytes(text: &str) -> Result<[u8; 8], Trouble> {
    let bytes = base64url::decode_any(text).unwrap_or_default();
    bytes.try_into().map_err(|_| Trouble::new("--kid: an EU DCC wants eight bytes in base64"))
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    fs::write(path, bytes).map_err(|error| Trouble::at(path, error))
}
