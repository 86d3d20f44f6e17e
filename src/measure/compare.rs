//! Modes side by side: runs in turn, answers checked, a record kept of each.

use std::path::PathBuf;

use polars::prelude::DataFrame;

use super::record::{Machine, Program};
use super::{Figures, Flights, Journal, Record, agree, agree_with_expected, child, machine};
use crate::error::{Error, Result};
use crate::scratch::TempFolder;
use crate::workloads::{Mode, Workload};

/// What to compare.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The question.
    pub workload: &'static Workload,
    /// The modes, in the order in which they are told. In each round another one comes first.
    pub modes: Vec<Mode>,
    /// The engine of the partitioned mode, if not the default.
    pub engine: Option<String>,
    /// The flights.
    pub flights: Flights,
    /// How many they are.
    pub rows: u64,
    /// Counted runs of each mode.
    pub runs: usize,
    /// Whether one more run of each comes first, and counts for nothing.
    pub warm_up: bool,
    /// Threads of the drop-in and the partitioned mode.
    pub threads: usize,
    /// Bytes of memory that a run may have.
    pub memory_limit: Option<u64>,
}

impl Plan {
    /// How many child processes there will be.
    pub fn processes(&self) -> usize {
        self.rounds().count() * self.modes.len()
    }

    /// The rounds, in each of which every mode has a turn; round 0 warms up.
    fn rounds(&self) -> std::ops::RangeInclusive<usize> {
        usize::from(!self.warm_up)..=self.runs
    }

    /// How long one process takes, very roughly, beside those of other plans of the workload: in rows.
    pub fn weight(&self) -> u64 {
        // To start one takes about as long as this many rows.
        const START: u64 = 300_000;
        let rows = match self.flights.shape() {
            // A group about as long as a hundred rows, and thirty operations as one row.
            Some((groups, cost)) => self.rows.saturating_mul(1 + cost / 30).saturating_add(groups.saturating_mul(100)),
            None => self.rows,
        };
        START.saturating_add(rows)
    }

    /// The plan in words: what a record keeps of it, and what an interrupted one is known by.
    pub fn words(&self) -> String {
        let modes: Vec<String> = self.modes.iter().map(Mode::to_string).collect();
        let mut words = format!("{} {} x{}", self.workload.name, modes.join(","), self.runs);
        words += &match &self.flights {
            Flights::Rows(rows) => format!(" rows={rows}"),
            Flights::Files(files) => format!(" input={files}"),
            Flights::MadeUp { rows, groups, cost } => format!(" rows={rows} groups={groups} cost={cost}"),
        };
        words += &format!(" threads={}", self.threads);
        if !self.warm_up {
            words += " no-warm-up";
        }
        if let Some(engine) = &self.engine {
            words += &format!(" engine={engine}");
        }
        if let Some(bytes) = self.memory_limit {
            words += &format!(" memory={bytes}");
        }
        words
    }
}

/// All counted runs of one mode.
#[derive(Clone, Debug)]
pub struct ModeRuns {
    /// The mode.
    pub mode: Mode,
    /// A record per run.
    pub records: Vec<Record>,
}

impl ModeRuns {
    /// Its runs, as [`Figures`] and others take them.
    pub fn runs(&self) -> Vec<&Record> {
        self.records.iter().collect()
    }
}

/// Modes that gave the same answer, and what it cost them.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// A row per mode, in the order of the plan.
    pub modes: Vec<ModeRuns>,
    /// The answer on which they agree; none when no mode had memory enough, or all runs were done before.
    pub answer: Option<DataFrame>,
    /// Whether it is also the expected one (`datasets/answers/`), which there is for all shipped flights only.
    pub as_expected: bool,
}

impl Comparison {
    /// The figures of each mode that gave an answer.
    pub fn figures(&self) -> impl Iterator<Item = (Mode, Figures)> + '_ {
        self.modes.iter().filter_map(|of_mode| Some((of_mode.mode, Figures::of(&of_mode.runs())?)))
    }
}

/// What comparisons of one sweep share.
#[derive(Debug)]
pub struct Lab {
    /// This very program, to be started for each run.
    pub program: PathBuf,
    /// Where records are kept; none for nowhere.
    pub journal: Option<Journal>,
    /// The name of the sweep.
    pub sweep: String,
    /// Records of this sweep from before it was interrupted.
    pub done: Vec<Record>,
    machine: Machine,
    version: Program,
}

