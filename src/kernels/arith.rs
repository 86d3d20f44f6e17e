//! Arithmetic and comparison of two columns of the same rows.

use polars::prelude::*;
use polars_core::utils::try_get_supertype;

use super::select::without_nan;
use super::slices::each_pair;
use super::{too_large, widened};
use crate::error::{Error, Result};

/// What is done with two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// The sum.
    Add,
    /// The difference.
    Sub,
    /// The product.
    Mul,
    /// The quotient, always `f64`.
    Div,
    /// Whether they are equal.
    Eq,
    /// Whether they differ.
    Ne,
    /// Whether the left is smaller.
    Lt,
    /// Whether the left is smaller or equal.
    Le,
    /// Whether the left is larger.
    Gt,
    /// Whether the left is larger or equal.
    Ge,
}

impl Op {
    fn compares(self) -> bool {
        !matches!(self, Op::Add | Op::Sub | Op::Mul | Op::Div)
    }
}

impl std::fmt::Display for Op {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Op::Add => "add",
            Op::Sub => "sub",
            Op::Mul => "mul",
            Op::Div => "div",
            Op::Eq => "eq",
            Op::Ne => "ne",
            Op::Lt => "lt",
            Op::Le => "le",
            Op::Gt => "gt",
            Op::Ge => "ge",
        })
    }
}

/// One value for all rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A whole number.
    Int(i64),
    /// A number with decimals.
    Float(f64),
    /// A text.
    Text(String),
}

impl Scalar {
    /// The value as a column of so many rows.
    pub fn column(&self, rows: usize) -> Column {
        let one = match self {
            // No wider than it must be: the other column is widened to its type before they are compared.
            Scalar::Int(number) => match i16::try_from(*number) {
                Ok(small) => Column::new("".into(), [small]),
                Err(_) => Column::new("".into(), [*number]),
            },
            Scalar::Float(number) => Column::new("".into(), [*number]),
            Scalar::Text(text) => Column::new("".into(), [text.as_str()]),
        };
        one.new_from_index(0, rows)
    }
}

impl From<i64> for Scalar {
    fn from(number: i64) -> Self {
        Scalar::Int(number)
    }
}

impl From<f64> for Scalar {
    fn from(number: f64) -> Self {
        Scalar::Float(number)
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Scalar::Text(text.to_string())
    }
}

/// Row by row, under the name of the left; null where one is null.
///
/// Whole numbers are made `i64` first, and numbers `f64` for a quotient; a division of 0 by 0 is null.
///
/// # Errors
/// [`Error::Input`] for types that cannot be put together, or whole numbers whose result does not fit 64 bits.
pub fn apply(op: Op, left: &Column, right: &Column) -> Result<Column> {
    let cannot = || {
        Error::input(format!(
            "{op} of column `{}`, which is {}, and {} is not defined. Cast one of them.",
            left.name(),
            left.dtype(),
            right.dtype()
        ))
    };
    let numbers = left.dtype().is_primitive_numeric() && right.dtype().is_primitive_numeric();
    let both_texts = left.dtype().is_string() && right.dtype().is_string();
    let whole = left.dtype().is_integer() && right.dtype().is_integer();
    if left.dtype().is_string() != right.dtype().is_string()
        || (both_texts && matches!(op, Op::Sub | Op::Mul | Op::Div))
    {
        return Err(cannot());
    }
    let at_once = match op {
        Op::Add => each_pair(left, right, i64::wrapping_add)?,
        Op::Sub => each_pair(left, right, i64::wrapping_sub)?,
        // Unlike a sum or difference, a product of two numbers of 32 bits without a sign may need more than 63.
        Op::Mul if ![left, right].iter().any(|column| *column.dtype() == DataType::UInt32) => {
            each_pair(left, right, i64::wrapping_mul)?
        }
        _ => None,
    };
    if let Some(done) = at_once {
        return Ok(done);
    }
    let (this, that) = match (op, numbers, whole) {
        (Op::Div, true, _) => (left.cast(&DataType::Float64)?, right.cast(&DataType::Float64)?),
        (_, _, true) => {
            let wide = if op.compares() { compared_in(left, right)? } else { DataType::Int64 };
            (widened(left, &wide)?, widened(right, &wide)?)
        }
        _ => (left.clone(), right.clone()),
    };
    let done = match op {
        Op::Add | Op::Sub | Op::Mul if whole => checked(op, &this, &that),
        Op::Add => (&this + &that).map_err(|_| cannot()),
        Op::Sub => (&this - &that).map_err(|_| cannot()),
        Op::Mul => (&this * &that).map_err(|_| cannot()),
        Op::Div => (&this / &that).map_err(|_| cannot()),
        Op::Eq => this.equal(&that).map(IntoColumn::into_column).map_err(|_| cannot()),
        Op::Ne => this.not_equal(&that).map(IntoColumn::into_column).map_err(|_| cannot()),
        Op::Lt => this.lt(&that).map(IntoColumn::into_column).map_err(|_| cannot()),
        Op::Le => this.lt_eq(&that).map(IntoColumn::into_column).map_err(|_| cannot()),
        Op::Gt => this.gt(&that).map(IntoColumn::into_column).map_err(|_| cannot()),
        Op::Ge => this.gt_eq(&that).map(IntoColumn::into_column).map_err(|_| cannot()),
    }?;
    without_nan(done.with_name(left.name().clone()))
}

