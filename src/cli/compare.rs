//! `outgrow compare`: modes side by side, at one size or over ranges.

use std::path::PathBuf;
use std::time::Duration;

use indicatif::HumanCount;

use super::print::print;
use super::report::count;
use super::setting::{Setting, check_engine, open_with_progress};
use super::sweep::Sweep;
use super::values::{self, Several};
use super::{Engines, report};
use crate::error::{Error, Result};
use crate::flights::SHIPPED_ROWS;
use crate::measure::peers::{self, Peer};
use crate::measure::{Comparison, Contender, Flights, Plan, Who};
use crate::partitioned::LOCAL_ENGINES;
use crate::workers::cores;
use crate::workloads::{self, Mode};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  outgrow compare aggregation --rows 1e7\n  \
                        outgrow compare grid-search --modes eager,partitioned --runs 3\n  \
                        outgrow compare median --modes partitioned --engine threads,serial\n  \
                        outgrow compare median --peers pandas,polars,duckdb --runs 3\n  \
                        outgrow compare aggregation --rows 1e7 --memory-limit 256MiB\n  \
                        outgrow compare aggregation --rows 1e5..1e7 --threads 1..4\n  \
                        outgrow compare many-groups --rows 1e4..1e6 --groups 10..1e6 --resume")]
pub struct Args {
    /// A workload, such as aggregation, grid-search or many-groups
    workload: String,
    /// The modes to compare, with commas between them
    #[arg(long, value_delimiter = ',', default_value = "eager,dropin,partitioned")]
    modes: Vec<Mode>,
    /// Who runs the partitioned mode, or several, with commas between them: each is a row [default: threads]
    #[arg(long, value_delimiter = ',', value_name = "ENGINE")]
    engine: Vec<String>,
    /// Real systems beside the modes, by the scripts in peers/: pandas,modin,... or all; each process then answers three
    /// times, cold and warm (peers/setup.sh installs them)
    #[arg(long, value_delimiter = ',', value_name = "SYSTEM", conflicts_with_all = ["memory_limit", "resume"])]
    peers: Vec<String>,
    /// Seconds that a process of --peers may take
    #[arg(long, value_name = "SECONDS", default_value = "600", requires = "peers")]
    time_limit: u64,
    /// How many flights: up to 336776 the first ones of 2013, beyond that grown once and kept under data/; or several
    /// numbers, or a range: 1e5..1e7
    #[arg(long, value_name = "N|N..M", value_parser = values::several_rows)]
    rows: Option<Several>,
    /// Threads of the drop-in and the partitioned mode, or a range: 1..8 [default: all cores]
    #[arg(long, value_name = "T|T..U", value_parser = values::several_threads)]
    threads: Option<Several>,
    /// many-groups: how many groups, or a range: 10..1e6 [default: 1000]
    #[arg(long, value_name = "G|G..H", value_parser = values::several_tens)]
    groups: Option<Several>,
    /// many-groups: operations per row of the function, or a range: 1..1e4 [default: 100]
    #[arg(long, value_name = "OPS|A..B", value_parser = values::several_tens)]
    cost: Option<Several>,
    /// Counted runs of each mode; one more of each comes first to warm up
    #[arg(long, value_name = "K", default_value = "5", value_parser = values::runs)]
    runs: usize,
    /// Append a record of each run to this file [default: records/records.jsonl]
    #[arg(long, value_name = "FILE.jsonl")]
    records: Option<PathBuf>,
    /// Go on where the same command was interrupted
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    setting: Setting,
}

pub fn compare(args: &Args, engines: &Engines) -> Result<()> {
    let plans = plans(args, engines)?;
    let asked = plans.iter().map(Plan::words).collect::<Vec<_>>().join("; ");
    let mut sweep = match args.resume {
        true => Sweep::resumed(args.records.as_ref(), &asked)?,
        false => Sweep::new(args.records.as_ref(), &asked)?,
    };
    let comparisons = sweep.run(&plans)?;
    let text = match (&plans[..], &comparisons[..]) {
        ([plan], [comparison]) => format!("{}\n{}", plan.workload.question, one(plan, comparison)),
        ([first, .., last], [.., at_last]) => format!(
            "{}\n\n{}\nThe last of these: {}",
            first.workload.question,
            report::sweep(&plans, &comparisons),
            one(last, at_last)
        ),
        _ => String::new(),
    };
    print(&text)?;
    let Some(path) = sweep.kept_in() else { return Ok(()) };
    let which = args.records.as_ref().map_or(String::new(), |path| format!(" --records {}", path.display()));
    print(&format!("  Records are in {}; `outgrow charts{which}` draws them.\n", path.display()))
}

