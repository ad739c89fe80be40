//! One input descriptor: a credential query for each format that it takes.

use crate::encoding::json::Value;
use crate::policy::dcql::presentation_exchange::fields::{Field, Read, read, write};
use crate::policy::dcql::presentation_exchange::{Conversion, below};
use crate::policy::dcql::{CredentialQuery, Meta, QueryFormat, Step};

/// Members of a W3C credential, by which one is known where no format is named.
const W3C: [&str; 12] = [
    "vc",
    "credentialSubject",
    "credentialSchema",
    "credentialStatus",
    "issuer",
    "type",
    "@context",
    "termsOfUse",
    "evidence",
    "issuanceDate",
    "expirationDate",
    "validFrom",
];
/// Members of a descriptor.
const MEMBERS: [&str; 7] = ["id", "name", "purpose", "group", "format", "schema", "constraints"];
/// Names of formats in definitions, and what they are in DCQL.
const FORMATS: [(&str, &str); 12] = [
    ("dc+sd-jwt", "dc+sd-jwt"),
    ("vc+sd-jwt", "dc+sd-jwt"),
    ("mso_mdoc", "mso_mdoc"),
    ("jwt_vc_json", "jwt_vc_json"),
    ("jwt_vp_json", "jwt_vc_json"),
    ("jwt_vc", "jwt_vc_json"),
    ("jwt_vp", "jwt_vc_json"),
    ("ldp_vc", "ldp_vc"),
    ("ldp_vp", "ldp_vc"),
    ("ldp", "ldp_vc"),
    ("di_vc", "ldp_vc"),
    ("di_vp", "ldp_vc"),
];

/// What one descriptor became.
pub(super) struct Descriptor {
    /// Its identifier in the query.
    pub(super) id: String,
    /// The groups that it is in.
    pub(super) groups: Vec<String>,
    /// One credential query a format, any of which will do.
    pub(super) credentials: Vec<CredentialQuery>,
}

