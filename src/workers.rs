//! Plain worker threads that take tasks from one list.
//!
//! Each worker runs the dataframe engine's kernels on its own thread only: ten workers are ten threads, not ten times
//! the engine's pool (oversubscription). Used wherever *we* decide how the work is divided: the partitioned mode and
//! `data grow`. The drop-in mode runs in the engine's own rayon pool instead.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::timeline::Stage;

/// The cores that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get())
}

/// Runs `task` for `0..tasks` on `workers` threads and returns the results by task number.
///
/// Tasks are started in the order of their numbers. After the first error or panic no further task is started; that
/// error is returned, that panic is resumed.
///
/// # Errors
/// The first error (by time) that a task returned.
pub fn run<T, E>(workers: usize, tasks: usize, task: impl Fn(usize) -> Result<T, E> + Sync) -> Result<Vec<T>, E>
where
    T: Send,
    E: Send,
{
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<T>>> = (0..tasks).map(|_| Mutex::new(None)).collect();
    let failure = Mutex::new(None);
    let workers = workers.clamp(1, tasks.max(1));
    let stage = Stage::open(workers);
    let work = |worker| {
        polars_async::executor::ALLOW_RAYON_THREADS.set(false);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= tasks {
                return;
            }
            let failed = match stage.task(worker, || catch_unwind(AssertUnwindSafe(|| task(number)))) {
                Ok(Ok(value)) => {
                    *lock(&results[number]) = Some(value);
                    continue;
                }
                Ok(Err(error)) => Ok(error),
                Err(panic) => Err(panic),
            };
            next.store(tasks, Ordering::Relaxed);
            lock(&failure).get_or_insert(failed);
        }
    };
    // Even one worker gets a thread of its own: the switch above belongs to a thread, and the caller's may be a rayon
    // worker, where it must not be set.
    std::thread::scope(|scope| {
        for worker in 0..workers {
            let work = &work;
            scope.spawn(move || work(worker));
        }
    });
    stage.close();
    match failure.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()) {
        Some(Ok(error)) => Err(error),
        Some(Err(panic)) => resume_unwind(panic),
        None => Ok(results.into_iter().filter_map(|slot| lock(&slot).take()).collect()),
    }
}

/// As [`run`], for tasks that are used up: each item is given to its task, and freed with it.
///
/// # Errors
/// As [`run`].
pub fn run_each<I, T, E>(workers: usize, items: Vec<I>, task: impl Fn(I) -> Result<T, E> + Sync) -> Result<Vec<T>, E>
where
    I: Send,
    T: Send,
    E: Send,
{
    let waiting: Vec<Mutex<Option<I>>> = items.into_iter().map(|item| Mutex::new(Some(item))).collect();
    run(workers, waiting.len(), |number| {
        let item = lock(&waiting[number]).take();
        task(item.expect("a task is started once"))
    })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_back_by_task_number() {
        let squares = run(3, 100, |n| Ok::<_, ()>(n * n)).unwrap();
        assert_eq!(squares, (0..100).map(|n| n * n).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_to_do_is_no_error() {
        assert_eq!(run(2, 0, |_| Ok::<(), ()>(())), Ok(vec![]));
    }

    #[test]
    fn the_first_error_stops_the_rest() {
        let started = AtomicUsize::new(0);
        let outcome = run(1, 1_000, |n| {
            started.fetch_add(1, Ordering::Relaxed);
            if n == 3 { Err("three") } else { Ok(()) }
        });
        assert_eq!(outcome, Err("three"));
        assert_eq!(started.load(Ordering::Relaxed), 4);
    }

    #[test]
    #[should_panic(expected = "on purpose")]
    fn a_panic_reaches_the_caller() {
        let _ = run(2, 4, |n| if n == 2 { panic!("on purpose") } else { Ok::<(), ()>(()) });
    }
}
