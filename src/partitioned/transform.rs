//! The call.

use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::*;

use super::cotransform::Zip;
use super::faults::{Dropped, ErrorKind};
use super::function::{
    Callback, Function, IntoFunction, IntoInit, Registered, Signature, WithInit, WithParams, Work, name_of,
};
use super::sink::{Collect, Discard, Save, Sink};
use super::table::{Fingerprint, Node};
use super::validate::validate;
use super::{Engine, How, Input, Job, OutputSchema, Partition, Split, Table, Task};
use crate::error::{Error, Result};
use crate::memory::MemoryBudget;

/// Says that `function` is to be called on partitions of `input`; nothing runs before [`Transform::run`].
///
/// `input` is anything that can be a [`Table`]: a frame, a lazy frame, the path of Parquet files, another call. The
/// function is called once per group when the call has keys, else once per slice of rows; [`IntoFunction`] lists the
/// shapes it can have.
///
/// Plain structs, and no dataframe in sight:
///
/// ```
/// use outgrow::partitioned::{Threads, by, transform};
/// use polars::prelude::df;
///
/// #[derive(serde::Deserialize)]
/// struct Flight {
///     carrier: String,
///     delay: Option<f64>,
/// }
///
/// #[derive(serde::Serialize)]
/// struct Punctuality {
///     carrier: String,
///     late: f64,
/// }
///
/// /// The share of a carrier's flights that were later than so many minutes.
/// fn punctuality(flights: &[Flight], minutes: &f64) -> Vec<Punctuality> {
///     let late = flights.iter().filter(|flight| flight.delay.is_some_and(|delay| delay > *minutes)).count();
///     vec![Punctuality { carrier: flights[0].carrier.clone(), late: late as f64 / flights.len() as f64 }]
/// }
///
/// let flights = df!("carrier" => ["UA", "UA"], "delay" => [Some(3.0), Some(40.0)])?;
/// let answer = transform(flights, punctuality)
///     .params(15.0)
///     .schema("carrier: str, late: f64")
///     .partition(by(["carrier"]))
///     .run(&Threads::default())?;
/// assert!(answer.equals(&df!("carrier" => ["UA"], "late" => [0.5])?));
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn transform<'a, F, How>(input: impl Into<Table>, function: F) -> Transform<'a, F::Params>
where
    F: IntoFunction<'a, How>,
    F::Params: 'a,
    How: 'a,
{
    let unbound = Box::new(Plain { function, how: PhantomData::<fn() -> How> });
    Transform::new(vec![input.into()], name_of::<F>(), std::any::type_name::<F>(), unbound)
}

/// A call under construction. See [`transform()`] and [`cotransform()`](super::cotransform()).
///
/// `P` is what the function still wants beside the rows: [`params`](Transform::params),
/// [`on_init`](Transform::on_init) and [`broadcast`](Transform::broadcast) give it.
///
/// ```
/// use outgrow::partitioned::{Serial, by, transform};
/// # use polars::prelude::*;
/// let flights = df!("carrier" => ["UA", "AA", "UA"], "delay" => [4, 0, 33])?;
/// let call = transform(flights, |rows: DataFrame| rows.head(Some(1))).schema("*").partition(by(["carrier"]));
/// assert_eq!(call.check()?.shape(), (0, 2)); // nothing has run yet
/// assert_eq!(call.run(&Serial)?.height(), 2);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[must_use = "nothing happens before .run(&engine)"]
pub struct Transform<'a, P = ()> {
    function: Box<dyn Unbound<'a, P> + 'a>,
    call: Call<'a>,
}