impl Lab {
    /// Sets up a sweep, or goes on with one.
    pub fn new(program: PathBuf, journal: Option<Journal>, sweep: String, done: Vec<Record>) -> Self {
        Self { program, journal, sweep, done, machine: machine::machine(), version: machine::program() }
    }
}

/// Runs the plan in child processes. `progress` is told each run before it begins, and whether it was done before an
/// interruption.
///
/// The flights must be there: a child that grew them would be measured growing.
///
/// # Errors
/// [`Error::Disagreement`] when answers differ, from each other or from the expected one; [`Error::Failure`] with the
/// complaint of a run that failed.
pub fn compare(lab: &mut Lab, plan: &Plan, mut progress: impl FnMut(Mode, bool)) -> Result<Comparison> {
    let folder = TempFolder::new()?;
    let words = plan.words();
    let mut modes: Vec<ModeRuns> = plan.modes.iter().map(|mode| ModeRuns { mode: *mode, records: vec![] }).collect();
    let mut reference: Option<(String, DataFrame)> = None;
    let mut as_expected = false;
    let mut digests: Vec<Record> = Vec::new();
    // In turn, so that a machine that slows down meanwhile slows all modes down. Nor has a mode a place of its own in the
    // turn: what came just before leaves its mark on caches and clock rates.
    for round in plan.rounds() {
        for turn in 0..plan.modes.len() {
            let of_mode = &mut modes[(round + turn) % plan.modes.len()];
            let name = of_mode.mode.to_string();
            let before = lab
                .done
                .iter()
                .find(|record| record.plan == words && record.round == round && record.case.mode == name);
            progress(of_mode.mode, before.is_some());
            let record = if let Some(before) = before {
                before.clone()
            } else {
                let (mut record, answer) = child::run(&lab.program, plan, of_mode.mode, folder.path())?;
                if let Some(answer) = answer {
                    match &reference {
                        Some((first, reference)) => agree(plan.workload, (first, reference), (&name, &answer))?,
                        None => {
                            if plan.flights == Flights::SHIPPED {
                                agree_with_expected(plan.workload, &name, &answer)?;
                                as_expected = true;
                            }
                            reference = Some((name, answer));
                        }
                    }
                }
                record.sweep = lab.sweep.clone();
                record.plan = words.clone();
                record.round = round;
                record.machine = lab.machine.clone();
                record.program = lab.version.clone();
                if round != 1 {
                    record.stages.clear();
                }
                // Only now: a record says that the answer was right.
                if let Some(journal) = &mut lab.journal {
                    journal.append(&record)?;
                }
                record
            };
            if record.digest.is_some() {
                digests.push(record.clone());
            }
            if round > 0 {
                of_mode.records.push(record);
            }
        }
    }
    // Answers of runs from before an interruption are gone; their digests are not.
    if let Some(pair) =
        digests.windows(2).find(|pair| pair[0].digest != pair[1].digest && reference_is_missing(lab, pair))
    {
        return Err(Error::Disagreement(format!(
            "{words}: the answers of {} and {} differ: {} and {}. Measure again without --resume.",
            pair[0].case.mode,
            pair[1].case.mode,
            pair[0].digest.as_deref().unwrap_or_default(),
            pair[1].digest.as_deref().unwrap_or_default()
        )));
    }
    Ok(Comparison { modes, answer: reference.map(|(_, answer)| answer), as_expected })
}

/// Whether one of the two was run before an interruption, so that only its digest can be held against the other.
fn reference_is_missing(lab: &Lab, pair: &[Record]) -> bool {
    pair.iter().any(|record| lab.done.contains(record))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_tells_nothing_is_no_run() {
        let mut lab = Lab::new("true".into(), None, "sweep".into(), vec![]);
        let plan = Plan {
            workload: &crate::workloads::aggregation::WORKLOAD,
            modes: vec![Mode::Eager],
            engine: None,
            flights: Flights::Rows(1_000),
            rows: 1_000,
            runs: 1,
            warm_up: false,
            threads: 1,
            memory_limit: None,
        };
        let mut told = Vec::new();
        let error = compare(&mut lab, &plan, |mode, before| told.push((mode, before))).unwrap_err().to_string();
        assert!(error.contains("the run of eager printed no summary") && error.contains("Build it again"), "{error}");
        assert_eq!(told, [(Mode::Eager, false)]);
    }
}
