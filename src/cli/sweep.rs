//! Comparisons one after the other, with one file of records, a progress bar, and a way to go on.

use std::path::{Path, PathBuf};

use super::progress;
use crate::error::{Error, Result};
use crate::measure::record::Program;
use crate::measure::{self, Comparison, Journal, Lab, Plan, Record, default_records, machine, read_records};

/// A series of measurements that share a name and a file of records.
pub struct Sweep {
    lab: Lab,
}

impl Sweep {
    /// A new one, whose records go to this file, or to the default one; `asked` is all that it was asked to do.
    pub fn new(records: Option<&PathBuf>, asked: &str) -> Result<Self> {
        Self::with(Some(Journal::open(&path(records))?), vec![], asked)
    }

    /// A new one for a tour: where no record can be kept it goes on without.
    pub fn anyhow() -> Result<Self> {
        Self::with(Journal::open(&default_records()).map_err(|error| eprintln!("note: {error}")).ok(), vec![], "tour")
    }

    /// Goes on with the newest sweep that was asked the same; a new one where there is none.
    pub fn resumed(records: Option<&PathBuf>, asked: &str) -> Result<Self> {
        let path = path(records);
        let done = if path.exists() { unfinished(&path, asked)? } else { vec![] };
        Self::with(Some(Journal::open(&path)?), done, asked)
    }

    fn with(journal: Option<Journal>, done: Vec<Record>, asked: &str) -> Result<Self> {
        let program = std::env::current_exe()
            .map_err(|cause| Error::input(format!("cannot tell where this program is, to start it again: {cause}.")))?;
        let name = done.first().map_or_else(|| new_name(asked), |record| record.sweep.clone());
        Ok(Self { lab: Lab::new(program, journal, name, done) })
    }

    /// The file that holds the records, if any.
    pub fn kept_in(&self) -> Option<&Path> {
        self.lab.journal.as_ref().map(Journal::path)
    }

    /// Runs the plans that are not done yet, with a progress bar; a comparison per plan.
    pub fn run(&mut self, plans: &[Plan]) -> Result<Vec<Comparison>> {
        let all: usize = plans.iter().map(Plan::processes).sum();
        // By rows and not by runs: else the short runs at the beginning promise a near end.
        let weights = plans.iter().map(|plan| plan.weight().saturating_mul(plan.processes() as u64));
        let weight = weights.fold(0, u64::saturating_add);
        let bar = progress::weights(weight, plans.first().map_or("", |plan| plan.workload.name));
        let (mut begun, mut done) = (0, 0);
        let comparisons = plans.iter().map(|plan| {
            bar.set_prefix(plan.workload.name);
            measure::compare(&mut self.lab, plan, |mode, done_before| {
                begun += 1;
                bar.set_message(format!("run {begun} of {all}: {}{mode},", point(plans, plan)));
                match done_before {
                    // What was run earlier takes no time, and would make the time that is left look short.
                    true => bar.set_length(bar.length().unwrap_or(0).saturating_sub(plan.weight())),
                    false => {
                        bar.set_position(done);
                        done = u64::saturating_add(done, plan.weight());
                    }
                }
            })
        });
        let comparisons = comparisons.collect();
        bar.finish_and_clear();
        comparisons
    }
}

fn path(records: Option<&PathBuf>) -> PathBuf {
    records.cloned().unwrap_or_else(default_records)
}

/// What is special about a plan among others: `rows=100000 threads=2, `.
fn point(plans: &[Plan], plan: &Plan) -> String {
    let words = |plan: &Plan| plan.words().split(' ').map(str::to_string).collect::<Vec<_>>();
    let all: Vec<Vec<String>> = plans.iter().map(words).collect();
    let special =
        words(plan).into_iter().filter(|word| word.contains('=') && !all.iter().all(|words| words.contains(word)));
    special.map(|word| format!("{word}, ")).collect()
}

/// Records of the newest sweep, on this machine, that was asked the same.
fn unfinished(path: &Path, asked: &str) -> Result<Vec<Record>> {
    let ending = format!("-{}", short(asked));
    let is_of_it = |record: &Record| record.sweep.ends_with(&ending);
    let all = read_records(path)?;
    for skipped in &all.skipped {
        eprintln!("note: {skipped}");
    }
    // Where a folder is shared by machines, each goes on with its own; and one sweep is of one program.
    let (machine, program) = (machine::machine(), machine::program());
    let of_machine = || all.records.iter().filter(|record| record.machine == machine);
    let of_it = || of_machine().filter(|record| record.program == program);
    if let Some(other) = of_machine().rev().find(|record| record.program != program && is_of_it(record)) {
        eprintln!("note: runs of {} are measured again: this is {}.", told(&other.program), told(&program));
    }
    let newest = of_it().filter(|record| is_of_it(record)).max_by(|this, that| this.started.cmp(&that.started));
    let newest = newest.map(|record| record.sweep.clone());
    Ok(of_it().filter(|record| newest.as_ref() == Some(&record.sweep)).cloned().collect())
}

/// `outgrow 0.1.0 of commit ac8b8ebf, changed`.
fn told(program: &Program) -> String {
    let commit = program.commit.as_ref().map_or(String::new(), |commit| format!(" of commit {commit}"));
    format!("outgrow {}{commit}{}", program.outgrow, if program.dirty { ", changed" } else { "" })
}

/// `20261122T213000Z-4711-5c9d3a0f`: sorts by time, no two are the same, and those that were asked the same end in the same
/// way. By their plans alone sweeps could not be told apart: one may hold a part of another.
fn new_name(asked: &str) -> String {
    let now = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
    format!("{}-{}-{}", now.format("%Y%m%dT%H%M%SZ"), std::process::id(), short(asked))
}

fn short(asked: &str) -> String {
    blake3::hash(asked.as_bytes()).to_hex().chars().take(8).collect()
}
