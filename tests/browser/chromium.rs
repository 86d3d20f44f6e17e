//! Debian's chromium without a window, driven through DevTools.
//!
//! It is spoken to on a pipe rather than a socket (`--remote-debugging-pipe`: messages are JSON, each with a NUL behind
//! it). No port is open, and chromium ends when the pipe is closed: none is left behind by a test that fails, panics or
//! is killed.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long an answer may take.
pub const PATIENCE: Duration = Duration::from_secs(30);

const FLAGS: [&str; 17] = [
    "--headless",
    "--remote-debugging-pipe",
    // As root there is no other way, and it only meets our own pages.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-breakpad",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--hide-scrollbars",
    // The book works offline: nothing else is reached.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
];

type Inboxes = Arc<Mutex<HashMap<String, Sender<Value>>>>;

/// A running chromium with a profile of its own.
pub struct Chromium {
    child: Mutex<Child>,
    to: Mutex<Option<ChildStdin>>,
    /// Who gets the messages of a session; those of none go to `""`.
    inboxes: Inboxes,
    own: Mutex<Receiver<Value>>,
    next: AtomicU64,
    profile: Option<TempDir>,
}

/// Where chromium is: `$CHROME`, or one of its names on `$PATH`.
pub fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROME").filter(|named| !named.is_empty()) {
        return Some(named.into());
    }
    let folders = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let all = std::env::split_paths(&folders).flat_map(|folder| names.map(|name| folder.join(name)));
    all.into_iter().find(|path| path.is_file())
}

impl Chromium {
    /// Starts it.
    pub fn start(program: &Path) -> Self {
        let profile = tempfile::Builder::new().prefix("outgrow-browser-").tempdir().unwrap();
        let mut command = Command::new("sh");
        // It reads from 3 and writes to 4.
        command.args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>&2"#]).arg(program).args(FLAGS);
        command.arg(format!("--user-data-dir={}", profile.path().display())).arg("about:blank");
        command.env("HOME", profile.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let said = std::fs::File::create(profile.path().join("said.txt")).unwrap();
        let mut child = command.stderr(said).process_group(0).spawn().unwrap();
        let (to, from) = (child.stdin.take(), child.stdout.take().unwrap());
        let (inbox, own) = channel();
        let inboxes = Inboxes::default();
        inboxes.lock().unwrap().insert(String::new(), inbox);
        let all = inboxes.clone();
        std::thread::spawn(move || deliver(from, &all));
        let (child, to, own, next) = (Mutex::new(child), Mutex::new(to), Mutex::new(own), AtomicU64::new(1));
        Self { child, to, inboxes, own, next, profile: Some(profile) }
    }

    /// The process, which leads a group of its own.
    pub fn id(&self) -> u32 {
        self.child.lock().unwrap().id()
    }

    pub fn profile(&self) -> &Path {
        self.profile.as_ref().unwrap().path()
    }

    /// Sends a message; the answer has its number.
    pub fn send(&self, session: &str, method: &str, params: Value) -> u64 {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut message = json!({ "id": id, "method": method, "params": params });
        if !session.is_empty() {
            message["sessionId"] = session.into();
        }
        let mut to = self.to.lock().unwrap();
        let sent = to.as_mut().map(|to| to.write_all(format!("{message}\0").as_bytes()).and_then(|()| to.flush()));
        assert!(matches!(sent, Some(Ok(()))), "chromium has ended:\n{}", self.said());
        id
    }

    /// A message that no session gets, and its answer.
    pub fn call(&self, method: &str, params: Value) -> Value {
        let own = self.own.lock().unwrap();
        let id = self.send("", method, params);
        loop {
            let message = own.recv_timeout(PATIENCE);
            let message = message.unwrap_or_else(|_| panic!("chromium did not answer {method}:\n{}", self.said()));
            if message["id"] == id {
                return answer(method, message);
            }
        }
    }

    /// The messages of a session from now on.
    pub fn inbox(&self, session: &str) -> Receiver<Value> {
        let (inbox, messages) = channel();
        self.inboxes.lock().unwrap().insert(session.to_string(), inbox);
        messages
    }

    /// What it complained of on stderr.
    fn said(&self) -> String {
        let said = self.profile.as_ref().map(|profile| std::fs::read_to_string(profile.path().join("said.txt")));
        said.and_then(Result::ok).unwrap_or_default()
    }
}

/// The result in an answer.
pub fn answer(method: &str, mut message: Value) -> Value {
    assert!(message["error"].is_null(), "{method}: {}", message["error"]);
    message["result"].take()
}

fn deliver(from: ChildStdout, inboxes: &Inboxes) {
    for message in BufReader::new(from).split(0) {
        let Ok(message) = message else { return };
        let Ok(message) = serde_json::from_slice::<Value>(&message) else { continue };
        let session = message["sessionId"].as_str().unwrap_or_default().to_string();
        if let Some(inbox) = inboxes.lock().unwrap().get(&session) {
            // Nobody reads on where a tab is closed.
            let _ = inbox.send(message);
        }
    }
    // Who waits for an answer is told that none will come.
    inboxes.lock().unwrap().clear();
}

impl Drop for Chromium {
    fn drop(&mut self) {
        if let Ok(mut to) = self.to.lock() {
            *to = None;
        }
        let Ok(mut child) = self.child.lock() else { return };
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(5) && matches!(child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(10));
        }
        // Its own children too.
        let group = nix::unistd::Pid::from_raw(child.id() as i32);
        while nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL).is_ok() {
            let _ = child.try_wait();
            std::thread::sleep(Duration::from_millis(10));
        }
        drop(self.profile.take());
    }
}
