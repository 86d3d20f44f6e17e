//! One value per group: the reductions that the pandas-shaped modes offer.

use num_traits::{AsPrimitive, ToPrimitive};
use polars::prelude::*;

use super::{Groups, Moments, as_times, too_large};
use crate::error::{Error, Result};

/// How the values of a group become one. Nulls (and NaN, as in pandas) are left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Agg {
    /// How many values are known, as `i64`.
    Count,
    /// Their sum: `i64` for whole numbers, else `f64`; 0 when there are none.
    Sum,
    /// Their mean, as `f64`.
    Mean,
    /// Their sample standard deviation (n - 1), as `f64`; null for fewer than two.
    Std,
    /// The smallest, in the type of the column.
    Min,
    /// The largest, in the type of the column.
    Max,
    /// The middle one, or the mean of the two in the middle, as `f64`.
    Median,
    /// The value that this share (0 to 1) of the values is below, between two of them in proportion (pandas'
    /// `interpolation="linear"`), as `f64`.
    Quantile(f64),
    /// The first known one, in the type of the column.
    First,
    /// The last known one, in the type of the column.
    Last,
}

impl Agg {
    /// Whether the reductions of two lots of rows give that of both: what needs no exchange.
    pub fn combines(self) -> bool {
        !matches!(self, Agg::Median | Agg::Quantile(_))
    }
}

/// Runs `$body` with `$values` bound to the typed values of a column of numbers.
macro_rules! typed {
    ($column:expr, $values:ident => $body:expr) => {{
        let column: &Column = $column;
        match column.dtype() {
            DataType::Int16 => column.i16().map(|$values| $body)?,
            DataType::Int32 => column.i32().map(|$values| $body)?,
            DataType::Int64 => column.i64().map(|$values| $body)?,
            DataType::UInt32 => column.u32().map(|$values| $body)?,
            DataType::UInt64 => column.u64().map(|$values| $body)?,
            DataType::Float64 => column.f64().map(|$values| $body)?,
            other => {
                return Err(Error::input(format!(
                    "column `{}` is {other}, which cannot be reduced. Cast it to a number (i16, i32, i64, u32, u64, f64).",
                    column.name()
                )));
            }
        }
    }};
}

/// Reduces a column to one value per group, in the order of the groups.
///
/// # Errors
/// [`Error::Input`] for a column that holds no numbers, or a sum that does not fit 64 bits.
pub fn reduce(column: &Column, groups: &Groups, agg: Agg) -> Result<Column> {
    let name = column.name().clone();
    let dtype = column.dtype();
    let known = has_loop(dtype);
    match agg {
        Agg::First | Agg::Last => return any_of(column, groups, agg),
        Agg::Count if !known => {
            let mut counts = vec![0i64; groups.len()];
            let there = column.is_not_null();
            groups
                .codes()
                .iter()
                .zip(there.iter())
                .for_each(|(code, there)| counts[*code as usize] += i64::from(there == Some(true)));
            return Ok(Int64Chunked::from_vec(name, counts).into_column());
        }
        Agg::Min | Agg::Max if dtype.is_string() => return best_text(column, groups, agg),
        Agg::Min | Agg::Max if dtype.is_temporal() => {
            let physical = column.to_physical_repr().cast(&DataType::Int64)?;
            return as_times(&reduce(&physical, groups, agg)?, dtype);
        }
        Agg::Min | Agg::Max if !known && (dtype.is_bool() || dtype.is_primitive_numeric()) => {
            return Ok(reduce(&numbers(column)?, groups, agg)?.cast(dtype)?);
        }
        _ if !known && (dtype.is_bool() || dtype.is_primitive_numeric()) => {
            return reduce(&numbers(column)?, groups, agg);
        }
        _ => {}
    }
    Ok(match agg {
        Agg::Median | Agg::Quantile(_) => {
            let share = if let Agg::Quantile(share) = agg { share } else { 0.5 };
            if !(0.0..=1.0).contains(&share) {
                return Err(Error::input(format!("a quantile of {share} does not exist. Give a share from 0 to 1.")));
            }
            let quantiles = typed!(column, values => quantiles(values, groups, share));
            Float64Chunked::from_iter_options(name, quantiles.into_iter()).into_column()
        }
        Agg::First | Agg::Last => any_of(column, groups, agg)?,
        Agg::Count => {
            let counts = typed!(column, values => count(values, groups));
            Int64Chunked::from_vec(name, counts).into_column()
        }
        Agg::Sum if column.dtype().is_float() => {
            let sums = typed!(column, values => sum(values, groups));
            Float64Chunked::from_vec(name, sums).into_column()
        }
        Agg::Sum => {
            let WholeSums { low, carries } = typed!(column, values => whole_sum(values, groups));
            if carries.iter().any(|carry| *carry != 0) {
                return Err(too_large("a sum", &name));
            }
            Int64Chunked::from_vec(name, low).into_column()
        }
        Agg::Mean => {
            let counts = typed!(column, values => count(values, groups));
            let sums = typed!(column, values => sum(values, groups));
            let means = counts.into_iter().zip(sums).map(|(n, sum)| (n > 0).then(|| sum / n as f64));
            Float64Chunked::from_iter_options(name, means).into_column()
        }
        Agg::Std => {
            let stds = moments(column, groups)?.into_iter().map(Moments::std);
            Float64Chunked::from_iter_options(name, stds).into_column()
        }
        Agg::Min => typed!(column, values => best(values, groups, |value, best| value < best)),
        Agg::Max => typed!(column, values => best(values, groups, |value, best| value > best)),
    })
}

