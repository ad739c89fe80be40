//! A client on a raw socket, for what no well-behaved client does.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use vidimus::net::clock::Clock;
use vidimus::service::config::Config;
use vidimus::service::listen::Server;
use vidimus::service::state::Service;

/// A service on loopback that runs until it is told to stop.
pub struct Running {
    pub address: SocketAddr,
    pub service: Service,
    /// The certificate under TLS, DER.
    pub certificate: Option<std::sync::Arc<[u8]>>,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<std::io::Result<()>>,
}

impl Running {
    pub async fn start(config: Config) -> Self {
        Running::start_with(Service::with(config, None, Clock::system())).await
    }

    pub async fn start_with(service: Service) -> Self {
        let server = Server::bind_service(service).await.unwrap();
        let (stop, stopped) = oneshot::channel();
        let (address, service) = (server.local_addr().unwrap(), server.service().clone());
        let certificate = server.certificate();
        let ended = tokio::spawn(server.run(async { drop(stopped.await) }));
        Running { address, service, certificate, stop, ended }
    }

    /// Tells it to stop and waits for its end.
    pub async fn stop(self) {
        self.begin_stop().await.unwrap().unwrap();
    }

    pub fn begin_stop(self) -> JoinHandle<std::io::Result<()>> {
        self.stop.send(()).unwrap();
        self.ended
    }
}

/// A connection, in the clear or under TLS.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

pub struct Client(Box<dyn Stream>);

/// A whole answer: status, head in lower case, body as text.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

#[expect(clippy::disallowed_methods, reason = "a test's client on loopback")]
pub async fn connect(address: SocketAddr) -> Client {
    Client(Box::new(TcpStream::connect(address).await.unwrap()))
}

/// The same under TLS of these versions, trusting that one certificate.
#[expect(clippy::disallowed_methods, reason = "a test's client on loopback")]
pub async fn connect_tls(
    running: &Running,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> std::io::Result<Client> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(running.certificate.as_ref().unwrap().to_vec().into()).unwrap();
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let config = rustls::ClientConfig::builder_with_provider(provider.into()).with_protocol_versions(versions).unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let stream = TcpStream::connect(running.address).await?;
    let name = "localhost".try_into().unwrap();
    Ok(Client(Box::new(tokio_rustls::TlsConnector::from(std::sync::Arc::new(config)).connect(name, stream).await?)))
}

impl Client {
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.0.write_all(bytes.as_ref()).await
    }

    /// The next answer; `None` when the connection ends instead.
    pub async fn answer(&mut self) -> Option<Answer> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let length =
            head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()).map(str::parse::<usize>);
        let mut body = vec![0; length.map_or(0, Result::unwrap)];
        self.0.read_exact(&mut body).await.ok()?;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Some(Answer { status, head, body: String::from_utf8(body).unwrap() })
    }

    /// Everything until the other side ends the connection.
    pub async fn rest(&mut self) -> String {
        let mut text = String::new();
        self.0.read_to_string(&mut text).await.unwrap();
        text
    }

    /// The same as bytes; an end without ceremony is an end too.
    pub async fn bytes(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let _ = self.0.read_to_end(&mut bytes).await;
        bytes
    }

    /// `true` when the other side ends the connection within that time without another word.
    pub async fn ends_within(&mut self, time: Duration) -> bool {
        let mut byte = [0];
        matches!(tokio::time::timeout(time, self.0.read(&mut byte)).await, Ok(Ok(0) | Err(_)))
    }
}

/// A request to verify that text.
pub fn verify(text: &str) -> String {
    format!(
        "POST /v1/verify HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n{text}",
        text.len()
    )
}

pub fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")
}
