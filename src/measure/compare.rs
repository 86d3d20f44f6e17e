//! Modes side by side: runs in turn, answers checked, records kept.

use std::path::Path;

use polars::prelude::DataFrame;

use super::{Flights, Outcome, Record, agree, agree_with_expected, child};
use crate::error::Result;
use crate::scratch::TempFolder;
use crate::workloads::{Mode, Workload};

/// What to compare.
#[derive(Clone)]
pub struct Plan {
    /// The question.
    pub workload: &'static Workload,
    /// The modes, in the order in which they take turns.
    pub modes: Vec<Mode>,
    /// The engine of the partitioned mode, if not the default.
    pub engine: Option<String>,
    /// The flights.
    pub flights: Flights,
    /// Counted runs of each mode; one more of each comes first to warm up.
    pub runs: usize,
    /// Threads of the drop-in and the partitioned mode.
    pub threads: usize,
    /// Bytes of private memory that a run may have.
    pub memory_limit: Option<u64>,
}

impl Plan {
    /// How many child processes there will be.
    pub fn processes(&self) -> usize {
        (self.runs + 1) * self.modes.len()
    }
}

/// All runs of one mode, the first one to warm up left out.
pub struct ModeRuns {
    /// The mode.
    pub mode: Mode,
    /// What became of each run.
    pub outcomes: Vec<Outcome>,
}

impl ModeRuns {
    /// The records of the runs that gave an answer.
    pub fn records(&self) -> Vec<&Record> {
        self.outcomes.iter().filter_map(Outcome::record).collect()
    }
}

/// Modes that gave the same answer, and what it cost them.
pub struct Comparison {
    /// A row per mode, in the order of the plan.
    pub modes: Vec<ModeRuns>,
    /// The answer on which they agree; none when no mode had memory enough.
    pub answer: Option<DataFrame>,
    /// Whether it is also the expected one (`datasets/answers/`), which there is for all shipped flights only.
    pub as_expected: bool,
}

/// Runs the plan in child processes of `program` (this very program). `progress` is told before each run how many are
/// done, and what comes next.
///
/// The flights must be there: a child that grew them would be measured growing.
///
/// # Errors
/// [`Error::Disagreement`](crate::Error::Disagreement) when answers differ, from each other or from the expected one;
/// [`Error::Failure`](crate::Error::Failure) with the complaint of a run that failed.
pub fn compare(program: &Path, plan: &Plan, mut progress: impl FnMut(usize, Mode)) -> Result<Comparison> {
    let folder = TempFolder::new()?;
    let mut modes: Vec<ModeRuns> = plan.modes.iter().map(|mode| ModeRuns { mode: *mode, outcomes: vec![] }).collect();
    let mut reference: Option<(String, DataFrame)> = None;
    let mut as_expected = false;
    let mut done = 0;
    // In turn, so that a machine that slows down meanwhile slows all modes down.
    // Nor has a mode a place of its own in the turn: what came just before leaves its mark on caches and clock rates.
    for round in 0..=plan.runs {
        for turn in 0..plan.modes.len() {
            let of_mode = &mut modes[(round + turn) % plan.modes.len()];
            progress(done, of_mode.mode);
            let (outcome, answer) = child::run(program, plan, of_mode.mode, folder.path())?;
            if let Some(answer) = answer {
                let name = of_mode.mode.to_string();
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
            if round > 0 {
                of_mode.outcomes.push(outcome);
            }
            done += 1;
        }
    }
    Ok(Comparison { modes, answer: reference.map(|(_, answer)| answer), as_expected })
}
