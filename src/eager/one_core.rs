//! Keeps the dataframe engine's kernels on the calling thread.

use polars_async::executor::ALLOW_RAYON_THREADS;

/// Runs `work` with the engine's kernels restricted to one thread.
///
/// The switch belongs to a thread and cannot be used on a rayon worker, so from there the work goes to a plain thread.
pub fn on_one_core<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    /// Puts the switch back, whatever happens in between.
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            ALLOW_RAYON_THREADS.set(self.0);
        }
    }
    let restricted = || {
        let _restore = Restore(ALLOW_RAYON_THREADS.replace(false));
        work()
    };
    if rayon::current_thread_index().is_none() {
        return restricted();
    }
    match std::thread::scope(|scope| scope.spawn(restricted).join()) {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use polars_core::runtime::RAYON;

    #[test]
    fn kernels_have_one_thread_here_and_in_a_rayon_pool() {
        assert_eq!(on_one_core(|| RAYON.install(|| RAYON.current_num_threads())), 1);
        assert!(ALLOW_RAYON_THREADS.get());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        assert_eq!(pool.install(|| on_one_core(|| RAYON.install(|| RAYON.current_num_threads()))), 1);
    }
}
