//! Which rows of two tables belong together, and what merging and aligning make of them.
//!
//! A null key matches a null key, as in pandas; in SQL it matches nothing.

use polars::prelude::*;
use polars_core::utils::try_get_supertype;

use super::order::sorted;
use super::{Groups, column, widened};
use crate::error::{Error, Result};
use crate::labels::{Rows, stack};

/// Which rows a merge keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Those with a partner, in the order of the left.
    Inner,
    /// All of the left, in their order.
    Left,
    /// All of the right, in their order.
    Right,
    /// All of both, in the order of the keys.
    Outer,
}

impl std::fmt::Display for How {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            How::Inner => "inner",
            How::Left => "left",
            How::Right => "right",
            How::Outer => "outer",
        })
    }
}

/// Both lots of keys under the same names and types, so that they can be compared.
///
/// # Errors
/// [`Error::Input`] for keys that cannot be equal: text and numbers.
pub fn comparable(left: &DataFrame, right: &DataFrame) -> Result<(DataFrame, DataFrame)> {
    if left.width() != right.width() {
        return Err(Error::input(format!(
            "{} key(s) on the left and {} on the right cannot be compared. Give the same number.",
            left.width(),
            right.width()
        )));
    }
    let mut of_left = Vec::new();
    let mut of_right = Vec::new();
    for (at, (this, that)) in left.columns().iter().zip(right.columns()).enumerate() {
        let (from, to) = (this.dtype(), that.dtype());
        let alike = from == to || (from.is_primitive_numeric() && to.is_primitive_numeric());
        let common = if alike { common_type(from, to).ok() } else { None };
        let Some(common) = common else {
            return Err(Error::input(format!(
                "key `{}` is {from} on the left and `{}` is {to} on the right: no value is equal to another. Cast one \
                 of them.",
                this.name(),
                that.name()
            )));
        };
        let name = PlSmallStr::from(format!("key {at}"));
        of_left.push(widened(this, &common)?.with_name(name.clone()));
        of_right.push(widened(that, &common)?.with_name(name));
    }
    Ok((DataFrame::new(left.height(), of_left)?, DataFrame::new(right.height(), of_right)?))
}

/// The type that two types of keys are compared in: whole numbers stay whole, where `f64` would take neighbours for one.
fn common_type(this: &DataType, that: &DataType) -> PolarsResult<DataType> {
    let common = try_get_supertype(this, that)?;
    Ok(if this.is_integer() && that.is_integer() && common.is_float() { DataType::Int64 } else { common })
}

/// The places of the rows of the left and right that make a row of the result each; null where there is no partner.
///
/// # Errors
/// As [`comparable`].
pub fn pairs(left: &DataFrame, right: &DataFrame, how: How) -> Result<(IdxCa, IdxCa)> {
    let (left, right) = comparable(left, right)?;
    if how == How::Right {
        let (right, left) = match_up(&right, &left, true)?;
        return Ok((left, right));
    }
    let (of_left, of_right) = match_up(&left, &right, how != How::Inner)?;
    if how != How::Outer {
        return Ok((of_left, of_right));
    }
    let mut met = vec![false; right.height()];
    of_right.iter().flatten().for_each(|place| met[place as usize] = true);
    let alone: Vec<IdxSize> = (0..right.height()).filter(|row| !met[*row]).map(|row| row as IdxSize).collect();
    let (rows, left_alone) = (alone.len(), of_left.len());
    let mut of_left = of_left;
    of_left.append(&IdxCa::full_null("".into(), rows))?;
    let mut of_right = of_right;
    of_right.append(&IdxCa::from_vec("".into(), alone))?;
    debug_assert_eq!(of_left.len(), left_alone + rows);
    let keys = either(&left.take(&of_left)?, &right.take(&of_right)?)?;
    let in_order = sorted(&keys, &vec![true; keys.width()])?;
    Ok((take(&of_left, &in_order), take(&of_right, &in_order)))
}

fn take(places: &IdxCa, order: &IdxCa) -> IdxCa {
    places.rechunk().take(order).unwrap_or_else(|_| places.clone())
}

