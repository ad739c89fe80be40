//! Reads a proof (VC Data Integrity 1.0, section 2.1).
//!
//! ```json
//! { "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "verificationMethod": "did:key:z6Mk..#z6Mk..",
//!   "proofPurpose": "assertionMethod", "proofValue": "z..", "created": "2026-11-21T12:00:00Z" }
//! ```
//! Optional: `id`, `expires`, `domain`, `challenge`, `previousProof`, `nonce`. Other members are signed data: suites that sign RDF
//! refuse those that no context defines.

use crate::encoding::json::Value;
use crate::envelope::data_integrity::suite::{DATA_INTEGRITY_PROOF, Suite};
use crate::limits;
use crate::reason::{Code, Reason};
use crate::time::Timestamp;

/// A proof as it stands in a document. Nothing is checked against a key.
#[derive(Clone, Debug)]
pub struct Proof<'v> {
    /// The whole object.
    pub value: &'v Value<'v>,
    /// What it was made with.
    pub suite: Option<&'static Suite>,
    /// Its name, which later proofs may refer to.
    pub id: Option<&'v str>,
    /// Which key is said to have signed.
    pub verification_method: Option<&'v str>,
    /// What it was made for.
    pub purpose: Option<&'v str>,
    /// The signature in multibase.
    pub proof_value: Option<&'v str>,
    /// When it was made.
    pub created: Option<Moment>,
    /// When it ends.
    pub expires: Option<Moment>,
    /// Whom it was made for.
    pub domains: Vec<&'v str>,
    /// The challenge that it answers.
    pub challenge: Option<&'v str>,
    /// The proofs that it builds on, by their names.
    pub previous: Vec<&'v str>,
}

/// A point in time as a proof writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The time.
    pub time: Timestamp,
    /// `false` when it had no time zone and was read as UTC (VCDM 2.0, 4.9).
    pub has_zone: bool,
}

impl Moment {
    /// The time that an XSD `dateTimeStamp` names, or a `dateTime` without zone.
    pub fn from_text(text: &str) -> Option<Moment> {
        // RFC 3339 is wider: it takes a blank or small letters where XSD has `T` and `Z`.
        let sound = text.as_bytes().get(10) == Some(&b'T') && !text.contains(['t', 'z', ' ']);
        let moment = |text: &str, has_zone| Some(Moment { time: Timestamp::from_rfc3339(text)?, has_zone });
        sound.then(|| moment(text, true).or_else(|| moment(&format!("{text}Z"), false))).flatten()
    }
}

/// The proofs of a document, as they stand there.
///
/// # Errors
/// `di.proof_missing` when there is none; `di.proof_set` when the set is empty or larger than [`limits::PROOFS`].
pub fn proofs_of<'v>(document: &'v Value<'v>) -> Result<&'v [Value<'v>], Reason> {
    proofs_in(document.member("proof"))
}

/// The proofs in a document's member `proof`.
///
/// # Errors
/// As [`proofs_of`].
pub fn proofs_in<'v>(proof: Option<&'v Value<'v>>) -> Result<&'v [Value<'v>], Reason> {
    match proof {
        None | Some(Value::Null) => Err(Reason::new(Code::DiProofMissing)),
        Some(Value::Array(proofs)) if proofs.is_empty() || proofs.len() > limits::PROOFS => {
            Err(Reason::new(Code::DiProofSet).expected(format!("1 to {}", limits::PROOFS)).got(proofs.len()))
        }
        Some(Value::Array(proofs)) => Ok(proofs),
        Some(proof) => Ok(std::slice::from_ref(proof)),
    }
}

impl<'v> Proof<'v> {
    /// What a proof says. Members that are wrong are left out of it and named in the faults: `di.proof_malformed`,
    /// `di.ambiguous_proof`, `di.cryptosuite`, `di.vm_missing`, `di.proof_chain`.
    pub fn decode(value: &'v Value<'v>) -> (Proof<'v>, Vec<Reason>) {
        let mut reader = Reader { value, faults: Vec::new() };
        if value.as_object().is_none() {
            reader.fault(Reason::new(Code::DiProofMalformed).expected("proof: an object").got(value.kind()));
            return (Proof::empty(value), reader.faults);
        }
        let has_one_value = reader.has_one_value();
        let suite = reader.suite();
        let proof = Proof {
            value,
            suite,
            id: reader.id(),
            verification_method: reader.verification_method(),
            purpose: reader.required_text("proofPurpose"),
            proof_value: reader.required_text("proofValue").filter(|_| has_one_value),
            created: reader.moment("created"),
            expires: reader.moment("expires"),
            domains: reader.texts("domain", Code::DiProofMalformed),
            challenge: reader.text("challenge"),
            previous: reader.texts("previousProof", Code::DiProofChain),
        };
        reader.text("nonce");
        if suite.is_some_and(|suite| suite.needs_created) && value.member("created").is_none() {
            reader.fault(malformed("created: present"));
        }
        (proof, reader.faults)
    }

