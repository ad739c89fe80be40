//! The trust store on disk: a folder of small JSON files that a person can read and compare.
//!
//! Files are read in the order of their names, those of sub-folders under `folder/name`, one level deep. A sub-folder belongs to
//! one list: [`write()`] takes out files that the list no longer has, because a signer left behind would stay trusted.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::crypto::digest::sha256;
use crate::encoding::json;
use crate::reason::{Code, Reason};
use crate::trust::Problem;
use crate::trust::entry::EntryFile;

/// Bytes of one file of a store.
const FILE_BYTES: u64 = 16 << 20;
/// Bytes of a whole store.
const STORE_BYTES: u64 = 256 << 20;
/// Files of a whole store.
const FILES: usize = 10_000;
/// The version of the file format that we read.
const VERSION: u32 = 1;

/// What a store holds.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The files that could be read, in the order of their names.
    pub files: Vec<EntryFile>,
    /// The files that could not, and why.
    pub problems: Vec<Problem>,
}

/// Why a store was not read or written: the operator's trouble.
#[derive(Debug)]
pub enum StoreFault {
    /// A file or folder could not be read or written.
    Io(PathBuf, io::Error),
    /// There are files, but none of them could be read; the first one's fault.
    NothingReadable(Problem),
    /// There are more files or bytes than any trust store has.
    TooLarge(PathBuf),
    /// A file name that would leave the store or be passed over by the reader.
    Name(String),
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreFault::Io(path, error) => write!(f, "{}: {error}", path.display()),
            StoreFault::NothingReadable(problem) => {
                write!(f, "no file of the trust store is readable; {}: {}", problem.entry, problem.reason)
            }
            StoreFault::TooLarge(path) => write!(f, "{}: larger than any trust store", path.display()),
            StoreFault::Name(name) => write!(f, "{name:?} is no name of a trust file: [FOLDER/]NAME.json"),
        }
    }
}

impl std::error::Error for StoreFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StoreFault::Io(_, error) => Some(error),
            _ => None,
        }
    }
}

/// Everything that the store at `path` holds; `path` is a folder, or one file.
///
/// # Errors
/// [`StoreFault`] when the path cannot be read, is too large, or holds files of which none is readable. A single broken file is a
/// problem, not a fault.
pub fn load(path: &Path) -> Result<Loaded, StoreFault> {
    let mut loaded = Loaded::default();
    let mut left = STORE_BYTES;
    for (name, file) in files_of(path)? {
        let Some(bytes) = read(&file)? else {
            let reason = Reason::new(Code::InputTooLarge).expected(i64::try_from(FILE_BYTES).unwrap_or(i64::MAX));
            loaded.problems.push(Problem { entry: name, reason });
            continue;
        };
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        left = left.checked_sub(length).ok_or_else(|| StoreFault::TooLarge(path.to_owned()))?;
        match decode(&bytes) {
            Ok(file) => loaded.files.push(file),
            Err(reason) => loaded.problems.push(Problem { entry: name, reason }),
        }
    }
    match loaded.problems.first() {
        Some(problem) if loaded.files.is_empty() => Err(StoreFault::NothingReadable(problem.clone())),
        _ => Ok(loaded),
    }
}

/// What [`write()`] changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that are new or have new content.
    pub changed: usize,
    /// Files that were the same already.
    pub unchanged: usize,
    /// Files taken out, because their list no longer has them.
    pub removed: usize,
}

/// Writes these files, named `NAME.json` or `FOLDER/NAME.json`, into the store at `path`, each at once by renaming.
///
/// A file whose entries and list are the same already is left alone, with the time and digest of the import that last changed it.
/// A folder that is named belongs to these files alone: other `.json` files in it are removed, after the new ones stand.
///
/// # Errors
/// [`StoreFault`] when a name is odd or the disk refuses. What was renamed before then stays.
pub fn write(path: &Path, files: &BTreeMap<String, EntryFile>) -> Result<Written, StoreFault> {
    for name in files.keys() {
        check_name(name)?;
    }
    let mut written = Written::default();
    for (name, file) in files {
        let target = path.join(name);
        if says_the_same(&target, file) {
            written.unchanged += 1;
            continue;
        }
        let mut text = serde_json::to_vec_pretty(file).map_err(|error| StoreFault::Io(target.clone(), error.into()))?;
        text.push(b'\n');
        replace(&target, &text)?;
        written.changed += 1;
    }
    let mut folders: Vec<&str> = files.keys().filter_map(|name| Some(name.split_once('/')?.0)).collect();
    folders.dedup();
    for folder in folders {
        written.removed += remove_others(path, folder, files)?;
    }
    Ok(written)
}

