//! `outgrow measure`: a complete run of everything, drawn and put in words.

use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::{HumanCount, HumanDuration};

use super::print::print;
use super::setting::open_with_progress;
use super::sweep::Sweep;
use super::{charts, report};
use crate::charts::{pick, words};
use crate::error::{Error, Result};
use crate::flights::{SHIPPED_ROWS, home};
use crate::measure::{Comparison, Contender, Flights, MemoryCap, Plan, machine, read_records};
use crate::workers::cores;
use crate::workloads::{self, Mode, Workload, many_groups};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  outgrow measure\n  outgrow measure --out results/mine --resume\n\n\
                        What it runs: every workload in all modes, up to 10 million rows, on 1, 2, 4, ... threads, and \
                        under a limit on memory between what its modes need; then the map of made-up groups. What takes \
                        longer is run less often. About 20 minutes on two cores, on a machine with nothing else to do.")]
pub struct Args {
    /// The folder for records, charts and the text [default: results/DATE-MACHINE]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on where it was interrupted [default of --out: the last one that this program began on this machine]
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
    let (results, machine) = (home().join("results"), machine_name());
    let begun = if args.resume { begun(&results, &machine) } else { None };
    let out = args.out.clone().or(begun).unwrap_or_else(|| results.join(format!("{}-{machine}", today())));
    let records = out.join("records.jsonl");
    if records.exists() && !args.resume {
        return Err(Error::input(format!(
            "{} holds a run already. Go on with it by --resume, or choose another --out.",
            out.display()
        )));
    }
    let chosen: Vec<&Workload> = match &args.workloads {
        Some(names) => {
            if let Some(twice) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
                return Err(Error::input(format!("--workloads names {} twice. Name each once.", twice.1)));
            }
            names.iter().map(|name| workloads::find(name)).collect::<Result<_>>()?
        }
        None => workloads::ALL.into_iter().chain(workloads::MADE_UP).collect(),
    };
    let mut sweep = Sweep::resumed(Some(&records), "measure")?;
    let extent = if args.quick { QUICK } else { FULL };
    let start = Instant::now();
    for (number, workload) in (1..).zip(&chosen) {
        let began = Instant::now();
        eprintln!("{number} of {}. {}: {}", chosen.len(), workload.name, workload.question);
        match workload.name == many_groups::WORKLOAD.name {
            true => map_of_groups(&mut sweep, workload, &extent)?,
            false => one_workload(&mut sweep, workload, &extent)?,
        }
        eprintln!("  took {}, {} in all.", HumanDuration(began.elapsed()), HumanDuration(start.elapsed()));
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
struct Extent {
    rows: &'static [u64],
    runs: usize,
    /// The most groups of the map.
    groups: u64,
}

const FULL: Extent = Extent {
    rows: &[30_000, 100_000, SHIPPED_ROWS as u64, 1_000_000, 3_000_000, 10_000_000],
    runs: 5,
    groups: 1_000_000,
};
const QUICK: Extent = Extent { rows: &[30_000, 100_000, SHIPPED_ROWS as u64], runs: 1, groups: 1_000 };

/// How often a size is run.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Effort {
    runs: usize,
    warm_up: bool,
    /// On each number of threads, or on all cores only.
    each_number_of_threads: bool,
}

/// What takes longer is run less often; `None` for what takes longer than anybody waits.
fn effort(expected_s: f64, runs: usize) -> Option<Effort> {
    let often = |runs| Some(Effort { runs, warm_up: true, each_number_of_threads: true });
    match expected_s {
        s if s < 1.0 => often(runs),
        s if s < 5.0 => often(runs.min(3)),
        s if s < 60.0 => Some(Effort { runs: 1, warm_up: false, each_number_of_threads: false }),
        _ => None,
    }
}

const MODES: [Mode; 3] = [Mode::Eager, Mode::Dropin, Mode::Partitioned];

fn plan(workload: &'static Workload, flights: Flights, threads: usize, runs: usize) -> Result<Plan> {
    let rows = open_with_progress(&flights)?;
    Ok(Plan {
        workload,
        contenders: MODES.map(Contender::from).to_vec(),
        flights,
        rows,
        runs,
        warm_up: true,
        threads,
        memory_limit: None,
        warm: false,
        time_limit: None,
    })
}

/// 1, 2, 4, ... threads, and all cores.
fn numbers_of_threads() -> Vec<usize> {
    let doublings = std::iter::successors(Some(1), |threads| Some(threads * 2));
    doublings.take_while(|threads| *threads < cores()).chain([cores()]).collect()
}

/// Rows, threads, and a limit on memory between what the modes need.
fn one_workload(sweep: &mut Sweep, workload: &'static Workload, extent: &Extent) -> Result<()> {
    let mut largest: Option<(Plan, Comparison)> = None;
    for rows in extent.rows {
        // As if time grew with the rows; the first size is never too large.
        let expected_s =
            largest.as_ref().map_or(0.0, |(before, needs)| slowest_s(needs) * *rows as f64 / before.rows.max(1) as f64);
        let Some(effort) = effort(expected_s, extent.runs) else {
            eprintln!("  not run at {} rows: a run would take more than a minute.", HumanCount(*rows));
            break;
        };
        let mut threads = numbers_of_threads();
        if !effort.each_number_of_threads {
            threads.drain(..threads.len() - 1);
        }
        let plans = threads.into_iter().map(|threads| {
            let plan = plan(workload, Flights::Rows(*rows), threads, effort.runs)?;
            Ok(Plan { warm_up: effort.warm_up, ..plan })
        });
        let mut plans = plans.collect::<Result<Vec<Plan>>>()?;
        let needs = sweep.run(&plans)?.pop();
        largest = plans.pop().zip(needs).or(largest);
    }
    let Some((largest, needs)) = largest else { return Ok(()) };
    if let Some(bytes) = telling_limit(&needs).filter(|bytes| MemoryCap::new(*bytes).is_ok()) {
        sweep.run(&[Plan { memory_limit: Some(bytes), runs: largest.runs.min(3), ..largest }])?;
    }
    Ok(())
}

