//! What the book shows of a cluster is what a cluster prints: the same words and the same shape, whatever the figures.
//!
//! Times, numbers of processes and names of jobs differ each time, so digits are left out when the two are held against each
//! other. `OUTGROW_BLESS=1 cargo test -p outgrow-cluster --test printed` writes the files anew.

mod support;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use support::{Cluster, PROGRAM};

/// A text without what differs each time: names with digits in them, numbers, bars, and how far apart words are.
fn shape(text: &str) -> Vec<String> {
    let line = |line: &str| {
        let words = line
            .split_whitespace()
            .filter(|word| !word.contains(|letter: char| letter.is_ascii_digit() || letter == '█'));
        words.collect::<Vec<_>>().join(" ")
    };
    // How many tasks read or are listed depends on the machine.
    let mut lines: Vec<String> = text.lines().map(line).collect();
    lines.dedup();
    lines
}

fn hold(name: &str, command: &str, printed: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("printed").join(name);
    let printed = format!("{command}\n{}\n", printed.trim_end());
    if std::env::var_os("OUTGROW_BLESS").is_some() {
        std::fs::write(&path, &printed).unwrap();
    }
    let shown = std::fs::read_to_string(&path).unwrap();
    assert_eq!(shape(&shown), shape(&printed), "{} is not what is printed now:\n{printed}", path.display());
}

fn program(cluster: &Cluster, words: &str) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(words.split(' ')).stdin(Stdio::null()).env_remove("RUST_LOG").env("RUST_BACKTRACE", "0");
    command.env("OUTGROW_SHARED_FOLDER", cluster.folder.path());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn stages_and_tasks_are_shown_as_they_are() {
    let cluster = Cluster::start(2);
    let engine = format!("ballista=127.0.0.1:{}", cluster.port);
    let run = program(&cluster, &format!("run median --mode partitioned --engine {engine} --json")).output().unwrap();
    assert!(run.status.success(), "{}", text(&run.stderr));
    let status = program(&cluster, &format!("status --tasks --scheduler 127.0.0.1:{}", cluster.port)).output().unwrap();
    hold("tasks.txt", "$ cargo run -q -p outgrow-cluster -- status --tasks", &text(&status.stdout));
}

#[test]
fn a_killed_executor_is_told_by_the_client() {
    let mut cluster = Cluster::start(2);
    let words = format!("run grid-search --mode partitioned --engine ballista=127.0.0.1:{}", cluster.port);
    let mut command = program(&cluster, &words);
    let client = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The job has begun by now, and is not done.
    std::thread::sleep(Duration::from_millis(400));
    cluster.executors[0].kill();
    let output = client.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let answer = text(&output.stdout);
    let lines: Vec<&str> = answer.lines().collect();
    let end = lines[lines.len() - 2..].join("\n");
    let printed = format!("{}...\n{end}", text(&output.stderr));
    let command =
        "$ cargo run -q -p outgrow-cluster -- run grid-search --mode partitioned --engine ballista=127.0.0.1:50050";
    hold("killed.txt", command, &printed);
}
