//! Errors of functions that are expected: which of them cost a partition and not the whole run, and what that cost.

use std::fmt::Display;
use std::sync::Mutex;

/// A kind of error that a call can be told to ignore.
#[derive(Clone, Copy)]
pub struct ErrorKind {
    name: fn() -> &'static str,
    matches: fn(&anyhow::Error) -> bool,
}

/// A function panicked, with this message. Ignored with [`ErrorKind::panic`].
#[derive(Debug, thiserror::Error)]
#[error("it panicked: {0}")]
pub struct Panicked(pub String);

impl ErrorKind {
    /// Errors of this type, where the function returned it or anything in the chain of its causes is one.
    pub fn of<E: std::error::Error + Send + Sync + 'static>() -> Self {
        Self { name: std::any::type_name::<E>, matches: |error| error.chain().any(|cause| cause.is::<E>()) }
    }

    /// Panics of the function.
    pub fn panic() -> Self {
        Self { name: || "panic", ..Self::of::<Panicked>() }
    }

    /// Whatever the function returns or panics with. What its schema does not allow is never ignored.
    pub fn any() -> Self {
        Self { name: || "any error", matches: |_| true }
    }

    /// The type of the errors, for messages and to find it again in another process.
    pub fn name(&self) -> &'static str {
        (self.name)()
    }

    /// Whether this error is of the kind.
    pub fn matches(&self, error: &anyhow::Error) -> bool {
        (self.matches)(error)
    }
}

/// What was dropped by a call that ignores errors: the call wants one, so that nothing is ever lost in silence.
///
/// ```
/// use outgrow::partitioned::{Dropped, ErrorKind, Serial, by, transform};
/// use polars::prelude::*;
///
/// fn ratio(rows: DataFrame) -> Result<DataFrame, std::num::ParseIntError> {
///     rows.column("seats").unwrap().str().unwrap().get(0).unwrap().parse::<i32>()?;
///     Ok(rows)
/// }
///
/// let planes = df!("tail" => ["N1", "N2"], "seats" => ["55", "many"])?;
/// let dropped = Dropped::default();
/// let good = transform(planes, ratio)
///     .schema("*")
///     .partition(by(["tail"]))
///     .ignore_errors([ErrorKind::of::<std::num::ParseIntError>()], &dropped)
///     .run(&Serial)?;
/// assert_eq!((good.height(), dropped.partitions(), dropped.rows()), (1, 1, 1));
/// assert!(dropped.to_string().contains("for tail = \"N2\": invalid digit"));
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Dropped(Mutex<Losses>);

/// Partitions that were dropped, how many rows they had, and the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Losses {
    /// Logical partitions.
    pub partitions: usize,
    /// Rows of their input.
    pub rows: usize,
    /// The first one, in words: which, and why.
    pub first: Option<String>,
}

impl Losses {
    /// Adds others.
    pub fn add(&mut self, other: Losses) {
        self.partitions += other.partitions;
        self.rows += other.rows;
        if self.first.is_none() {
            self.first = other.first;
        }
    }
}

impl Dropped {
    /// Logical partitions that were dropped.
    pub fn partitions(&self) -> usize {
        self.losses().partitions
    }

    /// Input rows of these partitions.
    pub fn rows(&self) -> usize {
        self.losses().rows
    }

    /// All that is known of them.
    pub fn losses(&self) -> Losses {
        self.lock().clone()
    }

    pub(super) fn add(&self, losses: Losses) {
        self.lock().add(losses);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Losses> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Losses { partitions, rows, first } = self.losses();
        let s = |count| if count == 1 { "" } else { "s" };
        write!(f, "{partitions} partition{} with {rows} row{} dropped", s(partitions), s(rows))?;
        first.map_or(Ok(()), |first| write!(f, "; the first: {first}"))
    }
}
