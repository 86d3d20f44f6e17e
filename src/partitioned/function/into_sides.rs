//! From a function of several tables, as it was written, to one that engines can run.

use std::borrow::Borrow;
use std::marker::PhantomData;

use polars::prelude::*;

use super::into_function::ByReference;
use super::{Cursor, Given, GivenSides, GivesRows, IntoFunction, Output, PartOf, Sides, TakesSlice};

/// A function of the sides of a zip: `fn(a, b)`, `fn(a, b, c)`, `fn(a, b, c, d)`, each in one of the shapes of
/// [`TakesPartition`](super::TakesPartition), `fn(&a, &b)` in those of [`TakesSlice`], or `fn(Sides)`; then, if it wants them, `&parameters` and
/// a [`Cursor`], as [`IntoFunction`] has them.
///
/// ```
/// use outgrow::partitioned::{Cursor, Serial, Zippable, cotransform};
/// # use polars::prelude::*;
/// fn with_seats(flights: DataFrame, planes: DataFrame) -> PolarsResult<DataFrame> {
///     flights.left_join(&planes, ["tail"], ["tail"])
/// }
/// fn counted(flights: &DataFrame, planes: &DataFrame, least: &usize, cursor: Cursor) -> outgrow::Result<DataFrame> {
///     let enough = flights.height() >= *least && planes.height() == 1;
///     Ok(df!("tail" => [cursor.key("tail")?.get_str()], "enough" => [enough])?)
/// }
///
/// let (flights, planes) = (df!("tail" => ["N1", "N1"])?, df!("tail" => ["N1"], "seats" => [55])?);
/// let rows = cotransform(flights.zip(&planes), with_seats).schema("tail: str, seats: i32").run(&Serial)?;
/// assert!(rows.equals(&df!("tail" => ["N1", "N1"], "seats" => [55, 55])?));
/// let rows = cotransform(flights.zip(&planes), counted).params(2).schema("tail: str, enough: bool").run(&Serial)?;
/// assert!(rows.equals(&df!("tail" => ["N1"], "enough" => [true])?));
/// # Ok::<(), outgrow::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the function of a cotransform",
    note = "it takes two to four tables (DataFrame or Vec<T>), two by reference (&DataFrame or &[T]) or Sides; then, if \
            it wants them, &parameters and a Cursor; it returns what a transform's function may"
)]
pub trait IntoSidesFunction<'a, How>: Send + Sync + 'a {
    /// What it takes beside the tables; `()` when nothing.
    type Params: Send + Sync;

    /// How many inputs it takes; `None` for any number.
    #[doc(hidden)]
    const SIDES: Option<usize>;

    /// Calls it.
    #[doc(hidden)]
    fn call(&self, sides: Sides, params: &Self::Params, cursor: Cursor, output: &Schema) -> anyhow::Result<Output>;

    /// See [`Function::columns`](super::Function::columns).
    #[doc(hidden)]
    fn columns(input: usize) -> Option<Vec<String>>;
}

/// Marks functions of these tables.
#[doc(hidden)]
pub struct OfTables<Tables, Beside, O, By>(PhantomData<(Tables, Beside, O, By)>);

/// Marks what functions take beside the tables.
#[doc(hidden)]
pub mod beside {
    use std::marker::PhantomData;

    pub struct Params<P>(PhantomData<P>);
    pub struct Cursor;
    pub struct Both<P>(PhantomData<P>);
    pub struct Part<P: ?Sized>(PhantomData<P>);
    pub struct PartAndCursor<P: ?Sized>(PhantomData<P>);
}

