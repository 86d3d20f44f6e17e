//! One column with its labels. What it has in common with a frame, the frame does.
//!
//! This file is compiled twice, as a module of `eager` and of `dropin`: the frame beside it is another one each time.

use polars::prelude as pl;

use super::DataFrame;
use crate::error::Result;
use crate::kernels::{Op, Scalar};
use crate::labels::Label;

/// A column whose rows have a place and a label.
#[derive(Clone, Debug)]
pub struct Series {
    /// It has one column.
    pub(super) frame: DataFrame,
}

/// What a series is added to or compared with: a series, whose labels are aligned, or one value for all rows.
#[derive(Clone, Debug)]
pub enum Operand<'a> {
    /// Another series.
    Series(&'a Series),
    /// One value.
    Scalar(Scalar),
}

impl<'a> From<&'a Series> for Operand<'a> {
    fn from(series: &'a Series) -> Self {
        Operand::Series(series)
    }
}

impl From<i64> for Operand<'_> {
    fn from(number: i64) -> Self {
        Operand::Scalar(number.into())
    }
}

impl From<f64> for Operand<'_> {
    fn from(number: f64) -> Self {
        Operand::Scalar(number.into())
    }
}

impl From<&str> for Operand<'_> {
    fn from(text: &str) -> Self {
        Operand::Scalar(text.into())
    }
}

/// Functions that do to the one column what the frame's do to all.
macro_rules! as_the_frame {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {
        impl Series {
            $(
                #[doc = concat!("As [`DataFrame::", stringify!($name), "`].")]
                ///
                /// # Errors
                #[doc = concat!("As [`DataFrame::", stringify!($name), "`].")]
                pub fn $name(&self, $($argument: $type),*) -> Result<Self> {
                    Ok(Self { frame: self.frame.$name($($argument),*)? })
                }
            )*
        }
    };
}

as_the_frame! {
    shift(rows: i64);
    diff(rows: i64);
    cumsum();
    cummax();
    ffill();
    rank();
    rolling_mean(rows: usize);
    sort_index();
    iloc(place: i64);
    iloc_list(places: &[i64]);
    loc(label: impl Into<Label>);
    loc_range(from: impl Into<Label>, to: impl Into<Label>);
    loc_list(labels: &[Label]);
    filter(mask: &Series);
}

/// Arithmetic and comparison. Two series are put side by side by label first: a label that only one has gives null, the
/// result is in the order of the labels, and a label that both have several times gives every pair.
macro_rules! arithmetic {
    ($($name:ident $op:ident $does:literal;)*) => {
        impl Series {
            $(
                #[doc = $does]
                /// Row by row, aligned on the labels; null where one is missing.
                ///
                /// # Errors
                /// [`Error::Input`](crate::Error::Input) for types that cannot be put together.
                pub fn $name<'a>(&self, other: impl Into<Operand<'a>>) -> Result<Self> {
                    self.arithmetic(Op::$op, other.into())
                }
            )*
        }
    };
}

arithmetic! {
    add Add "The sum.";
    sub Sub "The difference.";
    mul Mul "The product.";
    div Div "The quotient.";
    eq Eq "Whether both are equal.";
    ne Ne "Whether both differ.";
    lt Lt "Whether this is smaller.";
    le Le "Whether this is smaller or equal.";
    gt Gt "Whether this is larger.";
    ge Ge "Whether this is larger or equal.";
}

impl Series {
    /// A nameless column is called by the empty text.
    pub fn name(&self) -> String {
        self.frame.columns().remove(0)
    }

    /// The type of the values.
    pub fn dtype(&self) -> pl::DataType {
        self.frame.dtypes().remove(0).1
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.frame.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.frame.is_empty()
    }

    /// The labels, as [`DataFrame::index`].
    ///
    /// # Errors
    /// As [`DataFrame::index`].
    pub fn index(&self) -> Result<pl::DataFrame> {
        self.frame.index()
    }

    /// The first rows.
    pub fn head(&self, rows: usize) -> Self {
        Self { frame: self.frame.head(rows) }
    }

    /// The last rows.
    pub fn tail(&self, rows: usize) -> Self {
        Self { frame: self.frame.tail(rows) }
    }

    /// The rows at places `from .. to`, as [`DataFrame::iloc_range`].
    pub fn iloc_range(&self, from: i64, to: i64) -> Self {
        Self { frame: self.frame.iloc_range(from, to) }
    }

    /// The value at a label.
    ///
    /// # Errors
    /// As [`DataFrame::at`].
    pub fn at(&self, label: impl Into<Label>) -> Result<pl::AnyValue<'static>> {
        self.frame.at(label, &self.name())
    }

    /// A frame of this one column, under a name.
    ///
    /// # Errors
    /// None known.
    pub fn to_frame(&self, name: &str) -> Result<DataFrame> {
        self.frame.rename(&[(&self.name(), name)])
    }

    /// The values in one piece, without the index.
    ///
    /// # Errors
    /// As [`DataFrame::into_columns`].
    pub fn into_column(self) -> Result<pl::Column> {
        Ok(self.frame.into_columns()?.columns()[0].clone())
    }
}
