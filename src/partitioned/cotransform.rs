//! Several inputs at once: the rows of one key on every side.

use std::marker::PhantomData;
use std::sync::Arc;

use polars::prelude::*;

use super::function::{IntoSidesFunction, OfSides, WithParams, name_of};
use super::stored::Store;
use super::table::{Means, STEP};
use super::transform::Transform;
use super::{Algo, How, Input, Job, Partition, Table, Task, by};
use crate::error::{Error, Result};

/// Inputs whose rows are brought together by key: `flights.zip(weather).by(["origin"]).how(How::Left)`.
///
/// ```
/// use outgrow::partitioned::{How, Zippable};
/// # use polars::prelude::*;
/// let flights = df!("origin" => ["EWR"], "delay" => [4])?;
/// let weather = df!("origin" => ["EWR"], "wind" => [11.5])?;
/// let airports = df!("origin" => ["EWR"], "city" => ["Newark"])?;
/// let zipped = flights.zip(weather).zip(airports).by(["origin"]).how(How::Full).named(["flights", "weather", "airports"]);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Clone)]
pub struct Zip {
    pub(super) tables: Vec<Table>,
    pub(super) names: Vec<Arc<str>>,
    pub(super) keys: Option<Vec<String>>,
    pub(super) how: How,
    pub(super) presort: String,
    num: Option<String>,
}

/// Adds [`zip`](Zippable::zip) to everything that can be a table.
///
/// ```
/// use outgrow::partitioned::{Serial, Zippable, cotransform};
/// # use polars::prelude::*;
/// let flights = df!("origin" => ["EWR", "EWR"])?;
/// let weather = df!("origin" => ["EWR"], "wind" => [11.5])?.lazy();
/// let count = |weather: DataFrame, flights: DataFrame| df!("rows" => [(weather.height() * flights.height()) as u32]);
/// let rows = cotransform(weather.zip(flights), count).schema("rows: u32").run(&Serial)?;
/// assert!(rows.equals(&df!("rows" => [2u32])?));
/// # Ok::<(), outgrow::Error>(())
/// ```
pub trait Zippable: Into<Table> + Clone {
    /// This input beside another one.
    ///
    /// ```
    /// use outgrow::partitioned::{How, Serial, Sides, Zippable, cotransform};
    /// # use polars::prelude::*;
    /// let (flights, planes) = (df!("tail" => ["N1", "N2"])?, df!("tail" => ["N1"], "seats" => [55])?);
    /// let known = |flights: DataFrame, planes: DataFrame| df!("known" => [planes.height() == 1]);
    /// let zipped = flights.zip(planes).how(How::Left);
    /// assert_eq!(cotransform(zipped, known).schema("known: bool").run(&Serial)?.height(), 2);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    fn zip(&self, other: impl Into<Table>) -> Zip {
        Zip {
            tables: vec![self.clone().into(), other.into()],
            names: vec!["0".into(), "1".into()],
            keys: None,
            how: How::Inner,
            presort: String::new(),
            num: None,
        }
    }
}

impl Zippable for DataFrame {}
impl Zippable for LazyFrame {}
impl Zippable for Table {}