/// Everything about a call but its function.
struct Call<'a> {
    inputs: Vec<Table>,
    /// How several inputs are matched, and how many the function takes.
    zip: Option<(Zip, Option<usize>)>,
    name: String,
    registered: Option<&'static Registered>,
    /// Parameters as they travel, or why they cannot.
    params: std::result::Result<serde_json::Value, String>,
    /// The set-up, by the name of its type.
    init: &'static str,
    schema: Option<String>,
    partition: Option<Partition>,
    rules: Vec<String>,
    ignore: Vec<ErrorKind>,
    dropped: Option<&'a Dropped>,
    callback: Option<Box<Callback<'a>>>,
    memory: Option<String>,
    spill_to: Option<PathBuf>,
}

/// A function that waits for its parameters.
pub(super) trait Unbound<'a, P> {
    fn bind(self: Box<Self>, params: P) -> Box<dyn Function + 'a>;

    fn bind_init(self: Box<Self>, make: Make<'a, P>) -> Box<dyn Function + 'a>;
}

type Make<'a, P> = Box<dyn Fn() -> anyhow::Result<P> + Send + Sync + 'a>;

struct Plain<F, How> {
    function: F,
    how: PhantomData<fn() -> How>,
}

impl<'a, F: IntoFunction<'a, How>, How: 'a> Unbound<'a, F::Params> for Plain<F, How>
where
    F::Params: 'a,
{
    fn bind(self: Box<Self>, params: F::Params) -> Box<dyn Function + 'a> {
        Box::new(WithParams { function: self.function, params, how: self.how })
    }

    fn bind_init(self: Box<Self>, make: Make<'a, F::Params>) -> Box<dyn Function + 'a> {
        Box::new(WithInit { function: self.function, make, how: PhantomData::<fn(F::Params) -> How> })
    }
}

/// A function whose set-up waits for *its* parameters.
struct SetUp<'a, P, Init, HowInit> {
    function: Box<dyn Unbound<'a, P> + 'a>,
    init: Init,
    how: PhantomData<fn() -> HowInit>,
}

impl<'a, P: 'a, Init, HowInit: 'a> Unbound<'a, Init::Params> for SetUp<'a, P, Init, HowInit>
where
    Init: IntoInit<P, HowInit> + 'a,
    Init::Params: 'a,
{
    fn bind(self: Box<Self>, params: Init::Params) -> Box<dyn Function + 'a> {
        let Self { function, init, .. } = *self;
        function.bind_init(Box::new(move || init.make(&params)))
    }

    fn bind_init(self: Box<Self>, make: Make<'a, Init::Params>) -> Box<dyn Function + 'a> {
        let Self { function, init, .. } = *self;
        function.bind_init(Box::new(move || init.make(&make()?)))
    }
}

/// A function that wants nothing more.
pub(super) struct Bound<'a>(pub Box<dyn Function + 'a>);

impl<'a> Unbound<'a, ()> for Bound<'a> {
    fn bind(self: Box<Self>, (): ()) -> Box<dyn Function + 'a> {
        self.0
    }

    fn bind_init(self: Box<Self>, make: Make<'a, ()>) -> Box<dyn Function + 'a> {
        Box::new(AfterSetUp { function: self.0, make })
    }
}

/// A function with a set-up that makes nothing for it: a connection that is opened, a log.
struct AfterSetUp<'a> {
    function: Box<dyn Function + 'a>,
    make: Make<'a, ()>,
}

impl Function for AfterSetUp<'_> {
    fn begin(&self) -> anyhow::Result<Box<dyn Work + '_>> {
        (self.make)()?;
        self.function.begin()
    }

    fn takes_pieces(&self) -> bool {
        self.function.takes_pieces()
    }

    fn columns(&self) -> Option<Vec<String>> {
        self.function.columns()
    }
}

impl<'a, P> Transform<'a, P> {
    fn new(inputs: Vec<Table>, name: String, type_name: &str, function: Box<dyn Unbound<'a, P> + 'a>) -> Self {
        let call = Call {
            inputs,
            zip: None,
            name,
            registered: Registered::of_type(type_name),
            params: Ok(serde_json::Value::Null),
            init: "",
            schema: None,
            partition: None,
            rules: vec![],
            ignore: vec![],
            dropped: None,
            callback: None,
            memory: None,
            spill_to: None,
        };
        Self { function, call }
    }