impl Descriptor {
    /// `taken` are the identifiers of the descriptors before it.
    pub(super) fn of(
        conversion: &mut Conversion,
        value: &Value<'_>,
        (pointer, formats, taken): (&str, Option<&Value<'_>>, &[String]),
    ) -> Option<Self> {
        if value.as_object().is_none() {
            conversion.fault(pointer, format!("An input descriptor is an object, not {}.", value.kind()));
            return None;
        }
        conversion.words(value, pointer);
        conversion.strangers(value, (&MEMBERS, pointer));
        if value.member("schema").is_some() {
            let sentence = "DCQL asks for no schema; the type of the credential is to be named.";
            conversion.lose(&format!("{pointer}/schema"), "schema", sentence);
        }
        let given = value.member("id").and_then(Value::as_str).unwrap_or_default();
        let groups = value.member("group").map(Value::items).unwrap_or_default();
        let constraints = value.member("constraints");
        let at = format!("{pointer}/constraints");
        constraints.iter().for_each(|constraints| note_constraints(conversion, constraints, &at));
        let fields =
            constraints.and_then(|constraints| constraints.member("fields")).map(Value::items).unwrap_or_default();
        let fields: Vec<Field> = fields
            .iter()
            .enumerate()
            .filter_map(|(index, field)| read(conversion, field, &format!("{at}/fields/{index}")))
            .collect();
        let formats = formats_of(conversion, value.member("format").or(formats), (&fields, pointer));
        let (id, ids) = identifiers(conversion, given, (&formats, pointer, taken));
        let credential = |(format, id): (&'static QueryFormat, String)| {
            let Read { mut meta, claims, claim_sets } = write(conversion, &fields, (format, pointer));
            if format.is_mdoc && meta.doctype_value.is_none() && given.contains('.') {
                // ISO/IEC 18013-7, B.3.1: the identifier of a descriptor is the type of the document.
                meta.doctype_value = Some(given.to_owned());
            }
            CredentialQuery {
                id,
                format,
                multiple: false,
                meta: Meta { is_stated: true, ..meta },
                trusted_authorities: Vec::new(),
                require_cryptographic_holder_binding: true,
                claims,
                claim_sets,
            }
        };
        let credentials = formats.into_iter().zip(ids).map(credential).collect();
        let groups = groups.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        Some(Descriptor { id, groups, credentials })
    }

    /// Each of its credential queries alone.
    pub(super) fn options(&self) -> Vec<Vec<String>> {
        self.credentials.iter().map(|credential| vec![credential.id.clone()]).collect()
    }
}

/// Identifiers of DCQL, one for each format: what they cannot hold becomes `_`, and none stands twice. First the part that all share.
fn identifiers(
    conversion: &mut Conversion,
    given: &str,
    (formats, pointer, taken): (&[&'static QueryFormat], &str, &[String]),
) -> (String, Vec<String>) {
    let plain = |character: char| if character.is_ascii_alphanumeric() || character == '-' { character } else { '_' };
    let mut base: String = given.chars().take(64).map(plain).collect();
    if base.is_empty() {
        base.push_str("credential");
    }
    let of = |id: &str| -> Vec<String> {
        match formats {
            [_] => vec![id.to_owned()],
            several => several.iter().map(|format| format!("{id}-{}", format.name.replace('+', "_"))).collect(),
        }
    };
    let (mut id, mut count) = (base.clone(), 1_usize);
    // Each round tries another name, of which so many at most can be taken.
    while of(&id).iter().any(|id| taken.contains(id)) {
        count = count.saturating_add(1);
        id = format!("{base}_{count}");
    }
    if id != given {
        conversion.note(&format!("{pointer}/id"), "id", format!("The credential is answered as `{id}`."));
    }
    let ids = of(&id);
    (id, ids)
}

fn note_constraints(conversion: &mut Conversion, constraints: &Value<'_>, pointer: &str) {
    let Some(members) = constraints.as_object() else { return };
    for (name, _) in members {
        let at = below(pointer, name);
        match &**name {
            "fields" => {}
            "limit_disclosure" => {
                conversion.note(
                    &at,
                    "limit_disclosure",
                    "A wallet shows what a DCQL query asks for; nothing has to be said.",
                );
            }
            "statuses" => {
                conversion.lose(
                    &at,
                    "statuses",
                    "DCQL asks for no status; the verifier's policy does, for every credential.",
                );
            }
            "is_holder" | "same_subject" | "subject_is_issuer" => {
                conversion.lose(&at, name, "DCQL compares no subjects, holders and issuers.");
            }
            other => conversion.lose(&at, &format!("constraints.{other}"), "DCQL knows no such constraint."),
        }
    }
}

/// The formats that are taken, in their order; where none is named, those that the paths look like.
fn formats_of(
    conversion: &mut Conversion,
    named: Option<&Value<'_>>,
    (fields, pointer): (&[Field], &str),
) -> Vec<&'static QueryFormat> {
    let at = format!("{pointer}/format");
    let mut formats: Vec<&'static QueryFormat> = Vec::new();
    for (name, demands) in named.and_then(Value::as_object).unwrap_or_default() {
        let known = FORMATS.iter().find(|(known, _)| known == name).and_then(|(_, ours)| QueryFormat::named(ours));
        match known {
            Some(format) if !formats.contains(&format) => formats.push(format),
            Some(_) => {}
            None => conversion.lose(&at, &format!("format.{name}"), "DCQL has no such format."),
        }
        if demands.as_object().is_some_and(|demands| !demands.is_empty()) {
            let sentence = "Algorithms and proof types stand in `vp_formats_supported` of the request, and in the verifier's policy.";
            // Algorithms that are not safe are never taken, whoever lists them.
            conversion.note(&at, &format!("format.{name}.alg"), sentence);
        }
    }
    if !formats.is_empty() {
        return formats;
    }
    let names = guess(fields);
    conversion.note(&at, "format", format!("No format is named; by its paths it is {}.", names.join(" or ")));
    names.iter().filter_map(|name| QueryFormat::named(name)).collect()
}

fn guess(fields: &[Field]) -> &'static [&'static str] {
    let paths = || fields.iter().flat_map(|field| &field.paths);
    let first = |path: &[Step]| path.first().and_then(Step::name).map(str::to_owned).unwrap_or_default();
    if paths().any(|path| first(path) == "vct") {
        &["dc+sd-jwt"]
    } else if paths().any(|path| W3C.contains(&first(path).as_str())) {
        &["jwt_vc_json", "ldp_vc"]
    } else if paths().next().is_some() && paths().all(|path| path.len() == 2 && first(path).contains('.')) {
        &["mso_mdoc"]
    } else {
        &["dc+sd-jwt"]
    }
}
