//! The exercises: a folder each, with task, starting file, solution, wrong answers, hints, and the check of them all.
//!
//! `README.md` beside this says how one is added. A check implements [`Exercise`] for its struct `Answer`: the functions
//! and numbers that an attendee writes. Each file with an answer ends with [`answer!`], which hands them over and makes
//! the file a program that checks itself; so starting file, solution, wrong answers and attendee meet the same check.
//!
//! For checks there are [`inputs`] (seeded flights with nulls, ties, skew, ...), [`expected`] (tables held against each
//! other, and mistakes that are known), [`Check::predicted`] (numbers held against a ledger), [`Asked`] (whether the engine
//! that was given did the work), [`Check::alone`] (what memory a part of the answer needs, or that it lives under a cap, in a
//! process of its own) and [`Check::own_cluster`] (scheduler and executors that are the answer's own program).

mod alone;
mod asked;
mod checking;
mod counted;
mod expect;
pub mod inputs;
mod own_cluster;
mod panics;
mod partial;
mod program;

pub use alone::{Alone, counted};
pub use asked::{Asked, calls};
pub use checking::{Check, Exercise};
pub use expect::{Expected, expected};
pub use own_cluster::{OwnCluster, at_work};
pub use program::{judge, run};

include!(concat!(env!("OUT_DIR"), "/checks.rs"));

/// Hands the functions and numbers of a file to the check of an exercise, and makes the file a program of it.
///
/// ```
/// use outgrow_exercises::{answer, judge};
/// use polars::prelude::*;
///
/// fn count(flights: DataFrame) -> PolarsResult<DataFrame> {
///     flights.lazy().group_by([col("carrier")]).agg([len().alias("flights")]).collect()
/// }
/// answer!(template { count }); // or `template { count: another_name }`
///
/// assert!(judge(&handed_over(), &[]).passed());
/// ```
///
/// With `in outgrow_cluster` behind it, the program is also every part of a cluster: `NAME up --executors 2`. Such an
/// exercise has a file `cluster` in its folder.
#[macro_export]
macro_rules! answer {
    ($exercise:ident { $($answer:tt)* }) => {
        $crate::answer!(@ $exercise { $($answer)* } None);
    };
    ($exercise:ident { $($answer:tt)* } in $cluster:ident) => {
        $crate::answer!(@ $exercise { $($answer)* } $cluster::cli::part_of_a_cluster());
    };
    (@ $exercise:ident { $($name:ident $(: $value:expr)?),* $(,)? } $part:expr) => {
        #[allow(dead_code)]
        pub fn handed_over() -> $crate::$exercise::Answer {
            $crate::$exercise::Answer { $($name $(: $value)?),* }
        }

        #[allow(dead_code)]
        fn main() -> std::process::ExitCode {
            let part: Option<std::process::ExitCode> = $part;
            part.unwrap_or_else(|| $crate::run(handed_over()))
        }
    };
}
