//! Asked: what a request to the VC API says. A JSON object with a document and, beside it, `options`.
//!
//! Members beside those are passed over, as the OpenAPI description allows. An option that a place does not know is refused:
//! whoever asks for something must not believe that it was done.

use crate::encoding::json::Value;
use crate::encoding::json::decode;
use crate::service::problem::Kind;
use crate::service::vc_api::refusal::Refusal;

/// JSON pointers taken in one request.
const POINTERS: usize = 256;

/// What a place was asked.
pub struct Asked<'b> {
    body: Value<'b>,
}

impl<'b> Asked<'b> {
    /// What this body says.
    pub fn from_json(bytes: &'b [u8]) -> Result<Self, Refusal> {
        let body = decode(bytes).map_err(|reason| Refusal::new(Kind::BadJson).because(vec![reason]))?;
        match body {
            Value::Object(_) => Ok(Asked { body }),
            _ => Err(Kind::BadJson.into()),
        }
    }

    /// The document under that name, which must be an object; `absent` otherwise.
    pub fn document(&self, name: &str, absent: Kind) -> Result<&Value<'b>, Refusal> {
        self.body.member(name).filter(|document| document.as_object().is_some()).ok_or_else(|| absent.into())
    }

    /// What stands under that name.
    pub fn member(&self, name: &str) -> Option<&Value<'b>> {
        self.body.member(name)
    }

    /// The options, of which these are known here. `checks`, which older requests carry, is taken everywhere and means
    /// nothing: everything is checked.
    pub fn options(&self, known: &[&str]) -> Result<Options<'_, 'b>, Refusal> {
        let members = match self.body.member("options") {
            None => &[][..],
            Some(options) => options.as_object().ok_or(Kind::BadOption)?,
        };
        if members.iter().any(|(name, _)| name != "checks" && !known.contains(&name.as_ref())) {
            return Err(Kind::UnknownOption.into());
        }
        Ok(Options { of: self.body.member("options") })
    }
}

/// The options of a request.
#[derive(Clone, Copy)]
pub struct Options<'a, 'b> {
    of: Option<&'a Value<'b>>,
}

impl<'a, 'b> Options<'a, 'b> {
    fn option(&self, name: &str) -> Option<&'a Value<'b>> {
        self.of.and_then(|options| options.member(name))
    }

    /// The flag of that name, if it is there.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.option(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(Kind::BadOption.into()),
        }
    }

    /// The text of that name, if it is there; it must not be empty.
    pub fn text(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        match self.option(name) {
            None => Ok(None),
            Some(value) => {
                value.as_str().filter(|text| !text.is_empty()).map(Some).ok_or_else(|| Kind::BadOption.into())
            }
        }
    }

    /// The JSON pointers (RFC 6901) of that name, if they are there.
    pub fn pointers(&self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        let Some(value) = self.option(name) else { return Ok(None) };
        let items = value.as_array().filter(|items| items.len() <= POINTERS).ok_or(Kind::BadOption)?;
        let pointer =
            |item: &Value<'_>| item.as_str().filter(|text| text.is_empty() || text.starts_with('/')).map(str::to_owned);
        items.iter().map(pointer).collect::<Option<Vec<_>>>().map(Some).ok_or_else(|| Kind::BadOption.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of<T>(result: Result<T, Refusal>) -> Option<Kind> {
        result.err().map(|refusal| refusal.kind())
    }

    #[test]
    fn a_request_is_an_object_with_a_document() {
        for bad in ["", "[]", "1", "{", "{\"a\":1,\"a\":2}", "null"] {
            assert_eq!(kind_of(Asked::from_json(bad.as_bytes())), Some(Kind::BadJson), "{bad}");
        }
        let asked = Asked::from_json(b"{\"credential\": \"text\", \"other\": {}}").unwrap();
        assert_eq!(kind_of(asked.document("credential", Kind::CredentialAbsent)), Some(Kind::CredentialAbsent));
        assert_eq!(kind_of(asked.document("absent", Kind::CredentialAbsent)), Some(Kind::CredentialAbsent));
        assert!(asked.document("other", Kind::CredentialAbsent).is_ok());
    }

    #[test]
    fn options_are_known_and_of_the_right_form() {
        let options = |text: &'static str| Asked::from_json(text.as_bytes()).unwrap();
        let known = ["flag", "text", "pointers"];
        assert!(options("{}").options(&known).is_ok());
        assert!(options("{\"options\":{\"checks\":[\"proof\"]}}").options(&known).is_ok());
        assert_eq!(kind_of(options("{\"options\":{\"other\":1}}").options(&known)), Some(Kind::UnknownOption));
        assert_eq!(kind_of(options("{\"options\":[]}").options(&known)), Some(Kind::BadOption));
        let bad = options("{\"options\":{\"flag\":1,\"text\":\"\",\"pointers\":[\"a\"]}}");
        let bad = bad.options(&known).unwrap();
        assert_eq!(kind_of(bad.flag("flag")), Some(Kind::BadOption));
        assert_eq!(kind_of(bad.text("text")), Some(Kind::BadOption));
        assert_eq!(kind_of(bad.pointers("pointers")), Some(Kind::BadOption));
        let good = options("{\"options\":{\"flag\":true,\"text\":\"a\",\"pointers\":[\"/a\",\"\"]}}");
        let good = good.options(&known).unwrap();
        assert_eq!(good.flag("flag").ok().flatten(), Some(true));
        assert_eq!(good.text("text").ok().flatten(), Some("a"));
        assert_eq!(good.pointers("pointers").ok().flatten().unwrap().len(), 2);
        assert_eq!(good.text("absent").ok().flatten(), None);
    }
}
