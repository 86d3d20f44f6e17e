//! What a call does with a partition: functions of many shapes behind one trait.
//!
//! A function is written without this library in mind. [`IntoFunction`] takes it as it is, whatever it takes (a frame,
//! an iterator of frames, plain structs) and gives, with or without parameters and a [`Cursor`]; engines see
//! [`Function`] only.

mod arrays;
mod cursor;
mod fields;
mod given;
mod into_function;
mod into_sides;
mod registry;
mod result;
mod structs;
mod travel;

use polars::prelude::*;

pub(super) use cursor::Callback;
pub use cursor::Cursor;
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
/// Calls make one of a plain function, and [`Registered::function`] makes one by name: see the example at
/// [`Engine`](super::Engine).
pub trait Function: Send + Sync {
    /// Called once per physical partition, before its first group: the place for set-up that is expensive.
    ///
    /// # Errors
    /// The error of the set-up.
    fn begin(&self) -> anyhow::Result<Box<dyn Work + '_>>;

    /// Whether a partition can be given piece by piece, and so be larger than memory.
    fn takes_pieces(&self) -> bool;

    /// The columns of an input (the first one, or that of a zip) that the function can see at all: the fields of its
    /// struct. `None` when it may look at any.
    fn columns(&self, input: usize) -> Option<Vec<String>>;
}

/// A function at work on one physical partition.
///
/// [`Task::run`](super::Task::run) begins and calls it: see the example at [`Engine`](super::Engine).
pub trait Work {
    /// Called once per logical partition. `output` is what the call promised, for functions that give structs.
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
