//! The shapes in which a function can give its rows.

use polars::prelude::*;

use super::structs;

/// The rows that a function gave for one logical partition.
///
/// What a [`Work`](super::Work) gives: see the example at [`Function`](super::Function).
pub enum Output {
    /// All of them.
    Frame(DataFrame),
    /// One piece after the other; the function may still be at work, and fail.
    Pieces(Box<dyn Iterator<Item = anyhow::Result<DataFrame>>>),
}

/// What a function may return: a frame, plain structs, an iterator of frames, nothing, or a result of these.
///
/// `By` tells the implementations apart and is found by the compiler.
///
/// ```
/// use outgrow::partitioned::{Serial, transform};
/// # use polars::prelude::*;
/// #[derive(serde::Serialize)]
/// struct Summary {
///     rows: usize,
/// }
///
/// fn structs(flights: DataFrame) -> Vec<Summary> {
///     vec![Summary { rows: flights.height() }]
/// }
/// fn pieces(flights: DataFrame) -> impl Iterator<Item = DataFrame> {
///     (0..flights.height()).map(move |row| flights.slice(row as i64, 1))
/// }
/// fn fallible(flights: DataFrame) -> Result<DataFrame, std::io::Error> {
///     Ok(flights)
/// }
///
/// let flights = df!("delay" => [4, 33])?;
/// assert!(transform(&flights, structs).schema("rows: u32").run(&Serial)?.equals(&df!("rows" => [2u32])?));
/// assert!(transform(&flights, pieces).schema("*").run(&Serial)?.equals(&flights));
/// assert!(transform(&flights, fallible).schema("*").run(&Serial)?.equals(&flights));
/// # Ok::<(), outgrow::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "a function of a transform cannot return `{Self}`",
    note = "it may return a DataFrame, a Vec of structs that are serde::Serialize, an iterator of frames, nothing, \
            or a Result of these whose error is a std::error::Error or an anyhow::Error"
)]
pub trait GivesRows<By> {
    /// Brings what was returned into one shape; `schema` is what the call promised.
    ///
    /// ```
    /// use outgrow::partitioned::{GivesRows, Output};
    /// # use polars::prelude::*;
    /// #[derive(serde::Serialize)]
    /// struct Summary {
    ///     rows: u8,
    /// }
    /// let promised = Schema::from_iter([("rows".into(), DataType::Int64)]);
    /// let Output::Frame(rows) = vec![Summary { rows: 2 }].give(&promised)? else { panic!("structs are a frame") };
    /// assert!(rows.equals(&df!("rows" => [2i64])?));
    /// # anyhow::Ok(())
    /// ```
    ///
    /// # Errors
    /// The function's own error, or why structs do not fit the schema.
    fn give(self, schema: &Schema) -> anyhow::Result<Output>;
}

/// Tells implementations of [`GivesRows`] apart.
#[doc(hidden)]
pub mod by {
    pub struct Frame;
    pub struct Structs;
    pub struct Pieces;
    pub struct Results<E>(std::marker::PhantomData<E>);
    pub struct Nothing;
    pub struct Fallible<By, E>(std::marker::PhantomData<(By, E)>);
}

impl GivesRows<by::Frame> for DataFrame {
    fn give(self, _: &Schema) -> anyhow::Result<Output> {
        Ok(Output::Frame(self))
    }
}

impl GivesRows<by::Nothing> for () {
    fn give(self, schema: &Schema) -> anyhow::Result<Output> {
        Ok(Output::Frame(DataFrame::empty_with_schema(schema)))
    }
}

impl<T: serde::Serialize> GivesRows<by::Structs> for Vec<T> {
    fn give(self, schema: &Schema) -> anyhow::Result<Output> {
        structs::to_frame(&self, schema).map(Output::Frame)
    }
}

impl<I: Iterator<Item = DataFrame> + 'static> GivesRows<by::Pieces> for I {
    fn give(self, _: &Schema) -> anyhow::Result<Output> {
        Ok(Output::Pieces(Box::new(self.map(Ok))))
    }
}

impl<I, E> GivesRows<by::Results<E>> for I
where
    I: Iterator<Item = Result<DataFrame, E>> + 'static,
    E: Into<anyhow::Error> + 'static,
{
    fn give(self, _: &Schema) -> anyhow::Result<Output> {
        Ok(Output::Pieces(Box::new(self.map(|piece| piece.map_err(Into::into)))))
    }
}

impl<T: GivesRows<By>, By, E: Into<anyhow::Error>> GivesRows<by::Fallible<By, E>> for Result<T, E> {
    fn give(self, schema: &Schema) -> anyhow::Result<Output> {
        self.map_err(Into::into)?.give(schema)
    }
}