fn one(plan: &Plan, comparison: &Comparison) -> String {
    let of_what = match plan.flights.shape() {
        None => "flights".to_string(),
        Some((groups, cost)) => format!(
            "made-up rows in {}, {} per row",
            count(groups as usize, "group"),
            count(cost as usize, "operation")
        ),
    };
    let title = format!("{} {of_what}, {}\n\n", HumanCount(plan.rows), count(plan.threads, "thread"));
    title + &report::comparison(plan, comparison)
}

/// A list that names each once.
fn once<T: PartialEq + std::fmt::Display>(option: &str, named: &[T]) -> Result<()> {
    match named.iter().enumerate().find(|(at, one)| named[..*at].contains(one)) {
        Some((_, one)) => Err(Error::input(format!("{option} names {one} twice. Name each once."))),
        None => Ok(()),
    }
}

/// A plan for each combination of rows, threads, groups and cost, on flights that are there.
fn plans(args: &Args, engines: &Engines) -> Result<Vec<Plan>> {
    let workload = workloads::find(&args.workload)?;
    check_engine(args.engine.first().map(String::as_str), &args.modes)?;
    once("--modes", &args.modes)?;
    once("--engine", &args.engine)?;
    let each = |values: &Option<Several>| match values {
        Some(Several(values)) => values.iter().copied().map(Some).collect(),
        None => vec![None],
    };
    let asked = match &args.engine[..] {
        [] => vec![engines.default_name().to_string()],
        some => some.to_vec(),
    };
    // Made to hear now, and not from a child, when there is no such engine; and to ask who else works for it.
    let most_threads = each(&args.threads).into_iter().flatten().max().map_or_else(cores, |threads| threads as usize);
    let of_engines = asked.into_iter().map(|engine| {
        let processes = engines.make(Some(&engine), most_threads)?.processes();
        let engine = Some(engine).filter(|engine| engine != LOCAL_ENGINES[0].0);
        Ok(Contender { who: Who::Mode(Mode::Partitioned), engine, processes })
    });
    let of_engines = of_engines.collect::<Result<Vec<_>>>()?;
    let of_mode = |mode: &Mode| match mode {
        Mode::Partitioned => of_engines.clone(),
        mode => vec![(*mode).into()],
    };
    let peers = match &args.peers[..] {
        [all] if all == "all" => peers::PEERS.to_vec(),
        named => named.iter().map(|name| Peer::named(name)).collect::<Result<_>>()?,
    };
    once("--peers", &peers)?;
    let contenders: Vec<Contender> =
        args.modes.iter().flat_map(of_mode).chain(peers.into_iter().map(Contender::from)).collect();
    let a_map = each(&args.rows).len() * each(&args.groups).len() > 1;
    let mut plans = Vec::new();
    for rows in each(&args.rows) {
        for groups in each(&args.groups) {
            for cost in each(&args.cost) {
                let flights = args.setting.flights(workload, rows, groups, cost)?;
                // A map of groups and rows has a corner without sense.
                if a_map && matches!(flights, Flights::MadeUp { rows, groups, .. } if groups > rows) {
                    continue;
                }
                // Systems are given whole files.
                if matches!(flights, Flights::Rows(rows) if rows < SHIPPED_ROWS as u64) && !args.peers.is_empty() {
                    return Err(Error::input(format!(
                        "--peers read whole files, and {} flights are a part of one. Ask for {SHIPPED_ROWS} or more, or give \
                         --input.",
                        rows.unwrap_or_default()
                    )));
                }
                for threads in each(&args.threads) {
                    let threads = threads.map_or_else(cores, |threads| threads as usize);
                    plans.push(Plan {
                        workload,
                        contenders: contenders.clone(),
                        flights: flights.clone(),
                        rows: 0,
                        runs: args.runs,
                        // A process that answers several times warms up whatever it can.
                        warm_up: args.peers.is_empty(),
                        threads,
                        memory_limit: args.setting.memory_limit,
                        warm: !args.peers.is_empty(),
                        time_limit: Some(Duration::from_secs(args.time_limit)),
                    });
                }
            }
        }
    }
    for plan in &mut plans {
        plan.rows = open_with_progress(&plan.flights)?;
    }
    match plans.is_empty() {
        true => Err(Error::input("no combination of --rows and --groups has a row for each group. Ask for more rows.")),
        false => Ok(plans),
    }
}
