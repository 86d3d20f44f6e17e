//! The three small languages of a call: [schema](SchemaExpression), [presort](Presort) and
//! [number of partitions](NumExpression).
//!
//! Nothing here knows a dataframe engine or anything else of this crate: text becomes a tree, a tree becomes text again,
//! and an error points at the character. `fuzz/` compiles this folder alone.

mod columns;
mod num;
mod presort;
mod schema;
mod text;

pub(crate) use columns::Columns;
pub use num::NumExpression;
pub use presort::{Presort, SortKey};
pub use schema::{Change, Field, Item, SchemaExpression, Type, Unit};
pub use text::SyntaxError;
pub(crate) use text::unquoted;
