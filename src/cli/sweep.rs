//! Comparisons one after the other, with one progress bar, one file of records, and a way to go on.

use std::path::{Path, PathBuf};

use super::progress;
use crate::error::{Error, Result};
use crate::measure::{self, Comparison, Journal, Lab, Plan, Record, default_records, machine, read_records};

/// Where records go, and whether some are there already.
#[derive(Clone, Debug, Default)]
pub struct Keep {
    /// The file; the default one if none.
    pub records: Option<PathBuf>,
    /// Whether to go on with the newest sweep of the same plans.
    pub resume: bool,
}

/// A sweep that is complete.
pub struct Sweep {
    /// A comparison per plan.
    pub comparisons: Vec<Comparison>,
    /// The file that holds its records.
    pub kept_in: String,
}

/// Runs the plans, and keeps a record of each run.
pub fn run(plans: &[Plan], keep: &Keep) -> Result<Sweep> {
    let path = keep.records.clone().unwrap_or_else(default_records);
    let done = if keep.resume { unfinished(&path, plans)? } else { vec![] };
    let sweep = done.first().map_or_else(new_name, |record| record.sweep.clone());
    let journal = Journal::open(&path)?;
    let kept_in = journal.path().display().to_string();
    Ok(Sweep { comparisons: measured(plans, Some(journal), sweep, done)?, kept_in })
}

/// As [`run`], for a tour: where no record can be kept it goes on without.
pub fn run_anyway(plans: &[Plan]) -> Result<Vec<Comparison>> {
    let journal = Journal::open(&default_records()).map_err(|error| eprintln!("note: {error}")).ok();
    measured(plans, journal, new_name(), vec![])
}

fn measured(plans: &[Plan], journal: Option<Journal>, sweep: String, done: Vec<Record>) -> Result<Vec<Comparison>> {
    let program = std::env::current_exe()
        .map_err(|cause| Error::input(format!("cannot tell where this program is, to start it again: {cause}.")))?;
    let mut lab = Lab::new(&program, journal, sweep, done);
    let all: usize = plans.iter().map(Plan::processes).sum();
    let bar = progress::steps(all, plans.first().map_or("", |plan| plan.workload.name));
    // Runs from before take no time, and would make the time that is left look short.
    let known = lab.done.len().min(all);
    bar.set_position(known as u64);
    bar.reset_eta();
    let mut before = 0;
    let mut comparisons = Vec::new();
    for plan in plans {
        bar.set_prefix(plan.workload.name);
        let comparison = measure::compare(&mut lab, plan, |done, mode| {
            bar.set_position(bar.position().max((before + done) as u64));
            bar.set_message(format!("{}{mode}", point(plans, plan)));
        });
        match comparison {
            Ok(comparison) => comparisons.push(comparison),
            Err(error) => {
                bar.finish_and_clear();
                return Err(error);
            }
        }
        before += plan.processes();
    }
    bar.finish_and_clear();
    Ok(comparisons)
}

/// What is special about a plan among others: `rows=100000 threads=2, `.
fn point(plans: &[Plan], plan: &Plan) -> String {
    let words = |plan: &Plan| plan.words().split(' ').map(str::to_string).collect::<Vec<_>>();
    let same: Vec<Vec<String>> = plans.iter().map(words).collect();
    let special = words(plan).into_iter().filter(|word| !same.iter().all(|words| words.contains(word)));
    let special: Vec<String> = special.filter(|word| word.contains('=')).collect();
    if special.is_empty() { String::new() } else { format!("{}, ", special.join(" ")) }
}

/// Records of the newest sweep that had one of these plans.
fn unfinished(path: &Path, plans: &[Plan]) -> Result<Vec<Record>> {
    if !path.exists() {
        return Ok(vec![]);
    }
    let all = read_records(path)?;
    for skipped in &all.skipped {
        eprintln!("note: {skipped}");
    }
    let words: Vec<String> = plans.iter().map(Plan::words).collect();
    let of_these = all.records.iter().filter(|record| words.contains(&record.plan));
    let newest = of_these.max_by(|this, that| this.started.cmp(&that.started)).map(|record| record.sweep.clone());
    let machine = machine::machine();
    let records = all.records.into_iter().filter(|record| newest.as_ref() == Some(&record.sweep));
    // Where a folder is shared by machines, each goes on with its own.
    Ok(records.filter(|record| words.contains(&record.plan) && record.machine == machine).collect())
}

/// `20261122T213000Z-4711`: sorts by time, and no two are the same.
fn new_name() -> String {
    format!("{}-{}", chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).format("%Y%m%dT%H%M%SZ"), std::process::id())
}