    /// What the function returns, as a [schema expression](OutputSchema).
    ///
    /// What it gives beyond that is left out, and what it gives in another type is cast where nothing is lost:
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, transform};
    /// # use polars::prelude::*;
    /// let flights = df!("carrier" => ["UA"], "delay" => [4i32], "tail" => ["N1"])?;
    /// let cast = transform(flights, |rows: DataFrame| rows).schema("delay: f64, carrier: str").run(&Serial)?;
    /// assert!(cast.equals(&df!("delay" => [4.0], "carrier" => ["UA"])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn schema(mut self, expression: &str) -> Self {
        self.call.schema = Some(expression.to_string());
        self
    }

    /// How the rows are split: [`by`](super::by)`(["carrier"]).presort("id")`.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, by, transform};
    /// # use polars::prelude::*;
    /// let flights = df!("origin" => ["EWR", "JFK", "EWR"], "delay" => [4, 0, 33])?;
    /// let worst = |rows: DataFrame| rows.head(Some(1));
    /// let call = transform(flights, worst).schema("*").partition(by(["origin"]).presort("delay desc"));
    /// assert_eq!(call.run(&Serial)?.column("delay")?.i32()?.sum(), Some(33));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn partition(mut self, partition: Partition) -> Self {
        self.call.partition = Some(partition);
        self
    }

    /// What the function demands of the call, as rules with `;` between them, checked before anything runs:
    /// `"partition_by_has: carrier; presort_has: time_hour; input_has: delay: f64"`.
    ///
    /// | rule | demands |
    /// |---|---|
    /// | `partition_by_has: a, b` | these are among the keys |
    /// | `partition_by_is: a, b` | these are the keys, in any order |
    /// | `presort_has: a, b desc` | these are in the presort, with this direction |
    /// | `input_has: a, b: f64` | these columns are there, with this type where one is given |
    /// | `input_is: a: i64, b: str` | these are the columns and types, in this order |
    ///
    /// ```
    /// use outgrow::partitioned::{by, transform};
    /// # use polars::prelude::*;
    /// let flights = df!("carrier" => ["UA"], "delay" => [4])?;
    /// let first = |rows: DataFrame| rows.head(Some(1));
    /// let call = transform(flights, first).schema("*").partition(by(["carrier"])).validate("presort_has: delay desc");
    /// assert!(call.check().unwrap_err().to_string().contains("Add `delay desc` to presort(...)"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn validate(mut self, rules: &str) -> Self {
        self.call.rules.push(rules.to_string());
        self
    }

    /// Errors of the function that cost a logical partition and not the run: all its rows are left out, and `dropped`
    /// tells how many. What breaks the schema is never ignored.
    ///
    /// An example that reads the report is at [`Dropped`].
    ///
    /// ```
    /// use outgrow::partitioned::{Dropped, ErrorKind, Serial, by, transform};
    /// # use polars::prelude::*;
    /// fn of_a_known_origin(rows: DataFrame) -> anyhow::Result<DataFrame> {
    ///     anyhow::ensure!(rows.column("origin")?.null_count() == 0, "no origin");
    ///     Ok(rows)
    /// }
    /// let flights = df!("origin" => [Some("EWR"), None, None])?;
    /// let dropped = Dropped::default();
    /// let call = transform(flights, of_a_known_origin).schema("*").partition(by(["origin"]));
    /// assert_eq!(call.ignore_errors([ErrorKind::any()], &dropped).run(&Serial)?.height(), 1);
    /// assert_eq!((dropped.partitions(), dropped.rows()), (1, 2));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn ignore_errors(mut self, kinds: impl IntoIterator<Item = ErrorKind>, dropped: &'a Dropped) -> Self {
        self.call.ignore = kinds.into_iter().collect();
        self.call.dropped = Some(dropped);
        self
    }

    /// Receives, while the call runs and on the worker's thread, what the function sends with
    /// [`Cursor::send`](super::Cursor::send): progress, early results.
    ///
    /// ```
    /// use outgrow::partitioned::{Cursor, Threads, by, transform};
    /// # use polars::prelude::*;
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    ///
    /// fn fit(flights: DataFrame, cursor: Cursor) -> anyhow::Result<DataFrame> {
    ///     cursor.send(&flights.height())?;
    ///     Ok(flights)
    /// }
    /// let flights = df!("carrier" => ["UA", "AA", "UA"])?;
    /// let seen = AtomicUsize::new(0);
    /// transform(flights, fit)
    ///     .partition(by(["carrier"]))
    ///     .callback(|rows: usize| { seen.fetch_add(rows, Ordering::Relaxed); })
    ///     .for_each(&Threads::default())?;
    /// assert_eq!(seen.load(Ordering::Relaxed), 3);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn callback<T: serde::de::DeserializeOwned>(mut self, receive: impl Fn(T) + Send + Sync + 'a) -> Self {
        self.call.callback = Some(Box::new(move |value: serde_json::Value| {
            let wanted = std::any::type_name::<T>();
            let sent = value.to_string();
            let value = serde_json::from_value(value)
                .map_err(|error| anyhow::anyhow!("it sent {sent}, and the callback takes `{wanted}`: {error}"))?;
            receive(value);
            Ok(())
        }));
        self
    }

    /// How much memory the exchange and the partitions at work may take, as in `"1GiB"`; half of what is left on this
    /// machine (or of a limit) without this. Rows beyond it are spilled to a temporary file.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, by, transform};
    /// # use polars::prelude::*;
    /// let flights = df!("carrier" => ["UA", "AA", "UA"])?;
    /// let call = transform(flights, |rows: DataFrame| rows).schema("*").partition(by(["carrier"]));
    /// assert_eq!(call.memory_budget("64MiB").run(&Serial)?.height(), 3);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn memory_budget(mut self, bytes: &str) -> Self {
        self.call.memory = Some(bytes.to_string());
        self
    }

    /// The folder of that temporary file; the system's, without this.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, by, transform};
    /// # use polars::prelude::*;
    /// let fast_disk = tempfile::tempdir().unwrap();
    /// let flights = df!("carrier" => ["UA", "AA", "UA"])?;
    /// let call = transform(flights, |rows: DataFrame| rows).schema("*").partition(by(["carrier"]));
    /// assert_eq!(call.memory_budget("1MiB").spill_to(fast_disk.path()).run(&Serial)?.height(), 3);
    /// assert_eq!(fast_disk.path().read_dir().unwrap().count(), 0); // nothing stays behind
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn spill_to(mut self, folder: impl Into<PathBuf>) -> Self {
        self.call.spill_to = Some(folder.into());
        self
    }

    /// Makes what the function takes beside the rows, once in each physical partition, before its first group.
    ///
    /// The set-up is `fn() -> Result<P, E>`, or `fn(&Q) -> Result<P, E>`; then the call wants `Q` in place of `P`.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, num, transform};
    /// use polars::prelude::*;
    ///
    /// /// Stands for a model that takes a minute to load.
    /// fn load(path: &String) -> std::io::Result<Vec<i32>> {
    ///     Ok(vec![path.len() as i32])
    /// }
    ///
    /// fn predict(rows: DataFrame, model: &Vec<i32>) -> PolarsResult<DataFrame> {
    ///     df!("prediction" => vec![model[0]; rows.height()])
    /// }
    ///
    /// let predicted = transform(df!("x" => [1, 2, 3])?, predict)
    ///     .on_init(load)
    ///     .params("model.bin".to_string())
    ///     .schema("prediction: i32")
    ///     .partition(num(2))
    ///     .run(&Serial)?;
    /// assert!(predicted.equals(&df!("prediction" => [9, 9, 9])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn on_init<Init, HowInit>(mut self, init: Init) -> Transform<'a, Init::Params>
    where
        Init: IntoInit<P, HowInit> + 'a,
        Init::Params: 'a,
        HowInit: 'a,
        P: 'a,
    {
        self.call.init = std::any::type_name::<Init>();
        let function = SetUp { function: self.function, init, how: PhantomData::<fn() -> HowInit> };
        Transform { function: Box::new(function), call: self.call }
    }

    /// What the function takes beside the rows: the same for all partitions. It travels as JSON where functions travel.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, by, transform};
    /// # use polars::prelude::*;
    /// fn worst(flights: DataFrame, count: &usize) -> DataFrame {
    ///     flights.head(Some(*count))
    /// }
    /// let flights = df!("carrier" => ["UA", "UA", "UA"], "delay" => [4, 0, 33])?;
    /// let call = transform(flights, worst).params(2).schema("*").partition(by(["carrier"]).presort("delay desc"));
    /// assert!(call.run(&Serial)?.equals(&df!("carrier" => ["UA", "UA"], "delay" => [33, 4])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn params(mut self, params: P) -> Transform<'a, ()>
    where
        P: serde::Serialize,
    {
        self.call.params =
            serde_json::to_value(&params).map_err(|error| format!("its parameters are not JSON: {error}"));
        Transform { function: Box::new(Bound(self.function.bind(params))), call: self.call }
    }
}

