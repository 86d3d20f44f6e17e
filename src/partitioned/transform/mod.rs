//! The call.

mod bind;
mod call;
mod ends;
mod words;

use std::marker::PhantomData;

use super::Table;
use super::budget::Budget;
use super::cotransform::Zip;
use super::function::{IntoFunction, Registered, name_of};
use bind::{Plain, Unbound};
use call::{Call, Ready};

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
            budget: Budget::default(),
            step: false,
        };
        Self { function, call }
    }
}

impl<'a, P: 'a> Transform<'a, P> {
    /// A function of so many inputs, or of any number.
    pub(super) fn of_zip<F, How>(zip: Zip, takes: Option<usize>, name: String, type_name: &str, function: F) -> Self
    where
        F: IntoFunction<'a, How, Params = P>,
        How: 'a,
    {
        let unbound = Box::new(Plain { function, how: PhantomData::<fn() -> How> });
        let mut transform = Self::new(zip.tables.clone(), name, type_name, unbound);
        transform.call.zip = Some((zip, takes));
        transform
    }
}

impl<'a> Transform<'a, ()> {
    fn ready(self) -> Ready<'a> {
        Ready { function: self.function.bind(()), call: self.call }
    }
}
