//! Operations of the pandas-shaped surface, on a table that is in memory: eager, drop-in, and real pandas beside them.
//!
//! ```text
//! cargo bench --profile dev --bench surface                                  # eager and drop-in
//! OUTGROW_PYTHON=.venv/bin/python cargo bench --profile dev --bench surface  # with pandas (1 million rows)
//! OUTGROW_ROWS=10000000 cargo bench --profile dev --bench surface            # at another size
//! ```
//!
//! Each operation of both modes has its answer checked after it was timed, and beside each time stands the most memory that
//! was allocated at once. At the end the ratios are printed, and what it costs to record a workload.

mod peaks;

use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode, criterion_group};
use outgrow::flights::{home, weather, with_rows};
use outgrow::kernels::{Agg, How, Keep, Transform, Window};
use outgrow::workloads::{largest_per_group, running_total};
use outgrow::{ledger, timeline};
use polars::prelude::{DataFrame, col, lit};

#[global_allocator]
static ALLOCATOR: peaks::Counting = peaks::Counting;

const COLUMNS: [&str; 7] = ["id", "carrier", "origin", "dest", "arr_delay", "distance", "time_hour"];

/// A table and the weather, and what can be done with them.
trait Surface {
    /// Does it, and forgets what comes of it.
    fn run(&self, operation: &str) -> outgrow::Result<()>;
    /// Does it; the first and last rows of what comes of it.
    fn answer(&self, operation: &str) -> outgrow::Result<DataFrame>;
}

/// The same source for both modes.
macro_rules! surface {
    ($pd:ident) => {
        mod $pd {
            use outgrow::Result;
            use outgrow::$pd::{self as pd};
            use polars::prelude::DataFrame;

            use super::*;

            pub struct Tables {
                pub flights: pd::DataFrame,
                pub weather: pd::DataFrame,
            }

            fn ends(table: pd::DataFrame) -> Result<DataFrame> {
                pd::concat(&[&table.head(20), &table.tail(20)])?.into_columns()
            }

            impl Surface for Tables {
                fn run(&self, operation: &str) -> Result<()> {
                    self.table(operation).map(|table| drop(black_box(table)))
                }

                fn answer(&self, operation: &str) -> Result<DataFrame> {
                    ends(self.table(operation)?)
                }
            }

            impl Tables {
                fn table(&self, operation: &str) -> Result<pd::DataFrame> {
                    let f = &self.flights;
                    let groups = f.groupby(&["carrier"]);
                    let routes = f.groupby(&["origin", "dest"]);
                    Ok(match operation {
                        "filter" => f.filter(&f.col("arr_delay")?.gt(60)?)?,
                        "assign" => f.assign("hours", col("distance") / lit(60.0))?,
                        "sort_values" => f.sort_values(&["arr_delay", "id"], &[false, true])?,
                        "drop_duplicates" => f.drop_duplicates(&["carrier", "dest"], Keep::Last)?,
                        "value_counts" => f.col("dest")?.value_counts()?.to_frame("count")?,
                        "groupby.agg" => f.groupby(&["carrier", "origin"]).agg(&[
                            ("flights", "arr_delay", Agg::Count),
                            ("mean", "arr_delay", Agg::Mean),
                            ("std", "arr_delay", Agg::Std),
                            ("far", "distance", Agg::Max),
                        ])?,
                        "groupby median" => routes.agg(&[("median", "arr_delay", Agg::Median)])?,
                        "groupby z-score" => groups.transform("arr_delay", Transform::ZScore)?.to_frame("z")?,
                        "groupby diff" => {
                            routes.transform("arr_delay", Transform::Window(Window::Diff(1)))?.to_frame("d")?
                        }
                        "cumsum" => f.col("distance")?.cumsum()?.to_frame("miles")?,
                        "ffill" => f.col("arr_delay")?.ffill()?.to_frame("delay")?,
                        "diff" => f.col("distance")?.diff(1)?.to_frame("miles")?,
                        "rolling mean" => f.col("distance")?.rolling_mean(24)?.to_frame("miles")?,
                        "rank" => f.col("arr_delay")?.rank()?.to_frame("rank")?,
                        "merge" => f.merge(&self.weather, &["origin", "time_hour"], How::Inner)?,
                        "add aligned" => f.col("arr_delay")?.add(&f.col("distance")?)?.to_frame("sum")?,
                        "describe" => f.select(&["arr_delay", "distance"])?.describe()?,
                        "iloc" => f.iloc_range(f.len() as i64 / 2, f.len() as i64 / 2 + 1000),
                        other => unreachable!("{other}"),
                    })
                }
            }
        }
    };
}
surface!(eager);
surface!(dropin);

