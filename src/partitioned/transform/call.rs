//! A call that was written to its end: what it means for its inputs, and how it is run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::*;

use super::super::cotransform::Zip;
use super::super::faults::{Dropped, ErrorKind};
use super::super::function::{Callback, Function, Registered, Signature};
use super::super::sink::{Collect, Save, Sink};
use super::super::table::{Fingerprint, Node};
use super::super::validate::validate;
use super::super::{Engine, How, Input, Job, OutputSchema, Partition, Split, Table, Task};
use super::Transform;
use crate::error::{Error, Result};
use crate::memory::MemoryBudget;

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
    pub memory: Option<String>,
    pub spill_to: Option<PathBuf>,
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
    pub output: Schema,
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
            validate(name, rules, &split, columns)?;
        }
        self.memory()?;
        Ok(Plan { split, how, output })
    }

    fn memory(&self) -> Result<MemoryBudget> {
        let budget = self.memory.as_deref().map(MemoryBudget::of).transpose()?;
        let budget = budget.unwrap_or_else(MemoryBudget::of_this_machine);
        Ok(MemoryBudget { spill_to: self.spill_to.clone(), ..budget })
    }

    fn signature(&self) -> std::result::Result<Signature, String> {
        let entry = self.registered.ok_or("it has no name there. Make it a fn, and add outgrow::register!(it);")?;
        if (entry.init_type_name)() != self.init {
            return Err("its set-up was not registered with it: register!(it, on_init = set_up);".into());
        }
        Ok(Signature { name: entry.name, version: entry.version, params: self.params.clone()? })
    }
}

impl Ready<'_> {
    pub fn run(&self, engine: &dyn Engine) -> Result<DataFrame> {
        let plan = self.call.plan(true)?;
        let output = plan.output.clone();
        let sink = Collect::new();
        self.execute(plan, engine, &sink)?;
        sink.frame(&output)
    }

    pub fn save_as(&self, path: &Path, engine: &dyn Engine) -> Result<()> {
        let plan = self.call.plan(true)?;
        let sink = Save::new(path, &Arc::new(plan.output.clone()))?;
        self.execute(plan, engine, &sink)?;
        sink.commit()
    }

    pub fn execute(&self, plan: Plan, engine: &dyn Engine, sink: &dyn Sink) -> Result<()> {
        let call = &self.call;
        let Plan { split, how, output } = plan;
        let inputs = self.narrowed(&split).iter().map(|table| table.rows(engine)).collect::<Result<Vec<Input>>>()?;
        let task = Task {
            function: &*self.function,
            name: &call.name,
            signature: call.signature(),
            split: &split,
            how,
            sides: call.zip.as_ref().map_or(&[], |(zip, _)| &zip.names),
            output: Arc::new(output),
            ignore: &call.ignore,
            callback: call.callback.as_deref(),
            stop: None,
        };
        let losses = engine.execute(&Job { inputs: &inputs, task, memory: call.memory()? }, sink)?;
        if let Some(dropped) = call.dropped {
            dropped.add(losses);
        }
        Ok(())
    }

    /// The inputs without columns that neither the function nor the split can see.
    fn narrowed(&self, split: &Split) -> Vec<Table> {
        let Some(mut wanted) = self.function.columns() else { return self.call.inputs.clone() };
        wanted.extend(split.keys.iter().cloned().chain(split.presort.iter().map(|key| key.column.clone())));
        self.call.inputs.iter().map(|table| table.only(&wanted)).collect()
    }
}

/// A call whose result is the input of another.
impl Node for Ready<'static> {
    fn empty(&self) -> Result<DataFrame> {
        Ok(DataFrame::empty_with_schema(&self.call.plan(true)?.output))
    }

    fn rows(&self, engine: &dyn Engine) -> Result<Input> {
        self.run(engine).map(Input::Frame)
    }

    fn save(&self, path: &Path, engine: &dyn Engine) -> Option<Result<()>> {
        Some(self.save_as(path, engine))
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
