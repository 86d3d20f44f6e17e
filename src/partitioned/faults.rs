//! Errors of functions that are expected: which of them cost a partition and not the whole run, and what that cost.

use std::fmt::Display;
use std::sync::Mutex;

use crate::error::{Error, Result};

/// A kind of error that a call can be told to ignore.
///
/// A function returns the first kind; the second is what any `panic!` in it becomes.
///
/// ```
/// use outgrow::partitioned::ErrorKind;
/// let expected = [ErrorKind::of::<std::num::ParseFloatError>(), ErrorKind::panic()];
/// let error = anyhow::Error::from("late".parse::<f64>().unwrap_err()).context("in column delay");
/// assert!(expected.iter().any(|kind| kind.matches(&error)));
/// ```
#[derive(Clone, Copy)]
pub struct ErrorKind {
    name: fn() -> &'static str,
    matches: fn(&anyhow::Error) -> bool,
}

/// A type of errors that can be found by name, made by [`register_error!`](crate::register_error).
#[doc(hidden)]
pub struct RegisteredError {
    pub kind: fn() -> ErrorKind,
}

inventory::collect!(RegisteredError);

/// Puts a type of errors on the list by its name, so that a call can ignore it on an engine in another process:
/// [`ErrorKind::named`] finds it there.
///
/// ```
/// use outgrow::partitioned::ErrorKind;
///
/// #[derive(Debug, thiserror::Error)]
/// #[error("fewer than two flights")]
/// struct TooFew;
/// outgrow::register_error!(TooFew);
///
/// let sent = ErrorKind::of::<TooFew>().name();
/// assert!(ErrorKind::named(sent).unwrap().matches(&TooFew.into()));
/// ```
#[macro_export]
macro_rules! register_error {
    ($error:ty) => {
        $crate::partitioned::making::inventory::submit! {
            $crate::partitioned::making::RegisteredError { kind: $crate::partitioned::ErrorKind::of::<$error> }
        }
    };
}

/// A function panicked, with this message. Ignored with [`ErrorKind::panic`].
///
/// ```
/// use outgrow::partitioned::{ErrorKind, Panicked};
/// let error = Panicked("no flight of this carrier".into());
/// assert_eq!(error.to_string(), "it panicked: no flight of this carrier");
/// assert!(ErrorKind::panic().matches(&error.into()));
/// ```
#[derive(Debug, thiserror::Error)]
#[error("it panicked: {0}")]
pub struct Panicked(pub String);