/// In the order of their names in peers/pandas_surface.py; those marked need an exchange, over partitions.
const OPERATIONS: [(&str, bool); 18] = [
    ("filter", false),
    ("assign", false),
    ("sort_values", true),
    ("drop_duplicates", false),
    ("value_counts", false),
    ("groupby.agg", false),
    ("groupby median", true),
    ("groupby z-score", false),
    ("groupby diff", true),
    ("cumsum", false),
    ("ffill", false),
    ("diff", false),
    ("rolling mean", false),
    ("rank", true),
    ("merge", false),
    ("add aligned", false),
    ("describe", false),
    ("iloc", false),
];

/// How often each is timed.
const SAMPLES: usize = 15;

fn rows() -> u64 {
    std::env::var("OUTGROW_ROWS").map_or(1_000_000, |rows| rows.parse().expect("OUTGROW_ROWS is a number"))
}

fn operations(criterion: &mut Criterion) {
    let rows = rows();
    let files = with_rows(rows, |_, _| ()).expect("there is room for the flights under data/");
    let sky = weather().expect("the weather is shipped");
    let columns = ["origin", "time_hour", "precip"];
    let eager = eager::Tables {
        flights: outgrow::eager::read_parquet(&files, &COLUMNS).expect("flights can be read"),
        weather: outgrow::eager::read_parquet(&sky, &columns).expect("the weather can be read"),
    };
    let dropin = dropin::Tables {
        flights: outgrow::dropin::read_parquet(&files, &COLUMNS).expect("flights can be read"),
        weather: outgrow::dropin::read_parquet(&sky, &columns).expect("the weather can be read"),
    };
    let mut pandas = Pandas::start(rows);
    let mut group = criterion.benchmark_group(format!("surface/{rows}"));
    group.sample_size(SAMPLES).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_millis(1500));
    // As many rounds in each sample, and the analysis of the report no longer than what it is about.
    group.sampling_mode(SamplingMode::Flat).nresamples(2_000);
    let mut medians = Vec::new();
    for (operation, exchange) in OPERATIONS {
        let mut times = [const { Vec::new() }; 3];
        let mut bench = |mode: &str, place: usize, run: &mut dyn FnMut(u64) -> Duration| {
            group.bench_function(BenchmarkId::new(mode, operation), |bencher| {
                bencher.iter_custom(|rounds| {
                    let took = run(rounds);
                    times[place].push(took.as_secs_f64() / rounds as f64);
                    took
                });
            });
        };
        let timed = |surface: &dyn Surface, rounds| {
            let start = Instant::now();
            (0..rounds).for_each(|_| surface.run(operation).expect("every operation works"));
            start.elapsed()
        };
        bench("eager", 0, &mut |rounds| timed(&eager, rounds));
        bench("dropin", 1, &mut |rounds| timed(&dropin, rounds));
        if let Some(pandas) = &mut pandas {
            bench("pandas", 2, &mut |rounds| pandas.run(operation, rounds));
        }
        if times[0].is_empty() {
            continue; // left out by a filter on the command line
        }
        let [this, that] =
            [eager.answer(operation), dropin.answer(operation)].map(|answer| answer.expect("it just worked"));
        assert!(close(&this, &that), "{operation}: {this} and {that}");
        for (mode, surface) in [("eager", &eager as &dyn Surface), ("dropin", &dropin)] {
            let (outcome, peak_bytes) = peaks::peak_of(|| surface.run(operation));
            outcome.expect("it just worked");
            peaks::keep(&format!("surface/{rows}/{mode}/{operation}"), peak_bytes);
        }
        medians.push((operation, exchange, times.map(spread)));
    }
    group.finish();
    println!("\n{:<18}{:>12}{:>22}{:>22}", "operation", "eager", "drop-in / eager", "eager / pandas");
    for (operation, exchange, [eager, dropin, pandas]) in medians {
        let ratio = |this: [f64; 3], that: [f64; 3]| match this[1].is_nan() || that[1].is_nan() {
            true => "-".to_string(),
            false => format!("{:.2} ({:.2}-{:.2})", this[1] / that[1], this[0] / that[2], this[2] / that[0]),
        };
        let mark = if exchange { " *" } else { "" };
        let eager_ms = format!("{:.2} ms", eager[1] * 1e3);
        println!("{operation:<18}{eager_ms:>12}{:>22}{:>22}", ratio(dropin, eager) + mark, ratio(eager, pandas));
    }
    println!("* with an exchange. In brackets: fastest of one by slowest of the other, and the other way round.");
}

