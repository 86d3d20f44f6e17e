//! Two tables: merging, one below the other, and arithmetic on aligned labels.
//!
//! A small side is sent to every partition of the large one, which stays where it is. Two large sides meet by key, and
//! the result is sorted back to the row order that pandas promises: the last exchange is the price of the interface.

use polars::prelude as pl;
use polars::prelude::{IntoColumn, NewChunkedArray};

use super::limits::limits;
use super::shuffle::{Shuffle, borders};
use super::{DataFrame, Operand, Series, pool};
use crate::error::{Error, Result};
use crate::kernels::arith::{apply, apply_frames};
use crate::kernels::{How, Op, join};
use crate::labels::Rows;

/// Columns that remember where a row was; no name of a user's begins so.
const LEFT_PLACE: &str = "\u{1}left";
const RIGHT_PLACE: &str = "\u{1}right";

/// Tables one below the other, labels and all; a column that one does not have is null there.
///
/// # Errors
/// [`Error::Input`] for no table, or columns of one name that have no type in common.
pub fn concat(tables: &[&DataFrame]) -> Result<DataFrame> {
    if tables.is_empty() {
        return Err(Error::input("concat: no table is given. Give at least one."));
    }
    let before: Vec<&Rows> = tables.iter().flat_map(|table| &table.partitions).collect();
    let done = DataFrame { partitions: join::concat(&before)? };
    done.note("concat", done.partitions.iter().zip(before).map(|(after, before)| after.bytes_beyond(before)).sum());
    Ok(done)
}

/// How two lots of rows become one: of whole tables, or of the buckets of an exchange.
type Merge<'a> = dyn Fn(&Rows, &Rows, How) -> Result<Rows> + Sync + Send + 'a;
/// The keys of some rows.
type Keys<'a> = dyn Fn(&Rows) -> Result<pl::DataFrame> + Sync + Send + 'a;

impl DataFrame {
    /// The rows of both that have the same keys, beside each other, numbered from 0. Keys appear once; `_x` and `_y` are
    /// put behind other names that both have. A null key matches a null key (in SQL it does not).
    ///
    /// # Errors
    /// [`Error::Input`] for a key that one of them does not have, or keys that cannot be compared.
    pub fn merge(&self, right: &Self, on: &[&str], how: How) -> Result<Self> {
        let merge = |left: &Rows, right: &Rows, how: How| {
            Ok(Rows::numbered(0, join::merge(left.columns(), right.columns(), on, how)?))
        };
        let merged = self.merged(right, &on.join(", "), &|rows| join::keys(rows.columns(), on), &merge, how)?;
        Ok(Self::numbered(merged.partitions.into_iter().map(Rows::into_columns).collect()))
    }

    /// [`DataFrame::merge`] on the labels of both, which stay the index.
    ///
    /// # Errors
    /// As [`DataFrame::merge`].
    pub fn merge_index(&self, right: &Self, how: How) -> Result<Self> {
        self.merged(right, "index", &|rows| Ok(rows.labels()), &join::merge_index, how)
    }

    fn merged(&self, right: &Self, on: &str, keys: &Keys, merge: &Merge, how: How) -> Result<Self> {
        // On no rows: says what is wrong with keys and names before anything moves.
        merge(&self.partitions[0].slice(0, 0), &right.partitions[0].slice(0, 0), how)?;
        if self.partitions.len() == 1 && right.partitions.len() == 1 {
            return self.each(format!("{how} merge on {on}"), |rows| merge(rows, &right.partitions[0], how));
        }
        match how {
            How::Inner | How::Left if right.bytes() <= limits().small_bytes => {
                let small = right.in_one_place("gather the right side, and send it to all")?;
                self.coarser()?.each(format!("{how} merge on {on}"), |rows| merge(rows, &small, how))
            }
            How::Right if self.bytes() <= limits().small_bytes => {
                let small = self.in_one_place("gather the left side, and send it to all")?;
                right.coarser()?.each(format!("{how} merge on {on}"), |rows| merge(&small, rows, how))
            }
            _ => self.merged_by_exchange(right, on, keys, merge, how),
        }
    }

    fn merged_by_exchange(&self, right: &Self, on: &str, keys: &Keys, merge: &Merge, how: How) -> Result<Self> {
        let (left, right) = (self.with_places(LEFT_PLACE)?, right.with_places(RIGHT_PLACE)?);
        let left_keys = left.partitions.iter().map(keys).collect::<Result<Vec<_>>>()?;
        let right_keys = right.partitions.iter().map(keys).collect::<Result<Vec<_>>>()?;
        // A key must hash alike on both sides, whatever its type was.
        let of_left = left_keys.iter().map(|keys| Ok(join::comparable(keys, &right_keys[0].clear())?.0));
        let of_right = right_keys.iter().map(|keys| Ok(join::comparable(&left_keys[0].clear(), keys)?.1));
        let exchange = |frame: &Self, keys: Result<Vec<pl::DataFrame>>, side: &str| {
            let shuffle = Shuffle::by_hash(&keys?, pool::buckets())?;
            shuffle.there(&format!("exchange the {side} side by {on}"), &frame.packed()?)
        };
        let left = exchange(&left, of_left.collect(), "left")?;
        let right = exchange(&right, of_right.collect(), "right")?;
        let met = pool::map(left.iter().zip(&right).collect(), |(left, right): (&pl::DataFrame, &pl::DataFrame)| {
            merge(&Rows::unpacked(left)?, &Rows::unpacked(right)?, how)
        })?;
        let met = Self { partitions: met };
        met.note(format!("{how} merge of each bucket on {on}"), met.bytes());
        let place = |rows: &Rows, name: &str| Ok(rows.columns().column(name)?.clone().into_frame());
        let in_order = match how {
            How::Inner | How::Left => met.sorted("place on the left", |rows| place(rows, LEFT_PLACE), &[true])?,
            How::Right => met.sorted("place on the right", |rows| place(rows, RIGHT_PLACE), &[true])?,
            How::Outer => {
                let keys_of = |rows: &Rows| keys(rows);
                let ascending = vec![true; left_keys[0].width()];
                met.sorted(on, keys_of, &ascending)?
            }
        };
        in_order.each("forget the places", |rows| {
            Ok(rows.with_columns(rows.columns().drop_many([LEFT_PLACE, RIGHT_PLACE])))
        })
    }

