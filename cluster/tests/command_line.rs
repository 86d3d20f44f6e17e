//! The command line: a cluster of processes comes up, is used, is looked at, and goes without leaving anything.

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use support::{PROGRAM, free_port};

fn program(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `up` on a port of its own, ready; and what it said until then.
struct Up {
    process: Child,
    port: u16,
    said: Vec<String>,
}

impl Up {
    fn start(more: &[&str]) -> Self {
        let port = free_port();
        let mut command = Command::new(PROGRAM);
        command.args(["up", "--port", &port.to_string()]).args(more).stdin(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut said = Vec::new();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        while let Some(line) = lines.next() {
            said.push(line.unwrap());
            if said.last().is_some_and(|line| line.starts_with("Ctrl-C here")) {
                // What it says later is read as well.
                std::thread::spawn(move || lines.for_each(drop));
                return Self { process, port, said };
            }
        }
        let _ = process.wait();
        panic!("it did not come up: {said:#?}");
    }

    /// The numbers of its processes.
    fn members(&self) -> Vec<u32> {
        let numbers =
            self.said.iter().filter_map(|line| line.split_once("(process ")?.1.split_once(',')?.0.parse().ok());
        numbers.collect()
    }

    /// Waits until no process and no file of it is there.
    fn nothing_is_left(&self) {
        let folder = std::env::temp_dir().join(format!("outgrow-cluster-{}", self.port));
        let began = Instant::now();
        let alive = |process: &u32| kill(Pid::from_raw(*process as i32), None).is_ok();
        while folder.exists() || self.members().iter().any(alive) {
            assert!(began.elapsed() < Duration::from_secs(10), "{} {:?}", folder.display(), self.members());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        // What is under test may have ended it already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_cluster_comes_up_is_used_and_goes_without_a_trace() {
    let mut up = Up::start(&["--executors", "2"]);
    assert_eq!(up.members().len(), 3, "{:#?}", up.said);
    let (port, address) = (up.port.to_string(), format!("127.0.0.1:{}", up.port));

    let engine = format!("ballista={address}");
    let ran = program(&["run", "aggregation", "--mode", "partitioned", "--engine", &engine, "--json"]);
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    let summary: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!((&summary["engine"], &summary["rows"]), (&"ballista".into(), &336_776.into()));

    let status = program(&["status", "--scheduler", &address]);
    let told = text(&status.stdout);
    assert!(status.status.success() && told.contains("2 executors, 2 slots") && told.contains("Completed"), "{told}");
    let status = program(&["status", "--scheduler", &address, "--json"]);
    let seen: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(seen["executors"].as_array().unwrap().len(), 2);

    let again = program(&["up", "--port", &port]);
    assert!(text(&again.stderr).contains("a cluster is up on port") && again.status.code() == Some(2));

    let down = program(&["down", "--port", &port]);
    assert!(down.status.success(), "{}", text(&down.stderr));
    up.nothing_is_left();
    assert_eq!(up.process.wait().unwrap().code(), Some(130));
    let down = program(&["down", "--port", &port]);
    assert!(text(&down.stderr).contains("no cluster was started") && down.status.code() == Some(2));
}

#[test]
fn ctrl_c_leaves_nothing_behind_nor_does_a_kill() {
    for signal in [Signal::SIGINT, Signal::SIGKILL] {
        let mut up = Up::start(&["--executors", "1"]);
        kill(Pid::from_raw(up.process.id() as i32), signal).unwrap();
        up.process.wait().unwrap();
        if signal == Signal::SIGKILL {
            // Files stay until the next cluster on this port; processes do not.
            let folder = std::env::temp_dir().join(format!("outgrow-cluster-{}", up.port));
            std::fs::remove_dir_all(folder).unwrap();
        }
        up.nothing_is_left();
    }
}

#[test]
fn an_executor_that_ends_is_started_again() {
    let up = Up::start(&["--executors", "2", "--lost-after", "8"]);
    let address = format!("127.0.0.1:{}", up.port);
    let known = || {
        let status = program(&["status", "--scheduler", &address, "--json"]);
        assert!(status.status.success(), "{}", text(&status.stderr));
        let seen: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
        let executors = seen["executors"].as_array().unwrap().iter();
        let mut ids: Vec<String> = executors.map(|executor| executor["id"].to_string()).collect();
        ids.sort();
        ids
    };
    let before = known();
    assert_eq!(before.len(), 2);
    kill(Pid::from_raw(up.members()[1] as i32), Signal::SIGKILL).unwrap();
    let began = Instant::now();
    // One of them is lost, and another is there.
    while known().iter().filter(|id| before.contains(id)).count() != 1 || known().len() != 2 {
        assert!(began.elapsed() < Duration::from_secs(60), "{before:?}, then {:?}", known());
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_cluster_in_this_process_is_the_default() {
    let folder = tempfile::tempdir().unwrap();
    let answer = folder.path().join("answer.csv");
    let path = answer.display().to_string();
    let ran = program(&["run", "largest-per-group", "--mode", "partitioned", "--answer", &path]);
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    let told = text(&ran.stdout);
    assert!(
        told.contains("exchange by dest between executors") && told.contains("call `latest` on executors"),
        "{told}"
    );
    assert!(Path::new(&answer).exists());
}

#[test]
fn mistakes_are_told_in_a_line() {
    for (arguments, told) in [
        (["status", "--scheduler", "127.0.0.1:1"], "no answer from a scheduler at 127.0.0.1:1"),
        (["status", "--scheduler", "http://x"], "`http` is not the scheme df"),
    ] {
        let output = program(&arguments);
        let error = text(&output.stderr);
        assert!(error.starts_with("error: ") && error.contains(told) && error.lines().count() == 1, "{error}");
        assert!(matches!(output.status.code(), Some(1 | 2)));
    }
    let top = program(&["top"]);
    assert!(text(&top.stderr).contains("Use `outgrow-cluster status`") && top.status.code() == Some(2));
    let wrong = program(&["run", "aggregation", "--mode", "partitioned", "--engine", "threads=10.0.0.1"]);
    assert!(
        text(&wrong.stderr).contains("engine `threads` is this process, and has no address"),
        "{}",
        text(&wrong.stderr)
    );
    let help = program(&[]);
    assert!(help.status.success() && text(&help.stdout).contains("outgrow-cluster up --executors 2"));
}
