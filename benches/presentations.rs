//! Does asking wallets stay quick and small for long?
//!
//! `cargo bench --bench presentations -- --seconds 300`, which is what it does when nothing is said: 64 sessions begin each second, evenly,
//! and each goes its whole way - created, its request object fetched and read, answered with an encrypted SD-JWT VC with key binding, its
//! result read. Sessions are in a file, and every step is a connection of its own, as with wallets. Printed: errors, how long the request
//! object and the response take (half within, 99 of 100 within), and the memory of the service at the start, in the middle and at the end.
//!
//! The service runs in a child process; this process is the relying party and the wallets.

#[path = "../tests/service/wallet.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod wallet;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vidimus::encoding::json::from_slice;
use vidimus::service::config::Config;
use vidimus::service::listen::Server;
use vidimus::service::openid4vp::settings::Settings;
use vidimus::service::state::Service;
use vidimus::store::Setting;

use wallet::{Asked, Wallet, World, query};

/// Sessions that begin each second.
const RATE: u32 = 64;
/// The most that 99 of 100 may take.
const GOAL: Duration = Duration::from_millis(50);
/// Wallets with keys of their own.
const WALLETS: usize = 16;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, role, trust, file] = arguments.as_slice()
        && role == "serve"
    {
        serve(trust, file);
        return ExitCode::SUCCESS;
    }
    let after = |name: &str| arguments.iter().position(|one| one == name).and_then(|at| arguments.get(at + 1));
    let seconds = after("--seconds").and_then(|text| text.parse().ok()).unwrap_or(300);
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(world.store.path(), &folder.path().join("sessions.db"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    println!("{RATE} sessions a second for {seconds} seconds, in a file");
    let sound = runtime.block_on(load(&world, &server, seconds));
    if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Serves until standard input ends, which it does with the process that asked, however that ends.
fn serve(trust: &str, file: &str) {
    let mut settings = Settings::for_development(None).unwrap();
    settings.store = Setting::File(file.into());
    let mut config = Config::new("127.0.0.1:0".parse().unwrap(), trust).for_development();
    config.offline = true;
    config.presentations = Some(Arc::new(settings));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Server::bind_service(Service::new(config).unwrap()).await.unwrap();
        println!("{}", server.local_addr().unwrap());
        let (ended, asker) = tokio::sync::oneshot::channel::<()>();
        std::thread::spawn(move || {
            let _ = std::io::stdin().lines().next();
            drop(ended);
        });
        let stop = async {
            let _ = asker.await;
        };
        server.run(stop).await.unwrap();
    });
}

/// The service, in a process of its own.
struct Running {
    child: Child,
    address: SocketAddr,
}

impl Running {
    fn start(trust: &Path, file: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("serve").arg(trust).arg(file);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let address = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
        Running { child, address: address.parse().unwrap() }
    }

