//! What counts as small: sent to all, or compared in one place, rather than exchanged.

use std::cell::Cell;

/// Up to which size a table is brought to one place because an exchange would cost more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Rows that are sorted or compared in one place.
    pub few_rows: usize,
    /// Bytes of a side of a merge that is sent to every partition of the other
    /// (Spark: `spark.sql.autoBroadcastJoinThreshold`, 10 MiB).
    pub small_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { few_rows: 100_000, small_bytes: 16 << 20 }
    }
}

thread_local! {
    static LIMITS: Cell<Option<Limits>> = const { Cell::new(None) };
}

/// Runs `work` with other limits on this thread.
pub fn with_limits<T>(limits: Limits, work: impl FnOnce() -> T) -> T {
    /// Puts the limits back, whatever happens in between.
    struct Restore(Option<Limits>);
    impl Drop for Restore {
        fn drop(&mut self) {
            LIMITS.set(self.0);
        }
    }
    let _restore = Restore(LIMITS.replace(Some(limits)));
    work()
}

/// The limits of this thread.
pub(super) fn limits() -> Limits {
    LIMITS.get().unwrap_or_default()
}
