//! Key files: reads a private key's text only from a file that nobody else can read or replace.
//!
//! On Unix: a regular file (no symlink), mode 0600 or 0400, ours, in a directory that others cannot write to.
//! Elsewhere the file's kind and size are checked only.

use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

/// Bytes of the largest key file: an 8192-bit RSA key takes a tenth.
const KEY_FILE_BYTES: u64 = 64 << 10;

/// Why a key file was not read: the operator's trouble.
#[derive(Debug)]
pub enum KeyFault {
    /// The file could not be opened or read.
    Io(io::Error),
    /// The path is a symbolic link, a directory or a device.
    NotAPlainFile,
    /// The file's permission bits let others in; they must be 0600 or 0400.
    Permissions(u32),
    /// The file belongs to another user, with that number.
    ForeignOwner(u32),
    /// Others can write to the file's directory, and so replace the file.
    OpenDirectory(u32),
    /// The file is larger than any key.
    TooLarge,
    /// The file is not text.
    NotText,
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyFault::Io(error) => write!(f, "the key file cannot be read: {error}"),
            KeyFault::NotAPlainFile => f.write_str("the key file is a symbolic link or no plain file"),
            KeyFault::Permissions(mode) => {
                write!(f, "key.permissions: the key file has mode {mode:04o}; it must be 0600 or 0400 (chmod 600)")
            }
            KeyFault::ForeignOwner(user) => {
                write!(f, "key.permissions: the key file belongs to user {user}, not to us")
            }
            KeyFault::OpenDirectory(mode) => {
                write!(f, "key.permissions: others can write to the key file's directory (mode {mode:04o})")
            }
            KeyFault::TooLarge => f.write_str("the key file is larger than any key"),
            KeyFault::NotText => f.write_str("the key file is not text"),
        }
    }
}

impl std::error::Error for KeyFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            KeyFault::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for KeyFault {
    fn from(error: io::Error) -> Self {
        KeyFault::Io(error)
    }
}

/// The text of a key file that only we can read. It is wiped when dropped.
///
/// # Errors
/// [`KeyFault`] when the file is not there, not plain, not private, not ours, too large or not UTF-8.
pub fn read_key_file(path: &Path) -> Result<Zeroizing<String>, KeyFault> {
    let named = fs::symlink_metadata(path)?;
    if !named.is_file() {
        return Err(KeyFault::NotAPlainFile);
    }
    let mut file = File::open(path)?;
    let opened = file.metadata()?;
    check_private(path, &named, &opened)?;
    if opened.len() > KEY_FILE_BYTES {
        return Err(KeyFault::TooLarge);
    }
    // Room for all of it at once: growing would leave unwiped copies behind.
    let room = usize::try_from(KEY_FILE_BYTES).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.by_ref().take(KEY_FILE_BYTES).read_to_end(&mut bytes)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| KeyFault::NotText)?;
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(unix)]
fn check_private(path: &Path, named: &Metadata, opened: &Metadata) -> Result<(), KeyFault> {
    use std::os::unix::fs::MetadataExt;

    // Whoever swapped the file for a link between the two looks shows here.
    if (named.dev(), named.ino()) != (opened.dev(), opened.ino()) || !opened.is_file() {
        return Err(KeyFault::NotAPlainFile);
    }
    let mode = opened.mode() & 0o7777;
    if mode != 0o600 && mode != 0o400 {
        return Err(KeyFault::Permissions(mode));
    }
    if own_user().is_some_and(|own| own != opened.uid()) {
        return Err(KeyFault::ForeignOwner(opened.uid()));
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mode = fs::metadata(directory)?.mode() & 0o7777;
    // In a sticky directory (/tmp) nobody can replace what is not theirs.
    if mode & 0o022 != 0 && mode & 0o1000 == 0 {
        return Err(KeyFault::OpenDirectory(mode));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_private(_: &Path, _: &Metadata, _: &Metadata) -> Result<(), KeyFault> {
    Ok(())
}

/// Our effective user number where the kernel tells it in a file (Linux). Elsewhere nothing is lost but the administrator's
/// protection from themselves: nobody else can open another's file of mode 0600.
#[cfg(unix)]
fn own_user() -> Option<u32> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("Uid:"))?.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn with_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("chmod");
    }

    #[test]
    fn only_private_plain_files_are_read() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("key.pem");
        fs::write(&path, "secret").expect("written");
        for mode in [0o600, 0o400] {
            with_mode(&path, mode);
            assert_eq!(read_key_file(&path).expect("private").as_str(), "secret");
        }
        for mode in [0o644, 0o640, 0o604, 0o660, 0o700, 0o4600] {
            with_mode(&path, mode);
            assert!(matches!(read_key_file(&path), Err(KeyFault::Permissions(got)) if got == mode), "{mode:o}");
        }
        with_mode(&path, 0o600);
        let link = directory.path().join("link.pem");
        symlink(&path, &link).expect("linked");
        assert!(matches!(read_key_file(&link), Err(KeyFault::NotAPlainFile)));
        assert!(matches!(read_key_file(directory.path()), Err(KeyFault::NotAPlainFile)));
        assert!(matches!(read_key_file(&directory.path().join("absent")), Err(KeyFault::Io(_))));
        with_mode(directory.path(), 0o777);
        assert!(matches!(read_key_file(&path), Err(KeyFault::OpenDirectory(0o777))));
        with_mode(directory.path(), 0o700);
        fs::write(&path, vec![b'a'; (64 << 10) + 1]).expect("written");
        assert!(matches!(read_key_file(&path), Err(KeyFault::TooLarge)));
        fs::write(&path, [0xff, 0xfe]).expect("written");
        assert!(matches!(read_key_file(&path), Err(KeyFault::NotText)));
    }

    #[test]
    fn a_foreign_file_is_refused() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("key.pem");
        fs::write(&path, "secret").expect("written");
        with_mode(&path, 0o600);
        // Only the administrator can give a file away; for others opening it fails earlier.
        if std::os::unix::fs::chown(&path, Some(12_345), None).is_ok() && own_user().is_some() {
            assert!(matches!(read_key_file(&path), Err(KeyFault::ForeignOwner(12_345))));
        }
    }
}
