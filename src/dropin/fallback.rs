//! What cannot be done on partitions: on one core with a warning, or not at all.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Mutex;

use crate::error::{Error, Result};

/// What becomes of an operation that cannot be done on partitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fallback {
    /// All rows are gathered, one core does it, and a warning on stderr says so, once per operation. What Modin does.
    #[default]
    Warn,
    /// It is an error, which says what to do instead.
    Refuse,
}

thread_local! {
    static POLICY: Cell<Fallback> = const { Cell::new(Fallback::Warn) };
}

/// The operations that were warned of.
static WARNED: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());

/// Runs `work` with this policy on this thread.
///
/// ```
/// use outgrow::dropin::{self as pd, Fallback, with_fallback};
/// use polars::prelude::col;
/// let flights = pd::DataFrame::from_columns(polars::df!("delay" => [1, 2, 4])?)?;
/// // The mean of a column is no matter of one row.
/// let late = || flights.query(col("delay").gt(col("delay").mean()));
/// let refused = with_fallback(Fallback::Refuse, late);
/// assert!(refused.unwrap_err().to_string().contains("cannot be done on partitions"));
/// assert_eq!(late()?.len(), 1);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn with_fallback<T>(policy: Fallback, work: impl FnOnce() -> T) -> T {
    /// Puts the policy back, whatever happens in between.
    struct Restore(Fallback);
    impl Drop for Restore {
        fn drop(&mut self) {
            POLICY.set(self.0);
        }
    }
    let _restore = Restore(POLICY.replace(policy));
    work()
}

/// Asks whether `operation` may go on on one core with `what`; `instead` says what to do otherwise. A loop that does the
/// same with another expression each time is warned once.
pub(super) fn permit(operation: &'static str, what: &str, instead: &str) -> Result<()> {
    if POLICY.get() == Fallback::Refuse {
        return Err(Error::input(format!("{operation}: {what} cannot be done on partitions. {instead}")));
    }
    let mut warned = WARNED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if warned.insert(operation) {
        eprintln!("warning: {operation}: {what} cannot be done on partitions; all rows go to one core. {instead}");
    }
    Ok(())
}
