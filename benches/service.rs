//! How much does the service cost on top of the signature, and what does it do when too much comes?
//!
//! `cargo bench --bench service`, about a minute. Answers, each against a rival in the same interleaved run on loopback:
//! (a, b) one `POST /v1/verify` of an EU DCC against a bare axum route that does nothing but one ES256 check with ring, by
//! many connections, and by a single one with and without waiting for company; (c) a batch over HTTP against
//! `verify_batch` in this process; (d) what comes back, how fast, and how much memory it takes, when four times as many ask
//! as are admitted; (e) what a second thread gives, against what it gives ring.
//!
//! Beside the time on the wall stands the processor's time of the servers, which other work on the machine disturbs less.
//! The servers run in a child process on one thread each (`VIDIMUS_BENCH_THREADS` sets another number); the load comes
//! from one thread of this process. So one core serves and one asks, where there are two.

#[path = "../tests/service/sample.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod sample;

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::num::NonZero;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vidimus::credential::Input;
use vidimus::crypto::baseline::{Bare, bare_check};
use vidimus::crypto::checker::Checker;
use vidimus::evidence::Evidence;
use vidimus::net::clock::Clock;
use vidimus::occasion::Occasion;
use vidimus::policy::Policy;
use vidimus::service::config::Config;
use vidimus::service::listen::Server;
use vidimus::service::state::Service;
use vidimus::trust::{Trust, store};
use vidimus::verify::{Request, verify_batch, verify_batch_on_threads};

use sample::Sample;

/// As the `vidimus` command has it; the rival has it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SLICE: Duration = Duration::from_millis(1500);
const ROUNDS: usize = 5;
const CONNECTIONS: usize = 64;
/// Long enough for the tables of the signer to be built, in both sizes.
const WARM_UP: Duration = Duration::from_secs(4);
const IN_FLIGHT: usize = 256;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, role, store] = arguments.as_slice()
        && role == "serve"
    {
        return serve(store);
    }
    let sample = Sample::new();
    if arguments.iter().any(|argument| argument == "threads") {
        return threads_scale(&sample);
    }
    let mut servers = Servers::start(sample.store.path().to_str().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    println!("{} server thread(s), one thread of load, {} bytes a certificate", threads(), sample.dcc(0).len());
    runtime.block_on(single(&sample, &servers));
    batch(&sample, &servers, &runtime);
    runtime.block_on(overload(&sample, &mut servers));
    drop(servers);
    threads_scale(&sample);
}

/// Threads of each server, and of the library's own batch.
fn threads() -> usize {
    std::env::var("VIDIMUS_BENCH_THREADS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

// --- The servers, in a process of their own.

struct Servers {
    child: Child,
    bare: SocketAddr,
    service: SocketAddr,
    /// The service that judges every question by itself.
    apart: SocketAddr,
}

impl Servers {
    fn start(store: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut child = command.args(["serve", store]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address = || lines.next().unwrap().unwrap().parse().unwrap();
        Servers { bare: address(), service: address(), apart: address(), child }
    }

    /// How long the servers have had a processor.
    fn processor_seconds(&self) -> f64 {
        processor_seconds(&self.child.id().to_string())
    }

    /// Megabytes: the most that the servers ever held, and what they hold now.
    fn memory(&self) -> (f64, f64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let megabytes = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap_or("");
            line.split_whitespace().nth(1).and_then(|text| text.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
        };
        (megabytes("VmHWM:"), megabytes("VmRSS:"))
    }
}

/// How long that process has had a processor, in steps of the kernel's hundredth of a second.
fn processor_seconds(process: &str) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(") ").next().unwrap_or("").split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(f64::NAN);
    (ticks(11) + ticks(12)) / 100.0
}

impl Drop for Servers {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Three servers, each on a runtime of its own, until standard input ends.
fn serve(store: &str) {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(threads()).enable_all().build().unwrap();
    let (bare, service, apart) = (runtime(), runtime(), runtime());
    let listener = bare.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    println!("{}", listener.local_addr().unwrap());
    bare.spawn(async { axum::serve(listener, bare_route()).await });
    let mut config = Config::new("127.0.0.1:0".parse().unwrap(), store);
    config.offline = true;
    config.threads = threads();
    config.in_flight = IN_FLIGHT;
    for (runtime, together) in [(&service, config.together), (&apart, Duration::ZERO)] {
        let config = Config { together, ..config.clone() };
        let server = runtime.block_on(Server::bind_service(Service::with(config, None, Clock::system()))).unwrap();
        println!("{}", server.local_addr().unwrap());
        runtime.spawn(server.run(std::future::pending()));
    }
    std::io::stdout().flush().unwrap();
    let _ = std::io::stdin().lines().next();
}

/// One ES256 check of a fixed message, and the shortest answer.
#[expect(clippy::disallowed_methods, reason = "the rival signs its own message")]
fn bare_route() -> Router {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
    let message = [7_u8; 400];
    let signature = pair.sign(&random, &message).unwrap().as_ref().to_vec();
    let key = pair.public_key().as_ref().to_vec();
    let known = Arc::new((key, message, signature));
    Router::new().route(
        "/",
        get(async move || {
            let (key, message, signature) = &*known;
            let right = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).verify(message, signature);
            if right.is_ok() { "right" } else { "wrong" }
        }),
    )
}

// --- The load.

struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    #[expect(clippy::disallowed_methods, reason = "the load generator, on loopback")]
    async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Client { stream, buffer: Vec::with_capacity(16 << 10) }
    }

    /// Sends one request and gives the status of its answer, after reading all of it.
    async fn ask(&mut self, request: &[u8]) -> u16 {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        loop {
            self.stream.read_buf(&mut self.buffer).await.unwrap();
            let Some(head) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let text = std::str::from_utf8(&self.buffer[..head]).unwrap();
            let length = text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
            let whole = head + 4 + length.map_or(0, |text| text.parse::<usize>().unwrap());
            let status = text[9..12].parse().unwrap();
            while self.buffer.len() < whole {
                self.stream.read_buf(&mut self.buffer).await.unwrap();
            }
            return status;
        }
    }
}

