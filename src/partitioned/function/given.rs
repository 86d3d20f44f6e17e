//! The shapes in which a function can be given its rows.

use std::sync::{Arc, Mutex, MutexGuard};

use polars::prelude::*;
use serde::de::DeserializeOwned;

use super::{fields, structs};
use crate::error::{Error, Result};

/// The rows of one logical partition, on their way into a function.
///
/// What a [`Work`](super::Work) is called with: see the example at [`Function`](super::Function).
pub enum Given {
    /// All of them, in memory.
    Frame(DataFrame),
    /// Piece by piece, for a function that [takes pieces](super::Function::takes_pieces).
    Pieces(Frames),
    /// The sides of a zip, in order; a missing side has no row.
    Sides(Sides),
}

impl Given {
    fn frame(self) -> anyhow::Result<DataFrame> {
        match self {
            Given::Frame(rows) => Ok(rows),
            Given::Pieces(mut pieces) => pieces.stack(),
            Given::Sides(sides) => anyhow::bail!("it takes one table and was given {}", sides.0.len()),
        }
    }
}

/// A way to take all rows of a partition by value.
///
/// Each shape sees the same rows:
///
/// ```
/// use outgrow::partitioned::{Serial, Structs, transform};
/// # use polars::prelude::*;
/// #[derive(serde::Deserialize)]
/// struct Flight {
///     delay: f64,
/// }
///
/// fn of_a_frame(flights: DataFrame) -> PolarsResult<DataFrame> {
///     df!("delay" => [flights.column("delay")?.f64()?.sum()])
/// }
/// fn of_structs(flights: Vec<Flight>) -> PolarsResult<DataFrame> {
///     df!("delay" => [flights.iter().map(|flight| flight.delay).sum::<f64>()])
/// }
/// fn of_an_iterator(flights: Structs<Flight>) -> PolarsResult<DataFrame> {
///     df!("delay" => [flights.map(|flight| flight.delay).sum::<f64>()])
/// }
///
/// let flights = df!("delay" => [4.0, 33.0])?;
/// let expected = df!("delay" => [37.0])?;
/// assert!(transform(&flights, of_a_frame).schema("delay: f64").run(&Serial)?.equals(&expected));
/// assert!(transform(&flights, of_structs).schema("delay: f64").run(&Serial)?.equals(&expected));
/// assert!(transform(&flights, of_an_iterator).schema("delay: f64").run(&Serial)?.equals(&expected));
/// # Ok::<(), outgrow::Error>(())
/// ```
pub trait TakesPartition: Sized {
    /// The columns that can be seen in this shape; `None` for all.
    ///
    /// ```
    /// use outgrow::partitioned::TakesPartition;
    /// #[derive(serde::Deserialize)]
    /// struct Flight {
    ///     delay: f64,
    /// }
    /// assert_eq!(<Vec<Flight> as TakesPartition>::columns(), Some(vec!["delay".to_string()]));
    /// assert_eq!(<polars::prelude::DataFrame as TakesPartition>::columns(), None);
    /// ```
    fn columns() -> Option<Vec<String>> {
        None
    }

    /// Whether rows can be given piece by piece.
    const PIECES: bool = false;

    /// Brings the rows into this shape.
    ///
    /// ```
    /// use outgrow::partitioned::{Given, TakesPartition};
    /// # use polars::prelude::*;
    /// #[derive(serde::Deserialize)]
    /// struct Flight {
    ///     delay: f64,
    /// }
    /// let rows = Given::Frame(df!("delay" => [4.0, 33.0], "tail" => ["N1", "N2"])?);
    /// let flights = <Vec<Flight> as TakesPartition>::take(rows)?;
    /// assert_eq!(flights[1].delay, 33.0);
    /// # anyhow::Ok(())
    /// ```
    ///
    /// # Errors
    /// In words: a column is missing, or a null has no place in a field.
    fn take(rows: Given) -> anyhow::Result<Self>;
}

impl TakesPartition for DataFrame {
    fn take(rows: Given) -> anyhow::Result<Self> {
        rows.frame()
    }
}

/// Plain structs, a row each: `#[derive(serde::Deserialize)]` is all they need.
impl<T: DeserializeOwned> TakesPartition for Vec<T> {
    fn columns() -> Option<Vec<String>> {
        fields::fields_of::<T>()
    }

