//! TLS on the listener: 1.2 and 1.3 by rustls, HTTP/1.1 inside. Clients are not asked for certificates.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::version::{TLS12, TLS13};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::patient::Patient;
use crate::service::certificate::{Certified, Settings};
use crate::time::Timestamp;

/// What turns a connection into a TLS connection.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    /// The leaf certificate, DER.
    pub certificate: Arc<[u8]>,
}

impl Tls {
    /// TLS as the operator set it, with a certificate made at `now` where none is given. Tells its digest in the log.
    pub fn new(settings: &Settings, now: Timestamp) -> io::Result<Tls> {
        let certified = Certified::of(settings, now).map_err(io::Error::other)?;
        let sha256 = certified.fingerprint();
        if certified.is_new {
            tracing::warn!(sha256, "the certificate is self-made: clients must be told to trust it");
        } else {
            tracing::info!(sha256, "certificate read");
        }
        let certificate = certified.chain.first().map_or(&[][..], |leaf| leaf.as_ref()).into();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13, &TLS12]);
        let config = config.map_err(io::Error::other)?.with_no_client_auth();
        let mut config = config.with_single_cert(certified.chain, certified.key).map_err(io::Error::other)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Tls { acceptor: TlsAcceptor::from(Arc::new(config)), certificate })
    }

    /// The connection as a TLS one, if the client shakes hands within that time.
    pub async fn shake_hands(&self, stream: Patient, time: Duration) -> Option<TlsStream<Patient>> {
        tokio::time::timeout(time, self.acceptor.accept(stream)).await.ok()?.ok()
    }
}