/// Every answer of so many connections in that time: its status and how long it took.
async fn ask_for(address: SocketAddr, request: &[u8], connections: usize, time: Duration) -> Vec<(u16, Duration)> {
    let end = Instant::now() + time;
    let clients = (0..connections).map(|_| async {
        let mut client = Client::connect(address).await;
        let mut answers = Vec::new();
        while Instant::now() < end {
            let begun = Instant::now();
            answers.push((client.ask(request).await, begun.elapsed()));
        }
        answers
    });
    futures_util::future::join_all(clients).await.concat()
}

fn verify_request(dcc: &str) -> Vec<u8> {
    let length = dcc.len();
    format!("POST /v1/verify HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: {length}\r\n\r\n{dcc}")
        .into_bytes()
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

// --- (a) and (b)

/// Rate, the servers' own time for one answer, and the time within which 99 of 100 are answered, of each round.
#[derive(Default)]
struct Rounds {
    rates: Vec<f64>,
    spent: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
}

impl Rounds {
    async fn measure(&mut self, address: SocketAddr, request: &[u8], connections: usize, servers: &Servers) {
        let (begun, spent) = (Instant::now(), servers.processor_seconds());
        let time = if connections == 1 { SLICE / 3 } else { SLICE };
        let answers = ask_for(address, request, connections, time).await;
        assert!(answers.iter().all(|(status, _)| *status == 200));
        self.rates.push(answers.len() as f64 / begun.elapsed().as_secs_f64());
        self.spent.push((servers.processor_seconds() - spent) * 1e6 / answers.len() as f64);
        let mut times: Vec<f64> = answers.iter().map(|(_, time)| time.as_secs_f64() * 1e6).collect();
        times.sort_by(f64::total_cmp);
        self.p50.push(times[times.len() / 2]);
        self.p99.push(times[times.len() * 99 / 100]);
    }

    /// Answers a second; microseconds: processor's time, half within, 99 of 100 within.
    fn medians(self) -> [f64; 4] {
        [self.rates, self.spent, self.p50, self.p99].map(median)
    }
}

async fn single(sample: &Sample, servers: &Servers) {
    let bare_request = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n".as_slice();
    let request = verify_request(&sample.dcc(0));
    for address in [servers.service, servers.apart] {
        let mut probe = Client::connect(address).await;
        assert_eq!(probe.ask(&request).await, 200);
        assert!(
            String::from_utf8_lossy(&probe.buffer).contains("\"verdict\":\"accepted\""),
            "what is measured must be accepted"
        );
        ask_for(address, &request, CONNECTIONS, WARM_UP).await;
    }
    let (mut bare, mut verify, mut apart) = (Rounds::default(), Rounds::default(), Rounds::default());
    let (mut lone, mut lone_apart) = (Rounds::default(), Rounds::default());
    for _ in 0..ROUNDS {
        bare.measure(servers.bare, bare_request, CONNECTIONS, servers).await;
        verify.measure(servers.service, &request, CONNECTIONS, servers).await;
        apart.measure(servers.apart, &request, CONNECTIONS, servers).await;
        lone.measure(servers.service, &request, 1, servers).await;
        lone_apart.measure(servers.apart, &request, 1, servers).await;
    }
    let row = |name: &str, rounds: Rounds| {
        let [rate, spent, p50, p99] = rounds.medians();
        println!(
            "{name:45} {rate:9.0} a second; {spent:5.1} us of a core; half within {p50:.0} us, 99 of 100 {p99:.0} us"
        );
        (rate, spent)
    };
    println!("{CONNECTIONS} connections:");
    let (bare_rate, bare_spent) = row("(a) bare axum route, one ES256 check by ring", bare);
    let (rate, spent) = row("(b) POST /v1/verify of an EU DCC", verify);
    row("    the same, each by itself", apart);
    println!("    (b) / (a), on the wall                       {:9.2}   (goal: 2.00)", rate / bare_rate);
    println!("    (b) / (a), by the processor's time           {:9.2}   (goal: 2.00)", bare_spent / spent);
    println!("one connection:");
    row("    POST /v1/verify of an EU DCC", lone);
    row("    the same, never waiting for others", lone_apart);
}

// --- (c)

/// That many requests, each with another certificate, and warm trust in their signer.
fn library(sample: &Sample, dccs: &[String]) -> (Vec<Request>, Trust) {
    let now = Clock::system().now();
    let policy = Arc::new(Policy::default());
    let request = |dcc: &String| Request {
        input: Input::text(dcc.as_str()),
        occasion: Occasion::at(now),
        policy: policy.clone(),
    };
    let requests: Vec<Request> = dccs.iter().map(request).collect();
    let loaded = store::load(sample.store.path()).unwrap();
    let settings = Config::new("127.0.0.1:0".parse().unwrap(), "").checks;
    let trust = Trust::build(&loaded.files).0.checked_by(Arc::new(Checker::new(settings)));
    trust.checker().warm_up();
    for _ in 0..10 {
        assert!(verify_batch(&requests, &trust, &Evidence::none()).iter().all(vidimus::report::Report::is_accepted));
    }
    trust.checker().build_all();
    (requests, trust)
}

fn batch(sample: &Sample, servers: &Servers, runtime: &tokio::runtime::Runtime) {
    let dccs: Vec<String> = (0..256).map(|number| sample.dcc(number)).collect();
    let lines: String = dccs.iter().map(|dcc| format!("{}\n", serde_json::Value::from(dcc.as_str()))).collect();
    let (requests, trust) = library(sample, &dccs);
    let (mut library, mut with_text, mut service) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let rates = [
            library_rate(&requests, &trust, false),
            library_rate(&requests, &trust, true),
            runtime.block_on(batch_rate(servers, &lines, requests.len())),
        ];
        if round > 0 {
            library.push(rates[0]);
            with_text.push(rates[1]);
            service.push(rates[2]);
        }
    }
    let (library, with_text, service) = (median(library), median(with_text), median(service));
    println!("(c) verify_batch in process                      {library:9.0} certificates a second of a core");
    println!("    the same, and its reports as JSON            {with_text:9.0} certificates a second of a core");
    println!("    POST /v1/verify/batch                        {service:9.0} certificates a second of a core");
    println!("    service / verify_batch                       {:9.2}", service / library);
    println!("    service / verify_batch with its reports      {:9.2}   (goal: 0.70)", service / with_text);
}

