//! Modes side by side: runs in turn, answers checked, a record kept of each.

use std::path::PathBuf;
use std::time::Duration;

use polars::prelude::DataFrame;

use super::record::{Machine, Outcome, Program, State};
use super::{Contender, Figures, Flights, Journal, Record, Who, agree, agree_with_expected, child, machine};
use crate::error::{Error, Result};
use crate::scratch::TempFolder;
use crate::workloads::Workload;

/// What to compare.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The question.
    pub workload: &'static Workload,
    /// Who answers it, in the order in which they are told. In each round another one comes first.
    pub contenders: Vec<Contender>,
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
    /// Whether each process answers [`WARM`] times: the first is told as cold, and the last as warm.
    pub warm: bool,
    /// How long the process of a real system may take.
    pub time_limit: Option<Duration>,
}

/// How often a process answers whose warm run counts.
pub const WARM: usize = 3;

impl Plan {
    /// How many child processes there will be.
    pub fn processes(&self) -> usize {
        self.rounds().count() * self.contenders.len()
    }

    /// The rounds, in each of which everybody has a turn; round 0 warms up.
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
        let who = self.contenders.iter().map(|one| match &one.engine {
            None => one.who.to_string(),
            Some(engine) => format!("{}@{engine}", one.who),
        });
        let who: Vec<String> = who.collect();
        let mut words = format!("{} {} x{}", self.workload.name, who.join(","), self.runs);
        words += &match &self.flights {
            Flights::Rows(rows) => format!(" rows={rows}"),
            Flights::Files(files) => format!(" input={files}"),
            Flights::MadeUp { rows, groups, cost } => format!(" rows={rows} groups={groups} cost={cost}"),
        };
        words += &format!(" threads={}", self.threads);
        if !self.warm_up {
            words += " no-warm-up";
        }
        if let Some(bytes) = self.memory_limit {
            words += &format!(" memory={bytes}");
        }
        if self.warm {
            words += " warm";
        }
        words
    }
}

/// All counted runs of one contender.
#[derive(Clone, Debug)]
pub struct RunsOf {
    /// Who ran.
    pub contender: Contender,
    /// A record per run; of a process that answered several times, of its first.
    pub records: Vec<Record>,
    /// A record per process that answered several times, of its last.
    pub warm: Vec<Record>,
}

impl RunsOf {
    /// Its runs, as [`Figures`] and others take them.
    pub fn runs(&self) -> Vec<&Record> {
        self.records.iter().collect()
    }
}

/// Those that gave the same answer, and what it cost them.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// One for each contender, in the order of the plan.
    pub contenders: Vec<RunsOf>,
    /// The answer on which they agree; none when nobody had memory enough, or all runs were done before.
    pub answer: Option<DataFrame>,
    /// Whether it is also the expected one (`datasets/answers/`), which there is for all shipped flights only.
    pub as_expected: bool,
}

impl Comparison {
    /// The figures of each that gave an answer.
    pub fn figures(&self) -> impl Iterator<Item = (&Contender, Figures)> + '_ {
        self.contenders.iter().filter_map(|one| Some((&one.contender, Figures::of(&one.runs())?)))
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
pub fn compare(lab: &mut Lab, plan: &Plan, mut progress: impl FnMut(&Contender, bool)) -> Result<Comparison> {
    let folder = TempFolder::new()?;
    let words = plan.words();
    let nothing = |contender: &Contender| RunsOf { contender: contender.clone(), records: vec![], warm: vec![] };
    let mut contenders: Vec<RunsOf> = plan.contenders.iter().map(nothing).collect();
    let mut reference: Option<(String, DataFrame)> = None;
    let mut as_expected = false;
    let mut digests: Vec<Record> = Vec::new();
    // In turn, so that a machine that slows down meanwhile slows all of them down. Nor has anybody a place of its own in the
    // turn: what came just before leaves its mark on caches and clock rates.
    for (shift, round) in plan.rounds().enumerate() {
        for turn in 0..plan.contenders.len() {
            let one = &mut contenders[(shift + turn) % plan.contenders.len()];
            let (name, who) = (one.contender.to_string(), one.contender.who.to_string());
            let is_of_it = |record: &&Record| {
                (&record.plan, record.round) == (&words, round)
                    && (&record.case.mode, &record.case.engine) == (&who, &one.contender.engine)
            };
            let before: Vec<Record> = lab.done.iter().filter(is_of_it).cloned().collect();
            progress(&one.contender, !before.is_empty());
            let records = if !before.is_empty() {
                before
            } else {
                let (mut records, answer) = child::run(&lab.program, plan, &one.contender, folder.path())?;
                if let Some(answer) = answer {
                    let agreed = match &reference {
                        Some((first, reference)) => agree(plan.workload, (first, reference), (&name, &answer)),
                        None if plan.flights == Flights::SHIPPED => {
                            agree_with_expected(plan.workload, &name, &answer).inspect(|()| as_expected = true)
                        }
                        None => Ok(()),
                    };
                    match (agreed, one.contender.who) {
                        (Ok(()), _) if reference.is_none() => reference = Some((name, answer)),
                        (Ok(()), _) => {}
                        (Err(error), Who::Mode(_)) => return Err(error),
                        // A finding about that system: kept, and told in place of a time.
                        (Err(error), Who::Peer(_)) => records.iter_mut().for_each(|record| {
                            (record.outcome, record.why) = (Outcome::Differs, Some(error.to_string()));
                        }),
                    }
                }
                for record in &mut records {
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
                        journal.append(record)?;
                    }
                }
                records
            };
            for record in records {
                if record.digest.is_some() && record.finished() {
                    digests.push(record.clone());
                }
                if round > 0 {
                    let runs = if record.case.state == Some(State::Warm) { &mut one.warm } else { &mut one.records };
                    runs.push(record);
                }
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
    Ok(Comparison { contenders, answer: reference.map(|(_, answer)| answer), as_expected })
}

/// Whether one of the two was run before an interruption, so that only its digest can be held against the other.
fn reference_is_missing(lab: &Lab, pair: &[Record]) -> bool {
    pair.iter().any(|record| lab.done.contains(record))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::workloads::Mode;

    #[test]
    fn a_program_that_tells_nothing_is_no_run() {
        let mut lab = Lab::new("true".into(), None, "sweep".into(), vec![]);
        let plan = Plan {
            workload: &crate::workloads::aggregation::WORKLOAD,
            contenders: vec![Mode::Eager.into()],
            flights: Flights::Rows(1_000),
            rows: 1_000,
            runs: 1,
            warm_up: false,
            threads: 1,
            memory_limit: None,
            warm: false,
            time_limit: None,
        };
        let mut told = Vec::new();
        let error = compare(&mut lab, &plan, |one, before| told.push((one.who, before))).unwrap_err().to_string();
        assert!(error.contains("the run of eager printed no summary") && error.contains("Build it again"), "{error}");
        assert_eq!(told, [(Who::Mode(Mode::Eager), false)]);
    }
}