    fn take(rows: Given) -> anyhow::Result<Self> {
        structs::from_frame(&rows.frame()?)
    }
}

/// An iterator over plain structs, which are made piece by piece.
///
/// ```
/// use outgrow::partitioned::{Serial, Structs, num, transform};
/// # use polars::prelude::*;
/// #[derive(serde::Deserialize)]
/// struct Flight {
///     delay: Option<f64>,
/// }
///
/// /// One number is held, however many flights there are.
/// fn late(flights: Structs<Flight>) -> PolarsResult<DataFrame> {
///     let late = flights.filter(|flight| flight.delay.is_some_and(|delay| delay > 15.0)).count();
///     df!("late" => [late as u32])
/// }
/// let flights = df!("delay" => [Some(4.0), None, Some(33.0)])?;
/// let late = transform(flights, late).schema("late: u32").partition(num(1)).run(&Serial)?;
/// assert!(late.equals(&df!("late" => [1u32])?));
/// # Ok::<(), outgrow::Error>(())
/// ```
pub struct Structs<T> {
    pieces: Frames,
    made: std::vec::IntoIter<T>,
}

impl<T: DeserializeOwned> TakesPartition for Structs<T> {
    const PIECES: bool = true;

    fn columns() -> Option<Vec<String>> {
        fields::fields_of::<T>()
    }

    fn take(rows: Given) -> anyhow::Result<Self> {
        let (pieces, made) = match rows {
            // What does not fit is told now: nobody asks for it later, as an engine does of pieces that it gave away.
            Given::Frame(rows) => (Frames::new(std::iter::empty()), structs::from_frame(&rows)?),
            rows => (<Frames as TakesPartition>::take(rows)?, Vec::new()),
        };
        Ok(Self { pieces, made: made.into_iter() })
    }
}

impl<T: DeserializeOwned> Iterator for Structs<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        loop {
            if let Some(next) = self.made.next() {
                return Some(next);
            }
            match structs::from_frame(&self.pieces.next()?) {
                Ok(made) => self.made = made.into_iter(),
                Err(error) => {
                    lock(&self.pieces.0).fail(error);
                    return None;
                }
            }
        }
    }
}

/// An iterator over the rows of a partition, piece by piece, in order. It is never empty: a partition without rows is
/// one piece without rows.
///
/// When a piece cannot be read the iterator ends, and the call fails with that error, whatever the function returns.
///
/// ```
/// use outgrow::partitioned::{Frames, Threads, by, transform};
/// # use polars::prelude::*;
/// /// One piece of a carrier's flights is in memory at a time, going in and coming out.
/// fn late(pieces: Frames) -> impl Iterator<Item = PolarsResult<DataFrame>> {
///     pieces.map(|piece| piece.filter(&piece.column("delay")?.i32()?.gt(15)))
/// }
/// let flights = df!("carrier" => ["UA", "AA", "UA"], "delay" => [4, 0, 33])?;
/// let late = transform(flights, late).schema("*").partition(by(["carrier"])).run(&Threads::default())?;
/// assert!(late.equals(&df!("carrier" => ["UA"], "delay" => [33])?));
/// # Ok::<(), outgrow::Error>(())
/// ```
pub struct Frames(Arc<Mutex<Pieces>>);

/// What is left of the pieces, and what happened to those before. It outlives the iterator, which is the function's own.
struct Pieces {
    left: Box<dyn Iterator<Item = Result<DataFrame>> + Send>,
    rows: usize,
    trouble: Option<anyhow::Error>,
}

impl Pieces {
    fn next(&mut self) -> Option<DataFrame> {
        match self.left.next()? {
            Ok(piece) => {
                self.rows += piece.height();
                Some(piece)
            }
            Err(error) => {
                self.fail(error.into());
                None
            }
        }
    }

    fn fail(&mut self, error: anyhow::Error) {
        self.trouble.get_or_insert(error);
        self.left = Box::new(std::iter::empty());
    }
}

/// What an engine can still ask of pieces that it gave away.
pub(in super::super) struct GivenAway(Arc<Mutex<Pieces>>);

