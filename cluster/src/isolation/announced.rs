//! A function that says before each group which one it is.

use outgrow::partitioned::{Cursor, Function, Given, Output, Work};
use polars::prelude::Schema;

/// The function, and who is told.
pub struct Announced<'a> {
    /// The function.
    pub of: &'a dyn Function,
    /// Hears which group comes next.
    pub tell: &'a (dyn Fn(String) + Send + Sync),
}

struct Announcing<'a> {
    of: Box<dyn Work + 'a>,
    tell: &'a (dyn Fn(String) + Send + Sync),
}

impl Function for Announced<'_> {
    fn begin(&self) -> anyhow::Result<Box<dyn Work + '_>> {
        (self.tell)("in its set-up".into());
        Ok(Box::new(Announcing { of: self.of.begin()?, tell: self.tell }))
    }

    fn takes_pieces(&self) -> bool {
        self.of.takes_pieces()
    }

    fn columns(&self, input: usize) -> Option<Vec<String>> {
        self.of.columns(input)
    }
}

impl Work for Announcing<'_> {
    fn call(&mut self, rows: Given, cursor: Cursor, output: &Schema) -> anyhow::Result<Output> {
        (self.tell)(cursor.describe());
        self.of.call(rows, cursor, output)
    }
}
