//! Each workload in each mode at two sizes, in one process, on files that are in the system's cache.
//!
//! ```text
//! cargo bench --profile dev                                  # the profile of `cargo run`: nothing is compiled twice
//! cargo bench --profile dev -- --quick                       # less sure, nothing drawn, and done in minutes
//! OUTGROW_PYTHON=.venv/bin/python cargo bench --profile dev  # with polars' streaming engine beside the aggregation
//! ```
//!
//! Compare within one run only. What a user waits for, process and cold memory included, is measured by `outgrow
//! compare`; this here is for the code. Every answer is checked after it was timed, and beside each time stands the most
//! memory that was allocated at once. `outgrow charts` links the report and shows both.

mod peaks;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group};
use outgrow::flights::{SHIPPED_ROWS, with_rows};
use outgrow::measure::agree;
use outgrow::partitioned::{Engine, Serial, Threads};
use outgrow::workloads::{ALL, Workload, aggregation, many_groups};
use outgrow::{ParquetFiles, Result};
use polars::prelude::DataFrame;

#[global_allocator]
static ALLOCATOR: peaks::Counting = peaks::Counting;

/// Every mode of a workload, at one size.
fn modes(criterion: &mut Criterion, workload: &Workload, size: &str, files: &ParquetFiles) {
    let threads = Threads::default();
    let partitioned = |engine: &dyn Engine| (workload.partitioned)(files, engine);
    let name = format!("{}/{size}", workload.name);
    let mut group = criterion.benchmark_group(&name);
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    let reference = (workload.eager)(files).expect("eager gives an answer");
    let mut bench = |mode: &str, run: &dyn Fn() -> Result<DataFrame>| {
        let mut last = None;
        group.bench_function(BenchmarkId::from_parameter(mode), |bencher| {
            bencher.iter(|| last = Some(run().expect("every mode gives an answer")));
        });
        // Nothing has run where a filter on the command line left this one out.
        if let Some(answer) = last.take() {
            agree(workload, ("eager", &reference), (mode, &answer)).expect("all modes give the same answer");
            drop(answer);
            let (answer, peak_bytes) = peaks::peak_of(run);
            agree(workload, ("eager", &reference), (mode, &answer.expect("it did before"))).expect("and again");
            peaks::keep(&format!("{name}/{mode}"), peak_bytes);
        }
    };
    bench("eager", &|| (workload.eager)(files));
    bench("dropin", &|| (workload.dropin)(files));
    bench("partitioned, serial", &|| partitioned(&Serial));
    bench("partitioned, threads", &|| partitioned(&threads));
    if workload.name == aggregation::WORKLOAD.name
        && let Some(mut peer) = Peer::start(files.rows() as u64)
    {
        group.bench_function(BenchmarkId::from_parameter("polars streaming, Python"), |bencher| {
            bencher.iter_custom(|times| peer.run(times));
        });
        let answer = peer.answer(reference.schema());
        agree(workload, ("eager", &reference), ("polars streaming", &answer)).expect("polars gives the same answer");
    }
    group.finish();
}

/// `peers/polars_streaming.py`: told how often to run the query, it answers with the seconds that took.
struct Peer {
    process: Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Peer {
    /// `None` when `OUTGROW_PYTHON` is not set, or for a part of the shipped flights.
    fn start(rows: u64) -> Option<Self> {
        let python = std::env::var_os("OUTGROW_PYTHON").filter(|_| rows >= SHIPPED_ROWS as u64)?;
        let home = outgrow::flights::home();
        // It reads whole files.
        let input = match rows == SHIPPED_ROWS as u64 {
            true => home.join("datasets/flights.parquet"),
            false => outgrow::flights::grown_folder(rows).join("*.parquet"),
        };
        let mut process = Command::new(python)
            .arg(home.join("peers/polars_streaming.py"))
            .arg(input)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("OUTGROW_PYTHON names a Python");
        let output = BufReader::new(process.stdout.take().expect("stdout is piped"));
        Some(Self { process, output })
    }

    fn ask(&mut self, question: &str) -> String {
        writeln!(self.process.stdin.as_mut().expect("stdin is piped"), "{question}").expect("the peer listens");
        let mut answer = String::new();
        self.output.read_line(&mut answer).expect("the peer answers");
        answer.trim().to_string()
    }

    fn run(&mut self, times: u64) -> Duration {
        Duration::from_secs_f64(self.ask(&times.to_string()).parse().expect("the peer answers with seconds"))
    }

    fn answer(&mut self, schema: &polars::prelude::Schema) -> DataFrame {
        let path = self.ask("answer");
        let answer = outgrow::measure::read(path.as_ref()).expect("the peer wrote its answer");
        let columns = schema.iter().map(|(name, dtype)| Ok(answer.column(name)?.cast(dtype)?));
        let columns = columns.collect::<Result<Vec<_>>>().expect("the peer has the same columns");
        DataFrame::new(answer.height(), columns).expect("columns of one length")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

fn flights(criterion: &mut Criterion) {
    for workload in ALL {
        for rows in [SHIPPED_ROWS as u64 / 4, SHIPPED_ROWS as u64] {
            let files = with_rows(rows, |_, _| ()).expect("the flights are shipped");
            modes(criterion, workload, &rows.to_string(), &files);
        }
    }
    // Where it has the peer beside it, at the size where that matters.
    if std::env::var_os("OUTGROW_PYTHON").is_some() {
        let files = with_rows(10_000_000, |_, _| ()).expect("there is room for the flights under data/");
        modes(criterion, &aggregation::WORKLOAD, "10000000", &files);
    }
}

/// Few large groups, and many small ones.
fn made_up_rows(criterion: &mut Criterion) {
    many_groups::set_cost(many_groups::DEFAULT_COST);
    for (rows, groups) in [(100_000, 10), (100_000, 10_000)] {
        let files = many_groups::with_rows(rows, groups, |_, _| ()).expect("there is room for the rows under data/");
        modes(criterion, &many_groups::WORKLOAD, &format!("{rows} in {groups}"), &files);
    }
}

criterion_group! {
    name = benches;
    config = peaks::criterion();
    targets = flights, made_up_rows
}

fn main() {
    outgrow::memory::keep_freed(); // as the program does
    benches();
    peaks::criterion().configure_from_args().final_summary();
}