/// For each row of `first` in order, its partners in `second` in order; `lonely` rows are kept with none.
fn match_up(first: &DataFrame, second: &DataFrame, lonely: bool) -> Result<(IdxCa, IdxCa)> {
    let names: Vec<&str> = first.columns().iter().map(|key| key.name().as_str()).collect();
    let groups = Groups::of(&stack([second.clone(), first.clone()])?, &names)?;
    let (of_second, of_first) = groups.codes().split_at(second.height());
    let mut starts = vec![0u32; groups.len() + 1];
    of_second.iter().for_each(|code| starts[*code as usize + 1] += 1);
    (0..groups.len()).for_each(|code| starts[code + 1] += starts[code]);
    let mut next = starts.clone();
    let mut partners = vec![0 as IdxSize; of_second.len()];
    for (row, code) in of_second.iter().enumerate() {
        let place = &mut next[*code as usize];
        partners[*place as usize] = row as IdxSize;
        *place += 1;
    }
    let mut places: Vec<IdxSize> = Vec::with_capacity(of_first.len());
    let mut matches: Vec<IdxSize> = Vec::with_capacity(of_first.len());
    let mut known = MutableNulls::default();
    for (row, code) in of_first.iter().enumerate() {
        let found = &partners[starts[*code as usize] as usize..starts[*code as usize + 1] as usize];
        if found.is_empty() && lonely {
            places.push(row as IdxSize);
            known.null_at(matches.len());
            matches.push(0);
        }
        for partner in found {
            places.push(row as IdxSize);
            matches.push(*partner);
        }
    }
    Ok((IdxCa::from_vec("".into(), places), known.over(matches)))
}

/// The places of nulls among values that mostly are none.
#[derive(Default)]
struct MutableNulls(Vec<usize>);

impl MutableNulls {
    fn null_at(&mut self, place: usize) {
        self.0.push(place);
    }

    fn over(self, values: Vec<IdxSize>) -> IdxCa {
        if self.0.is_empty() {
            return IdxCa::from_vec("".into(), values);
        }
        let mut nulls = self.0.into_iter().peekable();
        let values = values.into_iter().enumerate().map(|(at, value)| match nulls.next_if_eq(&at) {
            Some(_) => None,
            None => Some(value),
        });
        IdxCa::from_iter_options("".into(), values)
    }
}

/// Values of the left, and of the right where the left has none; under the names of the left.
fn either(left: &DataFrame, right: &DataFrame) -> Result<DataFrame> {
    let columns = left.columns().iter().zip(right.columns()).map(|(this, that)| {
        let common = common_type(this.dtype(), that.dtype())?;
        let (this, that) = (widened(this, &common)?, widened(that, &common)?);
        Ok(this.zip_with(&this.is_not_null(), &that)?)
    });
    Ok(DataFrame::new(left.height(), columns.collect::<Result<Vec<_>>>()?)?)
}

/// Merges on columns that both have, as pandas' `merge(on=...)`: keys once, `_x` and `_y` behind other names that both
/// have, and rows numbered from 0.
///
/// # Errors
/// [`Error::Input`] for a key that one of them does not have, or keys that cannot be compared.
pub fn merge(left: &DataFrame, right: &DataFrame, on: &[&str], how: How) -> Result<DataFrame> {
    let (of_left, of_right) = pairs(&keys(left, on)?, &keys(right, on)?, how)?;
    put_together(left, right, on, (&of_left, &of_right))
}

/// The key columns of a merge.
///
/// # Errors
/// [`Error::Input`] for a column that is not there, or none.
pub fn keys(frame: &DataFrame, on: &[&str]) -> Result<DataFrame> {
    if on.is_empty() {
        return Err(Error::input("merge: no key column is named. Name at least one."));
    }
    let keys = on.iter().map(|name| column(frame, name).cloned()).collect::<Result<Vec<_>>>()?;
    Ok(DataFrame::new(frame.height(), keys)?)
}