    /// The place of each row as one more column.
    fn with_places(&self, name: &str) -> Result<Self> {
        let lots: Vec<(usize, &Rows)> = self.starts().into_iter().zip(&self.partitions).collect();
        let partitions = pool::map(lots, |(start, rows)| {
            let places = (start..start + rows.height()).map(|place| place as i64);
            let places = pl::Int64Chunked::from_iter_values(name.into(), places).into_column();
            Ok(rows.with_columns(rows.columns().hstack(&[places])?))
        })?;
        Ok(Self { partitions })
    }

    /// Neighbouring partitions put together, nothing copied, so that there are only a few per thread: what is sent to
    /// all is looked through once per task.
    fn coarser(&self) -> Result<Self> {
        let wanted = 2 * pool::threads();
        if self.partitions.len() <= wanted {
            return Ok(self.clone());
        }
        let together = self.partitions.len().div_ceil(wanted);
        let partitions = self.partitions.chunks(together).map(|lots| Rows::stack(lots.iter().cloned()));
        Ok(Self { partitions: partitions.collect::<Result<_>>()? })
    }

    pub(super) fn arithmetic(&self, op: Op, other: &Self) -> Result<Self> {
        self.aligned(&op.to_string(), other, |left, right| {
            Ok(left.with_columns(apply_frames(op, left.columns(), right.columns())?))
        })
    }

    /// Works on the rows of both with the same labels. Where all labels are the same in the same order, each partition
    /// is on its own; else both sides go to the buckets where their labels would be sorted.
    fn aligned(
        &self,
        what: &str,
        other: &Self,
        f: impl Fn(&Rows, &Rows) -> Result<Rows> + Sync + Send,
    ) -> Result<Self> {
        if let Some(others) = self.same_rows(other)? {
            let pairs = self.partitions.iter().zip(&others).collect();
            let done = Self { partitions: pool::map(pairs, |(left, right): (&Rows, &Rows)| f(left, right))? };
            done.note(format!("{what}: the labels are the same"), done.columns_bytes());
            return Ok(done);
        }
        let no_rows = |frame: &Self| frame.partitions[0].slice(0, 0).labels();
        join::comparable(&no_rows(self), &no_rows(other))?;
        let first = |frame: &Self| -> Vec<pl::Column> {
            frame.partitions.iter().map(|rows| rows.labels().columns()[0].clone()).collect()
        };
        let (left, right) = (first(self), first(other));
        let common = join::comparable(&no_rows(self), &no_rows(other))?.0.dtypes()[0].clone();
        let all = left.iter().chain(&right).map(|labels| Ok(labels.cast(&common)?)).collect::<Result<Vec<_>>>()?;
        let borders = borders(&all, pool::buckets())?;
        let exchange = |frame: &Self, labels: &[pl::Column], side: &str| {
            let shuffle = Shuffle::by_borders(labels, &borders, true)?;
            shuffle.there(&format!("exchange the {side} side by label"), &frame.packed()?)
        };
        let left = exchange(self, &left, "left")?;
        let right = exchange(other, &right, "right")?;
        let done = pool::map(left.iter().zip(&right).collect(), |(left, right): (&pl::DataFrame, &pl::DataFrame)| {
            let (left, right) = join::align_all(&Rows::unpacked(left)?, &Rows::unpacked(right)?)?;
            f(&left, &right)
        })?;
        let done = Self { partitions: done };
        done.note(format!("{what}: align each bucket by label"), done.bytes());
        Ok(done.without_empty())
    }

    fn columns_bytes(&self) -> u64 {
        self.partitions.iter().map(|rows| rows.columns().estimated_size() as u64).sum()
    }
}

impl Series {
    pub(super) fn arithmetic(&self, op: Op, other: Operand) -> Result<Self> {
        let column = |rows: &Rows| rows.columns().columns()[0].clone();
        let frame = match other {
            Operand::Scalar(scalar) => self.frame.each(op, |rows| {
                let value = apply(op, &column(rows), &scalar.column(rows.height()))?;
                Ok(rows.with_columns(value.into_frame()))
            })?,
            Operand::Series(other) => {
                let same_name = self.name() == other.name();
                self.frame.aligned(&op.to_string(), &other.frame, |left, right| {
                    let mut value = apply(op, &column(left), &column(right))?;
                    if !same_name {
                        value.rename("".into());
                    }
                    Ok(left.with_columns(value.into_frame()))
                })?
            }
        };
        Ok(Self { frame })
    }
}