impl<'a> Transform<'a, DataFrame> {
    /// A small frame that the function takes beside the rows: every partition sees all of it.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, by, transform};
    /// # use polars::prelude::*;
    /// fn with_city(flights: DataFrame, airports: &DataFrame) -> PolarsResult<DataFrame> {
    ///     flights.left_join(airports, ["origin"], ["origin"])
    /// }
    /// let flights = df!("origin" => ["EWR", "JFK"], "delay" => [4, 33])?;
    /// let airports = df!("origin" => ["EWR", "JFK"], "city" => ["Newark", "New York"])?;
    /// let call = transform(flights, with_city).broadcast(airports).schema("*, city: str").partition(by(["origin"]));
    /// assert_eq!(call.run(&Serial)?.column("city")?.null_count(), 0);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn broadcast(mut self, frame: DataFrame) -> Transform<'a, ()> {
        self.call.params = Err("a frame goes with it. Give a path as a parameter, and read it there (.on_init)".into());
        Transform { function: Box::new(Bound(self.function.bind(frame))), call: self.call }
    }
}

impl<'a> Transform<'a, ()> {
    pub(super) fn of_zip(zip: Zip, sides: Option<usize>, name: String, type_name: &str, function: Bound<'a>) -> Self {
        let mut transform = Self::new(zip.tables.clone(), name, type_name, Box::new(function));
        transform.call.zip = Some((zip, sides));
        transform
    }

