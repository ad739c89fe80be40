//! The listener's own certificate: read from the operator's files, or made by ourselves for a developer's machine.
//!
//! PEM in, one key, the leaf first (RFC 8446, 4.4.2). A certificate of ours names hosts and nothing else, is no authority,
//! lasts about a year, and is kept nowhere unless the operator names files to keep it in. It is read once, at the start.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, date_time_ymd};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use crate::crypto::digest::sha256;
use crate::crypto::key_file::read_key_file;
use crate::time::{Date, Timestamp};

/// Bytes of a certificate file at most.
const FILE_BYTES: u64 = 256 << 10;
/// Whom a certificate of ours names in any case.
const OWN_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// Days that a certificate of ours lasts; clients refuse more than 398.
const OWN_DAYS: i64 = 365;
const DAY: i64 = 86_400;

/// What an operator can set about TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The certificate with its chain, PEM. `None` = one of our own. A file that is not there is made, if the key is not there either.
    pub certificate: Option<PathBuf>,
    /// The certificate's private key, PEM, readable by us alone.
    pub key: Option<PathBuf>,
    /// Names of this host beyond the loopback ones, for a certificate of our own.
    pub names: Vec<String>,
}

/// Why there is no certificate: the operator's trouble.
#[derive(Debug)]
pub struct CertificateFault(String);

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CertificateFault {}

/// A certificate and the key that belongs to it.
pub struct Certified {
    /// The chain, leaf first.
    pub chain: Vec<CertificateDer<'static>>,
    /// The private key.
    pub key: PrivateKeyDer<'static>,
    /// `true` when it was made just now, by us.
    pub is_new: bool,
}

impl Certified {
    /// The SHA-256 of the leaf in lower-case hexadecimal, by which people compare certificates.
    pub fn fingerprint(&self) -> String {
        let leaf = self.chain.first().map_or(&[][..], |leaf| leaf.as_ref());
        sha256(leaf).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The certificate that these settings ask for, made at `now` where it is to be made.
    ///
    /// # Errors
    /// [`CertificateFault`] when a file is missing, unreadable or no certificate, or cannot be written.
    pub fn of(settings: &Settings, now: Timestamp) -> Result<Certified, CertificateFault> {
        match (&settings.certificate, &settings.key) {
            (None, None) => make(&settings.names, now).map(|made| made.certified),
            (Some(certificate), Some(key)) => match (is_there(certificate)?, is_there(key)?) {
                (true, true) => read(certificate, key),
                (false, false) => make(&settings.names, now)?.kept(certificate, key),
                (true, false) => Err(at(key, "is not there, but the certificate is")),
                (false, true) => Err(at(certificate, "is not there, but its key is")),
            },
            _ => Err(CertificateFault("a certificate and its key are given together".to_owned())),
        }
    }
}

struct Made {
    certified: Certified,
    certificate_pem: String,
    key_pem: Zeroizing<String>,
}

fn make(names: &[String], now: Timestamp) -> Result<Made, CertificateFault> {
    let fault = |error: rcgen::Error| CertificateFault(format!("no certificate could be made: {error}"));
    let names: Vec<String> = OWN_NAMES.iter().map(|name| (*name).to_owned()).chain(names.iter().cloned()).collect();
    let mut parameters = CertificateParams::new(names).map_err(fault)?;
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, "vidimus, self-made");
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    // A clock that is a little behind ours must not refuse it.
    let (first, last) = (now.plus(-DAY).date(), now.plus(OWN_DAYS * DAY).date());
    parameters.not_before = date_time_ymd(year_of(first)?, first.month, first.day);
    parameters.not_after = date_time_ymd(year_of(last)?, last.month, last.day);
    let key = KeyPair::generate().map_err(fault)?;
    let certificate = parameters.self_signed(&key).map_err(fault)?;
    let der = PrivateKeyDer::try_from(key.serialize_der())
        .map_err(|error| CertificateFault(format!("no key could be made: {error}")))?;
    Ok(Made {
        certificate_pem: certificate.pem(),
        key_pem: Zeroizing::new(key.serialize_pem()),
        certified: Certified { chain: vec![certificate.der().clone()], key: der, is_new: true },
    })
}

impl Made {
    /// The same, written into these files; neither may be there yet.
    fn kept(self, certificate: &Path, key: &Path) -> Result<Certified, CertificateFault> {
        write_new(key, 0o600, self.key_pem.as_bytes())?;
        write_new(certificate, 0o644, self.certificate_pem.as_bytes())?;
        Ok(self.certified)
    }
}

/// The year, if a certificate can hold it.
fn year_of(date: Date) -> Result<i32, CertificateFault> {
    let year = i32::try_from(date.year).ok().filter(|year| (1970..9999).contains(year));
    year.ok_or_else(|| CertificateFault("the clock is off, so that no certificate can be made".to_owned()))
}

fn read(certificate: &Path, key: &Path) -> Result<Certified, CertificateFault> {
    let pem = read_bounded(certificate).map_err(|error| at(certificate, error))?;
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().map_err(|_| at(certificate, "is not PEM"))?;
    if chain.is_empty() {
        return Err(at(certificate, "holds no certificate"));
    }
    let text = read_key_file(key).map_err(|fault| at(key, fault))?;
    let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| at(key, "holds no private key in PEM"))?;
    Ok(Certified { chain, key, is_new: false })
}

fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(FILE_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn is_there(path: &Path) -> Result<bool, CertificateFault> {
    path.try_exists().map_err(|error| at(path, error))
}

fn write_new(path: &Path, mode: u32, bytes: &[u8]) -> Result<(), CertificateFault> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let written = options.open(path).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(|error| at(path, error))
}

fn at(path: &Path, what: impl fmt::Display) -> CertificateFault {
    CertificateFault(format!("{}: {what}", path.display()))
}