/// A digest of the names, sizes and times of change of the store's files: equal while nobody touched it. Reads no file.
///
/// # Errors
/// [`StoreFault`] when the path cannot be read.
pub fn fingerprint(path: &Path) -> Result<[u8; 32], StoreFault> {
    let mut text = Vec::new();
    for (name, file) in files_of(path)? {
        let data = fs::metadata(&file).map_err(io_fault(&file))?;
        let changed = data.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let changed = changed.map_or(0, |time| time.as_nanos());
        text.extend_from_slice(format!("{name}\0{}\0{changed}\n", data.len()).as_bytes());
    }
    Ok(sha256(&text))
}

fn decode(bytes: &[u8]) -> Result<EntryFile, Reason> {
    let file: EntryFile = json::from_slice(bytes)?;
    if file.vidimus_trust == VERSION {
        Ok(file)
    } else {
        let got = i64::from(file.vidimus_trust);
        Err(Reason::new(Code::JsonSyntax).expected("vidimus_trust: 1").got(got))
    }
}

/// The store's files with their names, in the order of names.
fn files_of(path: &Path) -> Result<BTreeMap<String, PathBuf>, StoreFault> {
    let mut files = BTreeMap::new();
    if !fs::metadata(path).map_err(io_fault(path))?.is_dir() {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        files.insert(name, path.to_owned());
        return Ok(files);
    }
    for (name, inner) in children(path)? {
        if inner.is_dir() {
            for (file_name, file) in children(&inner)? {
                if is_trust_file(&file) {
                    files.insert(format!("{name}/{file_name}"), file);
                }
            }
        } else if is_trust_file(&inner) {
            files.insert(name, inner);
        }
        if files.len() > FILES {
            return Err(StoreFault::TooLarge(path.to_owned()));
        }
    }
    Ok(files)
}

/// What a folder holds, without hidden files: an editor's or our own half-written ones.
fn children(folder: &Path) -> Result<Vec<(String, PathBuf)>, StoreFault> {
    let mut found = Vec::new();
    for item in fs::read_dir(folder).map_err(io_fault(folder))? {
        let item = item.map_err(io_fault(folder))?;
        let name = item.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            found.push((name, item.path()));
        }
        if found.len() > FILES {
            return Err(StoreFault::TooLarge(folder.to_owned()));
        }
    }
    Ok(found)
}

fn is_trust_file(path: &Path) -> bool {
    path.extension() == Some(OsStr::new("json")) && path.is_file()
}

/// The file's bytes; `None` when they are more than a trust file has.
fn read(path: &Path) -> Result<Option<Vec<u8>>, StoreFault> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(io_fault(path))?;
    file.take(FILE_BYTES.saturating_add(1)).read_to_end(&mut bytes).map_err(io_fault(path))?;
    let fits = u64::try_from(bytes.len()).is_ok_and(|length| length <= FILE_BYTES);
    Ok(fits.then_some(bytes))
}

fn says_the_same(target: &Path, file: &EntryFile) -> bool {
    let Ok(Some(bytes)) = read(target) else { return false };
    let origin = |file: &EntryFile| file.source.as_ref().map(|source| (source.list.clone(), source.importer.clone()));
    decode(&bytes).is_ok_and(|present| present.entries == file.entries && origin(&present) == origin(file))
}

/// `[FOLDER/]NAME.json` of plain characters, so that a name out of a list can never leave the store.
fn check_name(name: &str) -> Result<(), StoreFault> {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    let sound = name.ends_with(".json") && name.split('/').count() <= 2 && name.split('/').all(plain);
    if sound { Ok(()) } else { Err(StoreFault::Name(name.to_owned())) }
}

/// Puts a whole file in the place of `target`: readers see the old one or the new one, never a part.
fn replace(target: &Path, bytes: &[u8]) -> Result<(), StoreFault> {
    let folder = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(io_fault(folder))?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder.join(format!(".{name}.new"));
    let write = || -> io::Result<()> {
        let mut file = File::create(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, target)
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&draft);
        StoreFault::Io(target.to_owned(), error)
    })
}

fn remove_others(path: &Path, folder: &str, files: &BTreeMap<String, EntryFile>) -> Result<usize, StoreFault> {
    let mut removed = 0;
    for (name, file) in children(&path.join(folder))? {
        if is_trust_file(&file) && !files.contains_key(&format!("{folder}/{name}")) {
            fs::remove_file(&file).map_err(io_fault(&file))?;
            removed += 1;
        }
    }
    Ok(removed)
}