    fn ready(self) -> Ready<'a> {
        Ready { function: self.function.bind(()), call: self.call }
    }

    /// Runs the call on an engine and returns what the function returned for all partitions. The order of its rows is
    /// not defined.
    ///
    /// One call, and the engine is the last word of it:
    ///
    /// ```
    /// use outgrow::partitioned::{Engine, Serial, Threads, transform};
    /// # use polars::prelude::*;
    /// let flights = df!("delay" => [4, 33])?;
    /// let late = |rows: DataFrame| rows.filter(&rows.column("delay")?.i32()?.gt(15));
    /// for engine in [&Serial as &dyn Engine, &Threads::new(2)] {
    ///     assert_eq!(transform(&flights, late).schema("*").run(engine)?.height(), 1);
    /// }
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] for a call that cannot be right, before anything runs; [`Error::Function`] when the function
    /// fails, panics or breaks its schema, with the key of the group; what reading the input reports.
    pub fn run(self, engine: &dyn Engine) -> Result<DataFrame> {
        self.ready().run(engine)
    }

    /// Runs the call and writes what the function returns as one Parquet file, while it runs: a result need not fit in
    /// memory. The file appears when it is complete; one that was there before is replaced. Returns the path.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Table, transform};
    /// # use polars::prelude::*;
    /// let folder = tempfile::tempdir().unwrap();
    /// let flights = df!("delay" => [4, 33])?;
    /// let late = |rows: DataFrame| rows.filter(&rows.column("delay")?.i32()?.gt(15));
    /// let path = folder.path().join("late.parquet");
    /// let saved = transform(flights, late).schema("*").save_as(&path, &Serial)?;
    /// assert_eq!(Table::from(saved).run(&Serial)?.height(), 1);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Transform::run`], and [`Error::Io`] when the file cannot be written.
    pub fn save_as<'p>(self, path: &'p Path, engine: &dyn Engine) -> Result<&'p Path> {
        self.ready().save_as(path, engine)?;
        Ok(path)
    }

    /// Runs the call for its effect (Fugue's `out_transform`); what the function returns is dropped, and no schema is
    /// needed.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, by, transform};
    /// # use polars::prelude::*;
    /// let folder = tempfile::tempdir().unwrap();
    /// let write = |flights: DataFrame| {
    ///     let carrier = flights.column("carrier").unwrap().str().unwrap().get(0).unwrap();
    ///     std::fs::write(folder.path().join(carrier), format!("{} flights", flights.height()))
    /// };
    /// let flights = df!("carrier" => ["UA", "AA", "UA"])?;
    /// transform(flights, write).partition(by(["carrier"])).for_each(&Serial)?;
    /// assert_eq!(std::fs::read_to_string(folder.path().join("UA")).unwrap(), "2 flights");
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Transform::run`].
    pub fn for_each(mut self, engine: &dyn Engine) -> Result<()> {
        self.call.schema = None;
        let ready = self.ready();
        let plan = ready.call.plan(false)?;
        ready.execute(plan, engine, &Discard)
    }

    /// Checks the call and returns the columns that it gives, as a frame without rows. Nothing runs.
    ///
    /// ```
    /// use outgrow::partitioned::{by, transform};
    /// # use polars::prelude::*;
    /// let flights = df!("carrier" => ["UA"], "delay" => [4])?;
    /// let call = transform(flights, |rows: DataFrame| rows).schema("*, share: f64").partition(by(["airline"]));
    /// assert!(call.check().unwrap_err().to_string().contains("no column `airline`"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] for a call that cannot be right.
    pub fn check(&self) -> Result<DataFrame> {
        Ok(DataFrame::empty_with_schema(&self.call.plan(true)?.output))
    }
}

/// A call with its function.
struct Ready<'a> {
    function: Box<dyn Function + 'a>,
    call: Call<'a>,
}

/// What a call means for its inputs.
struct Plan {
    split: Split,
    how: Option<How>,
    output: Schema,
}

impl Call<'_> {
    /// Everything that can be checked before anything runs.
    fn plan(&self, schema_needed: bool) -> Result<Plan> {
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
    fn run(&self, engine: &dyn Engine) -> Result<DataFrame> {
        let plan = self.call.plan(true)?;
        let output = plan.output.clone();
        let sink = Collect::new();
        self.execute(plan, engine, &sink)?;
        sink.frame(&output)
    }

    fn save_as(&self, path: &Path, engine: &dyn Engine) -> Result<()> {
        let plan = self.call.plan(true)?;
        let sink = Save::new(path, &Arc::new(plan.output.clone()))?;
        self.execute(plan, engine, &sink)?;
        sink.commit()
    }

    fn execute(&self, plan: Plan, engine: &dyn Engine, sink: &dyn Sink) -> Result<()> {
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
