//! Measuring: one child process per run, the answer checked before a time is shown, a record kept of each.
//!
//! [`run_here`] is one run in this process, with its [`Summary`]; [`compare()`] starts children that do just that, in
//! turn (A B C, B C A, C A B: each round in another order), [watches](watch) them, checks that they agree, and keeps a
//! [`Record`] of each in a [`Journal`]. [`Figures`] are what several records say together, [`weak`] why they should not
//! be relied on. Nothing here prints.

mod answers;
mod child;
mod compare;
mod contender;
mod figures;
mod here;
pub mod machine;
mod memory_limit;
pub mod peers;
mod process;
pub mod record;
mod records;
mod summary;
mod usage;
pub mod weak;

pub use answers::{agree, agree_with_expected, check_name, digest, expected, read, write};
pub use compare::{Comparison, Lab, Plan, RunsOf, WARM, compare};
pub use contender::{Contender, Who};
pub use figures::{Cell, Figures, cells, died_after_s, median, sorted, typical};
pub use here::{Flights, Run, run_here};
pub use memory_limit::{MemoryCap, limit_memory};
pub use process::{Ended, Watch, watch};
pub use record::Record;
pub use records::{Journal, Records, default_records, read_records};
pub use summary::Summary;
pub use usage::Usage;