/// Whether [`reduce`] has a loop for a type of numbers; for others, they are cast first.
fn has_loop(dtype: &DataType) -> bool {
    use DataType::{Float64, Int16, Int32, Int64, UInt32, UInt64};
    matches!(dtype, Int16 | Int32 | Int64 | UInt32 | UInt64 | Float64)
}

/// A column as it is, or in a type that there is a loop for if it holds other numbers or flags.
fn reducible(column: &Column) -> Result<Column> {
    let dtype = column.dtype();
    let cast = !has_loop(dtype) && (dtype.is_bool() || dtype.is_primitive_numeric());
    if cast { numbers(column) } else { Ok(column.clone()) }
}

/// A column of numbers or flags in a type that [`reduce`] has a loop for.
fn numbers(column: &Column) -> Result<Column> {
    Ok(column.cast(if column.dtype().is_float() { &DataType::Float64 } else { &DataType::Int64 })?)
}

/// The first or last known value of each group, of any type.
fn any_of(column: &Column, groups: &Groups, agg: Agg) -> Result<Column> {
    let mut found: Vec<Option<IdxSize>> = vec![None; groups.len()];
    for (row, (code, there)) in groups.codes().iter().zip(column.is_not_null().iter()).enumerate() {
        let of_group = &mut found[*code as usize];
        if there == Some(true) && (agg == Agg::Last || of_group.is_none()) {
            *of_group = Some(row as IdxSize);
        }
    }
    Ok(column.take(&IdxCa::from_iter_options("".into(), found.into_iter()))?)
}

fn best_text(column: &Column, groups: &Groups, agg: Agg) -> Result<Column> {
    let mut found: Vec<Option<&str>> = vec![None; groups.len()];
    for (code, text) in groups.codes().iter().zip(column.str()?.iter()) {
        let best = &mut found[*code as usize];
        if let Some(text) = text
            && best.is_none_or(|best| if agg == Agg::Min { text < best } else { text > best })
        {
            *best = Some(text);
        }
    }
    Ok(StringChunked::from_iter_options(column.name().clone(), found.into_iter()).into_column())
}

/// The value that `share` of the values of each group are below. The values of a group are laid side by side, and the
/// one or two that are asked for selected: no group is sorted.
fn quantiles<T: PolarsNumericType>(values: &ChunkedArray<T>, groups: &Groups, share: f64) -> Vec<Option<f64>>
where
    T::Native: AsPrimitive<f64>,
{
    let counts = count(values, groups);
    let mut starts = Vec::with_capacity(groups.len() + 1);
    starts.push(0usize);
    counts.iter().for_each(|count| starts.push(starts[starts.len() - 1] + *count as usize));
    let mut next = starts.clone();
    let mut laid = vec![0f64; starts[groups.len()]];
    for_each(values, groups, |group, value| {
        laid[next[group]] = value.as_();
        next[group] += 1;
    });
    (0..groups.len()).map(|group| quantile(&mut laid[starts[group]..starts[group + 1]], share)).collect()
}