    fn empty(value: &'v Value<'v>) -> Self {
        Proof {
            value,
            suite: None,
            id: None,
            verification_method: None,
            purpose: None,
            proof_value: None,
            created: None,
            expires: None,
            domains: Vec::new(),
            challenge: None,
            previous: Vec::new(),
        }
    }
}

fn malformed(rule: &'static str) -> Reason {
    Reason::new(Code::DiProofMalformed).expected(rule)
}

struct Reader<'v> {
    value: &'v Value<'v>,
    faults: Vec<Reason>,
}

impl<'v> Reader<'v> {
    fn fault(&mut self, reason: Reason) {
        self.faults.push(reason);
    }

    /// Older proofs carry their value in `jws` or `signatureValue`; one that has two values has none.
    fn has_one_value(&mut self) -> bool {
        let older = ["jws", "signatureValue"].into_iter().find(|name| self.value.member(name).is_some());
        let (Some(older), Some(_)) = (older, self.value.member("proofValue")) else { return true };
        self.fault(Reason::new(Code::DiAmbiguousProof).expected("proofValue alone").got(older));
        false
    }

    fn suite(&mut self) -> Option<&'static Suite> {
        let proof_type = self.required_text("type")?;
        let cryptosuite = match self.value.member("cryptosuite") {
            None => None,
            Some(Value::String(name)) => Some(&**name),
            Some(other) => {
                self.fault(Reason::new(Code::DiCryptosuite).expected("cryptosuite: a text").got(other.kind()));
                return None;
            }
        };
        let suite = Suite::of(proof_type, cryptosuite);
        if suite.is_none() {
            let got = match cryptosuite {
                Some(name) if proof_type == DATA_INTEGRITY_PROOF => name.to_owned(),
                Some(name) => format!("{proof_type} with {name}"),
                None => format!("{proof_type} without a cryptosuite"),
            };
            self.fault(Reason::new(Code::DiCryptosuite).got(got));
        }
        suite
    }

    /// A proof's name is a URL; anything with a scheme is taken for one.
    fn id(&mut self) -> Option<&'v str> {
        let id = self.text("id")?;
        if !has_scheme(id) {
            self.fault(malformed("id: a URL"));
        }
        Some(id)
    }

    fn verification_method(&mut self) -> Option<&'v str> {
        let missing = || Reason::new(Code::DiVmMissing).expected("an absolute URL of a key");
        let method = match self.value.member("verificationMethod") {
            Some(Value::String(method)) => &**method,
            Some(other) => {
                self.fault(missing().got(other.kind()));
                return None;
            }
            None => {
                self.fault(missing());
                return None;
            }
        };
        // The key of a DID stands behind the fragment; other controllers may give a key a URL of its own.
        let names_key = match method.split_once('#') {
            Some((_, fragment)) => !fragment.is_empty(),
            None => !method.starts_with("did:"),
        };
        if has_scheme(method) && names_key {
            return Some(method);
        }
        self.fault(missing().got("a text that names none"));
        None
    }

    fn text(&mut self, name: &'static str) -> Option<&'v str> {
        match self.value.member(name)? {
            Value::String(text) => Some(text),
            other => {
                let due = format!("{name}: a text");
                self.fault(Reason::new(Code::DiProofMalformed).expected(due).got(other.kind()));
                None
            }
        }
    }

    fn required_text(&mut self, name: &'static str) -> Option<&'v str> {
        if self.value.member(name).is_none() {
            self.fault(Reason::new(Code::DiProofMalformed).expected(format!("{name}: present")));
        }
        self.text(name)
    }

    /// A text, or a list of texts that is not empty.
    fn texts(&mut self, name: &'static str, code: Code) -> Vec<&'v str> {
        let texts: Option<Vec<&str>> = match self.value.member(name) {
            None => return Vec::new(),
            Some(Value::String(text)) => Some(vec![text]),
            Some(Value::Array(items)) if !items.is_empty() && items.len() <= limits::LABELS => {
                items.iter().map(Value::as_str).collect()
            }
            Some(_) => None,
        };
        if texts.is_none() {
            self.fault(Reason::new(code).expected(format!("{name}: a text or a list of texts")));
        }
        texts.unwrap_or_default()
    }

    fn moment(&mut self, name: &'static str) -> Option<Moment> {
        let text = self.text(name)?;
        let moment = Moment::from_text(text);
        if moment.is_none() {
            self.fault(Reason::new(Code::DiProofMalformed).expected(format!("{name}: a dateTimeStamp")));
        }
        moment
    }
}

/// `true` for an absolute URL, as far as this room looks: a scheme, something behind it, and no blanks.
fn has_scheme(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let mut letters = scheme.bytes();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        && !rest.is_empty()
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}