    /// Megabytes that it holds now.
    fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or("");
        line.split_whitespace().nth(1).and_then(|text| text.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How long each step took, of every session.
#[derive(Default)]
struct Times {
    created: Vec<Duration>,
    fetched: Vec<Duration>,
    responded: Vec<Duration>,
    read: Vec<Duration>,
    errors: Vec<String>,
}

/// `true` when nothing failed and the goal was met.
async fn load(world: &World, server: &Running, seconds: u32) -> bool {
    let wallets: Vec<Arc<Wallet>> = (0..WALLETS).map(|_| Arc::new(world.wallet(true))).collect();
    let times = Arc::new(Mutex::new(Times::default()));
    for wallet in &wallets {
        session(server.address, wallet.clone(), Arc::default()).await;
    }
    let (begun, total) = (Instant::now(), RATE * seconds);
    let mut memory = vec![("start", server.memory())];
    let mut sessions = Vec::new();
    for number in 0..total {
        tokio::time::sleep_until((begun + Duration::from_secs(1) * number / RATE).into()).await;
        if number == total / 2 {
            memory.push(("middle", server.memory()));
        }
        let wallet = wallets[number as usize % WALLETS].clone();
        sessions.push(tokio::spawn(session(server.address, wallet, times.clone())));
    }
    for session in sessions {
        session.await.unwrap();
    }
    memory.push(("end", server.memory()));
    let times = std::mem::take(&mut *times.lock().unwrap());
    report(times, &memory, begun.elapsed())
}

fn report(times: Times, memory: &[(&str, f64)], took: Duration) -> bool {
    let sessions = times.read.len();
    println!("{sessions} sessions in {:.1} s, {} errors", took.as_secs_f64(), times.errors.len());
    times.errors.iter().take(5).for_each(|error| println!("    {error}"));
    let mut sound = times.errors.is_empty();
    for (name, mut steps, has_goal) in [
        ("created", times.created, false),
        ("request object", times.fetched, true),
        ("response", times.responded, true),
        ("result", times.read, false),
    ] {
        steps.sort();
        let within = |share: usize| steps.get((steps.len() * share / 100).min(steps.len().saturating_sub(1))).copied();
        let (half, most) = (within(50).unwrap_or_default(), within(99).unwrap_or_default());
        let goal = if has_goal { format!("   (goal: {GOAL:?})") } else { String::new() };
        println!("    {name:16} half within {half:9.2?}, 99 of 100 within {most:9.2?}{goal}");
        sound &= !has_goal || most < GOAL;
    }
    memory.iter().for_each(|(when, megabytes)| println!("    memory at the {when:6} {megabytes:7.1} MiB"));
    sound
}

/// One session, its whole way.
async fn session(address: SocketAddr, wallet: Arc<Wallet>, times: Arc<Mutex<Times>>) {
    if let Err(error) = steps(address, &wallet, &times).await {
        times.lock().unwrap().errors.push(error);
    }
}

async fn steps(address: SocketAddr, wallet: &Wallet, times: &Mutex<Times>) -> Result<(), String> {
    let note = |pick: fn(&mut Times) -> &mut Vec<Duration>, time| pick(&mut times.lock().unwrap()).push(time);
    let json_type = "content-type: application/json\r\n";
    let (created, time) =
        ask(address, "POST", ("/v1/presentations", json_type), r#"{"template":"age-over-18"}"#).await?;
    note(|times| &mut times.created, time);
    let created: Value = from_slice(created.as_bytes()).map_err(|_| "no JSON".to_owned())?;
    let link = query(created["authorization_request"].as_str().unwrap_or_default());
    let (object, time) = ask(address, "GET", (path_of(&link["request_uri"]), ""), "").await?;
    note(|times| &mut times.fetched, time);
    let asked = Asked::of_object(&object);
    let body = asked.body(&json!({ "pid": [wallet.show_pid(&asked, &["/age_equal_or_over/18"])] }));
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let (_, time) = ask(address, "POST", (path_of(&json!(asked.response_uri)), form), &body).await?;
    note(|times| &mut times.responded, time);
    let (result, time) = ask(address, "GET", (created["result"].as_str().unwrap_or_default(), ""), "").await?;
    note(|times| &mut times.read, time);
    if result.contains(r#""verdict":"accepted""#) { Ok(()) } else { Err(format!("not accepted: {result}")) }
}

/// What stands behind the host.
fn path_of(url: &Value) -> &str {
    let rest = url.as_str().and_then(|url| url.split_once("://")).map_or("", |(_, rest)| rest);
    rest.find('/').map_or("", |at| &rest[at..])
}

/// The body of the answer, and how long it took from connecting to its last byte.
async fn ask(
    address: SocketAddr,
    method: &str,
    (path, headers): (&str, &str),
    body: &str,
) -> Result<(String, Duration), String> {
    let begun = Instant::now();
    let text = answer(
        address,
        format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
            body.len()
        ),
    );
    let text = text.await.map_err(|error| format!("{method}: {error}"))?;
    let time = begun.elapsed();
    let (head, body) = text.split_once("\r\n\r\n").ok_or("no answer")?;
    let is_good = head.starts_with("HTTP/1.1 200") || head.starts_with("HTTP/1.1 201");
    if is_good {
        Ok((body.to_owned(), time))
    } else {
        Err(format!("{method}: {}: {body}", head.lines().next().unwrap_or("")))
    }
}

#[expect(clippy::disallowed_methods, reason = "a client on loopback")]
async fn answer(address: SocketAddr, request: String) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    Ok(text)
}