/// What recording costs: a workload with nobody to hear what it notes, and with its steps and tasks recorded, in turn.
fn recording(_: &mut Criterion) {
    let rounds = if peaks::quick() { 9 } else { 41 };
    let rows = rows();
    if std::env::args().any(|argument| OPERATIONS.iter().any(|(operation, _)| argument.contains(operation))) {
        return; // a filter on the command line asks for an operation
    }
    let files = with_rows(rows, |_, _| ()).expect("there is room for the flights under data/");
    println!(
        "\n{:<20}{:>8}{:>12}{:>28}{:>16}",
        "drop-in", "steps", "median", "recorded / not recorded", "noting alone"
    );
    for workload in [&running_total::WORKLOAD, &largest_per_group::WORKLOAD] {
        let work = || drop(black_box((workload.dropin)(&files).expect("the drop-in gives an answer")));
        let seconds = |work: &dyn Fn()| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        };
        let recorded = || drop(black_box(ledger::record(|| timeline::record(work))));
        let (_, ledger) = ledger::record(work);
        let mut ratios = Vec::new();
        let mut plain = Vec::new();
        for round in 0..rounds {
            // Whoever comes second may find caches warm: each is first every other time.
            let (without, with) = match round % 2 {
                0 => (seconds(&work), seconds(&recorded)),
                _ => {
                    let with = seconds(&recorded);
                    (seconds(&work), with)
                }
            };
            plain.push(without);
            ratios.push(with / without);
        }
        // The same steps, with nothing done in between.
        let again = || ledger.steps.iter().for_each(|step| ledger::note(step.clone()));
        let noting = (0..1000).map(|_| seconds(&|| drop(black_box(ledger::record(again))))).sum::<f64>() / 1000.0;
        plain.sort_by(f64::total_cmp);
        ratios.sort_by(f64::total_cmp);
        let quarter = |share: usize| ratios[rounds * share / 4];
        println!(
            "{:<20}{:>8}{:>12}{:>28}{:>16}",
            workload.name,
            ledger.steps.len(),
            format!("{:.1} ms", plain[rounds / 2] * 1e3),
            format!("{:.3} ({:.3}-{:.3})", quarter(2), quarter(1), quarter(3)),
            format!("{:.2} us", noting * 1e6),
        );
    }
    println!("Each ratio is of two runs, one after the other; in brackets: the middle half of {rounds} of them.");
}

/// Fastest, median and slowest of the samples: what came before them was to warm up.
fn spread(mut times: Vec<f64>) -> [f64; 3] {
    times.drain(..times.len().saturating_sub(SAMPLES));
    times.sort_by(f64::total_cmp);
    match times.len() {
        0 => [f64::NAN; 3],
        n => [times[0], times[n / 2], times[n - 1]],
    }
}

fn close(this: &DataFrame, that: &DataFrame) -> bool {
    this.schema() == that.schema()
        && this.columns().iter().zip(that.columns()).all(|(this, that)| match (this.f64(), that.f64()) {
            (Ok(this), Ok(that)) => this.iter().zip(that.iter()).all(|pair| match pair {
                (Some(this), Some(that)) => (this - that).abs() <= 1e-9 * this.abs().max(1.0),
                (this, that) => this == that,
            }),
            _ => this.equals_missing(that),
        })
}

/// `peers/pandas_surface.py`: told an operation and how often to do it, it answers with the seconds that took.
struct Pandas {
    process: Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Pandas {
    /// `None` when `OUTGROW_PYTHON` is not set.
    fn start(rows: u64) -> Option<Self> {
        let python = std::env::var_os("OUTGROW_PYTHON")?;
        let mut process = Command::new(python)
            .arg(home().join("peers/pandas_surface.py"))
            .args([outgrow::flights::grown_folder(rows), home().join("datasets/weather.parquet")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("OUTGROW_PYTHON names a Python");
        let output = BufReader::new(process.stdout.take().expect("stdout is piped"));
        Some(Self { process, output })
    }

    fn run(&mut self, operation: &str, times: u64) -> Duration {
        writeln!(self.process.stdin.as_mut().expect("stdin is piped"), "{operation} {times}").expect("pandas listens");
        let mut answer = String::new();
        self.output.read_line(&mut answer).expect("pandas answers");
        Duration::from_secs_f64(answer.trim().parse().expect("pandas answers with seconds"))
    }
}

impl Drop for Pandas {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

criterion_group! {
    name = benches;
    config = peaks::criterion();
    targets = operations, recording
}

fn main() {
    outgrow::memory::keep_freed(); // as the program does
    benches();
    peaks::criterion().configure_from_args().final_summary();
}