/// The type that whole numbers are compared in.
fn compared_in(left: &Column, right: &Column) -> Result<DataType> {
    let common = try_get_supertype(left.dtype(), right.dtype())?;
    if !common.is_float() {
        return Ok(common);
    }
    // Of one without a sign and one with, `f64` would take neighbours for one.
    let signed = if left.dtype().is_signed_integer() { left } else { right };
    let negative = signed.cast(&DataType::Int64)?.i64()?.min().is_some_and(|least| least < 0);
    Ok(if negative { DataType::Int64 } else { DataType::UInt64 })
}

/// Whole numbers, in 64 bits or not at all.
fn checked(op: Op, left: &Column, right: &Column) -> Result<Column> {
    let reach = |column: &Column| {
        let values = column.i64()?;
        Ok::<_, Error>((values.min().unwrap_or(0).unsigned_abs()).max(values.max().unwrap_or(0).unsigned_abs()) as u128)
    };
    let (this, that) = (reach(left)?, reach(right)?);
    let largest = if op == Op::Mul { this * that } else { this + that };
    if largest > i64::MAX as u128 {
        let each = left.i64()?.iter().zip(right.i64()?.iter()).all(|(left, right)| {
            let (Some(left), Some(right)) = (left, right) else { return true };
            match op {
                Op::Add => left.checked_add(right).is_some(),
                Op::Sub => left.checked_sub(right).is_some(),
                _ => left.checked_mul(right).is_some(),
            }
        });
        if !each {
            return Err(too_large(&format!("{op}: a result"), left.name()));
        }
    }
    Ok(match op {
        Op::Add => (left + right)?,
        Op::Sub => (left - right)?,
        _ => (left * right)?,
    })
}

/// The same for the columns of two tables of the same rows: by name, null for a column that only one has. Columns in the
/// order of the left where both have the same, else in the order of their names.
///
/// # Errors
/// As [`apply`].
pub fn apply_frames(op: Op, left: &DataFrame, right: &DataFrame) -> Result<DataFrame> {
    let mut names = left.get_column_names_owned();
    if names != right.get_column_names_owned() {
        names.extend(right.get_column_names_owned());
        names.sort_unstable();
        names.dedup();
    }
    let columns = names.iter().map(|name| match (left.column(name), right.column(name)) {
        (Ok(this), Ok(that)) => apply(op, this, that),
        _ => {
            let dtype = if op.compares() { DataType::Boolean } else { DataType::Float64 };
            Ok(Column::full_null(name.clone(), left.height(), &dtype))
        }
    });
    Ok(DataFrame::new(left.height(), columns.collect::<Result<Vec<_>>>()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_an_error_and_what_fits_is_not() {
        let column = |values: [i64; 2]| Column::new("x".into(), values);
        assert!(apply(Op::Add, &column([i64::MAX, 0]), &column([1, 0])).is_err());
        assert!(apply(Op::Add, &column([i64::MAX, 0]), &column([0, 1])).is_ok());
        assert!(apply(Op::Mul, &column([1 << 40, 0]), &column([1 << 40, 0])).is_err());
    }

    #[test]
    fn small_numbers_have_room() {
        let small = Column::new("x".into(), [30_000i16]);
        assert_eq!(apply(Op::Add, &small, &small).unwrap().i64().unwrap().get(0), Some(60_000));
        let unsigned = Column::new("x".into(), [u32::MAX]);
        assert!(apply(Op::Mul, &unsigned, &unsigned).is_err());
    }
}
