//! From a function as it was written to one that engines can run.

use std::borrow::Borrow;
use std::marker::PhantomData;

use polars::prelude::*;

use super::{Cursor, Function, Given, GivesRows, Output, TakesPartition, TakesSlice, Work};

/// A function that can be called on a partition: `fn(rows)`, `fn(rows, &parameters)`, `fn(rows, cursor)` or
/// `fn(rows, &parameters, cursor)`.
///
/// `rows` is a `DataFrame`, `&DataFrame`, `Vec<T>`, `&[T]`, [`Frames`](super::Frames) or
/// [`Structs<T>`](super::Structs), with `T` any struct that is `serde::Deserialize`. What it may return is
/// [`GivesRows`]. `parameters` are of any type, or [part of one](PartOf): `&str`, `&[T]`. `How` tells the shapes apart and
/// is found by the compiler.
///
/// ```
/// use outgrow::partitioned::{Cursor, Serial, by, transform};
/// # use polars::prelude::*;
/// fn rows(flights: DataFrame) -> DataFrame {
///     flights
/// }
/// fn first(flights: &DataFrame, count: &usize) -> DataFrame {
///     flights.head(Some(*count))
/// }
/// fn announced(flights: DataFrame, count: &usize, cursor: Cursor) -> anyhow::Result<DataFrame> {
///     cursor.send(&cursor.key("carrier")?.to_string())?;
///     Ok(flights.head(Some(*count)))
/// }
///
/// let flights = df!("carrier" => ["UA", "AA", "UA"])?;
/// let split = || by(["carrier"]);
/// assert_eq!(transform(&flights, rows).schema("*").partition(split()).run(&Serial)?.height(), 3);
/// assert_eq!(transform(&flights, first).params(1).schema("*").partition(split()).run(&Serial)?.height(), 2);
/// assert_eq!(transform(&flights, announced).params(1).schema("*").partition(split()).run(&Serial)?.height(), 2);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the function of a transform",
    label = "takes or returns something that is not rows",
    note = "it takes rows (DataFrame, &DataFrame, Vec<T>, &[T], Frames or Structs<T>), then, if it wants them, \
            &parameters and a Cursor; it returns a DataFrame, a Vec of structs, an iterator of frames, nothing, or a \
            Result of these"
)]
pub trait IntoFunction<'a, How>: Send + Sync + 'a {
    /// What it takes beside the rows; `()` when nothing.
    type Params: Send + Sync;

    /// Calls it.
    #[doc(hidden)]
    fn call(&self, rows: Given, params: &Self::Params, cursor: Cursor, output: &Schema) -> anyhow::Result<Output>;

    /// See [`Function::takes_pieces`].
    #[doc(hidden)]
    const PIECES: bool;

    /// See [`Function::columns`].
    #[doc(hidden)]
    fn columns(input: usize) -> Option<Vec<String>>;
}

macro_rules! shapes {
    ($($how:ident<$P:ty> $Params:ty, [$($generic:tt)*] |$params:ident, $cursor:ident| [$($types:tt)*] [$($values:tt)*];)+) => {$(
        #[doc(hidden)]
        pub struct $how<A: ?Sized, P: ?Sized, O, By>(PhantomData<fn(O, By) -> (Box<A>, Box<P>)>);

        impl<'a, F, A, O, By $($generic)*> IntoFunction<'a, $how<A, $P, O, By>> for F
        where
            F: Fn(A $($types)*) -> O + Send + Sync + 'a,
            A: TakesPartition,
            O: GivesRows<By>,
        {
            type Params = $Params;
            const PIECES: bool = A::PIECES;

            fn call(&self, rows: Given, $params: &$Params, $cursor: Cursor, output: &Schema) -> anyhow::Result<Output> {
                self(A::take(rows)? $($values)*).give(output)
            }

            fn columns(_: usize) -> Option<Vec<String>> {
                A::columns()
            }
        }

        impl<'a, F, A, O, By $($generic)*> IntoFunction<'a, $how<ByReference<A>, $P, O, By>> for F
        where
            F: Fn(&A $($types)*) -> O + Send + Sync + 'a,
            A: TakesSlice + ?Sized + 'static,
            O: GivesRows<By>,
        {
            type Params = $Params;
            const PIECES: bool = false;

            fn call(&self, rows: Given, $params: &$Params, $cursor: Cursor, output: &Schema) -> anyhow::Result<Output> {
                let rows = A::Owned::take(rows)?;
                self(rows.borrow() $($values)*).give(output)
            }

            fn columns(_: usize) -> Option<Vec<String>> {
                A::Owned::columns()
            }
        }
    )+};
}

