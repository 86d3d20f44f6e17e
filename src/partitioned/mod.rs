//! Mode `partitioned`: keep your function, say how the data is split, choose the engine last.
//!
//! ```
//! use outgrow::partitioned::{Threads, by, transform};
//! use polars::prelude::*;
//!
//! /// The business logic: it knows one carrier's flights, and nothing of partitions or engines.
//! fn worst(flights: DataFrame) -> PolarsResult<DataFrame> {
//!     let worst = flights.column("delay")?.i32()?.max();
//!     df!("carrier" => [flights.column("carrier")?.str()?.get(0)], "worst" => [worst])
//! }
//!
//! let flights = df!("carrier" => ["UA", "AA", "UA"], "delay" => [1, 2, 4])?;
//! let answer = transform(flights, worst)
//!     .schema("carrier: str, worst: i32")
//!     .partition(by(["carrier"]))
//!     .run(&Threads::default())?;
//! assert_eq!(answer.height(), 2);
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! Without `.partition(by(...))` the function is called once per *slice of rows*, as they happen to lie in files: right
//! for work on single rows or for partial results, and wrong for a mean.
//!
//! Read on in this order: [`transform()`] is the call, [`by`] says how rows are split, [`OutputSchema`] what a function
//! returns, [`Engine`] who does the work, and `local` how [`Serial`] and [`Threads`] do it.
//!
//! So far: functions of frames, `by` with presort, one slice of rows otherwise, hash partitions. What the full meaning
//! adds (other shapes, algorithms, several inputs, spilling) is not here yet.

mod conform;
mod engine;
mod input;
mod local;
mod partition;
mod schema;
mod transform;

pub use engine::{Engine, EngineByName, Function, Job, LOCAL_ENGINES, Serial, Threads};
pub use input::Input;
pub use partition::{Partition, SortKey, by};
pub use schema::OutputSchema;
pub use transform::{Transform, transform};