/// The value that `share` of some values (none of them NaN) are below, between two of them in proportion; their order
/// is lost.
pub fn quantile(values: &mut [f64], share: f64) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let place = share * (values.len() - 1) as f64;
    let (below, rest) = (place.floor() as usize, place - place.floor());
    let (_, low, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    let low = *low;
    if rest == 0.0 {
        return Some(low);
    }
    let high = above.iter().copied().fold(f64::INFINITY, f64::min);
    Some(low + (high - low) * rest)
}

/// Count, mean and squared deviations of a column per group, in two passes: stable, and no division per row.
///
/// # Errors
/// [`Error::Input`] for a column that holds no numbers.
pub fn moments(column: &Column, groups: &Groups) -> Result<Vec<Moments>> {
    let column = &reducible(column)?;
    let counts = typed!(column, values => count(values, groups));
    let sums = typed!(column, values => sum(values, groups));
    let mut moments: Vec<Moments> = counts
        .into_iter()
        .zip(sums)
        .map(|(n, sum)| Moments { n: n as u64, mean: if n == 0 { 0.0 } else { sum / n as f64 }, m2: 0.0 })
        .collect();
    typed!(column, values => for_each(values, groups, |group, value| {
        let value: f64 = value.as_();
        let deviation = value - moments[group].mean;
        moments[group].m2 += deviation * deviation;
    }));
    Ok(moments)
}

/// Calls `visit` with the group and value of every row that has a value.
#[inline(always)]
fn for_each<T: PolarsNumericType>(values: &ChunkedArray<T>, groups: &Groups, mut visit: impl FnMut(usize, T::Native)) {
    let mut codes = groups.codes();
    for chunk in values.downcast_iter() {
        let (here, rest) = codes.split_at(chunk.len());
        codes = rest;
        if values.has_nulls() {
            for (code, value) in here.iter().zip(chunk.iter()) {
                if let Some(value) = value.copied().filter(is_number) {
                    visit(*code as usize, value);
                }
            }
        } else {
            for (code, value) in here.iter().zip(chunk.values_iter()) {
                if is_number(value) {
                    visit(*code as usize, *value);
                }
            }
        }
    }
}

/// NaN is the one value that cannot be compared with itself.
fn is_number<N: PartialOrd>(value: &N) -> bool {
    value.partial_cmp(value).is_some()
}

fn count<T: PolarsNumericType>(values: &ChunkedArray<T>, groups: &Groups) -> Vec<i64> {
    let mut counts = vec![0; groups.len()];
    for_each(values, groups, |group, _| counts[group] += 1);
    counts
}

fn sum<T: PolarsNumericType>(values: &ChunkedArray<T>, groups: &Groups) -> Vec<f64> {
    let mut sums = vec![0.0; groups.len()];
    for_each(values, groups, |group, value| sums[group] += value.as_());
    sums
}

/// Sums of whole numbers that 64 bits may not hold: `low + carries * 2^64`. So a sum that leaves 64 bits and comes back is
/// right, and the sums of several lots combine.
pub struct WholeSums {
    /// The sum of each group, cut to 64 bits.
    pub low: Vec<i64>,
    /// What was cut off for each group; empty where nothing was.
    pub carries: Vec<i64>,
}

/// The sums of a column of whole numbers or flags.
///
/// # Errors
/// [`Error::Input`] for a column that holds no numbers.
pub fn whole_sums(column: &Column, groups: &Groups) -> Result<WholeSums> {
    let column = reducible(column)?;
    Ok(typed!(&column, values => whole_sum(values, groups)))
}

