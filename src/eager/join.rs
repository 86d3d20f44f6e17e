//! Two tables: merging, one below the other, and arithmetic on aligned labels.

use super::frame::note;
use super::one_core::on_one_core;
use super::{DataFrame, Operand, Series};
use crate::error::Result;
use crate::kernels::arith::{apply, apply_frames};
use crate::kernels::{How, Op, join};
use crate::labels::Rows;

/// Tables one below the other, labels and all; a column that one does not have is null there.
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) for no table, or columns of one name that have no type in common.
pub fn concat(tables: &[&DataFrame]) -> Result<DataFrame> {
    if tables.is_empty() {
        return Err(crate::Error::input("concat: no table is given. Give at least one."));
    }
    let rows = on_one_core(|| Rows::stack(join::concat(&tables.iter().map(|table| &table.rows).collect::<Vec<_>>())?))?;
    note("concat", rows.height(), rows.bytes());
    Ok(DataFrame { rows })
}

impl DataFrame {
    /// The rows of both that have the same keys, beside each other, numbered from 0. Keys appear once; `_x` and `_y` are
    /// put behind other names that both have. A null key matches a null key (in SQL it does not).
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a key that one of them does not have, or keys that cannot be compared.
    pub fn merge(&self, right: &Self, on: &[&str], how: How) -> Result<Self> {
        let merged = on_one_core(|| join::merge(self.rows.columns(), right.rows.columns(), on, how))?;
        let rows = Rows::numbered(0, merged);
        note(format!("{how} merge on {}", on.join(", ")), self.len() + right.len(), rows.bytes());
        Ok(Self { rows })
    }

    /// [`DataFrame::merge`] on the labels of both, which stay the index.
    ///
    /// # Errors
    /// As [`DataFrame::merge`].
    pub fn merge_index(&self, right: &Self, how: How) -> Result<Self> {
        let rows = on_one_core(|| join::merge_index(&self.rows, &right.rows, how))?;
        note(format!("{how} merge on index"), self.len() + right.len(), rows.bytes());
        Ok(Self { rows })
    }

    pub(super) fn arithmetic(&self, op: Op, other: &Self) -> Result<Self> {
        let rows = on_one_core(|| {
            let (left, right) = join::align(&self.rows, &other.rows)?;
            Ok::<_, crate::Error>(left.with_columns(apply_frames(op, left.columns(), right.columns())?))
        })?;
        note(format!("{op} on aligned labels"), self.len() + other.len(), rows.bytes_beyond(&self.rows));
        Ok(Self { rows })
    }
}

impl Series {
    pub(super) fn arithmetic(&self, op: Op, other: Operand) -> Result<Self> {
        let own = &self.frame.rows;
        let (rows, of_both) = match other {
            Operand::Scalar(scalar) => {
                let value = on_one_core(|| apply(op, self.column(), &scalar.column(self.len())))?;
                (own.with_columns(value.into_frame()), self.len())
            }
            Operand::Series(other) => {
                let rows = on_one_core(|| {
                    let (left, right) = join::align(own, &other.frame.rows)?;
                    let (left_values, right_values) = (&left.columns().columns()[0], &right.columns().columns()[0]);
                    let mut value = apply(op, left_values, right_values)?;
                    if self.name() != other.name() {
                        value.rename("".into());
                    }
                    Ok::<_, crate::Error>(left.with_columns(value.into_frame()))
                })?;
                (rows, self.len() + other.len())
            }
        };
        note(format!("{op} on aligned labels"), of_both, rows.bytes_beyond(own));
        Ok(Self { frame: DataFrame { rows } })
    }
}