macro_rules! by_value {
    ($([$($side:ident)+])+) => {$(
        beside! { by_value [$($side)+] }
    )+};
    (@ [$($side:ident)+] $Beside:ty, $Params:ty, [$($generic:tt)*] |$params:ident, $cursor:ident| [$($types:tt)*] [$($values:tt)*]) => {
        impl<'a, F, $($side,)+ O, By $($generic)*> IntoSidesFunction<'a, OfTables<($($side,)+), $Beside, O, By>> for F
        where
            F: Fn($($side),+ $($types)*) -> O + Send + Sync + 'a,
            ($($side,)+): GivenSides,
            O: GivesRows<By>,
        {
            type Params = $Params;
            const SIDES: Option<usize> = <($($side,)+)>::SIDES;

            #[allow(non_snake_case)]
            fn call(&self, sides: Sides, $params: &$Params, $cursor: Cursor, output: &Schema) -> anyhow::Result<Output> {
                let ($($side,)+) = GivenSides::take(sides)?;
                self($($side),+ $($values)*).give(output)
            }

            fn columns(input: usize) -> Option<Vec<String>> {
                <($($side,)+)>::columns(input)
            }
        }
    };
}

/// Two tables by reference. Three would be two and a parameter as well.
macro_rules! by_reference {
    (@ [] $Beside:ty, $Params:ty, [$($generic:tt)*] |$params:ident, $cursor:ident| [$($types:tt)*] [$($values:tt)*]) => {
        impl<'a, F, A, B, O, By $($generic)*>
            IntoSidesFunction<'a, OfTables<(ByReference<A>, ByReference<B>), $Beside, O, By>> for F
        where
            F: Fn(&A, &B $($types)*) -> O + Send + Sync + 'a,
            A: TakesSlice + ?Sized + 'static,
            B: TakesSlice + ?Sized + 'static,
            O: GivesRows<By>,
        {
            type Params = $Params;
            const SIDES: Option<usize> = Some(2);

            fn call(&self, sides: Sides, $params: &$Params, $cursor: Cursor, output: &Schema) -> anyhow::Result<Output> {
                let (a, b) = <(A::Owned, B::Owned)>::take(sides)?;
                self(a.borrow(), b.borrow() $($values)*).give(output)
            }

            fn columns(input: usize) -> Option<Vec<String>> {
                <(A::Owned, B::Owned)>::columns(input)
            }
        }
    };
}

/// Each way to take something beside the tables.
macro_rules! beside {
    ($shape:ident $tables:tt) => {
        $shape! { @ $tables (), (), [] |_params, _cursor| [] [] }
        $shape! { @ $tables beside::Cursor, (), [] |_params, cursor| [, Cursor<'_>] [, cursor] }
        $shape! { @ $tables beside::Params<P>, P, [, P: Send + Sync] |params, _cursor| [, &P] [, params] }
        $shape! { @ $tables beside::Both<P>, P, [, P: Send + Sync] |params, cursor| [, &P, Cursor<'_>] [, params, cursor] }
        $shape! {
            @ $tables beside::Part<P>, P::Whole, [, P: PartOf + ?Sized]
            |params, _cursor| [, &P] [, params.borrow()]
        }
        $shape! {
            @ $tables beside::PartAndCursor<P>, P::Whole, [, P: PartOf + ?Sized]
            |params, cursor| [, &P, Cursor<'_>] [, params.borrow(), cursor]
        }
    };
}

by_value! {
    [A]
    [A B]
    [A B C]
    [A B C D]
}

beside! { by_reference [] }

/// A function of sides, as one of whatever a partition is.
pub struct OfSides<F, How> {
    pub function: F,
    pub how: PhantomData<fn() -> How>,
}

impl<F, How> OfSides<F, How> {
    pub fn new(function: F) -> Self {
        Self { function, how: PhantomData }
    }
}

/// Marks functions of sides.
pub struct BySides<How>(PhantomData<How>);

impl<'a, F, How: 'a> IntoFunction<'a, BySides<How>> for OfSides<F, How>
where
    F: IntoSidesFunction<'a, How>,
{
    type Params = F::Params;
    const PIECES: bool = false;

    fn call(&self, rows: Given, params: &F::Params, cursor: Cursor, output: &Schema) -> anyhow::Result<Output> {
        match rows {
            Given::Sides(sides) => self.function.call(sides, params, cursor, output),
            _ => anyhow::bail!("it takes the sides of a zip and was given one table"),
        }
    }

    fn columns(input: usize) -> Option<Vec<String>> {
        F::columns(input)
    }
}
