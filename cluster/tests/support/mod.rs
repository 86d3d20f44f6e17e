//! A cluster of real processes for a test, which can be mistreated.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use outgrow::partitioned::{Table, by, transform};
use outgrow_cluster::Ballista;
use outgrow_cluster::client::{Settings, rest};
use outgrow_cluster::lab::{self, Mishaps};
use polars::prelude::*;
use tempfile::TempDir;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_outgrow-cluster");

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Scheduler and executors, each a process; all end with it.
pub struct Cluster {
    pub scheduler: Child,
    pub executors: Vec<Executor>,
    pub folder: TempDir,
    pub port: u16,
}

pub struct Executor {
    pub process: Child,
    pub rows: PathBuf,
    pub log: PathBuf,
}

/// An executor that is silent for so many seconds is lost, in tests.
pub const LOST_AFTER_S: u64 = 8;

impl Cluster {
    /// Starts a scheduler and so many executors with one slot each, and waits for them.
    pub fn start(executors: usize) -> Self {
        Self::start_with(executors, &[])
    }

    /// The same, and more is said to the scheduler.
    pub fn start_with(executors: usize, more: &[&str]) -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let log = std::fs::File::create(folder.path().join("scheduler.log")).unwrap();
        let mut command = Command::new(PROGRAM);
        command.args(["scheduler", "--bind", &format!("127.0.0.1:{port}"), "--lost-after", &LOST_AFTER_S.to_string()]);
        command.args(more);
        command.env("RUST_LOG", "info").stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let mut cluster = Self { scheduler: command.spawn().unwrap(), executors: Vec::new(), folder, port };
        for _ in 0..executors {
            let rows = cluster.folder.path().join(format!("rows-{}", cluster.executors.len()));
            cluster.add(&rows);
        }
        cluster.wait_for(executors);
        cluster
    }

    pub fn address(&self) -> String {
        format!("df://127.0.0.1:{}", self.port)
    }

    /// Starts one more executor, which keeps its rows in this folder.
    pub fn add(&mut self, rows: &Path) {
        let log = self.folder.path().join(format!("executor-{}.log", self.executors.len()));
        let file = std::fs::File::create(&log).unwrap();
        let mut command = Command::new(PROGRAM);
        command.args(["executor", "--slots", "1", "--scheduler", &format!("127.0.0.1:{}", self.port)]);
        command.arg("--work-dir").arg(rows);
        command.env("RUST_LOG", "info").stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        let process = command.spawn().unwrap();
        self.executors.push(Executor { process, rows: rows.to_path_buf(), log });
    }

    /// Waits until the scheduler knows so many executors, and no more.
    pub fn wait_for(&self, executors: usize) {
        let began = Instant::now();
        while self.known().len() != executors {
            assert!(began.elapsed() < Duration::from_secs(60), "{} executors\n{}", self.known().len(), self.logs());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The names of the executors that the scheduler knows.
    pub fn known(&self) -> Vec<String> {
        let address = format!("127.0.0.1:{}", self.port).parse().unwrap();
        let asked = tokio::runtime::Runtime::new().unwrap().block_on(rest::executors(&address));
        let mut names: Vec<String> = asked.into_iter().flatten().map(|executor| executor.id).collect();
        names.sort();
        names
    }

    pub fn logs(&self) -> String {
        let logs = self.executors.iter().map(|executor| executor.log.clone());
        let logs = std::iter::once(self.folder.path().join("scheduler.log")).chain(logs);
        let end = |log: PathBuf| {
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            format!("{}:\n{}\n", log.display(), lines[lines.len().saturating_sub(30)..].join("\n"))
        };
        logs.map(end).collect()
    }

    pub fn client(&self) -> Ballista {
        let shared_folder = Some(self.folder.path().to_path_buf());
        Ballista::connect_with(&self.address(), Settings { shared_folder, ..Settings::default() }).unwrap()
    }

    /// Rows of so many keys, as a file that all executors can read.
    pub fn rows(&self, keys: i64, of_each: i64) -> PathBuf {
        let path = self.folder.path().join(format!("rows-{keys}-{of_each}.parquet"));
        let file = std::fs::File::create(&path).unwrap();
        let mut rows = lab::rows(keys, of_each);
        polars_io::parquet::write::ParquetWriter::new(file)
            .with_row_group_size(Some(10_000))
            .finish(&mut rows)
            .unwrap();
        path
    }
}

impl Executor {
    /// Ends it at once, and without a word.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for process in self.executors.iter_mut().map(|executor| &mut executor.process).chain([&mut self.scheduler]) {
            // It may be what the test killed.
            let _ = process.kill();
            let _ = process.wait();
        }
        if std::thread::panicking() {
            eprintln!("{}", self.logs());
        }
    }
}

/// The lab's function on each key of these rows.
pub fn work(rows: impl Into<Table>, mishaps: &Mishaps, engine: &Ballista) -> outgrow::Result<DataFrame> {
    transform(rows.into(), lab::work).params(mishaps.clone()).schema(lab::SCHEMA).partition(by(["key"])).run(engine)
}

/// Holds an answer of [`work`] to what it must be, row by row.
pub fn assert_right(answer: &DataFrame, keys: i64, of_each: i64) {
    let answer = answer.sort(["key"], Default::default()).unwrap();
    let sum = |key: i64| (0..of_each).map(|row| row * keys + key).sum::<i64>();
    let expected = df!(
        "key" => (0..keys).collect::<Vec<_>>(),
        "rows" => vec![of_each; keys as usize],
        "sum" => (0..keys).map(sum).collect::<Vec<_>>(),
    )
    .unwrap();
    assert!(answer.equals(&expected), "{answer}");
}
