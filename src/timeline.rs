//! Who did which task, from when to when: what a chart of skew, stragglers and barriers is drawn from.
//!
//! Whoever runs tasks on several threads opens a [`Stage`] on the thread that waits for them, and clocks each task. This
//! is done only where [`record`] asks for it; without it a task costs one look at a `None`. Two readings of the clock
//! and a push per task are left, about 0.1 microseconds.
//!
//! Also here: when the last row group was read, and how many bytes of files were asked for. Reading ends long before the
//! work in one mode and with it in another.

use std::cell::RefCell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::ledger;

/// Tasks beyond this number are counted, not kept: a million bars are no chart.
const MOST_TASKS: usize = 20_000;

/// One task of a stage. Times are seconds since recording began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Number of the worker, from 0.
    pub worker: usize,
    /// Number of the task, from 0.
    pub task: usize,
    /// When it began.
    pub from_s: f64,
    /// When it ended.
    pub to_s: f64,
}

/// Tasks that were waited for together: the end of a stage is a barrier.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TaskStage {
    /// The step of the ledger that this belongs to, by its number from 0.
    pub step: usize,
    /// When the first task could begin.
    pub from_s: f64,
    /// When the last one had ended.
    pub to_s: f64,
    /// How many workers there were.
    pub workers: usize,
    /// The tasks, in no order; at most 20,000 of them.
    pub tasks: Vec<Task>,
    /// Tasks that are not in the list because there were too many.
    pub left_out: usize,
}

struct Recording {
    start: Instant,
    stages: Vec<TaskStage>,
}

thread_local! {
    static OPEN: RefCell<Option<Recording>> = const { RefCell::new(None) };
}

/// Runs `work` and returns what it returns, with the stages that were waited for on this thread.
pub fn record<T>(work: impl FnOnce() -> T) -> (T, Vec<TaskStage>) {
    /// Ends the recording even when the work panics.
    struct Close;
    impl Drop for Close {
        fn drop(&mut self) {
            OPEN.set(None);
        }
    }
    OPEN.set(Some(Recording { start: Instant::now(), stages: Vec::new() }));
    let close = Close;
    let value = work();
    let stages = OPEN.take().map_or_else(Vec::new, |recording| recording.stages);
    drop(close);
    (value, stages)
}

/// Tasks that run on several threads and are waited for on the one that opened this.
#[derive(Debug)]
pub struct Stage(Option<Clock>);

#[derive(Debug)]
struct Clock {
    start: Instant,
    from_s: f64,
    /// A list per worker, so that none waits for another; more workers than lists share the last.
    lists: Vec<Mutex<(Vec<Task>, usize)>>,
}

impl Stage {
    /// Opens a stage for so many workers; where nobody records it does nothing.
    pub fn open(workers: usize) -> Self {
        Stage(OPEN.with_borrow(|open| {
            open.as_ref().map(|recording| Clock {
                start: recording.start,
                from_s: recording.start.elapsed().as_secs_f64(),
                lists: (0..workers.max(1)).map(|_| Mutex::new((Vec::new(), 0))).collect(),
            })
        }))
    }

    /// Runs a task of this stage on the calling thread, which is worker number `worker`.
    pub fn task<T>(&self, worker: usize, task: usize, work: impl FnOnce() -> T) -> T {
        let Some(clock) = &self.0 else { return work() };
        let from_s = clock.start.elapsed().as_secs_f64();
        let value = work();
        let to_s = clock.start.elapsed().as_secs_f64();
        let list = &clock.lists[worker.min(clock.lists.len() - 1)];
        let mut list = list.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if list.0.len() < MOST_TASKS / clock.lists.len() {
            list.0.push(Task { worker, task, from_s, to_s });
        } else {
            list.1 += 1;
        }
        value
    }

    /// Ends the stage: all tasks have ended.
    pub fn close(self) {
        let Some(clock) = self.0 else { return };
        let mut stage = TaskStage {
            step: ledger::steps_so_far(),
            from_s: clock.from_s,
            to_s: clock.start.elapsed().as_secs_f64(),
            workers: clock.lists.len(),
            ..TaskStage::default()
        };
        for list in clock.lists {
            let (tasks, left_out) = list.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
            stage.tasks.extend(tasks);
            stage.left_out += left_out;
        }
        OPEN.with_borrow_mut(|open| {
            if let Some(recording) = open {
                recording.stages.push(stage);
            }
        });
    }
}

/// Microseconds since 1970 of the last read, and bytes of files asked for.
static LAST_READ: AtomicU64 = AtomicU64::new(0);
static BYTES_READ: AtomicU64 = AtomicU64::new(0);

/// Notes that a row group has been read, of which so many bytes lie in the file.
pub fn note_read(bytes: u64) {
    LAST_READ.fetch_max((unix_s() * 1e6) as u64, Ordering::Relaxed);
    BYTES_READ.fetch_add(bytes, Ordering::Relaxed);
}

/// When this process last read a row group (seconds since 1970; 0 when it never did), and how many bytes in all.
pub fn reads() -> (f64, u64) {
    (LAST_READ.load(Ordering::Relaxed) as f64 / 1e6, BYTES_READ.load(Ordering::Relaxed))
}

/// Seconds since 1970: the only clock that two processes share.
pub fn unix_s() -> f64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Step, note};
    use crate::workers;

    #[test]
    fn every_task_is_in_the_stage_of_its_step() {
        let ((), stages) = record(|| {
            workers::run(3, 10, |_| Ok::<(), ()>(())).unwrap();
            note(Step::default());
            workers::run(2, 4, |_| Ok::<(), ()>(())).unwrap();
        });
        let ((), _) = ledger::record(|| ());
        assert_eq!(stages.iter().map(|stage| stage.tasks.len()).collect::<Vec<_>>(), [10, 4]);
        assert!(stages[0].to_s <= stages[1].from_s, "a stage ends before the next one begins");
        for stage in &stages {
            let mut numbers: Vec<usize> = stage.tasks.iter().map(|task| task.task).collect();
            numbers.sort_unstable();
            assert!(numbers.into_iter().eq(0..stage.tasks.len()));
            for task in &stage.tasks {
                assert!(stage.from_s <= task.from_s && task.from_s <= task.to_s && task.to_s <= stage.to_s);
                assert!(task.worker < stage.workers);
            }
        }
    }

    #[test]
    fn steps_are_told_apart_inside_a_ledger() {
        let (((), stages), ledger) = ledger::record(|| {
            record(|| {
                workers::run(1, 1, |_| Ok::<(), ()>(())).unwrap();
                note(Step { what: "first".into(), ..Step::default() });
                note(Step { what: "no tasks".into(), ..Step::default() });
                workers::run(1, 1, |_| Ok::<(), ()>(())).unwrap();
                note(Step { what: "last".into(), ..Step::default() });
            })
        });
        let whats: Vec<&str> = stages.iter().map(|stage| ledger.steps[stage.step].what.as_str()).collect();
        assert_eq!(whats, ["first", "last"]);
    }

    #[test]
    fn nothing_is_kept_where_nobody_records() {
        workers::run(2, 5, |_| Ok::<(), ()>(())).unwrap();
        assert_eq!(record(|| ()).1, []);
    }
}
