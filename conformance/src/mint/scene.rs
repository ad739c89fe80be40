//! Scenes: the time, policy, trust and evidence around a credential, and the vectors that are told of it.

use serde_json::{Value, json};
use vidimus::reason::{Code, Stage};

use crate::question::{Document, Occasion, Payload};
use crate::vector::{Expect, SCHEMA, Severity, Source, SourceKind, SpecReference, Vector};

/// The present of every vector that does not say otherwise.
pub const NOW: &str = "2026-06-01T12:00:00Z";

/// Everything around a credential.
#[derive(Clone)]
pub struct Scene {
    /// The format's name.
    pub format: &'static str,
    /// What says how a right one looks: document, section, URL.
    pub specification: (&'static str, &'static str, &'static str),
    /// The relying party's demands.
    pub policy: Value,
    /// Who may sign what.
    pub trust: Vec<Value>,
    /// What the network would answer.
    pub evidence: Vec<Document>,
    /// When, and for what.
    pub occasion: Occasion,
    /// Needed of a verifier.
    pub features: Vec<String>,
}

impl Scene {
    /// The scene of a format: test environment, now, nobody trusted.
    pub fn of(format: &'static str, specification: (&'static str, &'static str, &'static str)) -> Self {
        Scene {
            format,
            specification,
            policy: json!({"environment": "test"}),
            trust: Vec::new(),
            evidence: Vec::new(),
            occasion: Occasion { now: NOW.to_owned(), ..Occasion::default() },
            features: Vec::new(),
        }
    }

    /// The same scene with these entries trusted, and nobody else.
    #[must_use]
    pub fn trusting(&self, trust: Vec<Value>) -> Self {
        Scene { trust, ..self.clone() }
    }

    /// The same scene with one more demand, or another one in its place.
    #[must_use]
    pub fn demanding(&self, member: &str, value: impl Into<Value>) -> Self {
        let mut scene = self.clone();
        if let Some(policy) = scene.policy.as_object_mut() {
            policy.insert(member.to_owned(), value.into());
        }
        scene
    }

    /// The same scene with these answers of the network, and no others.
    #[must_use]
    pub fn finding(&self, evidence: Vec<Document>) -> Self {
        Scene { evidence, ..self.clone() }
    }

    /// The same scene, asking for these types.
    #[must_use]
    pub fn asking_for(&self, types: &[&str]) -> Self {
        let types = types.iter().map(|name| (*name).to_owned()).collect();
        Scene { occasion: Occasion { types, ..self.occasion.clone() }, ..self.clone() }
    }

    /// The same scene, of which a verifier must support more.
    #[must_use]
    pub fn needing(&self, feature: &str) -> Self {
        Scene { features: vec![feature.to_owned()], ..self.clone() }
    }

    /// A vector in which the credential is accepted and says `claims`.
    pub fn accepts(&self, case: &str, title: &str, input: Payload, claims: Option<Value>) -> Vector {
        let (document, section, url) = self.specification;
        let expect = Expect { verdict: "accepted".to_owned(), claims, ..Expect::default() };
        self.vector(
            &format!("{}::accepted::{case}", self.format),
            title,
            (document, section, url),
            Severity::Control,
            input,
            expect,
        )
    }

    /// A vector in which the credential is refused for `code`; it differs from `parent` in one place.
    pub fn refuses(&self, parent: &Vector, case: &str, title: &str, code: Code, input: Payload) -> Vector {
        self.faulty(parent, case, title, (code, code.row().stage, "rejected"), input)
    }

    /// The same, when the code is found at another stage than its row says.
    pub fn refuses_at(
        &self,
        stage: Stage,
        parent: &Vector,
        case: &str,
        title: &str,
        code: Code,
        input: Payload,
    ) -> Vector {
        self.faulty(parent, case, title, (code, stage, "rejected"), input)
    }

    /// A vector in which nobody can tell, for `code`; it differs from `parent` in one place.
    pub fn cannot_tell(&self, parent: &Vector, case: &str, title: &str, code: Code, input: Payload) -> Vector {
        self.faulty(parent, case, title, (code, code.row().stage, "indeterminate"), input)
    }

    fn faulty(
        &self,
        parent: &Vector,
        case: &str,
        title: &str,
        (code, stage, verdict): (Code, Stage, &str),
        input: Payload,
    ) -> Vector {
        let row = code.row();
        let spec = (row.spec.document, row.spec.section, row.spec.url);
        let expect = Expect {
            verdict: verdict.to_owned(),
            stage: Some(stage.name().to_owned()),
            reason: Some(row.code.to_owned()),
            claims: None,
        };
        let id = format!("{}::{}::{case}", self.format, stage.name());
        let mut vector = self.vector(&id, title, spec, severity(code), input, expect);
        vector.source.mutates = Some(parent.id.clone());
        vector
    }

    fn vector(
        &self,
        id: &str,
        title: &str,
        (document, section, url): (&str, &str, &str),
        severity: Severity,
        input: Payload,
        expect: Expect,
    ) -> Vector {
        Vector {
            schema: SCHEMA.to_owned(),
            id: id.to_owned(),
            title: title.to_owned(),
            spec: vec![SpecReference {
                document: document.to_owned(),
                section: section.to_owned(),
                url: Some(url.to_owned()).filter(|url| url.starts_with("https://")),
                quote: None,
            }],
            severity,
            effect: None,
            features: self.features.clone(),
            source: Source {
                kind: SourceKind::Minted,
                by: Some("vidimus-conformance mint".to_owned()),
                licence: Some("Apache-2.0 OR MIT".to_owned()),
                ..Source::default()
            },
            input,
            occasion: self.occasion.clone(),
            policy: self.policy.clone(),
            trust: self.trust.clone(),
            evidence: self.evidence.clone(),
            expect,
        }
    }
}

/// How bad it would be to miss a fault of this kind.
fn severity(code: Code) -> Severity {
    let (area, name) = code.as_str().split_once('.').unwrap_or_default();
    match (area, name) {
        ("input" | "image", "too_large" | "too_many_items" | "decompressed_too_large") | (_, "depth" | "length") => {
            Severity::Availability
        }
        ("sig" | "key" | "trust" | "x509" | "cose" | "jose" | "did" | "status", _)
        | (_, "duplicate_key" | "trailing") => Severity::Forgery,
        _ => Severity::Interop,
    }
}
