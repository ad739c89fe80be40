//! The journal of one status list: which places are taken, and what each says. One line a change, on the disk before anybody
//! is told.
//!
//! The first line names the list; `i INDEX DIGEST` takes a place for the credential whose identifier has that SHA-256 (`-` =
//! it has none), `s INDEX 1` sets a place and `s INDEX 0` clears it. A crash may leave half a line at the end: nobody was told
//! of it, and it is cut off. Any other line that cannot be read is a fault: guessing would unrevoke credentials.

use std::collections::HashMap;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use crate::crypto::digest::sha256;
use crate::issue::status_list::{NotTaken, PlaceList};
use crate::status::bitstring::LEAST_PLACES;

/// A list takes no more credentials than this: the last places given out would tell the order of issuing.
pub(super) const FULL: usize = if cfg!(test) { 2_000 } else { 98_304 };
/// Bytes of a journal at most: every place taken, and set and cleared many times over.
const JOURNAL_BYTES: u64 = 256 << 20;

/// The SHA-256 of a credential's identifier. Identifiers themselves are not kept: they may be personal.
pub type IdDigest = [u8; 32];

/// Why a list cannot be read or changed: the operator's trouble.
#[derive(Debug)]
pub enum JournalFault {
    /// The disk.
    Io(io::Error),
    /// That line of the journal cannot be read.
    Line(usize),
    /// The journal is another list's.
    Other,
    /// An earlier change could not be written; what the file holds is unknown until it is read anew.
    Broken,
    /// The journal is larger than any should be.
    TooLong,
    /// No place is free.
    Full,
    /// Nobody was given that place.
    NotTaken,
}

impl fmt::Display for JournalFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JournalFault::Io(error) => error.fmt(f),
            JournalFault::Line(number) => write!(f, "line {number} of the status journal cannot be read"),
            JournalFault::Other => f.write_str("the status journal is another list's"),
            JournalFault::Broken => f.write_str("an earlier change could not be written; start the service again"),
            JournalFault::TooLong => f.write_str("the status journal is too long"),
            JournalFault::Full => f.write_str("the status list is full"),
            JournalFault::NotTaken => f.write_str("nobody was given that place"),
        }
    }
}

impl std::error::Error for JournalFault {}

impl From<NotTaken> for JournalFault {
    fn from(_: NotTaken) -> Self {
        JournalFault::NotTaken
    }
}

impl From<io::Error> for JournalFault {
    fn from(error: io::Error) -> Self {
        JournalFault::Io(error)
    }
}

/// A change that was written, and is durable once [`Written::settle`] came back.
#[must_use = "a change is not durable before it is settled"]
pub struct Written(Option<Arc<File>>);

impl Written {
    /// Waits until the disk has it.
    ///
    /// # Errors
    /// Those of the disk; the change must not be told to anybody then.
    pub fn settle(self) -> Result<(), JournalFault> {
        self.0.map_or(Ok(()), |file| Ok(file.sync_data()?))
    }
}

/// One status list and its journal.
pub struct Journal {
    file: Option<Arc<File>>,
    is_broken: bool,
    list: PlaceList,
    count: usize,
    places: HashMap<IdDigest, u64>,
    version: u64,
}

impl Journal {
    /// An empty list that is kept nowhere.
    ///
    /// # Errors
    /// Never: a list of the least size can always be made.
    pub fn in_memory() -> Result<Self, JournalFault> {
        let list = PlaceList::new(LEAST_PLACES).map_err(|_| JournalFault::Full)?;
        Ok(Journal { file: None, is_broken: false, list, count: 0, places: HashMap::new(), version: 0 })
    }