/// Marks functions that take `&A`.
#[doc(hidden)]
pub struct ByReference<A: ?Sized>(PhantomData<A>);

shapes! {
    Rows<()> (), [] |_params, _cursor| [] [];
    RowsCursor<()> (), [] |_params, cursor| [, Cursor<'_>] [, cursor];
    RowsParams<P> P, [, P: Send + Sync] |params, _cursor| [, &P] [, params];
    RowsParamsCursor<P> P, [, P: Send + Sync] |params, cursor| [, &P, Cursor<'_>] [, params, cursor];
    RowsPart<P> P::Whole, [, P: PartOf + ?Sized] |params, _cursor| [, &P] [, params.borrow()];
    RowsPartCursor<P> P::Whole, [, P: PartOf + ?Sized] |params, cursor| [, &P, Cursor<'_>] [, params.borrow(), cursor];
}

/// Parameters that a function looks at as part of what holds them: `&str` of a `String`, `&[T]` of a `Vec<T>`, `&Path` of
/// a `PathBuf`.
///
/// ```
/// use outgrow::partitioned::{Serial, transform};
/// # use polars::prelude::*;
/// fn columns(rows: DataFrame, names: &[String]) -> PolarsResult<DataFrame> {
///     rows.select(names)
/// }
/// let flights = df!("carrier" => ["UA"], "delay" => [4])?;
/// let call = transform(flights, columns).params(vec!["delay".to_string()]).schema("delay: i32");
/// assert!(call.run(&Serial)?.equals(&df!("delay" => [4])?));
/// # Ok::<(), outgrow::Error>(())
/// ```
pub trait PartOf {
    /// What holds it.
    type Whole: Borrow<Self> + Send + Sync;
}

impl PartOf for str {
    type Whole = String;
}

impl<T: Send + Sync> PartOf for [T] {
    type Whole = Vec<T>;
}

impl PartOf for std::path::Path {
    type Whole = std::path::PathBuf;
}

/// A function and the value it takes beside the rows.
pub(in super::super) struct WithParams<F, How, P> {
    pub function: F,
    pub params: P,
    pub how: PhantomData<fn() -> How>,
}

impl<'a, F, How> Function for WithParams<F, How, F::Params>
where
    F: IntoFunction<'a, How>,
{
    fn begin(&self) -> anyhow::Result<Box<dyn Work + '_>> {
        Ok(Box::new(Ready(|rows, cursor: Cursor, output: &Schema| {
            self.function.call(rows, &self.params, cursor, output)
        })))
    }

    fn takes_pieces(&self) -> bool {
        F::PIECES
    }

    fn columns(&self, input: usize) -> Option<Vec<String>> {
        F::columns(input)
    }
}

/// A function and how the value is made that it takes beside the rows: anew in each physical partition.
pub(in super::super) struct WithInit<F, How, P, Make> {
    pub function: F,
    pub make: Make,
    pub how: PhantomData<fn(P) -> How>,
}

impl<'a, F, How, P, Make> Function for WithInit<F, How, P, Make>
where
    F: IntoFunction<'a, How, Params = P>,
    Make: Fn() -> anyhow::Result<P> + Send + Sync,
{
    fn begin(&self) -> anyhow::Result<Box<dyn Work + '_>> {
        let params = (self.make)()?;
        Ok(Box::new(Ready(move |rows, cursor: Cursor, output: &Schema| {
            self.function.call(rows, &params, cursor, output)
        })))
    }

    fn takes_pieces(&self) -> bool {
        F::PIECES
    }

    fn columns(&self, input: usize) -> Option<Vec<String>> {
        F::columns(input)
    }
}

/// A closure at work.
struct Ready<C>(C);

impl<C: FnMut(Given, Cursor, &Schema) -> anyhow::Result<Output>> Work for Ready<C> {
    fn call(&mut self, rows: Given, cursor: Cursor, output: &Schema) -> anyhow::Result<Output> {
        (self.0)(rows, cursor, output)
    }
}
