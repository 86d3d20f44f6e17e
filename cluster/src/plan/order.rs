//! What an executor is told: everything about a call but its rows and its code.

use std::sync::Arc;

use outgrow::partitioned::{
    Algo, ErrorKind, How, Job, OutputSchema, Registered, Signature, SortKey, Split, registered,
};
use outgrow::{Error, Result};
use polars::prelude::{DataFrame, PlSmallStr, Schema};
use serde::{Deserialize, Serialize};

use super::frames;

/// A call as it travels: a registered function by name and version, its parameters, and how rows are split.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    /// The function's name in the registry.
    pub function: String,
    /// The version of it that the client has.
    pub version: u32,
    /// Its name in errors.
    pub called: String,
    /// Its parameters.
    pub params: serde_json::Value,
    /// The key columns.
    pub keys: Vec<String>,
    /// The order inside each group: column, and whether it is descending.
    pub presort: Vec<(String, bool)>,
    /// Which rows go together.
    pub algo: Algo,
    /// Every row is a partition.
    pub per_row: bool,
    /// Which groups of a zip are kept.
    pub how: Option<How>,
    /// The names of the inputs of a zip.
    pub sides: Vec<String>,
    /// What is returned, as a frame without rows.
    pub output: Vec<u8>,
    /// Names of the errors that cost a partition and not the run.
    pub ignore: Vec<String>,
    /// The client wants to hear what the function sends.
    pub callback: bool,
    /// How many buckets an exchange has.
    pub buckets: u64,
    /// In how many units of work they are done: bucket `b` in unit `b % units`.
    pub units: u32,
    /// What an exchange sends, of each input.
    pub sent: Vec<Sent>,
    /// A folder that the results are written to, where the client does not take them.
    pub save_in: Option<std::path::PathBuf>,
    /// There is no row at all, and the function is called once all the same.
    pub call_empty: bool,
}

/// What an exchange sends of an input.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sent {
    /// The columns, as a frame without rows.
    pub columns: Vec<u8>,
    /// How many tasks read it.
    pub tasks: u32,
}

impl Order {
    /// What the job says of the function, for so many buckets in so many units.
    ///
    /// # Errors
    /// As [`Job::signature`]: a function that has no name elsewhere.
    pub fn of(job: &Job, signature: Signature, buckets: u64, units: u32, sent: Vec<Sent>) -> Result<Self> {
        let (task, split) = (&job.task, job.task.split);
        let Signature { name, version, params } = signature;
        Ok(Self {
            function: name.to_string(),
            version,
            called: task.name.to_string(),
            params,
            keys: split.keys.clone(),
            presort: split.presort.iter().map(|key| (key.column.clone(), key.descending)).collect(),
            algo: split.algo,
            per_row: split.per_row,
            how: task.how,
            sides: task.sides.iter().map(ToString::to_string).collect(),
            output: frames::encode(&DataFrame::empty_with_schema(&task.output))?,
            ignore: task.ignore.iter().map(|kind| kind.name().to_string()).collect(),
            callback: task.callback.is_some(),
            buckets,
            units,
            sent,
            save_in: None,
            call_empty: false,
        })
    }

    /// How rows are split, as a task takes it.
    pub fn split(&self) -> Split {
        let presort =
            self.presort.iter().map(|(column, descending)| SortKey { column: column.clone(), descending: *descending });
        Split { keys: self.keys.clone(), presort: presort.collect(), num: None, algo: self.algo, per_row: self.per_row }
    }

    /// The columns of the output.
    ///
    /// # Errors
    /// When it was damaged on its way.
    pub fn output(&self) -> Result<Arc<Schema>> {
        Ok(frames::decode(&self.output)?.schema().clone())
    }

    /// The names of the inputs of a zip.
    pub fn sides(&self) -> Vec<Arc<str>> {
        self.sides.iter().map(|side| side.as_str().into()).collect()
    }

    /// The errors that cost a partition and not the run.
    ///
    /// # Errors
    /// For one that this program does not know.
    pub fn ignore(&self) -> Result<Vec<ErrorKind>> {
        self.ignore.iter().map(|name| ErrorKind::named(name)).collect()
    }

    /// The function, where this program has it and in the same version as the client.
    ///
    /// # Errors
    /// [`Error::Input`] that names what both sides have.
    pub fn registered(&self) -> Result<&'static Registered> {
        let entry = registered(&self.function).map_err(|error| {
            Error::input(format!(
                "the client calls `{}` in version {}, and this executor does not have it: {error} Start client, scheduler \
                 and executors from one build.",
                self.function, self.version
            ))
        })?;
        if entry.version == self.version {
            return Ok(entry);
        }
        Err(Error::input(format!(
            "the client calls `{}` in version {}, and this executor has version {}. Start client, scheduler and executors \
             from one build.",
            self.function, self.version, entry.version
        )))
    }
}

/// The columns in words, for a plan that is shown; types that a schema expression has no word for by polars' name.
pub fn in_words(schema: &Schema) -> String {
    OutputSchema::of(schema).map_or_else(
        |_| format!("{:?}", schema.iter_names().collect::<Vec<&PlSmallStr>>()),
        |schema| schema.to_string(),
    )
}