/// The map of groups and rows per group, for a function that costs next to nothing and for one that costs something.
fn map_of_groups(sweep: &mut Sweep, workload: &'static Workload, extent: &Extent) -> Result<()> {
    let mut plans = Vec::new();
    for cost in [10, 300] {
        for rows in [10_000, 100_000, 1_000_000] {
            let mut groups = 10;
            // A million groups take seconds whatever the function costs: once is enough.
            let most = if cost == 10 { extent.groups } else { extent.groups / 10 };
            while groups <= most.min(rows) {
                let flights = Flights::MadeUp { rows, groups, cost };
                plans.push(plan(workload, flights, cores(), extent.runs.min(3))?);
                groups *= 10;
            }
        }
    }
    sweep.run(&plans)?;
    Ok(())
}

fn slowest_s(comparison: &Comparison) -> f64 {
    comparison.figures().map(|(_, figures)| figures.wall_s).fold(0.0, f64::max)
}

/// A limit that the hungriest mode cannot keep and the most modest one can: the middle of their peaks on a logarithmic
/// scale, in MiB. None where all need about the same.
fn telling_limit(comparison: &Comparison) -> Option<u64> {
    let peaks = || comparison.figures().map(|(_, figures)| figures.peak_rss_bytes as f64);
    let (least, most) = (peaks().fold(f64::INFINITY, f64::min), peaks().fold(0.0, f64::max));
    let mebibytes = ((least * most).sqrt() / f64::from(1 << 20)).round() as u64;
    (most > 1.5 * least && mebibytes >= 16).then_some(mebibytes << 20)
}

/// `2026-11-22`, in UTC, as in the records.
fn today() -> String {
    chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).format("%Y-%m-%d").to_string()
}

/// The last folder in which a run of this very program was begun on this machine: an interrupted one may be of yesterday.
fn begun(results: &Path, machine: &str) -> Option<PathBuf> {
    let program = machine::program();
    let folders = results.read_dir().ok()?.flatten().map(|entry| entry.path());
    let of_machine = folders.filter(|folder| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.get(10..).is_some_and(|name| name.strip_prefix('-') == Some(machine))
            && read_records(&folder.join("records.jsonl"))
                .is_ok_and(|all| all.records.last().is_some_and(|record| record.program == program))
    });
    of_machine.max()
}

/// `intel-xeon-processor-2-cores`.
fn machine_name() -> String {
    let machine = machine::machine();
    let cpu = machine.cpu.replace("(R)", "").replace("(TM)", "").to_lowercase();
    let words: Vec<&str> =
        cpu.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!("{}-{}-cores", words.join("-"), machine.cores)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::record::{Program, VERSION};
    use crate::measure::{Journal, Record};

    #[test]
    fn what_takes_longer_is_run_less_often() {
        let runs = |expected_s| effort(expected_s, 5).map(|effort| (effort.runs, effort.each_number_of_threads));
        assert_eq!(runs(0.0), Some((5, true)));
        assert_eq!(runs(2.2), Some((3, true)));
        assert_eq!(runs(45.0), Some((1, false)));
        assert_eq!(runs(61.0), None);
        assert_eq!(effort(2.2, 1).map(|effort| effort.runs), Some(1));
    }

    #[test]
    fn an_interrupted_run_is_found_on_the_next_day() {
        let folder = crate::scratch::TempFolder::new().unwrap();
        let begin = |name: &str, program| {
            let mut record = Record { version: VERSION, started: "2026-11-22T23:59:00Z".into(), ..Record::default() };
            (record.wall_s, record.process.wall_s, record.case.threads, record.program) = (0.5, 0.6, 1, program);
            Journal::open(&folder.path().join(name).join("records.jsonl")).unwrap().append(&record).unwrap();
        };
        let found = || begun(folder.path(), "xeon-2-cores");
        assert_eq!(found(), None);
        std::fs::create_dir(folder.path().join("2026-11-24-xeon-2-cores")).unwrap();
        begin("2026-11-25-another-xeon-2-cores", machine::program());
        begin("2026-11-23-xeon-2-cores", Program { outgrow: "0.0.0".into(), ..machine::program() });
        assert_eq!(found(), None);
        begin("2026-11-21-xeon-2-cores", machine::program());
        begin("2026-11-22-xeon-2-cores", machine::program());
        assert_eq!(found(), Some(folder.path().join("2026-11-22-xeon-2-cores")));
    }

    #[test]
    fn threads_double_up_to_all_cores() {
        let threads = numbers_of_threads();
        assert_eq!((threads[0], threads[threads.len() - 1]), (1, cores()));
        assert!(threads.is_sorted_by(|this, that| this < that), "{threads:?}");
    }
}