fn lock(pieces: &Mutex<Pieces>) -> MutexGuard<'_, Pieces> {
    pieces.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl GivenAway {
    /// What went wrong while pieces were read.
    pub fn trouble(&self) -> Option<anyhow::Error> {
        lock(&self.0).trouble.take()
    }

    /// How many rows were read.
    pub fn rows(&self) -> usize {
        lock(&self.0).rows
    }

    /// Reads what the function left.
    pub fn drain(&self) {
        let mut pieces = lock(&self.0);
        while pieces.next().is_some() {}
    }
}

impl Frames {
    /// These pieces.
    ///
    /// To test such a function on rows of one's own:
    ///
    /// ```
    /// use outgrow::partitioned::Frames;
    /// # use polars::prelude::*;
    /// let count = |pieces: Frames| pieces.map(|piece| piece.height()).sum::<usize>();
    /// let (january, february) = (df!("delay" => [4, 33])?, df!("delay" => [0])?);
    /// assert_eq!(count(Frames::new([january, february].into_iter().map(Ok))), 3);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn new(pieces: impl Iterator<Item = Result<DataFrame>> + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Pieces { left: Box::new(pieces), rows: 0, trouble: None })))
    }

    pub(in super::super) fn given_away(&self) -> GivenAway {
        GivenAway(self.0.clone())
    }

    fn stack(&mut self) -> anyhow::Result<DataFrame> {
        let mut all = self.next().unwrap_or_default();
        for piece in self.by_ref() {
            all.vstack_mut_owned(piece)?;
        }
        Ok(all)
    }
}

impl Iterator for Frames {
    type Item = DataFrame;

    fn next(&mut self) -> Option<DataFrame> {
        lock(&self.0).next()
    }
}

impl TakesPartition for Frames {
    const PIECES: bool = true;

    fn take(rows: Given) -> anyhow::Result<Self> {
        match rows {
            Given::Pieces(pieces) => Ok(pieces),
            rows => rows.frame().map(|rows| Frames::new(std::iter::once(Ok(rows)))),
        }
    }
}

/// A way to look at all rows of a partition by reference: `&DataFrame` and `&[T]`.
///
/// ```
/// use outgrow::partitioned::{Serial, transform};
/// # use polars::prelude::*;
/// #[derive(serde::Deserialize)]
/// struct Flight {
///     delay: f64,
/// }
///
/// fn worst(flights: &[Flight]) -> PolarsResult<DataFrame> {
///     df!("worst" => [flights.iter().map(|flight| flight.delay).fold(f64::MIN, f64::max)])
/// }
/// let flights = df!("delay" => [4.0, 33.0])?;
/// assert!(transform(flights, worst).schema("worst: f64").run(&Serial)?.equals(&df!("worst" => [33.0])?));
/// # Ok::<(), outgrow::Error>(())
/// ```
pub trait TakesSlice {
    /// What is looked at.
    type Owned: TakesPartition + std::borrow::Borrow<Self>;
}

impl TakesSlice for DataFrame {
    type Owned = DataFrame;
}

impl<T: DeserializeOwned> TakesSlice for [T] {
    type Owned = Vec<T>;
}

/// The sides of a zip: a frame for each input, by position or by the name it was given.
///
/// ```
/// use outgrow::partitioned::{Serial, Sides, Zippable, cotransform};
/// # use polars::prelude::*;
/// fn count(sides: Sides) -> PolarsResult<DataFrame> {
///     let rows: Vec<u32> = (0..sides.len()).map(|side| sides[side].height() as u32).collect();
///     df!("rows" => rows)
/// }
/// let (flights, weather) = (df!("origin" => ["EWR", "EWR"])?, df!("origin" => ["EWR"])?);
/// let counts = cotransform(flights.zip(weather), count).schema("rows: u32").run(&Serial)?;
/// assert!(counts.equals(&df!("rows" => [2u32, 1])?));
/// # Ok::<(), outgrow::Error>(())
/// ```
pub struct Sides(pub(in super::super) Vec<(Arc<str>, DataFrame)>);