/// Certificates for each second of a processor.
fn library_rate(requests: &[Request], trust: &Trust, as_text: bool) -> f64 {
    let (begun, spent) = (Instant::now(), processor_seconds("self"));
    let counts = std::thread::scope(|scope| {
        let work = || {
            let mut count = 0;
            while begun.elapsed() < SLICE {
                let reports = verify_batch(requests, trust, &Evidence::none());
                assert!(reports.iter().all(vidimus::report::Report::is_accepted));
                if as_text {
                    reports.iter().for_each(|report| drop(std::hint::black_box(report.to_json())));
                }
                count += reports.len();
            }
            count
        };
        let threads: Vec<_> = (0..threads()).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
    });
    counts as f64 / (processor_seconds("self") - spent)
}

/// One long batch: lines are written as fast as they are taken while answers are counted.
async fn batch_rate(servers: &Servers, lines: &str, lines_each: usize) -> f64 {
    let Client { stream, .. } = Client::connect(servers.service).await;
    let spent = servers.processor_seconds();
    let (mut reader, mut writer) = stream.into_split();
    let begun = Instant::now();
    let chunk = format!("{:x}\r\n{lines}\r\n", lines.len());
    let write = async {
        let head = "POST /v1/verify/batch HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                    content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n";
        writer.write_all(head.as_bytes()).await.unwrap();
        let mut sent = 0;
        while begun.elapsed() < SLICE {
            writer.write_all(chunk.as_bytes()).await.unwrap();
            sent += lines_each;
        }
        writer.write_all(b"0\r\n\r\n").await.unwrap();
        sent
    };
    let read = async {
        let (mut buffer, mut answered) = (vec![0; 256 << 10], 0);
        let needle = b"{\"line\":";
        let mut rest: Vec<u8> = Vec::new();
        loop {
            let length = reader.read(&mut buffer).await.unwrap();
            if length == 0 {
                return answered;
            }
            rest.extend_from_slice(&buffer[..length]);
            answered += count(&rest, needle);
            let keep = rest.len().min(needle.len() - 1);
            rest.drain(..rest.len() - keep);
        }
    };
    let (sent, answered) = tokio::join!(write, read);
    assert_eq!(sent, answered, "every line is answered");
    answered as f64 / (servers.processor_seconds() - spent)
}