impl Zip {
    /// One more input.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Zippable, cotransform};
    /// # use polars::prelude::*;
    /// let of = |rows: usize| df!("origin" => vec!["EWR"; rows]);
    /// let count = |flights: DataFrame, weather: DataFrame, airports: DataFrame| {
    ///     df!("flights" => [flights.height() as u32], "weather" => [weather.height() as u32])
    /// };
    /// let zipped = of(3)?.zip(of(2)?).zip(of(1)?);
    /// let counts = cotransform(zipped, count).schema("flights: u32, weather: u32").run(&Serial)?;
    /// assert!(counts.equals(&df!("flights" => [3u32], "weather" => [2u32])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn zip(mut self, other: impl Into<Table>) -> Self {
        self.names.push(self.tables.len().to_string().into());
        self.tables.push(other.into());
        self
    }

    /// The keys; without this the columns that all inputs have.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Zippable, cotransform};
    /// # use polars::prelude::*;
    /// let flights = df!("carrier" => ["UA", "UA"], "year" => [2012, 2013])?;
    /// let carriers = df!("carrier" => ["UA"], "year" => [1931])?;
    /// let count = |flights: DataFrame, _carriers: DataFrame| df!("flights" => [flights.height() as u32]);
    /// let counts = cotransform(flights.zip(carriers).by(["carrier"]), count).schema("flights: u32").run(&Serial)?;
    /// assert!(counts.equals(&df!("flights" => [2u32])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn by<I>(mut self, keys: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.keys = Some(keys.into_iter().map(Into::into).collect());
        self
    }

    /// Which keys are kept; those that all sides have, without this.
    ///
    /// ```
    /// use outgrow::partitioned::{How, Serial, Zippable, cotransform};
    /// # use polars::prelude::*;
    /// let flights = df!("tail" => ["N1", "N2"])?;
    /// let planes = df!("tail" => ["N1", "N3"])?;
    /// let calls = |how| {
    ///     let one = |_: DataFrame, _: DataFrame| df!("call" => [1]);
    ///     cotransform(flights.zip(&planes).how(how), one).schema("call: i32").run(&Serial).map(|calls| calls.height())
    /// };
    /// assert_eq!((calls(How::Inner)?, calls(How::Left)?, calls(How::Full)?), (1, 2, 3));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn how(mut self, how: How) -> Self {
        self.how = how;
        self
    }

    /// Names for the inputs, in order, for a function that takes [`Sides`](super::Sides).
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Sides, Zippable, cotransform};
    /// # use polars::prelude::*;
    /// fn wind(sides: Sides) -> outgrow::Result<DataFrame> {
    ///     Ok(sides.named("weather")?.select(["wind"])?)
    /// }
    /// let (flights, weather) = (df!("origin" => ["EWR"])?, df!("origin" => ["EWR"], "wind" => [11.5])?);
    /// let winds = cotransform(flights.zip(weather).named(["flights", "weather"]), wind).schema("wind: f64").run(&Serial)?;
    /// assert!(winds.equals(&df!("wind" => [11.5])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn named<I>(mut self, names: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<Arc<str>>,
    {
        self.names = names.into_iter().map(Into::into).collect();
        self
    }

    /// Sorts the rows of each side, which must all have these columns.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Zippable, cotransform};
    /// # use polars::prelude::*;
    /// let flights = df!("origin" => ["EWR", "EWR"], "hour" => [23, 5])?;
    /// let weather = df!("origin" => ["EWR"], "hour" => [6])?;
    /// let earliest = |flights: DataFrame, _weather: DataFrame| flights.head(Some(1));
    /// let zipped = flights.zip(weather).by(["origin"]).presort("hour");
    /// let rows = cotransform(zipped, earliest).schema("origin: str, hour: i32").run(&Serial)?;
    /// assert!(rows.equals(&df!("origin" => ["EWR"], "hour" => [5])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn presort(mut self, columns: &str) -> Self {
        self.presort = columns.to_string();
        self
    }

    /// How many physical partitions: see [`Partition::num`].
    ///
    /// ```
    /// use outgrow::partitioned::Zippable;
    /// # use polars::prelude::*;
    /// let (flights, planes) = (df!("tail" => ["N1"])?, df!("tail" => ["N1"])?);
    /// let zipped = flights.zip(planes).num("CONCURRENCY * 4");
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn num(mut self, partitions: impl ToString) -> Self {
        self.num = Some(partitions.to_string());
        self
    }

    /// The split, after a look at the inputs' columns.
    pub(super) fn partition(&self, inputs: &[&DataFrame]) -> Result<Partition> {
        let all = || common_columns(inputs);
        let keys = match (&self.keys, self.how) {
            (_, How::Semi | How::Anti) => {
                return Err(Error::input(format!(
                    "zip: {} is for joins. Use inner, left, right, full or cross.",
                    self.how
                )));
            }
            (Some(keys), How::Cross) if !keys.is_empty() => {
                let keys = keys.join(", ");
                return Err(Error::input(format!(
                    "zip: a cross has no keys, and by({keys}) was given. Leave out one of them."
                )));
            }
            (_, How::Cross) => vec![],
            (keys, _) => keys.clone().unwrap_or_else(all),
        };
        if keys.is_empty() && self.how != How::Cross {
            return Err(Error::input("zip: the inputs have no column in common. Say .by([...]), or .how(How::Cross)."));
        }
        if self.names.len() != self.tables.len() {
            let (names, tables) = (self.names.len(), self.tables.len());
            return Err(Error::input(format!("zip: {names} names for {tables} inputs. Give one for each.")));
        }
        if let Some(twice) = self.names.iter().enumerate().find(|(at, name)| self.names[..*at].contains(name)) {
            return Err(Error::input(format!("zip: two inputs are named `{}`. Give each its own name.", twice.1)));
        }
        let mut partition = by(keys.clone()).presort(&self.presort);
        if let Some(num) = &self.num {
            partition = partition.num(num);
        }
        for input in inputs {
            partition.check(input.schema())?;
        }
        same_types(inputs, &keys)?;
        Ok(partition)
    }
}