/// The columns of a merge, from the places of the rows that belong together.
///
/// # Errors
/// [`Error::Input`] when two columns of the result would have one name.
pub fn put_together(left: &DataFrame, right: &DataFrame, on: &[&str], places: (&IdxCa, &IdxCa)) -> Result<DataFrame> {
    let (of_left, of_right) = places;
    let names = |frame: &DataFrame| -> Vec<PlSmallStr> {
        frame.get_column_names_owned().into_iter().filter(|name| !on.contains(&name.as_str())).collect()
    };
    let (left_names, right_names) = (names(left), names(right));
    let rest = |frame: &DataFrame, names: &[PlSmallStr], places: &IdxCa| frame.select(names.to_vec())?.take(places);
    let left_rest = rest(left, &left_names, of_left)?;
    let right_rest = rest(right, &right_names, of_right)?;
    let left_keys = left.select(on.iter().copied())?.take(of_left)?;
    let keys = match of_left.null_count() {
        0 => left_keys,
        _ => either(&left_keys, &right.select(on.iter().copied())?.take(of_right)?)?,
    };
    let suffixed = |name: &PlSmallStr, others: &[PlSmallStr], suffix: &str| match others.contains(name) {
        true => PlSmallStr::from(format!("{name}{suffix}")),
        false => name.clone(),
    };
    let mut columns: Vec<Column> = Vec::new();
    for name in left.get_column_names() {
        columns.push(match keys.column(name) {
            Ok(key) => key.clone(),
            Err(_) => left_rest.column(name)?.clone().with_name(suffixed(name, &right_names, "_x")),
        });
    }
    for column in right_rest.columns() {
        columns.push(column.clone().with_name(suffixed(column.name(), &left_names, "_y")));
    }
    for (at, column) in columns.iter().enumerate() {
        if columns[..at].iter().any(|earlier| earlier.name() == column.name()) {
            return Err(Error::input(format!(
                "merge: two columns would be called `{}`. Rename one before.",
                column.name()
            )));
        }
    }
    Ok(DataFrame::new(of_left.len(), columns)?)
}

/// Merges on the labels: the labels of the result are those of either side, its columns those of both.
///
/// # Errors
/// As [`merge`].
pub fn merge_index(left: &Rows, right: &Rows, how: How) -> Result<Rows> {
    let (left_labels, right_labels) = (left.labels(), right.labels());
    let (of_left, of_right) = pairs(&left_labels, &right_labels, how)?;
    let labels = joint_labels(&left_labels, &right_labels, (&of_left, &of_right))?;
    Ok(Rows::labelled(labels, put_together(left.columns(), right.columns(), &[], (&of_left, &of_right))?))
}

/// The labels of rows that belong together. A level keeps its name where both sides call it so.
fn joint_labels(left: &DataFrame, right: &DataFrame, places: (&IdxCa, &IdxCa)) -> Result<DataFrame> {
    let labels = either(&left.take(places.0)?, &right.take(places.1)?)?;
    let named = labels.columns().iter().zip(right.columns()).map(|(level, other)| match level.name() == other.name() {
        true => level.clone(),
        false => level.clone().with_name(crate::labels::NAMELESS.into()),
    });
    Ok(DataFrame::new(labels.height(), named.collect())?)
}

/// Both tables on the labels of either, in the order of the labels: what arithmetic between them works on. Where their
/// labels are the same already, they stay as they are.
///
/// # Errors
/// [`Error::Input`] for labels that cannot be compared.
pub fn align(left: &Rows, right: &Rows) -> Result<(Rows, Rows)> {
    match super::select::same_labels(left, right) {
        true => Ok((left.clone(), right.clone())),
        false => align_all(left, right),
    }
}

/// [`align`] of tables whose labels are known to differ somewhere.
///
/// # Errors
/// As [`align`].
pub fn align_all(left: &Rows, right: &Rows) -> Result<(Rows, Rows)> {
    let (left_labels, right_labels) = (left.labels(), right.labels());
    let (of_left, of_right) = pairs(&left_labels, &right_labels, How::Outer)?;
    let labels = joint_labels(&left_labels, &right_labels, (&of_left, &of_right))?;
    let aligned =
        |rows: &Rows, places| -> Result<Rows> { Ok(Rows::labelled(labels.clone(), rows.columns().take(places)?)) };
    Ok((aligned(left, &of_left)?, aligned(right, &of_right)?))
}

/// The lots of rows of a concat, made alike so that they can lie one below the other.
///
/// # Errors
/// [`Error::Input`] for columns or levels that have no type in common, or indexes of different numbers of levels.
pub fn concat(lots: &[&Rows]) -> Result<Vec<Rows>> {
    let schema = joint_schema(lots.iter().map(|rows| rows.columns()))?;
    let columns = lots.iter().map(|rows| with_schema(rows.columns(), &schema)).collect::<Result<Vec<_>>>()?;
    let pairs = lots.iter().zip(columns);
    if lots.iter().all(|rows| rows.first_number().is_some()) {
        return Ok(pairs.map(|(rows, columns)| rows.with_columns(columns)).collect());
    }
    let labels = joint_levels(&lots.iter().map(|rows| rows.labels()).collect::<Vec<_>>())?;
    Ok(labels.into_iter().zip(pairs).map(|(labels, (_, columns))| Rows::labelled(labels, columns)).collect())
}