fn io_fault(path: &Path) -> impl FnOnce(io::Error) -> StoreFault + '_ {
    move |error| StoreFault::Io(path.to_owned(), error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Environment;
    use crate::trust::entry::{Entry, Source};

    fn file(issuer: &str) -> EntryFile {
        let entry = Entry::Issuer {
            issuer: issuer.to_owned(),
            aliases: Vec::new(),
            name: None,
            formats: vec!["smart_health_card".to_owned()],
            environment: Environment::Test,
            keys: None,
            document: None,
            types: Vec::new(),
            list: None,
        };
        EntryFile { vidimus_trust: 1, source: None, entries: vec![entry] }
    }

    fn named(names: &[&str]) -> BTreeMap<String, EntryFile> {
        names.iter().map(|name| ((*name).to_owned(), file(&format!("https://{name}.example")))).collect()
    }

    #[test]
    fn reads_back_what_it_wrote_in_the_order_of_names() {
        let folder = tempfile::tempdir().unwrap();
        let files = named(&["b.json", "list/a.json", "list/z.json", "zz.json"]);
        let written = write(folder.path(), &files).unwrap();
        assert_eq!(written, Written { changed: 4, unchanged: 0, removed: 0 });
        let loaded = load(folder.path()).unwrap();
        assert_eq!(loaded.files, files.values().cloned().collect::<Vec<_>>());
        assert!(loaded.problems.is_empty());
        assert_eq!(load(&folder.path().join("b.json")).unwrap().files, vec![file("https://b.json.example")]);
        let mut later = files.clone();
        later.get_mut("zz.json").unwrap().entries.clear();
        for (edition, changed) in [(&files, 0), (&later, 1), (&later, 0)] {
            let written = Written { changed, unchanged: 4 - changed, removed: 0 };
            assert_eq!(write(folder.path(), edition).unwrap(), written);
        }
        let source =
            |sha256: &str| Some(Source { list: "a".to_owned(), sha256: sha256.to_owned(), ..Source::default() });
        later.values_mut().for_each(|file| file.source = source("01"));
        assert_eq!(write(folder.path(), &later).unwrap().changed, 4);
        later.values_mut().for_each(|file| file.source = source("02"));
        assert_eq!(write(folder.path(), &later).unwrap().changed, 0);
    }

    #[test]
    fn a_list_takes_its_old_files_out_and_leaves_those_of_others() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &named(&["mine.json", "one/a.json", "one/b.json", "two/a.json"])).unwrap();
        let before = fingerprint(folder.path()).unwrap();
        assert_eq!(fingerprint(folder.path()).unwrap(), before);
        let written = write(folder.path(), &named(&["one/b.json"])).unwrap();
        assert_eq!(written, Written { changed: 0, unchanged: 1, removed: 1 });
        assert_ne!(fingerprint(folder.path()).unwrap(), before);
        assert_eq!(load(folder.path()).unwrap().files.len(), 3);
    }

    #[test]
    fn a_broken_file_is_a_problem_and_nothing_readable_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        assert!(load(&folder.path().join("absent")).is_err());
        assert!(load(folder.path()).unwrap().files.is_empty());
        fs::write(folder.path().join("bad.json"), "{\"vidimus_trust\":1,\"entries\":[],\"entries\":[]}").unwrap();
        assert!(matches!(load(folder.path()), Err(StoreFault::NothingReadable(_))));
        write(folder.path(), &named(&["good.json"])).unwrap();
        fs::write(folder.path().join("old.json"), "{\"vidimus_trust\":2,\"entries\":[]}").unwrap();
        fs::write(folder.path().join("note.txt"), "not ours").unwrap();
        fs::write(folder.path().join(".good.json.new"), "half").unwrap();
        let loaded = load(folder.path()).unwrap();
        let problems: Vec<_> = loaded.problems.iter().map(|p| (p.entry.as_str(), p.reason.code())).collect();
        assert_eq!(problems, [("bad.json", Code::JsonDuplicateKey), ("old.json", Code::JsonSyntax)]);
        assert_eq!(loaded.files.len(), 1);
    }

    #[test]
    fn refuses_names_that_leave_the_store() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["../a.json", "/a.json", "a/b/c.json", ".a.json", "a.txt", "a b.json", "", "a/", "..json/../a.json"]
        {
            assert!(matches!(write(folder.path(), &named(&[name])), Err(StoreFault::Name(_))), "{name}");
        }
    }
}
