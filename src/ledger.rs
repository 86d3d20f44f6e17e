//! What an execution moved and waited for, step by step.
//!
//! Operations that divide or move rows [`note`] what they did; whoever wants to know wraps the work in [`record`].
//! Steps are noted by the thread that asked for the work, after the workers are done, so they come in order and cost
//! next to nothing.

use std::cell::RefCell;

/// One step of an execution. A count of 0 says that there was nothing of the kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// What was done, in words.
    pub what: String,
    /// How many tasks it was divided into.
    pub tasks: usize,
    /// Rows that the tasks worked on, together.
    pub rows: u64,
    /// Rows of the largest task: the straggler, where tasks cost what their rows cost.
    pub largest_task_rows: u64,
    /// What the largest task was, in words (`carrier = "UA"`); empty where it has no name.
    pub largest_task: String,
    /// Rows copied from one partition to another.
    pub rows_moved: u64,
    /// Bytes of these rows, as they are held in memory.
    pub bytes_moved: u64,
    /// Rows brought to one place, where a single core went on with them.
    pub rows_gathered: u64,
    /// Bytes of new columns that the step held in memory at its end.
    pub bytes_materialised: u64,
    /// Bytes written to temporary files because they did not fit the memory budget.
    pub bytes_spilled: u64,
    /// Nothing that follows could start before all of this had ended.
    pub barrier: bool,
}

/// All steps of an execution, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Ledger {
    /// The steps.
    pub steps: Vec<Step>,
}

impl Ledger {
    /// Rows copied from one partition to another, in all steps.
    pub fn rows_moved(&self) -> u64 {
        self.steps.iter().map(|step| step.rows_moved).sum()
    }

    /// Bytes of the rows moved, in all steps.
    pub fn bytes_moved(&self) -> u64 {
        self.steps.iter().map(|step| step.bytes_moved).sum()
    }

    /// Rows brought to one place, in all steps.
    pub fn rows_gathered(&self) -> u64 {
        self.steps.iter().map(|step| step.rows_gathered).sum()
    }

    /// Bytes of new columns, in all steps: not all of them were held at the same time.
    pub fn bytes_materialised(&self) -> u64 {
        self.steps.iter().map(|step| step.bytes_materialised).sum()
    }

    /// Tasks, in all steps.
    pub fn tasks(&self) -> usize {
        self.steps.iter().map(|step| step.tasks).sum()
    }

    /// Steps that all had to end before anything after them could start.
    pub fn barriers(&self) -> usize {
        self.steps.iter().filter(|step| step.barrier).count()
    }

    /// Steps that moved all rows between partitions, and that nothing could start before: not those that gathered rows in
    /// one place, or moved those at the borders, be they all there are.
    pub fn exchanges(&self) -> usize {
        let all_moved = |step: &&Step| step.rows_moved > 0 && step.rows_moved >= step.rows && step.rows_gathered == 0;
        self.steps.iter().filter(all_moved).filter(|step| step.barrier).count()
    }
}

thread_local! {
    static OPEN: RefCell<Vec<Ledger>> = const { RefCell::new(Vec::new()) };
}

/// Runs `work` and returns what it returns, with the steps it noted on this thread.
///
/// ```
/// use outgrow::ledger::{Step, note, record};
/// let (answer, ledger) = record(|| {
///     note(Step { what: "exchange by carrier".into(), rows_moved: 3, ..Step::default() });
///     42
/// });
/// assert_eq!((answer, ledger.rows_moved()), (42, 3));
/// ```
pub fn record<T>(work: impl FnOnce() -> T) -> (T, Ledger) {
    /// Takes the ledger off even when the work panics.
    struct Close;
    impl Drop for Close {
        fn drop(&mut self) {
            OPEN.with_borrow_mut(|open| open.pop());
        }
    }
    OPEN.with_borrow_mut(|open| open.push(Ledger::default()));
    let close = Close;
    let value = work();
    let ledger = OPEN.with_borrow_mut(|open| open.last_mut().map(std::mem::take)).unwrap_or_default();
    drop(close);
    (value, ledger)
}

/// Adds a step to the innermost [`record`] of this thread; without one it does nothing.
pub fn note(step: Step) {
    OPEN.with_borrow_mut(|open| {
        if let Some(ledger) = open.last_mut() {
            ledger.steps.push(step);
        }
    });
}

/// How many steps the innermost [`record`] of this thread has: the number of the step that is noted next.
pub fn steps_so_far() -> usize {
    OPEN.with_borrow(|open| open.last().map_or(0, |ledger| ledger.steps.len()))
}
