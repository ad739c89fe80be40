//! Listening: connections in, each bounded in time and number, and an end that loses no request.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use futures_util::FutureExt;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};

use crate::service::config::Config;
use crate::service::openid4vp::desk::Place;
use crate::service::problem::{Kind, Problem};
use crate::service::state::Service;
use crate::service::{logs, metrics_router, openid4vp, reload, router};

mod patient;
mod tls;

use patient::Patient;
use tls::Tls;

/// Bytes of a request's head at most; also what is read ahead of a body.
const HEAD_BYTES: usize = 64 << 10;
/// Connections at a time that are told, after the last place is taken, to come back.
const TURNED_AWAY: usize = 256;

/// Serves until the process is told to stop (SIGTERM, SIGINT), then finishes what it began. SIGHUP reloads the trust store.
pub async fn serve(config: Config) -> io::Result<()> {
    logs::quiet_panics();
    let server = Server::bind(config).await?;
    let reload = server.reload_handle();
    tokio::spawn(async move {
        let Ok(mut hangups) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()) else { return };
        while hangups.recv().await.is_some() {
            reload.notify_one();
        }
    });
    server.run(told_to_stop()).await
}

/// A service that is bound to its addresses and has looked at its trust store.
pub struct Server {
    service: Service,
    listener: TcpListener,
    metrics: Option<TcpListener>,
    tls: Option<Tls>,
    reload: Arc<Notify>,
}

impl Server {
    /// Binds and loads the trust store. A store that cannot be loaded does not keep the service from starting: it is not ready then.
    pub async fn bind(config: Config) -> io::Result<Self> {
        let service = Service::new(config).map_err(io::Error::other)?;
        Server::bind_service(service).await
    }

    /// The same with a service made beforehand.
    pub async fn bind_service(service: Service) -> io::Result<Self> {
        let tls = service.config.tls.as_ref().map(|settings| Tls::new(settings, service.clock.now())).transpose()?;
        let listener = TcpListener::bind(service.config.listen).await?;
        let place = Place { address: listener.local_addr()?, is_tls: tls.is_some() };
        service.config.vc_api.listens(place.address, place.is_tls);
        openid4vp::open(&service, place).await.map_err(io::Error::other)?;
        let metrics = match service.config.metrics_listen {
            None => None,
            Some(address) => Some(TcpListener::bind(address).await?),
        };
        let seen = reload::load(&service).await;
        service.checker.build_in_background();
        let reload = Arc::new(Notify::new());
        tokio::spawn(reload::watch(service.clone(), seen, reload.clone()));
        Ok(Server { service, listener, metrics, tls, reload })
    }

    /// Where the service listens.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The certificate that clients will see, DER; `None` without TLS.
    pub fn certificate(&self) -> Option<Arc<[u8]>> {
        self.tls.as_ref().map(|tls| tls.certificate.clone())
    }

    /// Notified, it reloads the trust store at once.
    pub fn reload_handle(&self) -> Arc<Notify> {
        self.reload.clone()
    }

    /// What all requests share.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Serves until `stop` is there, then finishes what it began.
    pub async fn run(self, stop: impl Future<Output = ()>) -> io::Result<()> {
        let Server { service, listener, metrics, tls, .. } = self;
        let address = listener.local_addr()?;
        tracing::info!(%address, tls = tls.is_some(), offline = service.fetcher.is_none(), "serving");
        let config = service.config.clone();
        let (stopped, stopping) = watch::channel(false);
        let places = Arc::new(Semaphore::new(config.max_connections));
        let door = Door {
            router: router(service.clone()),
            service: service.clone(),
            places: places.clone(),
            turned_away: Arc::new(Semaphore::new(TURNED_AWAY)),
            tls,
            stopping: stopping.clone(),
        };
        if let Some(metrics) = metrics {
            let door = Door {
                router: metrics_router(service.clone()),
                places: Arc::new(Semaphore::new(64)),
                tls: None,
                ..door.clone()
            };
            tokio::spawn(async move { door.accept(metrics, std::future::pending()).await });
        }
        door.accept(listener, async {
            stop.await;
            service.begin_stopping();
            tracing::info!("stopping");
            tokio::time::sleep(config.drain_time).await;
        })
        .await;
        let _ = stopped.send(true);
        let most = u32::try_from(config.max_connections).unwrap_or(u32::MAX);
        match tokio::time::timeout(config.stop_time, places.acquire_many(most)).await {
            Ok(_) => tracing::info!("stopped"),
            Err(_) => tracing::warn!("stopped with requests in flight"),
        }
        Ok(())
    }
}

/// What each new connection needs.
#[derive(Clone)]
struct Door {
    router: Router,
    service: Service,
    places: Arc<Semaphore>,
    turned_away: Arc<Semaphore>,
    /// `None` = plain HTTP.
    tls: Option<Tls>,
    stopping: watch::Receiver<bool>,
}

impl Door {
    /// Takes connections until `stop` is there, and then those that stood in line already.
    async fn accept(&self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => self.take(stream),
                    // Out of file descriptors, mostly: those who hold them must get the time to finish.
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                },
                () = &mut stop => break,
            }
        }
        while let Some(Ok((stream, _))) = listener.accept().now_or_never() {
            self.take(stream);
        }
    }

    fn take(&self, stream: TcpStream) {
        match self.places.clone().try_acquire_owned() {
            Ok(place) => {
                tokio::spawn(serve_connection(self.clone(), stream, place));
            }
            Err(_) => {
                self.service.metrics.shed.inc();
                // Under TLS telling would cost a handshake, which is what there is no room for.
                if self.tls.is_some() {
                    return;
                }
                if let Ok(place) = self.turned_away.clone().try_acquire_owned() {
                    tokio::spawn(turn_away(stream, place));
                }
            }
        }
    }
}

/// Serves one connection to its end; the place is free after that.
async fn serve_connection(door: Door, stream: TcpStream, _place: OwnedSemaphorePermit) {
    door.service.metrics.connections.inc();
    let _ = stream.set_nodelay(true);
    let stream = Patient::new(stream, door.service.config.write_time);
    match &door.tls {
        None => converse(&door, stream).await,
        Some(tls) => match tls.shake_hands(stream, door.service.config.read_time).await {
            Some(stream) => converse(&door, stream).await,
            None => {
                door.service.metrics.handshakes_failed.inc();
            }
        },
    }
    door.service.metrics.connections.dec();
}

/// Answers what comes over one stream until its end.
async fn converse(door: &Door, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
    let Door { router, service, stopping, .. } = door;
    let (router, mut stopping) = (router.clone(), stopping.clone());
    let io = TokioIo::new(stream);
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(service.config.read_time).max_buf_size(HEAD_BYTES);
    let mut connection = std::pin::pin!(builder.serve_connection(io, TowerToHyperService::new(router)));
    let told = async move {
        let _ = stopping.wait_for(|stopping| *stopping).await;
    };
    // How a connection ended is its client's affair.
    tokio::select! {
        _ = &mut connection => {}
        () = told => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// Tells a connection that there is no place, and gives the client a moment to read it.
async fn turn_away(mut stream: TcpStream, _place: OwnedSemaphorePermit) {
    let body = Problem::new(Kind::Overloaded).to_json();
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let told = async {
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await?;
        let mut rest = [0; 4096];
        while stream.read(&mut rest).await? > 0 {}
        io::Result::Ok(())
    };
    let _ = tokio::time::timeout(Duration::from_secs(1), told).await;
}

/// Comes when the process is told to stop.
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
