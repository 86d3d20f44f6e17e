//! A call that was written to its end: what it means for its inputs, and how it is run.

use std::path::Path;
use std::sync::Arc;

use polars::prelude::*;

use super::super::budget::Budget;
use super::super::cotransform::Zip;
use super::super::faults::{Dropped, ErrorKind};
use super::super::function::{Callback, Function, Registered, Signature};
use super::super::sink::{Collect, Parts, Save, Sink};
use super::super::stored::Store;
use super::super::table::{Fingerprint, Means, Node, STEP};
use super::super::validate::validate;
use super::super::{How, Input, Job, OutputSchema, Partition, Split, Table, Task};
use super::Transform;
use crate::error::{Error, Result};

/// Everything about a call but its function.
pub struct Call<'a> {
    pub inputs: Vec<Table>,
    /// How several inputs are matched, and how many the function takes.
    pub zip: Option<(Zip, Option<usize>)>,
    pub name: String,
    pub registered: Option<&'static Registered>,
    /// Parameters as they travel, or why they cannot.
    pub params: std::result::Result<serde_json::Value, String>,
    /// The set-up, by the name of its type.
    pub init: &'static str,
    pub schema: Option<String>,
    pub partition: Option<Partition>,
    pub rules: Vec<String>,
    pub ignore: Vec<ErrorKind>,
    pub dropped: Option<&'a Dropped>,
    pub callback: Option<Box<Callback<'a>>>,
    pub budget: Budget,
    /// A table makes it by itself.
    pub step: bool,
}

/// A call with its function.
pub struct Ready<'a> {
    pub function: Box<dyn Function + 'a>,
    pub call: Call<'a>,
}

/// What a call means for its inputs.
pub struct Plan {
    pub split: Split,
    pub how: Option<How>,
    pub output: SchemaRef,
}

impl Call<'_> {
    /// Everything that can be checked before anything runs.
    pub fn plan(&self, schema_needed: bool) -> Result<Plan> {
        let inputs = self.inputs.iter().map(Table::empty).collect::<Result<Vec<_>>>()?;
        let columns = inputs[0].schema();
        let name = &self.name;
        let (partition, how) = match (&self.zip, &self.partition) {
            (None, partition) => (partition.clone().unwrap_or_default(), None),
            (Some(_), Some(_)) => {
                return Err(Error::input(format!(
                    "cotransform of `{name}`: the zip says how rows are split: .by(), .presort() and .num() belong there."
                )));
            }
            (Some((_, Some(takes))), None) if *takes != inputs.len() => {
                let given = inputs.len();
                return Err(Error::input(format!(
                    "cotransform: `{name}` takes {takes} inputs, and {given} are zipped."
                )));
            }
            (Some((zip, _)), None) => (zip.partition(&inputs.iter().collect::<Vec<_>>())?, Some(zip.how)),
        };
        let split = partition.check(columns)?;
        let output = match &self.schema {
            Some(schema) => {
                let schema = OutputSchema::parse(schema)?;
                if self.zip.is_some() && schema.mentions_input() {
                    return Err(Error::input(format!(
                        "schema `{schema}`: `*` has no meaning for several inputs. Name the columns of the output."
                    )));
                }
                schema.resolve(columns)?
            }
            None if schema_needed => {
                return Err(Error::input(format!(
                    "transform of `{name}`: no schema. Say what it returns: .schema(\"carrier: str, delay: f64\")."
                )));
            }
            None => Schema::default(),
        };
        let of_function = self.registered.map(|entry| entry.rules);
        for rules in self.rules.iter().map(String::as_str).chain(of_function) {
            validate(name, rules, &split, &inputs)?;
        }
        self.budget.check()?;
        Ok(Plan { split, how, output: Arc::new(output) })
    }

    fn signature(&self) -> std::result::Result<Signature, String> {
        if self.step {
            return Err(STEP.to_string());
        }
        // What cannot travel in any function comes before what is missing of this one.
        let params = self.params.clone()?;
        let entry = self.registered.ok_or("it has no name there. Make it a fn, and add outgrow::register!(it);")?;
        if (entry.init_type_name)() != self.init {
            return Err("its set-up was not registered with it: register!(it, on_init = set_up);".into());
        }
        Ok(Signature { name: entry.name, version: entry.version, params })
    }
}

