//! The call.

use polars::prelude::*;

use super::{Engine, Function, Input, Job, OutputSchema, Partition};
use crate::error::{Error, Result};

/// Says that `function` is to be called on partitions of `input`; nothing runs before [`Transform::run`].
///
/// The function gets a frame and returns a frame; its error may be of any type. It is called once per group when the
/// call has keys, else once per slice of rows.
pub fn transform<'a, E>(
    input: impl Into<Input>,
    function: impl Fn(DataFrame) -> std::result::Result<DataFrame, E> + Send + Sync + 'a,
) -> Transform<'a>
where
    E: Into<anyhow::Error>,
{
    let name = name_of(&function);
    let function = Box::new(move |rows| function(rows).map_err(Into::into));
    Transform { input: input.into(), function, name, schema: None, partition: Partition::default() }
}

/// A call under construction. See [the module](super) for an example.
#[must_use = "nothing happens before .run(&engine)"]
pub struct Transform<'a> {
    input: Input,
    function: Box<Function<'a>>,
    name: String,
    schema: Option<String>,
    partition: Partition,
}

impl Transform<'_> {
    /// What the function returns, as a [schema expression](OutputSchema).
    pub fn schema(mut self, expression: &str) -> Self {
        self.schema = Some(expression.to_string());
        self
    }

    /// How the rows are split: [`by`](super::by)`(["carrier"]).presort("id")`.
    pub fn partition(mut self, partition: Partition) -> Self {
        self.partition = partition;
        self
    }

    /// Runs the call on an engine and returns what the function returned for all partitions. The order of its rows is
    /// not defined.
    ///
    /// # Errors
    /// [`Error::Input`] for a call that cannot be right, before anything runs; [`Error::Function`] when the function
    /// fails, panics or breaks its schema, with the key of the group; what reading the input reports.
    pub fn run(self, engine: &dyn Engine) -> Result<DataFrame> {
        let schema = self.schema.ok_or_else(|| {
            Error::input(format!(
                "transform of `{}`: no schema. Say what it returns: .schema(\"carrier: str, delay: f64\").",
                self.name
            ))
        })?;
        let columns = self.input.empty()?;
        let output = OutputSchema::parse(&schema)?.resolve(columns.schema())?;
        self.partition.check(&columns)?;
        engine.execute(&Job {
            input: &self.input,
            partition: &self.partition,
            function: &*self.function,
            name: &self.name,
            output,
        })
    }
}

/// `best_model` of `outgrow::workloads::grid_search::model::best_model`; a closure is named after where it stands.
fn name_of<F>(_function: &F) -> String {
    let path = std::any::type_name::<F>();
    let path = path.split('<').next().unwrap_or(path);
    let (place, closure) = match path.strip_suffix("::{{closure}}") {
        Some(place) => (place, "a closure in "),
        None => (path, ""),
    };
    format!("{closure}{}", place.rsplit("::").next().unwrap_or(place))
}