/// Says that `function` is to be called for every key with its rows of each input.
///
/// A side that lacks the key is given as a frame without rows. The function takes the inputs by position, each in any
/// shape a partition can have, or by name as [`Sides`](super::Sides); [`IntoSidesFunction`] lists the shapes. All that
/// can be said of a [`Transform`] can be said of it, but for how rows are split, which the zip says.
///
/// ```
/// use outgrow::partitioned::{How, Serial, Zippable, cotransform};
/// use polars::prelude::*;
///
/// fn count(flights: DataFrame, planes: DataFrame) -> PolarsResult<DataFrame> {
///     df!("flights" => [flights.height() as u32], "planes" => [planes.height() as u32])
/// }
///
/// let flights = df!("tail" => ["N1", "N1", "N2"])?;
/// let planes = df!("tail" => ["N1"], "seats" => [55])?;
/// let counts = cotransform(flights.zip(planes).by(["tail"]).how(How::Left), count)
///     .schema("flights: u32, planes: u32")
///     .run(&Serial)?;
/// assert_eq!(counts.height(), 2);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn cotransform<'a, F, How>(zip: Zip, function: F) -> Transform<'a, F::Params>
where
    F: IntoSidesFunction<'a, How>,
    F::Params: 'a,
    How: 'a,
{
    Transform::of_zip(zip, F::SIDES, name_of::<F>(), std::any::type_name::<F>(), OfSides::new(function))
}

/// The columns that all inputs have, in the order of the first.
pub(super) fn common_columns(inputs: &[&DataFrame]) -> Vec<String> {
    let Some((first, others)) = inputs.split_first() else { return vec![] };
    let names = first.get_column_names().into_iter();
    let common = names.filter(|name| others.iter().all(|other| other.schema().get(name).is_some()));
    common.map(|name| name.to_string()).collect()
}

/// Checks that the keys are there on all sides, with the same types: a 1 and a "1" would never meet.
pub(super) fn same_types(inputs: &[&DataFrame], keys: &[String]) -> Result<()> {
    for key in keys {
        let mut dtypes = Vec::new();
        for (side, input) in inputs.iter().enumerate() {
            dtypes.push(input.schema().get(key).ok_or_else(|| {
                let names = input.get_column_names().iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
                Error::input(format!("input {side} has no column `{key}` to match by; it has {names}."))
            })?);
        }
        if let Some(other) = dtypes.iter().find(|dtype| **dtype != dtypes[0]) {
            let first = dtypes[0];
            return Err(Error::input(format!(
                "column `{key}` is {first} on one side and {other} on another. Cast one."
            )));
        }
    }
    Ok(())
}

/// Brings the rows of two inputs together by key, without matching them, and runs `function` on each pair of buckets:
/// a step of a table, under the name of what it does.
pub(super) fn brought_together(
    name: &str,
    means: Means,
    inputs: &[Input; 2],
    keys: &[String],
    output: &DataFrame,
    function: impl Fn(DataFrame, DataFrame) -> Result<DataFrame> + Send + Sync,
) -> Result<Input> {
    let split = by(keys).algo(Algo::Coarse).check(inputs[0].empty()?.schema())?;
    let function = WithParams { function: OfSides::new(function), params: (), how: PhantomData::<fn() -> _> };
    let task = Task {
        function: &function,
        name,
        signature: Err(STEP.to_string()),
        step: true,
        split: &split,
        how: None,
        sides: &["0".into(), "1".into()],
        output: output.schema().clone(),
        ignore: &[],
        callback: None,
        stop: None,
    };
    let store = Store::new(output.schema().clone(), means.memory);
    means.engine.execute(&Job { inputs, task, memory: means.memory.clone() }, &store)?;
    store.take()
}
