//! `vidimus keys`: makes a signing key, in a file that only its owner can read.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::demands::now;
use crate::cli::trouble::Trouble;
use crate::crypto::multikey;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::encoding::base64url;
use crate::issue::test_ca;

/// Arguments of `keys`.
#[derive(Args)]
pub(super) struct Keys {
    /// Where to write the private key (PKCS#8 PEM, P-256); an existing file is never replaced.
    #[arg(value_name = "FILE", required_unless_present = "test_ca")]
    out: Option<PathBuf>,
    /// Make a test authority for mdocs instead, into this folder: an IACA, a document signer, and a trust store that holds the IACA.
    #[arg(long, value_name = "FOLDER", conflicts_with = "out")]
    test_ca: Option<PathBuf>,
    /// The country of the test authority, two capital letters.
    #[arg(long, value_name = "CC", default_value = "XV", requires = "test_ca")]
    country: String,
}

impl Keys {
    /// Writes the key and prints the public half.
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        if let Some(folder) = &self.test_ca {
            return self.test_ca(folder, out);
        }
        let Some(path) = &self.out else { return Err(Trouble::new("where to? Give a file")) };
        let (key, pem) =
            OwnKey::generate_p256().map_err(|fault| Trouble::new(format!("no key could be made: {fault}")))?;
        write_secret(path, pem.as_bytes())?;
        let public = key.public_key();
        let (x, y) = public.ec_coordinates().unwrap_or_default();
        let multikey = multikey::encode(public);
        let answer = json!({
            // What a W3C credential names as its issuer, and its proof as the key.
            "did": format!("did:key:{multikey}"),
            "verification_method": format!("did:key:{multikey}#{multikey}"),
            "public_key": base64url::encode_standard(&public.to_spki_der()),
            "jwk": {
                "kty": "EC",
                "crv": "P-256",
                "x": base64url::encode(x),
                "y": base64url::encode(y),
                // SMART Health Cards demand the thumbprint as the key's identifier.
                "kid": public.jwk_thumbprint(),
                "use": "sig",
                "alg": key.algorithm().name(),
            },
        });
        writeln!(out, "{}", serde_json::to_string_pretty(&answer).unwrap_or_default())?;
        Ok(Exit::Accepted)
    }

    /// Writes a test authority, and prints where its parts stand.
    fn test_ca(&self, folder: &Path, out: &mut dyn Write) -> Result<Exit, Trouble> {
        let made = test_ca::make(&self.country, now()).map_err(|fault| Trouble::new(fault.to_string()))?;
        let trust = folder.join("trust");
        std::fs::create_dir_all(&trust).map_err(|error| Trouble::at(&trust, error))?;
        for (name, certified) in [("iaca", &made.authority), ("signer", &made.signer)] {
            write_secret(&folder.join(format!("{name}.key.pem")), certified.key_pem.as_bytes())?;
            write_secret(&folder.join(format!("{name}.cert.pem")), certified.pem.as_bytes())?;
        }
        let entry = json!({
            "kind": "authority",
            "certificate": base64url::encode_standard(&made.authority.der),
            "formats": ["mdoc"],
            "environment": "test",
        });
        let store = json!({ "vidimus_trust": 1, "entries": [entry] });
        let text = serde_json::to_string_pretty(&store).unwrap_or_default();
        write_secret(&trust.join("test-ca.json"), text.as_bytes())?;
        let answer = json!({
            "authority": folder.join("iaca.cert.pem"),
            "certificate": folder.join("signer.cert.pem"),
            "key": folder.join("signer.key.pem"),
            "trust": trust,
        });
        writeln!(out, "{}", serde_json::to_string_pretty(&answer).unwrap_or_default())?;
        Ok(Exit::Accepted)
    }
}

/// Writes a file that was not there, readable by its owner only from its first moment on.
fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| Trouble::at(path, error))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|error| Trouble::at(path, error))
}
