//! `outgrow measure`: a complete run of everything, drawn and put in words.

use std::path::PathBuf;

use super::print::print;
use super::setting::open_with_progress;
use super::sweep::Sweep;
use super::{charts, report};
use crate::charts::{pick, words};
use crate::error::{Error, Result};
use crate::flights::{SHIPPED_ROWS, home};
use crate::measure::{Comparison, Figures, Flights, MemoryCap, Plan, Record, machine, read_records};
use crate::workers::cores;
use crate::workloads::{self, Mode, Workload, many_groups};

/// Sizes beyond the shipped flights are run while the slowest mode takes less than this at the size before.
const PATIENCE_S: f64 = 1.0;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  outgrow measure\n  outgrow measure --out results/mine --resume\n\n\
                        What it runs: every workload in all modes, over rows and threads, and under a limit on memory\n\
                        between what its modes need; then the map of made-up groups. Some minutes on two cores.")]
pub struct Args {
    /// The folder for records, charts and the text [default: results/DATE-MACHINE]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on where it was interrupted
    #[arg(long)]
    resume: bool,
    /// Only these workloads, with commas between them [default: all]
    #[arg(long, value_delimiter = ',')]
    workloads: Option<Vec<String>>,
    /// Less of everything: to see whether it works
    #[arg(long)]
    quick: bool,
}

pub fn measure(args: &Args) -> Result<()> {
    let out = args.out.clone().unwrap_or_else(|| home().join("results").join(default_name()));
    let records = out.join("records.jsonl");
    if records.exists() && !args.resume {
        return Err(Error::input(format!(
            "{} holds a run already. Go on with it by --resume, or choose another --out.",
            out.display()
        )));
    }
    let chosen: Vec<&Workload> = match &args.workloads {
        Some(names) => names.iter().map(|name| workloads::find(name)).collect::<Result<_>>()?,
        None => workloads::ALL.into_iter().chain(workloads::MADE_UP).collect(),
    };
    let mut sweep = Sweep::resumed(Some(&records), |_| true)?;
    let size = if args.quick { Size { runs: 1, more_rows: &[], groups: 1_000 } } else { Size::FULL };
    for workload in chosen {
        eprintln!("{}: {}", workload.name, workload.question);
        match workload.name == many_groups::WORKLOAD.name {
            true => map_of_groups(&mut sweep, workload, &size)?,
            false => one_workload(&mut sweep, workload, &size)?,
        }
    }
    let drawn = charts::draw(&records, &out)?;
    let all = read_records(&records)?.records;
    charts::write(&out.join("README.md"), &words::readme(&pick::one_machine(&all), "outgrow measure"))?;
    print(&format!(
        "{}, {}, and what they say: {}\n",
        report::count(all.len(), "record"),
        report::count(drawn, "chart"),
        out.join("README.md").display()
    ))
}

/// How much of everything.
struct Size {
    runs: usize,
    more_rows: &'static [u64],
    /// The most groups of the map.
    groups: u64,
}

impl Size {
    const FULL: Self = Self { runs: 5, more_rows: &[1_000_000, 3_000_000, 10_000_000], groups: 1_000_000 };
}

const MODES: [Mode; 3] = [Mode::Eager, Mode::Dropin, Mode::Partitioned];

fn plan(workload: &'static Workload, flights: Flights, threads: usize, runs: usize) -> Result<Plan> {
    let rows = open_with_progress(&flights)?;
    Ok(Plan { workload, modes: MODES.to_vec(), engine: None, flights, rows, runs, threads, memory_limit: None })
}

/// Rows, threads, and a limit on memory between what the modes need.
fn one_workload(sweep: &mut Sweep, workload: &'static Workload, size: &Size) -> Result<()> {
    let at = |rows: u64| -> Result<Vec<Plan>> {
        // 1, 2, 4, ... threads, and all.
        let threads =
            std::iter::successors(Some(1), |threads| Some(threads * 2)).take_while(|threads| *threads < cores());
        threads.chain([cores()]).map(|threads| plan(workload, Flights::Rows(rows), threads, size.runs)).collect()
    };
    let mut plans: Vec<Plan> = Vec::new();
    let mut needs = Comparison::default();
    for (number, rows) in [30_000, 100_000, SHIPPED_ROWS as u64].iter().chain(size.more_rows).enumerate() {
        // The shipped flights are run in any case.
        if number > 2 && slowest_s(&needs) > PATIENCE_S {
            break;
        }
        plans = at(*rows)?;
        needs = sweep.run(&plans)?.pop().unwrap_or_default();
    }
    let Some(largest) = plans.pop() else { return Ok(()) };
    if let Some(bytes) = telling_limit(&needs).filter(|bytes| MemoryCap::new(*bytes).is_ok()) {
        sweep.run(&[Plan { memory_limit: Some(bytes), runs: size.runs.min(3), ..largest }])?;
    }
    Ok(())
}

/// The map of groups and rows per group, for a function that costs next to nothing and for one that costs something.
fn map_of_groups(sweep: &mut Sweep, workload: &'static Workload, size: &Size) -> Result<()> {
    let mut plans = Vec::new();
    for cost in [10, 300] {
        for rows in [10_000, 100_000, 1_000_000] {
            let mut groups = 10;
            // A million groups take seconds whatever the function costs: once is enough.
            let most = if cost == 10 { size.groups } else { size.groups / 10 };
            while groups <= most.min(rows) {
                let flights = Flights::MadeUp { rows, groups, cost };
                plans.push(plan(workload, flights, cores(), size.runs.min(3))?);
                groups *= 10;
            }
        }
    }
    sweep.run(&plans)?;
    Ok(())
}

fn figures(comparison: &Comparison) -> impl Iterator<Item = Figures> + '_ {
    comparison.modes.iter().filter_map(|of_mode| Figures::of(&of_mode.records.iter().collect::<Vec<&Record>>()))
}

fn slowest_s(comparison: &Comparison) -> f64 {
    figures(comparison).map(|figures| figures.wall_s).fold(0.0, f64::max)
}

/// A limit that the hungriest mode cannot keep and the most modest one can: the middle of their peaks on a logarithmic
/// scale, in MiB. None where all need about the same.
fn telling_limit(comparison: &Comparison) -> Option<u64> {
    let peaks = || figures(comparison).map(|figures| figures.peak_rss_bytes as f64);
    let (least, most) = (peaks().fold(f64::INFINITY, f64::min), peaks().fold(0.0, f64::max));
    let mebibytes = ((least * most).sqrt() / f64::from(1 << 20)).round() as u64;
    (most > 1.5 * least && mebibytes >= 16).then_some(mebibytes << 20)
}

/// `2026-11-22-intel-xeon-processor-2-cores`.
fn default_name() -> String {
    let machine = machine::machine();
    let today = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).format("%Y-%m-%d");
    let cpu = machine.cpu.replace("(R)", "").replace("(TM)", "").to_lowercase();
    let words: Vec<&str> =
        cpu.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!("{today}-{}-{}-cores", words.join("-"), machine.cores)
}