    /// The list in that file, or an empty one in a new file. `name` must be the one that the file was made with.
    ///
    /// # Errors
    /// [`JournalFault`] when the file cannot be read as this list's journal.
    pub fn open(path: &Path, name: &str) -> Result<Self, JournalFault> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        if file.metadata()?.len() > JOURNAL_BYTES {
            return Err(JournalFault::TooLong);
        }
        let mut bytes = Vec::new();
        Read::by_ref(&mut file).take(JOURNAL_BYTES).read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let text = std::str::from_utf8(bytes.get(..whole).unwrap_or_default()).map_err(|_| JournalFault::Line(0))?;
        let mut journal = Journal::in_memory()?;
        let mut lines = text.lines().enumerate();
        let title = title(name);
        match lines.next() {
            None => {
                file.set_len(0)?;
                file.write_all(format!("{title}\n").as_bytes())?;
            }
            Some((_, first)) if first == title => {
                file.set_len(whole as u64)?;
                file.seek(SeekFrom::End(0))?;
            }
            Some(_) => return Err(JournalFault::Other),
        }
        for (number, line) in lines {
            journal.replay(line).ok_or(JournalFault::Line(number + 1))?;
        }
        file.sync_all()?;
        journal.file = Some(Arc::new(file));
        Ok(journal)
    }

    /// What one line says, done again; `None` when it makes no sense.
    fn replay(&mut self, line: &str) -> Option<()> {
        let mut words = line.split(' ');
        let (kind, index, what) = (words.next()?, words.next()?.parse::<u64>().ok()?, words.next()?);
        if words.next().is_some() {
            return None;
        }
        match (kind, what) {
            ("i", "-") => self.list.take(index).then(|| self.know(index, None)),
            ("i", what) => {
                let digest = from_hex(what)?;
                self.list.take(index).then(|| self.know(index, Some(digest)))
            }
            ("s", "0" | "1") => self.list.write(index, what == "1").ok(),
            _ => None,
        }
    }

    fn know(&mut self, index: u64, id: Option<IdDigest>) {
        self.count += 1;
        if let Some(id) = id {
            self.places.insert(id, index);
        }
    }

    /// `true` when another list should take the next credential.
    pub fn is_full(&self) -> bool {
        self.count >= FULL
    }

    /// The place of the credential with this identifier, if it has one here.
    pub fn place_of(&self, id: &IdDigest) -> Option<u64> {
        self.places.get(id).copied()
    }

    /// `true` when that place is set.
    pub fn is_set(&self, index: u64) -> bool {
        self.list.is_set(index)
    }

    /// Counts changes of what the list says; a copy of another version is out of date.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The list as it is published, the first place in the most significant bit of the first byte.
    pub fn bytes(&self) -> &[u8] {
        self.list.bytes()
    }

    /// A free place, drawn at random, for the credential with this identifier; never the same place twice.
    ///
    /// # Errors
    /// [`JournalFault`]; nobody has the place then.
    pub fn allocate(&mut self, id: Option<IdDigest>) -> Result<(u64, Written), JournalFault> {
        if self.is_full() {
            return Err(JournalFault::Full);
        }
        let index = self.list.allocate().ok_or(JournalFault::Full)?;
        let digest = id.map_or_else(|| "-".to_owned(), |id| to_hex(&id));
        let written = self.append(&format!("i {index} {digest}\n"))?;
        self.know(index, id);
        Ok((index, written))
    }

    /// Sets or clears a place.
    ///
    /// # Errors
    /// [`JournalFault`]; nothing changes then.
    pub fn write(&mut self, index: u64, is_set: bool) -> Result<Written, JournalFault> {
        let before = self.list.is_set(index);
        self.list.write(index, is_set)?;
        match self.append(&format!("s {index} {}\n", u8::from(is_set))) {
            Ok(written) => {
                self.version += 1;
                Ok(written)
            }
            Err(fault) => {
                self.list.write(index, before)?;
                Err(fault)
            }
        }
    }

    /// No change is written from now on: the disk failed, and what it holds is unknown until it is read anew.
    pub fn break_off(&mut self) {
        self.is_broken = true;
    }

    fn append(&mut self, line: &str) -> Result<Written, JournalFault> {
        if self.is_broken {
            return Err(JournalFault::Broken);
        }
        let Some(file) = &self.file else { return Ok(Written(None)) };
        if let Err(error) = (&**file).write_all(line.as_bytes()) {
            // Half a line may stand there now.
            self.is_broken = true;
            return Err(error.into());
        }
        Ok(Written(Some(file.clone())))
    }
}

/// The digest by which a journal knows a credential.
pub fn digest_of(id: &str) -> IdDigest {
    sha256(id.as_bytes())
}

fn title(name: &str) -> String {
    format!("vidimus status journal 1: {name}")
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<IdDigest> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(digest)
}
