//! Pinned contexts: documents by URL, and what has been compiled of them. Nothing is ever fetched.
//!
//! A document is read once. A list of URLs that was seen is compiled once: its active context is kept, with the contexts that
//! documents derived from it by types and properties. What is kept is bounded, and thrown out when it is not asked for.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError, RwLock};

use foldhash::quality::RandomState;

use super::active::Active;
use super::bundled;
use super::definer::{Definer, Effect};
use super::definition::Origin;
use super::local::{Item, Local};
use crate::crypto::digest::sha256;
use crate::encoding::json;
use crate::limits;
use crate::reason::{Code, Reason};

/// The JSON-LD contexts that documents may name.
pub struct Contexts {
    documents: HashMap<Arc<str>, Arc<Document>>,
    kept: Mutex<Kept>,
}

/// One pinned document.
struct Document {
    url: Arc<str>,
    text: Text,
    /// The digest that it must have.
    digest: [u8; 32],
    local: OnceLock<Result<Arc<Local>, Reason>>,
}

enum Text {
    Bundled(&'static str),
    Pinned(Vec<u8>),
}

impl Document {
    fn bytes(&self) -> &[u8] {
        match &self.text {
            Text::Bundled(text) => text.as_bytes(),
            Text::Pinned(bytes) => bytes,
        }
    }

    fn origin(&self) -> Origin {
        Origin { url: Some(self.url.clone()), is_bundled: matches!(self.text, Text::Bundled(_)) }
    }

    /// The document's context, read at first use.
    fn local(&self) -> Result<Arc<Local>, Reason> {
        self.local.get_or_init(|| self.read().map(Arc::new)).clone()
    }

    fn read(&self) -> Result<Local, Reason> {
        let digest = sha256(self.bytes());
        if digest != self.digest {
            return Err(Reason::new(Code::LdContextHash).expected(&self.digest[..]).got(&digest[..]));
        }
        let value = json::decode(self.bytes())?;
        let context = value.member("@context");
        Local::of(context.ok_or_else(|| {
            Reason::new(Code::LdContextInvalid).expected("a member `@context`").got(self.url.to_string())
        })?)
    }
}

impl Contexts {
    /// The documents that are part of this program.
    pub fn bundled() -> &'static Arc<Contexts> {
        static BUNDLED: LazyLock<Arc<Contexts>> = LazyLock::new(|| {
            let documents = bundled::DOCUMENTS.iter().map(|(url, text, digest)| {
                let url: Arc<str> = (*url).into();
                let document = Document {
                    url: url.clone(),
                    text: Text::Bundled(text),
                    digest: bundled::digest(digest),
                    local: OnceLock::new(),
                };
                (url, Arc::new(document))
            });
            Arc::new(Contexts { documents: documents.collect(), kept: Mutex::default() })
        });
        &BUNDLED
    }

    /// These documents and more, each with its URL, and what had to be left out: what is no context, or rests on a document that
    /// is not here (`ld.context_*`, `json.*`), or would take the place of another (`ld.context_hash`).
    pub fn with(&self, documents: impl IntoIterator<Item = (String, Vec<u8>)>) -> (Contexts, Vec<(String, Reason)>) {
        let mut all = Contexts { documents: self.documents.clone(), kept: Mutex::default() };
        let (mut added, mut problems) = (Vec::new(), Vec::new());
        for (url, bytes) in documents {
            match all.add(&url, bytes) {
                Ok(true) => added.push(url),
                Ok(false) => {}
                Err(reason) => problems.push((url, reason)),
            }
        }
        // Leaving one out can take the ground from another.
        while let Some((place, reason)) = added.iter().enumerate().find_map(|(place, url)| all.fault_of(place, url)) {
            let url = added.remove(place);
            all.documents.remove(url.as_str());
            all.kept = Mutex::default();
            problems.push((url, reason));
        }
        (all, problems)
    }

    /// `true` when the document is new.
    fn add(&mut self, url: &str, bytes: Vec<u8>) -> Result<bool, Reason> {
        if bytes.len() > limits::CONTEXT_BYTES {
            return Err(Reason::new(Code::InputTooLarge).expected(limits::CONTEXT_BYTES).got(bytes.len()));
        }
        let digest = sha256(&bytes);
        if let Some(known) = self.documents.get(url) {
            // Nobody changes what a URL means.
            let same = known.digest == digest;
            let differs = || Reason::new(Code::LdContextHash).expected(&known.digest[..]).got(&digest[..]);
            return if same { Ok(false) } else { Err(differs()) };
        }
        let url: Arc<str> = url.into();
        let document = Document { url: url.clone(), text: Text::Pinned(bytes), digest, local: OnceLock::new() };
        document.local()?;
        self.documents.insert(url, Arc::new(document));
        Ok(true)
    }

