//! What a call does with a partition: functions of many shapes behind one trait.
//!
//! A function is written without this library in mind. [`IntoFunction`] takes it as it is, whatever it takes (a frame,
//! an iterator of frames, plain structs) and gives, with or without parameters and a [`Cursor`]; engines see
//! [`Function`] only.

mod arrays;
mod cursor;
mod fields;
mod generous;
mod given;
mod into_function;
mod into_sides;
mod leaves;
mod registry;
mod result;
mod structs;
mod travel;

use polars::prelude::*;

pub(super) use cursor::Callback;
pub use cursor::Cursor;
pub(super) use cursor::group;
pub(super) use given::GivenAway;
pub use given::{Frames, Given, GivenSides, Sides, Structs, TakesPartition, TakesSlice};
pub use into_function::{IntoFunction, PartOf};
pub(super) use into_function::{WithInit, WithParams};
pub use into_sides::IntoSidesFunction;
pub(super) use into_sides::OfSides;
pub use registry::{IntoInit, Registered, Signature, making, registered};
pub use result::{GivesRows, Output};
pub(super) use structs::DoesNotFit;
pub(super) use travel::to_json;

/// What engines run. One value serves all workers.
///
/// Calls make one of a plain function, and [`Registered::function`] makes one by name. An engine may put another around
/// it:
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// use outgrow::partitioned::{
///     Cursor, Engine, Function, Given, Job, Losses, Output, Serial, Sink, Task, Work, by, transform,
/// };
/// use polars::prelude::*;
///
/// /// Counts the rows that go in and come out.
/// struct Counted<'a> {
///     of: &'a dyn Function,
///     rows: &'a [AtomicUsize; 2],
/// }
///
/// impl Function for Counted<'_> {
///     fn begin(&self) -> anyhow::Result<Box<dyn Work + '_>> {
///         Ok(Box::new(Counting { of: self.of.begin()?, rows: self.rows }))
///     }
///     fn takes_pieces(&self) -> bool {
///         self.of.takes_pieces()
///     }
///     fn columns(&self, input: usize) -> Option<Vec<String>> {
///         self.of.columns(input)
///     }
/// }
///
/// struct Counting<'a> {
///     of: Box<dyn Work + 'a>,
///     rows: &'a [AtomicUsize; 2],
/// }
///
/// impl Work for Counting<'_> {
///     fn call(&mut self, rows: Given, cursor: Cursor, output: &Schema) -> anyhow::Result<Output> {
///         // Pieces and sides pass as they are.
///         if let Given::Frame(rows) = &rows {
///             self.rows[0].fetch_add(rows.height(), Ordering::Relaxed);
///         }
///         let given = self.of.call(rows, cursor, output)?;
///         if let Output::Frame(rows) = &given {
///             self.rows[1].fetch_add(rows.height(), Ordering::Relaxed);
///         }
///         Ok(given)
///     }
/// }
///
/// struct Watched([AtomicUsize; 2]);
///
/// impl Engine for Watched {
///     fn name(&self) -> &'static str {
///         "watched"
///     }
///     fn concurrency(&self) -> usize {
///         1
///     }
///     fn execute(&self, job: &Job, sink: &dyn Sink) -> outgrow::Result<Losses> {
///         let counted = Counted { of: job.task.function, rows: &self.0 };
///         let task = Task { function: &counted, ..job.task.again() };
///         Serial.execute(&Job { inputs: job.inputs, task, memory: job.memory.clone() }, sink)
///     }
/// }
///
/// let watched = Watched(Default::default());
/// let flights = df!("carrier" => ["UA", "UA", "AA"])?;
/// let first = |rows: DataFrame| rows.head(Some(1));
/// transform(flights, first).schema("*").partition(by(["carrier"])).run(&watched)?;
/// assert_eq!(watched.0.map(|rows| rows.into_inner()), [3, 2]);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub trait Function: Send + Sync {
    /// Called once per physical partition, before its first group: the place for set-up that is expensive. See the example
    /// at [`Function`].
    ///
    /// # Errors
    /// The error of the set-up.
    fn begin(&self) -> anyhow::Result<Box<dyn Work + '_>>;

    /// Whether a partition can be given piece by piece, and so be larger than memory. See the example at [`Function`].
    fn takes_pieces(&self) -> bool;

    /// The columns of an input (the first one, or that of a zip) that the function can see at all: the fields of its
    /// struct. `None` when it may look at any. See the example at [`Function`].
    fn columns(&self, input: usize) -> Option<Vec<String>>;
}

/// A function at work on one physical partition.
///
/// [`Task::run`](super::Task::run) begins and calls it: see the example at [`Function`].
pub trait Work {
    /// Called once per logical partition. `output` is what the call promised, for functions that give structs. See the
    /// example at [`Function`].
    ///
    /// # Errors
    /// The function's own error, or why the rows cannot be given in its shape.
    fn call(&mut self, rows: Given, cursor: Cursor, output: &Schema) -> anyhow::Result<Output>;
}

/// `best_model` of `outgrow::workloads::grid_search::model::best_model`; a closure is named after where it stands.
pub(super) fn name_of<F>() -> String {
    name_in(std::any::type_name::<F>())
}

fn name_in(path: &str) -> String {
    let place = path.trim_end_matches("::{{closure}}");
    // `best<Flight>` is `best`, and `<Fit as Model>::best` is too.
    let mut open = 0;
    let generics = place.rfind(|c| {
        open += i32::from(c == '>') - i32::from(c == '<');
        open == 0
    });
    let named = generics.map_or(place, |at| if place.ends_with('>') { &place[..at] } else { place });
    let name = named.rsplit("::").next().unwrap_or(named);
    if place == path { name.to_string() } else { format!("a closure in {name}") }
}

#[cfg(test)]
mod tests {
    use super::name_in;

    #[test]
    fn a_function_is_called_by_the_end_of_its_path() {
        for (path, name) in [
            ("outgrow::grid_search::best_model", "best_model"),
            ("outgrow::first<core::option::Option<i32>>", "first"),
            ("<outgrow::Fit as outgrow::Model>::best", "best"),
            ("<outgrow::Fit as outgrow::Model>::best<i32>", "best"),
            ("flights::main::{{closure}}::{{closure}}", "a closure in main"),
            ("<outgrow::Fit as outgrow::Model>::best::{{closure}}", "a closure in best"),
        ] {
            assert_eq!(name_in(path), name);
        }
    }
}
