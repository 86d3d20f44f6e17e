//! What can be said of a call before it is run.

use std::marker::PhantomData;
use std::path::PathBuf;

use polars::prelude::*;

use super::super::Partition;
use super::super::faults::{Dropped, ErrorKind};
use super::super::function::{IntoInit, to_json};
use super::Transform;
use super::bind::{Bound, SetUp};

impl<'a, P> Transform<'a, P> {
    /// What the function returns, as a [schema expression](crate::partitioned::OutputSchema).
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

    /// How the rows are split: [`by`](crate::partitioned::by)`(["carrier"]).presort("id")`.
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
    /// tells how many. What breaks the schema is never ignored. Since its partition may still be dropped, what an iterator
    /// function gives is held in memory until its end, beside the budget.
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
    /// [`Cursor::send`](crate::partitioned::Cursor::send): progress, early results.
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
        self.call.budget.bytes = Some(bytes.to_string());
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
        self.call.budget.spill_to = Some(folder.into());
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
    /// fn load(path: &str) -> std::io::Result<Vec<i32>> {
    ///     Ok(vec![path.len() as i32])
    /// }
    ///
    /// fn predict(rows: DataFrame, model: &[i32]) -> PolarsResult<DataFrame> {
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

    /// What the function takes beside the rows: the same for all partitions. It travels as JSON where functions travel;
    /// what JSON cannot say (NaN) stays here, and an engine in another process says so.
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
        self.call.params = to_json("its parameters", &params);
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