impl Sides {
    /// The side of this name.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Sides, Zippable, cotransform};
    /// # use polars::prelude::*;
    /// fn seats(sides: Sides) -> outgrow::Result<DataFrame> {
    ///     Ok(sides.named("planes")?.select(["seats"])?)
    /// }
    /// let (flights, planes) = (df!("tail" => ["N1"])?, df!("tail" => ["N1"], "seats" => [55])?);
    /// let zipped = flights.zip(planes).named(["flights", "planes"]);
    /// assert!(cotransform(zipped, seats).schema("seats: i32").run(&Serial)?.equals(&df!("seats" => [55])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] that lists the names there are.
    pub fn named(&self, name: &str) -> Result<&DataFrame> {
        self.0.iter().find(|(known, _)| **known == *name).map(|(_, rows)| rows).ok_or_else(|| {
            let names: Vec<&str> = self.0.iter().map(|(name, _)| &**name).collect();
            Error::input(format!("no input is named `{name}`; there are {}.", names.join(", ")))
        })
    }

    /// How many there are.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Sides, Zippable, cotransform};
    /// # use polars::prelude::*;
    /// let count = |sides: Sides| df!("sides" => [sides.len() as u32]);
    /// let (flights, planes) = (df!("tail" => ["N1"])?, df!("tail" => ["N1"])?);
    /// let counts = cotransform(flights.zip(planes), count).schema("sides: u32").run(&Serial)?;
    /// assert!(counts.equals(&df!("sides" => [2u32])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[allow(clippy::len_without_is_empty, reason = "there are always two at least")]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl std::ops::Index<usize> for Sides {
    type Output = DataFrame;

    fn index(&self, side: usize) -> &DataFrame {
        &self.0[side].1
    }
}

/// A way to take the sides of a zip.
///
/// Each side in its own shape:
///
/// ```
/// use outgrow::partitioned::{Serial, Zippable, cotransform};
/// # use polars::prelude::*;
/// #[derive(serde::Deserialize)]
/// struct Plane {
///     seats: i32,
/// }
///
/// fn seats(flights: DataFrame, planes: Vec<Plane>) -> PolarsResult<DataFrame> {
///     df!("seats" => [flights.height() as i32 * planes[0].seats])
/// }
/// let (flights, planes) = (df!("tail" => ["N1", "N1"])?, df!("tail" => ["N1"], "seats" => [55])?);
/// let call = cotransform(flights.zip(planes).by(["tail"]), seats).schema("seats: i32");
/// assert!(call.run(&Serial)?.equals(&df!("seats" => [110])?));
/// # Ok::<(), outgrow::Error>(())
/// ```
pub trait GivenSides: Sized {
    /// How many sides it takes; `None` for any number.
    const SIDES: Option<usize>;

    /// The columns of a side that can be seen in this shape; `None` for all.
    ///
    /// ```
    /// use outgrow::partitioned::GivenSides;
    /// # use polars::prelude::*;
    /// #[derive(serde::Deserialize)]
    /// struct Plane {
    ///     seats: i32,
    /// }
    /// type OfBoth = (DataFrame, Vec<Plane>);
    /// assert_eq!(<OfBoth as GivenSides>::columns(0), None);
    /// assert_eq!(<OfBoth as GivenSides>::columns(1), Some(vec!["seats".to_string()]));
    /// ```
    fn columns(side: usize) -> Option<Vec<String>>;

    /// Brings the sides into this shape. A call does it: see the example at [`GivenSides`].
    ///
    /// # Errors
    /// As [`TakesPartition::take`].
    fn take(sides: Sides) -> anyhow::Result<Self>;
}

impl GivenSides for (Sides,) {
    const SIDES: Option<usize> = None;

    fn columns(_: usize) -> Option<Vec<String>> {
        None
    }

    fn take(sides: Sides) -> anyhow::Result<Self> {
        Ok((sides,))
    }
}

macro_rules! sides {
    ($count:literal, $($side:ident)+) => {
        impl<$($side: TakesPartition),+> GivenSides for ($($side,)+) {
            const SIDES: Option<usize> = Some($count);

            fn columns(side: usize) -> Option<Vec<String>> {
                [$($side::columns),+].get(side).and_then(|columns| columns())
            }

            fn take(sides: Sides) -> anyhow::Result<Self> {
                let mut sides = sides.0.into_iter();
                Ok(($({
                    let (_, rows) = sides.next().ok_or_else(|| anyhow::anyhow!("it was given too few inputs"))?;
                    $side::take(Given::Frame(rows))?
                },)+))
            }
        }
    };
}

sides!(2, A B);
sides!(3, A B C);
sides!(4, A B C D);