impl ErrorKind {
    /// Errors of this type, where the function returned it or anything in the chain of its causes is one.
    ///
    /// ```
    /// use outgrow::partitioned::ErrorKind;
    /// let kind = ErrorKind::of::<std::num::ParseIntError>();
    /// assert!(kind.matches(&"4.5".parse::<i32>().unwrap_err().into()));
    /// assert!(!kind.matches(&"4,5".parse::<f64>().unwrap_err().into()));
    /// ```
    pub fn of<E: std::error::Error + Send + Sync + 'static>() -> Self {
        Self { name: std::any::type_name::<E>, matches: |error| error.chain().any(|cause| cause.is::<E>()) }
    }

    /// Panics of the function.
    ///
    /// ```
    /// use outgrow::partitioned::{Dropped, ErrorKind, Serial, by, transform};
    /// # use polars::prelude::*;
    /// fn largest(rows: DataFrame) -> DataFrame {
    ///     assert!(rows.height() > 1, "one flight is no sample");
    ///     rows
    /// }
    /// let dropped = Dropped::default();
    /// let flights = df!("carrier" => ["UA", "AA", "UA"], "delay" => [4, 0, 33])?;
    /// let call = transform(flights, largest).schema("*").partition(by(["carrier"]));
    /// assert_eq!(call.ignore_errors([ErrorKind::panic()], &dropped).run(&Serial)?.height(), 2);
    /// assert_eq!(dropped.rows(), 1);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn panic() -> Self {
        Self { name: || "panic", ..Self::of::<Panicked>() }
    }

    /// Whatever the function returns or panics with. What its schema does not allow is never ignored.
    ///
    /// ```
    /// use outgrow::partitioned::ErrorKind;
    /// assert!(ErrorKind::any().matches(&anyhow::anyhow!("no weather for EWR")));
    /// ```
    pub fn any() -> Self {
        Self { name: || "any error", matches: |_| true }
    }

    /// The type of the errors, for messages, and for an engine to find the kind again in another process:
    /// [`ErrorKind::named`].
    ///
    /// ```
    /// use outgrow::partitioned::ErrorKind;
    /// assert_eq!(ErrorKind::of::<std::num::ParseIntError>().name(), "core::num::error::ParseIntError");
    /// assert_eq!(ErrorKind::panic().name(), "panic");
    /// ```
    pub fn name(&self) -> &'static str {
        (self.name)()
    }

    /// The kind of this [name](ErrorKind::name): what an engine does where it calls functions, to ignore what the call
    /// ignores. Types of errors are found when they are [registered](crate::register_error).
    ///
    /// ```
    /// use outgrow::partitioned::ErrorKind;
    /// outgrow::register_error!(std::num::ParseIntError);
    /// let sent = ErrorKind::of::<std::num::ParseIntError>().name();
    /// assert!(ErrorKind::named(sent)?.matches(&"4.5".parse::<i32>().unwrap_err().into()));
    /// let unknown = ErrorKind::of::<std::num::ParseFloatError>().name();
    /// let told = ErrorKind::named(unknown).err().unwrap().to_string();
    /// assert_eq!(told, format!("no error `{unknown}` is registered. Add outgrow::register_error!({unknown});"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] when none of this name is registered.
    pub fn named(name: &str) -> Result<Self> {
        let registered = inventory::iter::<RegisteredError>.into_iter().map(|entry| (entry.kind)());
        [Self::panic(), Self::any()].into_iter().chain(registered).find(|kind| kind.name() == name).ok_or_else(|| {
            Error::input(format!("no error `{name}` is registered. Add outgrow::register_error!({name});"))
        })
    }

    /// Whether this error is of the kind.
    ///
    /// The cause of an error counts too:
    ///
    /// ```
    /// use outgrow::partitioned::ErrorKind;
    /// let error = anyhow::Error::from("?".parse::<i32>().unwrap_err()).context("seats of N1");
    /// assert!(ErrorKind::of::<std::num::ParseIntError>().matches(&error));
    /// ```
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
///
/// ```
/// use outgrow::partitioned::Losses;
/// let losses = Losses { partitions: 1, rows: 40, first: Some("for carrier = \"UA\": no data".into()) };
/// assert_eq!(losses.rows, 40);
/// ```
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
    ///
    /// ```
    /// use outgrow::partitioned::Losses;
    /// let of_one_worker = Losses { partitions: 1, rows: 2, first: Some("for origin = \"EWR\": no data".into()) };
    /// let mut all = Losses::default();
    /// all.add(of_one_worker.clone());
    /// all.add(of_one_worker);
    /// assert_eq!((all.partitions, all.rows), (2, 4));
    /// ```
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
    ///
    /// ```
    /// # use outgrow::partitioned::{Dropped, ErrorKind, Serial, by, transform};
    /// # use polars::prelude::*;
    /// # fn enough(flights: DataFrame) -> anyhow::Result<DataFrame> {
    /// #     anyhow::ensure!(flights.height() > 2, "too few flights");
    /// #     Ok(flights)
    /// # }
    /// # let flights = df!("carrier" => ["UA", "UA", "UA", "AA", "AA"])?;
    /// let dropped = Dropped::default();
    /// let call = transform(flights, enough).schema("*").partition(by(["carrier"]));
    /// call.ignore_errors([ErrorKind::any()], &dropped).run(&Serial)?;
    /// assert_eq!(dropped.partitions(), 1);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn partitions(&self) -> usize {
        self.losses().partitions
    }

    /// Input rows of these partitions.
    ///
    /// ```
    /// # use outgrow::partitioned::{Dropped, ErrorKind, Serial, by, transform};
    /// # use polars::prelude::*;
    /// # fn enough(flights: DataFrame) -> anyhow::Result<DataFrame> {
    /// #     anyhow::ensure!(flights.height() > 2, "too few flights");
    /// #     Ok(flights)
    /// # }
    /// # let flights = df!("carrier" => ["UA", "UA", "UA", "AA", "AA"])?;
    /// let dropped = Dropped::default();
    /// let call = transform(flights, enough).schema("*").partition(by(["carrier"]));
    /// call.ignore_errors([ErrorKind::any()], &dropped).run(&Serial)?;
    /// assert_eq!(dropped.rows(), 2);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn rows(&self) -> usize {
        self.losses().rows
    }

    /// All that is known of them.
    ///
    /// ```
    /// # use outgrow::partitioned::{Dropped, ErrorKind, Serial, by, transform};
    /// # use polars::prelude::*;
    /// # fn enough(flights: DataFrame) -> anyhow::Result<DataFrame> {
    /// #     anyhow::ensure!(flights.height() > 2, "too few flights");
    /// #     Ok(flights)
    /// # }
    /// # let flights = df!("carrier" => ["UA", "UA", "UA", "AA", "AA"])?;
    /// let dropped = Dropped::default();
    /// let call = transform(flights, enough).schema("*").partition(by(["carrier"]));
    /// call.ignore_errors([ErrorKind::any()], &dropped).run(&Serial)?;
    /// assert_eq!(dropped.losses().first.as_deref(), Some("for carrier = \"AA\": too few flights"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
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
