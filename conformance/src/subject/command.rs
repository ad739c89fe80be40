//! The subjects `cmd:COMMAND` (one process a question) and `lines:COMMAND` (processes that stay, one line a question).

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::{Reply, Subject, reply_of_json};
use crate::question::{Answer, Question};

/// A command line, split at blanks: no shell, no quotes. What needs more goes into a script.
#[derive(Clone, Debug)]
struct CommandLine {
    program: String,
    arguments: Vec<String>,
}

impl CommandLine {
    fn new(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace().map(str::to_owned);
        let program = words.next().ok_or("a command is missing")?;
        Ok(CommandLine { program, arguments: words.collect() })
    }

    fn start(&self, stderr: Stdio) -> Result<Child, String> {
        Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .map_err(|error| format!("{}: {error}", self.program))
    }
}

/// What a finished process left behind.
pub(super) struct Finished {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: Vec<u8>,
}

/// Runs a process to its end with this input. `Err` holds the reply when it did not end well or in time.
pub(super) fn finish(mut child: Child, input: Vec<u8>, limit: Duration) -> Result<Finished, Reply> {
    let Some(mut stdin) = child.stdin.take() else { return Err(Reply::Crash("no standard input".to_owned())) };
    let Some(mut stdout) = child.stdout.take() else { return Err(Reply::Crash("no standard output".to_owned())) };
    // A process may answer before it has read everything, so a broken pipe is no fault.
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = stdout.read_to_end(&mut bytes).map(|_| bytes);
        let _ = sender.send(read);
    });
    let started = Instant::now();
    let stdout = match receiver.recv_timeout(limit) {
        Ok(read) => read.map_err(|error| Reply::Crash(error.to_string()))?,
        Err(_) => {
            end(&mut child);
            return Err(Reply::Hang);
        }
    };
    // Output has ended; the process itself has the rest of the time.
    loop {
        match child.try_wait() {
            Ok(Some(status)) => {
                let _ = writer.join();
                return Ok(Finished { code: status.code(), stdout });
            }
            Ok(None) if started.elapsed() < limit => std::thread::sleep(Duration::from_millis(2)),
            Ok(None) => {
                end(&mut child);
                return Err(Reply::Hang);
            }
            Err(error) => return Err(Reply::Crash(error.to_string())),
        }
    }
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// `cmd:COMMAND`.
pub struct EachTime {
    command: CommandLine,
}

impl EachTime {
    /// The subject that starts this command for each question.
    ///
    /// # Errors
    /// A sentence, when there is no command.
    pub fn new(text: &str) -> Result<Self, String> {
        Ok(EachTime { command: CommandLine::new(text)? })
    }
}

impl Subject for EachTime {
    fn ask(&self, question: &Question, limit: Duration) -> Reply {
        let input = serde_json::to_vec(question).unwrap_or_default();
        let child = match self.command.start(Stdio::null()) {
            Ok(child) => child,
            Err(sentence) => return Reply::Crash(sentence),
        };
        match finish(child, input, limit) {
            Err(reply) => reply,
            Ok(finished) if finished.stdout.iter().all(u8::is_ascii_whitespace) => reply_of_exit_code(finished.code),
            Ok(finished) => reply_of_json(&finished.stdout),
        }
    }
}

/// The reply of a verifier that prints no JSON: 0 accepted, 1 rejected, 3 indeterminate, 2 not supported.
fn reply_of_exit_code(code: Option<i32>) -> Reply {
    let verdict = match code {
        Some(0) => "accepted",
        Some(1) => "rejected",
        Some(3) => "indeterminate",
        Some(2) => return Reply::Unsupported("exit code 2".to_owned()),
        Some(other) => return Reply::Crash(format!("exit code {other}")),
        None => return Reply::Crash("ended by a signal".to_owned()),
    };
    Reply::Answer(Box::new(Answer { verdict: verdict.to_owned(), ..Answer::default() }))
}

/// `lines:COMMAND`.
pub struct Lines {
    command: CommandLine,
    idle: Mutex<Vec<Running>>,
}

struct Running {
    child: Child,
    stdin: ChildStdin,
    lines: Receiver<String>,
}

impl Lines {
    /// The subject that keeps processes of this command and gives them one question a line.
    ///
    /// # Errors
    /// A sentence, when there is no command.
    pub fn new(text: &str) -> Result<Self, String> {
        Ok(Lines { command: CommandLine::new(text)?, idle: Mutex::new(Vec::new()) })
    }

    fn running(&self) -> Result<Running, String> {
        if let Some(running) = self.idle.lock().ok().and_then(|mut idle| idle.pop()) {
            return Ok(running);
        }
        let mut child = self.command.start(Stdio::null())?;
        let stdin = child.stdin.take().ok_or("no standard input")?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Running { child, stdin, lines })
    }
}

impl Subject for Lines {
    fn ask(&self, question: &Question, limit: Duration) -> Reply {
        let mut running = match self.running() {
            Ok(running) => running,
            Err(sentence) => return Reply::Crash(sentence),
        };
        let mut line = serde_json::to_vec(question).unwrap_or_default();
        line.push(b'\n');
        if let Err(error) = running.stdin.write_all(&line).and_then(|()| running.stdin.flush()) {
            end(&mut running.child);
            return Reply::Crash(error.to_string());
        }
        match running.lines.recv_timeout(limit) {
            Ok(answer) => {
                if let Ok(mut idle) = self.idle.lock() {
                    idle.push(running);
                }
                reply_of_json(answer.as_bytes())
            }
            Err(RecvTimeoutError::Timeout) => {
                end(&mut running.child);
                Reply::Hang
            }
            Err(RecvTimeoutError::Disconnected) => {
                end(&mut running.child);
                Reply::Crash("the process ended".to_owned())
            }
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        if let Ok(idle) = self.idle.get_mut() {
            idle.iter_mut().for_each(|running| end(&mut running.child));
        }
    }
}