/// The columns of the tables of a concat: those of the first, then what others add; types that hold the values of all.
///
/// # Errors
/// [`Error::Input`] for columns of one name whose types have nothing in common.
fn joint_schema<'a>(frames: impl IntoIterator<Item = &'a DataFrame>) -> Result<Schema> {
    let mut joint = Schema::default();
    for frame in frames {
        for column in frame.columns() {
            let (name, dtype) = (column.name(), column.dtype());
            let common = match joint.get(name) {
                None => dtype.clone(),
                Some(known) if known == dtype => continue,
                Some(known) if known.is_primitive_numeric() && dtype.is_primitive_numeric() => {
                    try_get_supertype(known, dtype)?
                }
                Some(known) => {
                    return Err(Error::input(format!(
                        "concat: column `{name}` is {known} in one table and {dtype} in another. Cast one of them."
                    )));
                }
            };
            joint.insert(name.clone(), common);
        }
    }
    Ok(joint)
}

/// A table with exactly these columns, null where it has none.
///
/// # Errors
/// What the dataframe engine reports.
fn with_schema(frame: &DataFrame, schema: &Schema) -> Result<DataFrame> {
    let columns = schema.iter().map(|(name, dtype)| match frame.column(name) {
        Ok(column) => widened(column, dtype),
        Err(_) => Ok(Column::full_null(name.clone(), frame.height(), dtype)),
    });
    Ok(DataFrame::new(frame.height(), columns.collect::<Result<Vec<_>>>()?)?)
}

/// The levels of a concat: names that all share, else none.
///
/// # Errors
/// [`Error::Input`] for indexes of different numbers of levels, or types that have nothing in common.
fn joint_levels(labels: &[DataFrame]) -> Result<Vec<DataFrame>> {
    let width = labels.first().map_or(0, DataFrame::width);
    if let Some(other) = labels.iter().find(|labels| labels.width() != width) {
        return Err(Error::input(format!(
            "concat: one index has {width} level(s), another {}. Call reset_index on both.",
            other.width()
        )));
    }
    let mut joint = Vec::new();
    for level in 0..width {
        let columns: Vec<&Column> = labels.iter().map(|labels| &labels.columns()[level]).collect();
        let name = columns[0].name();
        let same = columns.iter().all(|column| column.name() == name);
        let name = if same { name.clone() } else { crate::labels::NAMELESS.into() };
        let renamed = columns.into_iter().map(|column| column.clone().with_name(name.clone()).into_frame());
        joint.push(renamed.collect::<Vec<_>>());
    }
    let schemas = joint.iter().map(joint_schema).collect::<Result<Vec<_>>>()?;
    (0..labels.len())
        .map(|table| {
            let columns = joint.iter().zip(&schemas).map(|(level, schema)| with_schema(&level[table], schema));
            let columns = columns.collect::<Result<Vec<_>>>()?;
            let columns = columns.into_iter().flat_map(|frame| frame.columns().to_vec()).collect();
            Ok(DataFrame::new(labels[table].height(), columns)?)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every row of the left with every row of the right, as the definition says.
    fn by_definition(left: &[Option<i32>], right: &[Option<i32>]) -> Vec<(u32, u32)> {
        let all = (0..left.len()).flat_map(|l| (0..right.len()).map(move |r| (l, r)));
        all.filter(|(l, r)| left[*l] == right[*r]).map(|(l, r)| (l as u32, r as u32)).collect()
    }

    proptest! {
        #[test]
        fn inner_pairs_are_those_of_the_definition(
            left in prop::collection::vec(prop::option::of(0i32..5), 0..30),
            right in prop::collection::vec(prop::option::of(0i32..5), 0..30),
        ) {
            let frame = |keys: &[Option<i32>]| df!("k" => keys).unwrap();
            let (of_left, of_right) = pairs(&frame(&left), &frame(&right), How::Inner).unwrap();
            let found: Vec<(u32, u32)> = of_left.iter().flatten().zip(of_right.iter().flatten()).collect();
            prop_assert_eq!(found, by_definition(&left, &right));
        }
    }

    #[test]
    fn text_never_equals_a_number() {
        let (left, right) = (df!("k" => ["1"]).unwrap(), df!("k" => [1]).unwrap());
        let message = merge(&left, &right, &["k"], How::Inner).unwrap_err().to_string();
        assert!(message.contains("key `k` is str on the left and `k` is i32 on the right"), "{message}");
    }
}
