//! The status lists of what this service issued: which credential has which place, and what each place says.
//!
//! One journal a list, in a folder that one process holds at a time. A change is on the disk before its caller goes on; a
//! place is given out once, whoever asks at the same time. Without a folder everything is forgotten at the end.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::status_journal::{IdDigest, Journal, JournalFault, Written, digest_of};

/// What a status list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusPurpose {
    /// Withdrawn for ever.
    Revocation,
    /// Withdrawn for a while.
    Suspension,
}

impl StatusPurpose {
    /// The purpose as it stands in credentials.
    pub fn name(self) -> &'static str {
        match self {
            StatusPurpose::Revocation => "revocation",
            StatusPurpose::Suspension => "suspension",
        }
    }

    /// The purpose of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [StatusPurpose::Revocation, StatusPurpose::Suspension].into_iter().find(|purpose| purpose.name() == name)
    }
}

/// A credential's place: a list by name, and an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusPlace {
    /// The list's name: `PROFILE-PURPOSE-NUMBER`.
    pub list: String,
    /// The index.
    pub index: u64,
}

/// What a list says at present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// One bit a place, the first in the most significant bit.
    pub bytes: Vec<u8>,
    /// Counts changes.
    pub version: u64,
}

/// Why a status cannot be kept or changed.
#[derive(Debug)]
pub enum StatusFault {
    /// Another process holds the folder.
    Held,
    /// The operator's trouble with a list.
    Journal(JournalFault),
    /// A credential of that identifier has a status already.
    Duplicate,
    /// There is no such list or place.
    Unknown,
    /// What is revoked stays revoked.
    Final,
}

impl fmt::Display for StatusFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StatusFault::Held => f.write_str("another process holds the folder of the status lists"),
            StatusFault::Journal(fault) => fault.fmt(f),
            StatusFault::Duplicate => f.write_str("a credential of that identifier has a status already"),
            StatusFault::Unknown => f.write_str("there is no such credential or place"),
            StatusFault::Final => f.write_str("what is revoked stays revoked"),
        }
    }
}

impl std::error::Error for StatusFault {}

impl From<JournalFault> for StatusFault {
    fn from(fault: JournalFault) -> Self {
        match fault {
            JournalFault::NotTaken => StatusFault::Unknown,
            fault => StatusFault::Journal(fault),
        }
    }
}

impl From<io::Error> for StatusFault {
    fn from(error: io::Error) -> Self {
        StatusFault::Journal(error.into())
    }
}

/// Every status list of this service.
#[derive(Default)]
pub struct StatusStore {
    folder: Option<PathBuf>,
    /// Locked for as long as this lives.
    _lock: Option<File>,
    lists: Mutex<BTreeMap<String, Journal>>,
}