impl Ready<'_> {
    pub fn run(&self, means: Means) -> Result<DataFrame> {
        let plan = self.call.plan(true)?;
        let output = plan.output.clone();
        let sink = Collect::new();
        self.execute(plan, means, &sink)?;
        sink.frame(&output)
    }

    pub fn save_as(&self, path: &Path, means: Means) -> Result<()> {
        let plan = self.call.plan(true)?;
        if Parts::named_by(path) {
            let sink = Parts::new(path, &plan.output)?;
            self.execute(plan, means, &sink)?;
            return sink.commit();
        }
        let sink = Save::new(path, &plan.output)?;
        self.execute(plan, means, &sink)?;
        sink.commit()
    }

    /// The rows for the next step: in memory where they are few, in a temporary file where they are not.
    pub fn keep(&self, means: Means) -> Result<Input> {
        let plan = self.call.plan(true)?;
        let store = Store::new(plan.output.clone(), &self.call.budget.within(means.memory)?);
        self.execute(plan, means, &store)?;
        store.take()
    }

    pub fn execute(&self, plan: Plan, means: Means, sink: &dyn Sink) -> Result<()> {
        let call = &self.call;
        let Plan { split, how, output } = plan;
        let memory = call.budget.within(means.memory)?;
        let inputs = Means { memory: &memory, ..means };
        let inputs = self.narrowed(&split).iter().map(|table| table.rows(inputs)).collect::<Result<Vec<Input>>>()?;
        let task = Task {
            function: &*self.function,
            name: &call.name,
            signature: call.signature(),
            step: call.step,
            split: &split,
            how,
            sides: call.zip.as_ref().map_or(&[], |(zip, _)| &zip.names),
            output,
            ignore: &call.ignore,
            callback: call.callback.as_deref(),
            stop: None,
        };
        let losses = means.engine.execute(&Job { inputs: &inputs, task, memory }, sink)?;
        if let Some(dropped) = call.dropped {
            dropped.add(losses);
        }
        Ok(())
    }

    /// The inputs without columns that neither the function nor the split can see.
    fn narrowed(&self, split: &Split) -> Vec<Table> {
        let sorted = split.presort.iter().map(|key| &key.column);
        let split: Vec<String> = split.keys.iter().chain(sorted).cloned().collect();
        let narrow = |(number, table): (usize, &Table)| match self.function.columns(number) {
            Some(seen) => table.only(&[seen.as_slice(), &split].concat()),
            None => table.clone(),
        };
        self.call.inputs.iter().enumerate().map(narrow).collect()
    }
}

/// A call whose result is the input of another.
impl Node for Ready<'static> {
    fn empty(&self) -> Result<DataFrame> {
        Ok(DataFrame::empty_with_schema(&self.call.plan(true)?.output))
    }

    fn rows(&self, means: Means) -> Result<Input> {
        self.keep(means)
    }

    fn save(&self, path: &Path, means: Means) -> Option<Result<()>> {
        Some(self.save_as(path, means))
    }

    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        let call = &self.call;
        call.inputs.iter().try_for_each(|input| input.fingerprint(print))?;
        let signature = call.signature().map_err(|why| {
            Error::input(format!("checkpoint: nothing says whether function `{}` changed: {why}", call.name))
        })?;
        print.text(&format!("{signature:?} {:?} {:?}", call.schema, call.partition));
        if let Some((zip, _)) = &call.zip {
            print.text(&format!("{:?} {} {:?} {:?}", zip.keys, zip.how, zip.presort, zip.names));
        }
        let ignored: Vec<&str> = call.ignore.iter().map(|kind| kind.name()).collect();
        print.text(&ignored.join(", "));
        Ok(())
    }
}

impl From<Transform<'static, ()>> for Table {
    fn from(transform: Transform<'static, ()>) -> Self {
        Table::new(transform.ready())
    }
}
