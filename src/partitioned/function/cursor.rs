//! Where in the call a function is.

use polars::prelude::*;

use super::travel::to_json;
use crate::error::{Error, Result};
use crate::kernels::column;
use crate::partitioned::conform::shown;

/// Key values and numbers of the partition at hand, and a way to send word to the caller.
///
/// A function that wants one takes it as its last argument.
///
/// ```
/// use outgrow::partitioned::{Cursor, Serial, by, transform};
/// # use polars::prelude::*;
/// fn count(flights: DataFrame, cursor: Cursor) -> outgrow::Result<DataFrame> {
///     let carrier = cursor.key("carrier")?;
///     Ok(df!("carrier" => [carrier.get_str()], "flights" => [flights.height() as u32])?)
/// }
/// let flights = df!("carrier" => ["UA", "UA"])?;
/// let call = transform(flights, count).schema("carrier: str, flights: u32").partition(by(["carrier"]));
/// assert!(call.run(&Serial)?.equals(&df!("carrier" => ["UA"], "flights" => [2u32])?));
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Cursor<'a> {
    pub(in super::super) keys: Option<(&'a DataFrame, usize)>,
    pub(in super::super) physical: usize,
    pub(in super::super) group: usize,
    pub(in super::super) callback: Option<&'a Callback<'a>>,
}

/// What receives the values that workers send.
pub(in super::super) type Callback<'c> = dyn Fn(serde_json::Value) -> anyhow::Result<()> + Send + Sync + 'c;

impl<'a> Cursor<'a> {
    /// The value of a key column in this group.
    ///
    /// ```
    /// use outgrow::partitioned::{Cursor, Serial, by, transform};
    /// # use polars::prelude::*;
    /// /// Which key this is matters, and none of its rows.
    /// fn year(_flights: DataFrame, cursor: Cursor) -> outgrow::Result<DataFrame> {
    ///     Ok(df!("year" => [cursor.key("year")?.extract::<i32>()])?)
    /// }
    /// let flights = df!("year" => [2013, 2013])?;
    /// let years = transform(flights, year).schema("year: i32").partition(by(["year"])).run(&Serial)?;
    /// assert!(years.equals(&df!("year" => [2013])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] when the call has no such key, or the function sees more than one group at once (`coarse`).
    pub fn key(&self, name: &str) -> Result<AnyValue<'a>> {
        let (keys, row) = self.keys.ok_or_else(|| {
            let why = "the rows at hand belong to no single group";
            Error::input(format!("cursor: no key `{name}`: {why}. Split with by([\"{name}\"]), and not coarse."))
        })?;
        Ok(column(keys, name)?.get(row)?)
    }

    /// Number of the physical partition: what one worker does in one go.
    ///
    /// ```
    /// use outgrow::partitioned::{Cursor, Serial, num, transform};
    /// # use polars::prelude::*;
    /// let which = |_: DataFrame, cursor: Cursor<'_>| df!("partition" => [cursor.physical_partition() as u32]);
    /// let flights = df!("delay" => [4, 0, 33, 12])?;
    /// let numbers = transform(flights, which).schema("partition: u32").partition(num(2)).run(&Serial)?;
    /// assert!(numbers.equals(&df!("partition" => [0u32, 1])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn physical_partition(&self) -> usize {
        self.physical
    }

    /// Number of the logical partition (the group) within the physical one, from 0.
    ///
    /// ```
    /// use outgrow::partitioned::{Cursor, Serial, by, transform};
    /// # use polars::prelude::*;
    /// let which = |_: DataFrame, cursor: Cursor<'_>| df!("group" => [cursor.group() as u32]);
    /// let flights = df!("carrier" => ["UA", "AA", "UA"])?;
    /// let numbers = transform(flights, which).schema("group: u32").partition(by(["carrier"]).num(1)).run(&Serial)?;
    /// assert!(numbers.equals(&df!("group" => [0u32, 1])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn group(&self) -> usize {
        self.group
    }

    /// Sends a value to the callback of the call, now; without a callback it does nothing.
    ///
    /// ```
    /// use outgrow::partitioned::{Cursor, Serial, by, transform};
    /// # use polars::prelude::*;
    /// fn fit(flights: DataFrame, cursor: Cursor) -> anyhow::Result<DataFrame> {
    ///     cursor.send(&format!("{} flights fitted", flights.height()))?;
    ///     Ok(flights)
    /// }
    /// let news = std::sync::Mutex::new(vec![]);
    /// let flights = df!("carrier" => ["UA", "UA"])?;
    /// let call = transform(flights, fit).partition(by(["carrier"])).callback(|text: String| news.lock().unwrap().push(text));
    /// call.for_each(&Serial)?;
    /// assert_eq!(*news.lock().unwrap(), ["2 flights fitted"]);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// When JSON cannot say the value, as NaN, or it is not what the callback takes.
    pub fn send(&self, value: &impl serde::Serialize) -> anyhow::Result<()> {
        match self.callback {
            Some(callback) => callback(to_json("what it sent", value).map_err(anyhow::Error::msg)?),
            None => Ok(()),
        }
    }

    /// Which partition this is, in words: `for carrier = "UA", origin = "EWR"`, or `on partition 3`.
    ///
    /// ```
    /// use outgrow::partitioned::{Cursor, Serial, by, transform};
    /// # use polars::prelude::*;
    /// let which = |_: DataFrame, cursor: Cursor<'_>| df!("which" => [cursor.describe()]);
    /// let flights = df!("carrier" => ["UA"])?;
    /// let told = transform(flights, which).schema("which: str").partition(by(["carrier"])).run(&Serial)?;
    /// assert!(told.equals(&df!("which" => ["for carrier = \"UA\""])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn describe(&self) -> String {
        let Some((keys, row)) = self.keys else { return format!("on partition {}", self.physical) };
        group(keys, row)
    }
}

/// `for carrier = "UA", origin = "EWR"`, by a row of key values.
pub(in super::super) fn group(keys: &DataFrame, row: usize) -> String {
    let values = keys.columns().iter().map(|key| format!("{} = {}", key.name(), shown(key, row)));
    format!("for {}", values.collect::<Vec<_>>().join(", "))
}
