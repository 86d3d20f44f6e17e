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

/// A worker keeps so many bars of a stage; what comes after is added to the last one.
const MOST_BARS: usize = 20_000;
/// Shares of a stage that can be told apart in a chart: tasks shorter than this share that follow each other become one
/// bar of a [`TaskStage`].
const SHARES: f64 = 1_000.0;

/// One task of a stage, or several short ones that followed each other. Times are seconds since recording began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "(usize, usize, f64, f64)", from = "(usize, usize, f64, f64)")]
pub struct Bar {
    /// Number of the worker, from 0.
    pub worker: usize,
    /// How many tasks it stands for.
    pub tasks: usize,
    /// When the first one began.
    pub from_s: f64,
    /// When the last one ended.
    pub to_s: f64,
}

impl From<Bar> for (usize, usize, f64, f64) {
    /// To a microsecond: a record is a line, and may have thousands of these.
    fn from(bar: Bar) -> Self {
        let round = |seconds: f64| (seconds * 1e6).round() / 1e6;
        (bar.worker, bar.tasks, round(bar.from_s), round(bar.to_s))
    }
}

impl From<(usize, usize, f64, f64)> for Bar {
    fn from((worker, tasks, from_s, to_s): (usize, usize, f64, f64)) -> Self {
        Self { worker, tasks, from_s, to_s }
    }
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
    /// How many tasks there were.
    pub tasks: usize,
    /// Seconds of all tasks together.
    pub busy_s: f64,
    /// Seconds of the longest task.
    pub longest_s: f64,
    /// Seconds of the median task (of the first 20,000 of a worker).
    pub median_s: f64,
    /// The tasks, by worker and time.
    pub bars: Vec<Bar>,
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
    /// One per worker, so that none waits for another.
    lists: Vec<Mutex<List>>,
}

/// What one worker did.
#[derive(Debug, Default)]
struct List {
    bars: Vec<Bar>,
    busy_s: f64,
    longest_s: f64,
}

impl Stage {
    /// Opens a stage for so many workers; where nobody records it does nothing.
    pub fn open(workers: usize) -> Self {
        Stage(OPEN.with_borrow(|open| {
            open.as_ref().map(|recording| Clock {
                start: recording.start,
                from_s: recording.start.elapsed().as_secs_f64(),
                lists: (0..workers.max(1)).map(|_| Mutex::default()).collect(),
            })
        }))
    }

    /// Runs a task of this stage on the calling thread, which is worker number `worker`.
    pub fn task<T>(&self, worker: usize, work: impl FnOnce() -> T) -> T {
        let Some(clock) = &self.0 else { return work() };
        let from_s = clock.start.elapsed().as_secs_f64();
        let value = work();
        let to_s = clock.start.elapsed().as_secs_f64();
        let worker = worker.min(clock.lists.len() - 1);
        let mut list = clock.lists[worker].lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        list.busy_s += to_s - from_s;
        list.longest_s = list.longest_s.max(to_s - from_s);
        match list.bars.len() {
            MOST_BARS.. => {
                let last = &mut list.bars[MOST_BARS - 1];
                (last.to_s, last.tasks) = (to_s, last.tasks + 1);
            }
            _ => list.bars.push(Bar { worker, tasks: 1, from_s, to_s }),
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
        let mut times = Vec::new();
        for list in clock.lists {
            let list = list.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
            stage.busy_s += list.busy_s;
            stage.longest_s = stage.longest_s.max(list.longest_s);
            stage.tasks += list.bars.iter().map(|bar| bar.tasks).sum::<usize>();
            times.extend(list.bars.iter().filter(|bar| bar.tasks == 1).map(|bar| bar.to_s - bar.from_s));
            stage.bars.extend(joined(list.bars, (stage.to_s - stage.from_s) / SHARES));
        }
        times.sort_by(f64::total_cmp);
        stage.median_s = times.get(times.len() / 2).copied().unwrap_or(0.0);
        OPEN.with_borrow_mut(|open| {
            if let Some(recording) = open {
                recording.stages.push(stage);
            }
        });
    }
}

/// Bars shorter than `share_s` that follow each other within it, put together; together they become no longer than ten
/// such shares, so that a pause shows.
fn joined(bars: Vec<Bar>, share_s: f64) -> Vec<Bar> {
    let mut joined: Vec<Bar> = Vec::new();
    for bar in bars {
        match joined.last_mut() {
            Some(last)
                if bar.to_s - bar.from_s < share_s
                    && bar.from_s - last.to_s < share_s
                    && bar.to_s - last.from_s < 10.0 * share_s =>
            {
                (last.to_s, last.tasks) = (bar.to_s, last.tasks + bar.tasks);
            }
            _ => joined.push(bar),
        }
    }
    joined
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
        assert_eq!(stages.iter().map(|stage| stage.tasks).collect::<Vec<_>>(), [10, 4]);
        assert!(stages[0].to_s <= stages[1].from_s, "a stage ends before the next one begins");
        for stage in &stages {
            assert_eq!(stage.bars.iter().map(|bar| bar.tasks).sum::<usize>(), stage.tasks);
            assert!(stage.longest_s <= stage.busy_s && stage.median_s <= stage.longest_s);
            for bar in &stage.bars {
                assert!(stage.from_s <= bar.from_s && bar.from_s <= bar.to_s && bar.to_s <= stage.to_s);
                assert!(bar.worker < stage.workers);
            }
        }
    }

    #[test]
    fn a_million_short_tasks_are_few_bars_and_none_is_lost() {
        let ((), stages) = record(|| {
            workers::run(2, 100_000, |_| Ok::<(), ()>(())).unwrap();
        });
        assert_eq!(stages[0].tasks, 100_000);
        assert_eq!(stages[0].bars.iter().map(|bar| bar.tasks).sum::<usize>(), 100_000);
        assert!(stages[0].bars.len() < 10_000, "{}", stages[0].bars.len());
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