fn whole_sum<T: PolarsNumericType>(values: &ChunkedArray<T>, groups: &Groups) -> WholeSums {
    let mut low = vec![0i64; groups.len()];
    let mut carries = Vec::new();
    let mut carry = |group: usize, one: i64| {
        carries.resize(groups.len(), 0);
        carries[group] += one;
    };
    for_each(values, groups, |group, value| {
        let value = value.to_i64().unwrap_or_else(|| {
            // Without a sign and too large for one.
            carry(group, 1);
            value.to_u64().unwrap_or_default() as i64
        });
        let (sum, lost) = low[group].overflowing_add(value);
        low[group] = sum;
        if lost {
            carry(group, value.signum());
        }
    });
    WholeSums { low, carries }
}

fn best<T: PolarsNumericType>(
    values: &ChunkedArray<T>,
    groups: &Groups,
    better: impl Fn(T::Native, T::Native) -> bool,
) -> Column
where
    ChunkedArray<T>: IntoColumn,
{
    let mut found: Vec<Option<T::Native>> = vec![None; groups.len()];
    for_each(values, groups, |group, value| {
        if found[group].is_none_or(|best| better(value, best)) {
            found[group] = Some(value);
        }
    });
    ChunkedArray::<T>::from_iter_options(values.name().clone(), found.into_iter()).into_column()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reduced(values: Column, agg: Agg) -> Column {
        let frame = DataFrame::new(4, vec![Column::new("key".into(), ["a", "b", "a", "b"]), values]).unwrap();
        let groups = Groups::of(&frame, &["key"]).unwrap();
        reduce(frame.column("x").unwrap(), &groups, agg).unwrap()
    }

    #[test]
    fn nulls_and_nan_are_left_out() {
        let values = || Column::new("x".into(), [Some(1.0), None, Some(2.0), Some(f64::NAN)]);
        for (agg, expected) in [
            (Agg::Count, Column::new("x".into(), [2i64, 0])),
            (Agg::Sum, Column::new("x".into(), [3.0, 0.0])),
            (Agg::Mean, Column::new("x".into(), [Some(1.5), None])),
            (Agg::Std, Column::new("x".into(), [Some(0.5f64.sqrt()), None])),
            (Agg::Min, Column::new("x".into(), [Some(1.0), None])),
            (Agg::Max, Column::new("x".into(), [Some(2.0), None])),
        ] {
            let got = reduced(values(), agg);
            assert!(got.equals_missing(&expected), "{agg:?}: {got:?}");
        }
    }

    #[test]
    fn a_sum_that_does_not_fit_is_an_error() {
        let frame = df!("key" => ["a", "a"], "x" => [i64::MAX, 1]).unwrap();
        let groups = Groups::of(&frame, &["key"]).unwrap();
        let message = reduce(frame.column("x").unwrap(), &groups, Agg::Sum).unwrap_err().to_string();
        assert!(message.contains("does not fit 64 bits"), "{message}");
    }

    #[test]
    fn a_sum_may_leave_64_bits_on_its_way() {
        let sum = |values: Column| {
            let groups = Groups::whole(values.len());
            reduce(&values, &groups, Agg::Sum).map(|sum| sum.i64().unwrap().get(0).unwrap())
        };
        assert_eq!(sum(Column::new("x".into(), [i64::MAX, 1, -1])).unwrap(), i64::MAX);
        assert_eq!(sum(Column::new("x".into(), [i64::MIN, -1, 1, i64::MIN, i64::MAX, i64::MAX])).unwrap(), -2);
        assert_eq!(sum(Column::new("x".into(), [0, i64::MAX as u64])).unwrap(), i64::MAX);
        assert!(sum(Column::new("x".into(), [u64::MAX])).is_err());
        assert!(sum(Column::new("x".into(), [u64::MAX, u64::MAX, 2])).is_err());
    }

    #[test]
    fn text_cannot_be_reduced() {
        let frame = df!("key" => ["a"], "x" => ["1"]).unwrap();
        let groups = Groups::of(&frame, &["key"]).unwrap();
        let message = reduce(frame.column("x").unwrap(), &groups, Agg::Mean).unwrap_err().to_string();
        assert!(message.contains("column `x` is str"), "{message}");
    }
}