fn count(bytes: &[u8], needle: &[u8]) -> usize {
    let mut found = 0;
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == needle[0]) {
        from += at;
        if bytes[from..].starts_with(needle) {
            found += 1;
            from += needle.len();
        } else {
            from += 1;
        }
    }
    found
}

// --- (d)

async fn overload(sample: &Sample, servers: &mut Servers) {
    let request = verify_request(&sample.dcc(0));
    let (_, before) = servers.memory();
    let begun = Instant::now();
    let answers = ask_for(servers.service, &request, 4 * IN_FLIGHT, 4 * SLICE).await;
    let seconds = begun.elapsed().as_secs_f64();
    let mut served: Vec<Duration> =
        answers.iter().filter(|(status, _)| *status == 200).map(|(_, time)| *time).collect();
    let shed = answers.iter().filter(|(status, _)| *status == 503).count();
    assert_eq!(served.len() + shed, answers.len(), "nothing but 200 and 503 comes back");
    served.sort();
    let p99 = served.get(served.len() * 99 / 100).copied().unwrap_or_default();
    let (most, after) = servers.memory();
    println!("(d) {} clients that never wait, {IN_FLIGHT} admitted: only 200 and 503 come back", 4 * IN_FLIGHT);
    println!(
        "    200                                          {:9.0} a second, 99 of 100 within {p99:.1?}",
        served.len() as f64 / seconds
    );
    println!("    503                                          {:9.0} a second", shed as f64 / seconds);
    println!(
        "    memory before, most, after                   {before:9.0} MiB, {most:.0} MiB, {after:.0} MiB   (goal: 256)"
    );
    assert!(most < 256.0, "too much memory");
}

// --- (e)

fn threads_scale(sample: &Sample) {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    if cores < 2 {
        return println!("(e) there is one core only");
    }
    let dccs: Vec<String> = (0..2048).map(|number| sample.dcc(number)).collect();
    let (requests, trust) = library(sample, &dccs);
    let ring = bare_check(Bare::Es256, 400).unwrap();
    let ring_cost = |threads: usize| {
        let (begun, spent) = (Instant::now(), processor_seconds("self"));
        let work = || {
            let mut count = 0_u64;
            while begun.elapsed() < SLICE / 3 {
                (0..64).for_each(|_| assert!(ring.check()));
                count += 64;
            }
            count
        };
        let count: u64 = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        (processor_seconds("self") - spent) / count as f64
    };
    let own_cost = |threads: usize| {
        let (begun, spent, mut count) = (Instant::now(), processor_seconds("self"), 0);
        while begun.elapsed() < SLICE / 3 {
            let threads = NonZero::new(threads).unwrap();
            count += verify_batch_on_threads(&requests, &trust, &Evidence::none(), threads).len();
        }
        (processor_seconds("self") - spent) / count as f64
    };
    let (mut ring_kept, mut own_kept, mut times) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..4 * ROUNDS {
        let (ring_1, own_1, ring_2, own_2) = (ring_cost(1), own_cost(1), ring_cost(2), own_cost(2));
        ring_kept.push(ring_1 / ring_2);
        own_kept.push(own_1 / own_2);
        times.push(ring_2 / own_2);
    }
    let (ring, own, times) = (median(ring_kept), median(own_kept), median(times));
    println!("(e) of a core's work each of two threads does, ring's bare check      {ring:9.2}");
    println!("    the same, verify_batch_on_threads                                {own:9.2}");
    println!("    verifications for each of ring's checks, two threads             {times:9.2}");
    println!("    what two threads lose to each other: ours / ring's               {:9.2}   (goal: 0.95)", own / ring);
}