    /// What is wrong with the document at that place of a list.
    fn fault_of(&self, place: usize, url: &str) -> Option<(usize, Reason)> {
        self.root(&[url]).err().map(|reason| (place, reason))
    }

    /// SHA-256 of the document's bytes, if the URL is known.
    pub fn digest_of(&self, url: &str) -> Option<[u8; 32]> {
        self.documents.get(url).map(|document| document.digest)
    }

    /// The document's bytes, if the URL is known.
    pub fn document(&self, url: &str) -> Option<&[u8]> {
        self.documents.get(url).map(|document| document.bytes())
    }

    /// Every URL, in no particular order.
    pub fn urls(&self) -> impl Iterator<Item = &str> {
        self.documents.keys().map(|url| &**url)
    }

    /// The document and every document that it names, one after the other; those that are not here are left out.
    pub fn closure(&self, url: &str) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        let mut open: Vec<Arc<str>> = vec![url.into()];
        while let Some(url) = open.pop() {
            let Some(document) = self.documents.get(&url) else { continue };
            if found.contains(&&*document.url) {
                continue;
            }
            found.push(&document.url);
            if let Ok(local) = document.local() {
                local.urls(&mut open);
            }
        }
        found
    }

    /// The context in the document at that URL.
    pub(super) fn load(&self, url: &str) -> Result<(Arc<Local>, Origin), Reason> {
        let document = self.documents.get(url);
        let document = document.ok_or_else(|| Reason::new(Code::LdContextUnknown).got(url.to_owned()))?;
        Ok((document.local()?, document.origin()))
    }

    /// The compiled form of a list of URLs.
    pub(super) fn root(&self, urls: &[&str]) -> Result<Arc<Root>, Reason> {
        let key = key_of(urls)?;
        if let Some(root) = self.lock().find(&key) {
            return Ok(root);
        }
        let items = urls.iter().map(|url| Item::Url((*url).into())).collect();
        let origin = Origin::of_urls();
        let mut definer = Definer::new(self);
        let active = definer.apply(&Active::initial(), &Local { items }, &origin, Effect::Inside)?;
        let root = Arc::new(Root { active, derived: RwLock::default(), is_full: AtomicBool::new(false) });
        self.lock().keep(key, root.clone());
        Ok(root)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One text for a list of URLs.
///
/// Errors: `ld.context_unknown` for a URL that could be mistaken for two.
pub(super) fn key_of(urls: &[&str]) -> Result<String, Reason> {
    let mut key = String::with_capacity(urls.iter().map(|url| url.len().saturating_add(1)).sum());
    for url in urls {
        if url.contains('\n') {
            return Err(Reason::new(Code::LdContextUnknown).got((*url).to_owned()));
        }
        let _ = writeln!(key, "{url}");
    }
    Ok(key)
}

/// Which context was derived from which.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// By the scoped context of the definition at this address. An address stays taken as long as the active context whose number
    /// stands beside it is alive, and that number never comes again.
    Scoped(usize, Effect),
    /// By a list of URLs inside the document.
    Urls(String),
}

/// A compiled list of URLs, and the contexts that documents derived from it.
pub(super) struct Root {
    pub(super) active: Arc<Active>,
    derived: RwLock<HashMap<(u64, Step), Arc<Active>, RandomState>>,
    is_full: AtomicBool,
}

impl Root {
    /// What was derived from the active context of that number by this step.
    pub(super) fn derived(&self, from: u64, step: &Step) -> Option<Arc<Active>> {
        let derived = self.derived.read().unwrap_or_else(PoisonError::into_inner);
        derived.get(&(from, step.clone())).cloned()
    }

    /// Keeps what was derived. When there is no room the whole root is given up at its next use.
    pub(super) fn keep(&self, from: u64, step: Step, active: Arc<Active>) {
        let mut derived = self.derived.write().unwrap_or_else(PoisonError::into_inner);
        if derived.len() < limits::CONTEXTS_KEPT {
            derived.insert((from, step), active);
        } else {
            self.is_full.store(true, Ordering::Relaxed);
        }
    }
}

/// Compiled lists in two generations: what is not asked for while the younger one fills up is forgotten.
#[derive(Default)]
struct Kept {
    young: HashMap<String, Arc<Root>, RandomState>,
    old: HashMap<String, Arc<Root>, RandomState>,
}

impl Kept {
    fn find(&mut self, key: &str) -> Option<Arc<Root>> {
        let is_usable = |root: &&Arc<Root>| !root.is_full.load(Ordering::Relaxed);
        if let Some(root) = self.young.get(key) {
            return Some(root).filter(is_usable).cloned();
        }
        let root = self.old.remove(key)?;
        self.keep(key.to_owned(), root.clone());
        Some(root).filter(|root| is_usable(&root))
    }

    fn keep(&mut self, key: String, root: Arc<Root>) {
        if self.young.len() >= limits::CONTEXTS_KEPT / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, root);
    }
}