impl StatusStore {
    /// The lists in that folder, which is made when it is not there.
    ///
    /// # Errors
    /// [`StatusFault`] when another process holds it, or a journal cannot be read.
    pub fn open(folder: &Path) -> Result<Self, StatusFault> {
        fs::create_dir_all(folder)?;
        let lock = File::create(folder.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StatusFault::Held),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let mut lists = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".journal"));
            if let Some(name) = name {
                lists.insert(name.to_owned(), Journal::open(&path, name)?);
            }
        }
        Ok(StatusStore { folder: Some(folder.to_owned()), _lock: Some(lock), lists: Mutex::new(lists) })
    }

    /// Gives the credential a place in the lists of that profile and purpose. Waits for the disk.
    ///
    /// # Errors
    /// `Duplicate` when a credential of that identifier has one already; those of the disk.
    pub fn allocate(
        &self,
        profile: &str,
        purpose: StatusPurpose,
        credential: Option<&str>,
    ) -> Result<StatusPlace, StatusFault> {
        let id = credential.map(digest_of);
        let mut lists = self.lists();
        if id.is_some_and(|id| find(&lists, profile, purpose, &id).is_some()) {
            return Err(StatusFault::Duplicate);
        }
        let list = self.open_list(&mut lists, profile, purpose)?;
        let journal = lists.get_mut(&list).ok_or(StatusFault::Unknown)?;
        let (index, written) = journal.allocate(id)?;
        drop(lists);
        self.settle(&list, written)?;
        Ok(StatusPlace { list, index })
    }

    /// The place of the credential with that identifier, as that profile issued it.
    pub fn place_of(&self, profile: &str, purpose: StatusPurpose, credential: &str) -> Option<StatusPlace> {
        find(&self.lists(), profile, purpose, &digest_of(credential))
    }

    /// Sets or clears a place. Waits for the disk. Doing it twice is doing it once.
    ///
    /// # Errors
    /// `Unknown` when nobody was given that place, `Final` when a revocation is to be taken back; those of the disk.
    pub fn write(&self, place: &StatusPlace, purpose: StatusPurpose, is_set: bool) -> Result<(), StatusFault> {
        let mut lists = self.lists();
        let journal = lists.get_mut(&place.list).ok_or(StatusFault::Unknown)?;
        if purpose == StatusPurpose::Revocation && journal.is_set(place.index) && !is_set {
            return Err(StatusFault::Final);
        }
        let written = journal.write(place.index, is_set)?;
        drop(lists);
        self.settle(&place.list, written)
    }

    /// What that list says at present, if there is one.
    pub fn snapshot(&self, list: &str) -> Option<Snapshot> {
        let lists = self.lists();
        let journal = lists.get(list)?;
        Some(Snapshot { bytes: journal.bytes().to_vec(), version: journal.version() })
    }

    /// Counts changes of that list, if there is one.
    pub fn version(&self, list: &str) -> Option<u64> {
        self.lists().get(list).map(Journal::version)
    }

    /// The list that takes the next credential; a new one when the last is full.
    fn open_list(
        &self,
        lists: &mut BTreeMap<String, Journal>,
        profile: &str,
        purpose: StatusPurpose,
    ) -> Result<String, StatusFault> {
        let own = lists.iter().filter(|(name, _)| is_of(name, profile, purpose));
        let mut count = 0_usize;
        for (name, journal) in own {
            if !journal.is_full() {
                return Ok(name.clone());
            }
            count += 1;
        }
        let name = format!("{profile}-{}-{}", purpose.name(), count + 1);
        let journal = match &self.folder {
            None => Journal::in_memory()?,
            Some(folder) => {
                let journal = Journal::open(&folder.join(format!("{name}.journal")), &name)?;
                // The new name in the folder must survive too.
                File::open(folder)?.sync_all()?;
                journal
            }
        };
        lists.insert(name.clone(), journal);
        Ok(name)
    }

    /// Waits until the disk has the change. Once it has failed, nothing more is written to that list.
    fn settle(&self, list: &str, written: Written) -> Result<(), StatusFault> {
        written.settle().map_err(|fault| {
            if let Some(journal) = self.lists().get_mut(list) {
                journal.break_off();
            }
            fault.into()
        })
    }

    /// A panic elsewhere leaves the lists as they were: every change of them is one call.
    fn lists(&self) -> MutexGuard<'_, BTreeMap<String, Journal>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The profile and purpose that a list's name says.
pub fn parts_of(list: &str) -> Option<(&str, StatusPurpose)> {
    let (rest, number) = list.rsplit_once('-')?;
    let (profile, purpose) = rest.rsplit_once('-')?;
    number.parse::<usize>().ok()?;
    Some((profile, StatusPurpose::from_name(purpose)?))
}

fn is_of(list: &str, profile: &str, purpose: StatusPurpose) -> bool {
    parts_of(list) == Some((profile, purpose))
}

fn find(
    lists: &BTreeMap<String, Journal>,
    profile: &str,
    purpose: StatusPurpose,
    id: &IdDigest,
) -> Option<StatusPlace> {
    let own = lists.iter().filter(|(name, _)| is_of(name, profile, purpose));
    own.into_iter()
        .find_map(|(name, journal)| journal.place_of(id).map(|index| StatusPlace { list: name.clone(), index }))
}

#[cfg(test)]
mod tests;
