//! What an engine tells of work that is done in other processes.

use serde::{Deserialize, Serialize};

/// Where the time of an engine's calls went, so far.
///
/// ```
/// use outgrow::partitioned::Spent;
/// let (before, after) = (Spent { work_s: 1.0, ..Spent::default() }, Spent { work_s: 3.5, again: 1, ..Spent::default() });
/// let since = after.since(&before);
/// assert_eq!((since.seconds(), since.again), ([0.0, 0.0, 2.5, 0.0], 1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    /// Seconds of connecting, or of starting what runs in this process; before the first call, and in no wall time.
    pub start_s: f64,
    /// Seconds of making plans.
    pub planning_s: f64,
    /// Seconds from submission to completion, all attempts together.
    pub work_s: f64,
    /// Seconds of fetching results and proving them.
    pub fetch_s: f64,
    /// Submissions beyond the first of each call.
    pub again: u32,
    /// Executions that came beside those that are the result, and were left out.
    pub left_out: u64,
}

impl Spent {
    /// Start, planning, work and fetch. See the example at [`Spent`].
    pub fn seconds(&self) -> [f64; 4] {
        [self.start_s, self.planning_s, self.work_s, self.fetch_s]
    }

    /// What was spent since then; the start is what it was. See the example at [`Spent`].
    pub fn since(&self, before: &Self) -> Self {
        Self {
            start_s: self.start_s,
            planning_s: self.planning_s - before.planning_s,
            work_s: self.work_s - before.work_s,
            fetch_s: self.fetch_s - before.fetch_s,
            again: self.again - before.again,
            left_out: self.left_out - before.left_out,
        }
    }
}

/// Processes that work for an engine and are no children of this one.
///
/// ```
/// use outgrow::partitioned::{Engine, Processes, Serial};
/// assert_eq!(Serial.processes(), Processes { here: vec![], on_other_machines: 0 });
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Processes {
    /// Their numbers on this machine. What they started belongs to them.
    pub here: Vec<u32>,
    /// How many are on machines that cannot be seen from here.
    pub on_other_machines: usize,
}
