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
//! Read on in this order: [`transform()`] is the call, [`IntoFunction`] lists the shapes a function can have, [`by`] says
//! how rows are split, [`OutputSchema`] what a function returns, [`Table`] where rows come from and what is done to them
//! before, [`cotransform()`] takes several inputs, [`Engine`] is who does the work, [`Task`] what is done in one physical
//! partition, and `local` how [`Serial`] and [`Threads`] do it. [`coming_from_fugue`] maps Fugue's names to ours.

mod budget;
pub mod coming_from_fugue;
mod conform;
mod cotransform;
mod elsewhere;
mod engine;
pub mod expression;
mod faults;
mod function;
mod how;
mod input;
mod local;
mod parcel;
mod partition;
mod pool;
mod rows;
mod schema;
mod section;
mod sink;
mod stored;
mod table;
mod task;
mod transform;
mod validate;

pub use cotransform::{Zip, Zippable, cotransform};
pub use elsewhere::{Processes, Spent};
pub use engine::{Engine, EngineByName, Job, LOCAL_ENGINES, Serial, Sql, Threads};
pub use expression::SortKey;
pub use faults::{Dropped, ErrorKind, Losses, Panicked};
pub use function::{
    Cursor, Frames, Function, Given, GivenSides, GivesRows, IntoFunction, IntoInit, IntoSidesFunction, Output, PartOf,
    Registered, Sides, Signature, Structs, TakesPartition, TakesSlice, Work, making, registered,
};
pub use how::How;
pub use input::{EachSlice, Input};
pub use partition::{Algo, Partition, Split, by, num, per_row};
pub use schema::OutputSchema;
pub use sink::Sink;
pub use stored::Stored;
pub use table::Table;
pub use task::{Done, Task};
pub use transform::{Transform, transform};
