//! The keywords of JSON-LD 1.1 (section 1.7).

/// One keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Base,
    Container,
    Context,
    Direction,
    Graph,
    Id,
    Import,
    Included,
    Index,
    Json,
    Language,
    List,
    Nest,
    None,
    Prefix,
    Propagate,
    Protected,
    Reverse,
    Set,
    Type,
    Value,
    Version,
    Vocab,
}

const ALL: [(&str, Keyword); 23] = [
    ("@base", Keyword::Base),
    ("@container", Keyword::Container),
    ("@context", Keyword::Context),
    ("@direction", Keyword::Direction),
    ("@graph", Keyword::Graph),
    ("@id", Keyword::Id),
    ("@import", Keyword::Import),
    ("@included", Keyword::Included),
    ("@index", Keyword::Index),
    ("@json", Keyword::Json),
    ("@language", Keyword::Language),
    ("@list", Keyword::List),
    ("@nest", Keyword::Nest),
    ("@none", Keyword::None),
    ("@prefix", Keyword::Prefix),
    ("@propagate", Keyword::Propagate),
    ("@protected", Keyword::Protected),
    ("@reverse", Keyword::Reverse),
    ("@set", Keyword::Set),
    ("@type", Keyword::Type),
    ("@value", Keyword::Value),
    ("@version", Keyword::Version),
    ("@vocab", Keyword::Vocab),
];

impl Keyword {
    /// The keyword with this text.
    pub(super) fn from_text(text: &str) -> Option<Keyword> {
        if !text.starts_with('@') {
            return None;
        }
        ALL.iter().find(|(known, _)| *known == text).map(|(_, keyword)| *keyword)
    }

    /// The keyword's text.
    pub(super) fn text(self) -> &'static str {
        ALL.iter().find(|(_, keyword)| *keyword == self).map_or("", |(text, _)| text)
    }
}

/// `true` for what may become a keyword one day: `@` and letters. Such texts have no meaning now.
pub(super) fn has_form(text: &str) -> bool {
    text.strip_prefix('@').is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic()))
}
