//! Measuring: one child process per run, the answer checked before a time is shown.
//!
//! [`run_here`] is one run in this process, with its [`Record`]; [`compare()`] starts children that do just that, in turn
//! (A B C A B C), checks that they agree, and hands back all records. Nothing here prints.

mod answers;
mod child;
mod compare;
mod here;
mod memory_limit;
mod record;
mod usage;

pub use answers::{agree, agree_with_expected, check_name, digest, expected, read, write};
pub use child::Outcome;
pub use compare::{Comparison, ModeRuns, Plan, compare};
pub use here::{Flights, Run, run_here};
pub use memory_limit::limit_memory;
pub use record::Record;
pub use usage::Usage;
