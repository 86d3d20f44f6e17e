//! Columns and rows by name, by condition, by label and by place.

use polars::prelude::*;

use super::column;
use crate::error::{Error, Result};
use crate::labels::{Label, Rows, labels_first};

/// These columns, in this order.
///
/// # Errors
/// [`Error::Input`] for a column that is not there or is named twice.
pub fn select(rows: &Rows, names: &[&str]) -> Result<Rows> {
    let chosen = names.iter().map(|name| column(rows.columns(), name).cloned()).collect::<Result<Vec<_>>>()?;
    for (at, name) in names.iter().enumerate() {
        if names[..at].contains(name) {
            return Err(Error::input(format!("column `{name}` is named twice. Name it once.")));
        }
    }
    Ok(rows.with_columns(DataFrame::new(rows.height(), chosen)?))
}

/// All columns, some under a new name.
///
/// # Errors
/// [`Error::Input`] for a column that is not there, or a name that is taken.
pub fn rename(rows: &Rows, names: &[(&str, &str)]) -> Result<Rows> {
    for (old, _) in names {
        column(rows.columns(), old)?;
    }
    let new_name = |name: &str| names.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| *new).to_string();
    let renamed: Vec<Column> = rows
        .columns()
        .columns()
        .iter()
        .map(|column| column.clone().with_name(new_name(column.name()).into()))
        .collect();
    for (at, column) in renamed.iter().enumerate() {
        if renamed[..at].iter().any(|earlier| earlier.name() == column.name()) {
            return Err(Error::input(format!("two columns would be called `{}`. Choose another name.", column.name())));
        }
    }
    Ok(rows.with_columns(DataFrame::new(rows.height(), renamed)?))
}

/// NaN is a missing value, as in pandas: on its way into a frame it becomes null.
///
/// # Errors
/// What the dataframe engine reports.
pub fn without_nan(column: Column) -> Result<Column> {
    if !column.dtype().is_float() {
        return Ok(column);
    }
    let nan = column.is_nan()?;
    if !nan.any() {
        return Ok(column);
    }
    let missing = Column::full_null(column.name().clone(), column.len(), column.dtype());
    Ok(missing.zip_with(&nan, &column)?)
}

/// [`without_nan`] for all columns.
///
/// # Errors
/// What the dataframe engine reports.
pub fn frame_without_nan(frame: DataFrame) -> Result<DataFrame> {
    let rows = frame.height();
    let columns = frame.columns().iter().cloned().map(without_nan).collect::<Result<Vec<_>>>()?;
    Ok(DataFrame::new(rows, columns)?)
}

/// Whether an expression's value in a row needs that row alone.
///
/// Operators, comparisons, casts, literals, null checks and when/then are known to; anything else is taken not to.
pub fn is_row_by_row(expression: &Expr) -> bool {
    expression.into_iter().all(|part| match part {
        Expr::Alias(..) | Expr::Column(_) | Expr::BinaryExpr { .. } | Expr::Cast { .. } | Expr::Ternary { .. } => true,
        // A literal may be a column, whose values belong to rows.
        Expr::Literal(value) => matches!(value, LiteralValue::Dyn(_) | LiteralValue::Scalar(_)),
        Expr::Function { function, .. } => matches!(
            function,
            FunctionExpr::Boolean(
                BooleanFunction::IsNull | BooleanFunction::IsNotNull | BooleanFunction::Not | BooleanFunction::IsNan
            ) | FunctionExpr::Abs
                | FunctionExpr::Negate
                | FunctionExpr::FillNull
        ),
        _ => false,
    })
}

/// The value of an expression for each row.
///
/// # Errors
/// [`Error::Input`] for a column that is not there, types that do not fit, or another number of values than rows.
pub fn evaluate(rows: &Rows, expression: &Expr) -> Result<Column> {
    let names: Vec<&str> = rows.columns().get_column_names().into_iter().map(|name| name.as_str()).collect();
    for part in expression {
        if let Expr::Column(name) = part
            && !names.contains(&name.as_str())
        {
            return Err(Error::input(format!(
                "no column `{name}`; there are {}. Name one of these.",
                names.join(", ")
            )));
        }
    }
    let value = rows.columns().clone().lazy().select([expression.clone()]).collect().map_err(|cause| {
        Error::input(format!("{expression}: {}. Check the columns and types in it.", crate::error::brief(&cause)))
    })?;
    let [value] = value.columns() else {
        return Err(Error::input(format!("{expression} has {} values per row. Give one.", value.width())));
    };
    match value.len() {
        n if n == rows.height() => Ok(value.clone()),
        1 => Ok(value.new_from_index(0, rows.height())),
        n => Err(Error::input(format!(
            "{expression} has {n} values for {} rows. Give one per row, or one for all.",
            rows.height()
        ))),
    }
}

/// The rows for which an expression is true.
///
/// # Errors
/// As [`evaluate`], and for an expression that is neither true nor false.
pub fn query(rows: &Rows, expression: &Expr) -> Result<Rows> {
    let value = evaluate(rows, expression)?;
    filter(rows, &value)
}

/// The rows for which a column is true; null counts as false.
///
/// # Errors
/// [`Error::Input`] for a column that is neither true nor false.
pub fn filter(rows: &Rows, mask: &Column) -> Result<Rows> {
    let mask = mask.bool().map_err(|_| {
        Error::input(format!(
            "a filter needs true and false, and column `{}` is {}. Compare it with something first.",
            mask.name(),
            mask.dtype()
        ))
    })?;
    rows.filter(mask)
}

/// The columns with one more, or one replaced.
///
/// # Errors
/// What the dataframe engine reports.
pub fn with_column(rows: &Rows, name: &str, value: Column) -> Result<Rows> {
    let mut columns = rows.columns().clone();
    columns.with_column(without_nan(value)?.with_name(name.into()))?;
    Ok(rows.with_columns(columns))
}

/// The columns become the labels.
///
/// # Errors
/// [`Error::Input`] for a column that is not there, or none.
pub fn set_index(rows: &Rows, names: &[&str]) -> Result<Rows> {
    if names.is_empty() {
        return Err(Error::input("set_index: no column is named. Name at least one."));
    }
    let labels = select(rows, names)?.into_columns();
    let rest = rows.columns().drop_many(names.iter().copied());
    let rest = DataFrame::new(rows.height(), rest.columns().to_vec())?;
    Ok(Rows::labelled(labels, rest))
}

/// The labels become the first columns.
///
/// # Errors
/// [`Error::Input`] when a label has the name of a column.
pub fn labels_to_columns(rows: &Rows) -> Result<DataFrame> {
    labels_first(rows.labels(), rows.columns())
}

/// The places of a label, in order; none where it does not occur.
///
/// # Errors
/// [`Error::Input`] for a label of another type or number of levels than the index.
pub fn places_of(rows: &Rows, label: &Label) -> Result<Vec<IdxSize>> {
    if let (Some(first), Label::Int(number)) = (rows.first_number(), label) {
        let place = number.checked_sub(first).filter(|place| (0..rows.height() as i64).contains(place));
        return Ok(place.map(|place| place as IdxSize).into_iter().collect());
    }
    let labels = rows.labels();
    if labels.width() != label.levels().len() {
        return Err(Error::input(format!(
            "label {label} has {} level(s), the index ({}) has {}. Give one value per level.",
            label.levels().len(),
            rows.levels().join(", "),
            labels.width()
        )));
    }
    let mut mask: Option<BooleanChunked> = None;
    for (level, value) in labels.columns().iter().zip(label.levels()) {
        let same = level.equal(&constant(level, value)?)?;
        mask = Some(match mask {
            Some(mask) => &mask & &same,
            None => same,
        });
    }
    let mask = mask.ok_or_else(|| Error::input("a label has at least one level."))?;
    Ok(mask.iter().enumerate().filter(|(_, same)| *same == Some(true)).map(|(place, _)| place as IdxSize).collect())
}

/// A label's value as a column of one row, of the type of the level.
fn constant(level: &Column, value: &Label) -> Result<Column> {
    let dtype = level.dtype();
    match value {
        Label::Int(number) if dtype.is_primitive_numeric() => Ok(Column::new("".into(), [*number])),
        Label::Text(text) if dtype.is_string() => Ok(Column::new("".into(), [text.as_str()])),
        _ => {
            let next = match dtype.is_primitive_numeric() || dtype.is_string() {
                true => "Give a label of that type.",
                false => "Labels to look for are numbers or texts: call reset_index, and query.",
            };
            let index = level.name();
            Err(Error::input(format!("label {value} cannot be in the index `{index}`, which is {dtype}. {next}")))
        }
    }
}

/// Says that a label is not there.
pub fn no_label(label: &Label, levels: &[PlSmallStr]) -> Error {
    Error::input(format!(
        "no label {label} in the index ({}). Look at its labels with .index(), or take rows by place with .iloc().",
        levels.join(", ")
    ))
}

/// Which way the labels run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// Never smaller than the one before.
    Up,
    /// Never larger than the one before.
    Down,
    /// Neither.
    Neither,
}

/// Whether labels of one level never turn back, going up or down; a null goes nowhere.
///
/// # Errors
/// What the dataframe engine reports.
pub fn runs(labels: &DataFrame, run: Run) -> Result<bool> {
    let [level] = labels.columns() else { return Ok(false) };
    if level.null_count() > 0 {
        return Ok(false);
    }
    let rows = level.len().saturating_sub(1);
    let (before, after) = (level.slice(0, rows), level.slice(1, rows));
    Ok(match run {
        Run::Up => before.lt_eq(&after)?.all(),
        Run::Down => before.gt_eq(&after)?.all(),
        Run::Neither => false,
    })
}

/// Which way labels of one level run.
///
/// # Errors
/// What the dataframe engine reports.
pub fn run_of(labels: &DataFrame) -> Result<Run> {
    Ok(match (runs(labels, Run::Up)?, runs(labels, Run::Down)?) {
        (true, _) => Run::Up,
        (false, true) => Run::Down,
        (false, false) => Run::Neither,
    })
}

/// The places of rows whose label lies between two, both included, where the labels run one way.
///
/// # Errors
/// [`Error::Input`] for labels of another type than the index.
pub fn between(rows: &Rows, from: &Label, to: &Label, run: Run) -> Result<BooleanChunked> {
    let labels = rows.labels();
    let [level] = labels.columns() else {
        return Err(Error::input("a range of labels needs an index of one level. Use reset_index and filter instead."));
    };
    let (from, to) = (constant(level, from)?, constant(level, to)?);
    Ok(match run {
        Run::Down => &level.lt_eq(&from)? & &level.gt_eq(&to)?,
        _ => &level.gt_eq(&from)? & &level.lt_eq(&to)?,
    })
}

/// The rows from one label to another, both included, as pandas slices by label: where the labels run one way they need
/// not be there; where they do not, both have to be there, once.
///
/// # Errors
/// [`Error::Input`] for a label that is not there or not unique in an unsorted index.
pub fn loc_range(rows: &Rows, from: &Label, to: &Label) -> Result<Rows> {
    match run_of(&rows.labels())? {
        Run::Neither => {
            let place = |label: &Label| match places_of(rows, label)?[..] {
                [place] => Ok(place as usize),
                [] => Err(no_label(label, &rows.levels())),
                _ => Err(ambiguous(label)),
            };
            let (from, to) = (place(from)?, place(to)?);
            Ok(rows.slice(from, (to + 1).saturating_sub(from)))
        }
        run => rows.filter(&between(rows, from, to, run)?),
    }
}

/// A place counted from the front, or with a negative number from the back.
///
/// # Errors
/// [`Error::Input`] for a place beyond the rows.
pub fn place(place: i64, rows: usize) -> Result<usize> {
    let from_front = if place < 0 { place + rows as i64 } else { place };
    if (0..rows as i64).contains(&from_front) {
        return Ok(from_front as usize);
    }
    Err(Error::input(match rows {
        0 => format!("no row at place {place}: there is no row. Check is_empty first."),
        1 => format!("no row at place {place}: there is one row, at place 0 (or -1)."),
        _ => format!("no row at place {place}: there are {rows} rows, at places 0 to {} (or -{rows} to -1).", rows - 1),
    }))
}

/// The rows `from .. to` as Python slices: negative counts from the back, and beyond the end is the end.
pub fn place_range(from: i64, to: i64, rows: usize) -> (usize, usize) {
    let clamp = |place: i64| {
        let from_front = if place < 0 { place + rows as i64 } else { place };
        from_front.clamp(0, rows as i64) as usize
    };
    let (from, to) = (clamp(from), clamp(to));
    (from, to.saturating_sub(from))
}

/// Whether two lots of rows have the same labels in the same order.
pub fn same_labels(left: &Rows, right: &Rows) -> bool {
    match (left.first_number(), right.first_number()) {
        (Some(this), Some(that)) => left.height() == right.height() && (this == that || left.height() == 0),
        _ if left.height() != right.height() => false,
        _ => {
            let (left, right) = (left.labels(), right.labels());
            left.width() == right.width()
                && left.columns().iter().zip(right.columns()).all(|(this, that)| {
                    std::sync::Arc::ptr_eq(&this.as_materialized_series().0, &that.as_materialized_series().0)
                        || this.clone().with_name("".into()).equals_missing(&that.clone().with_name("".into()))
                })
        }
    }
}

/// The names of a frame's columns.
pub fn names(frame: &DataFrame) -> Vec<String> {
    frame.columns().iter().map(|column| column.name().to_string()).collect()
}

/// Rows without a row, of the same columns and levels.
pub fn no_rows(rows: &Rows) -> Rows {
    rows.slice(0, 0)
}

/// Said of a mask that is not about these rows.
pub const OTHER_LABELS: &str =
    "the mask has other labels than the frame. Make it from the columns of this frame, or reset both indexes.";

/// Says that a label stands for no row or for several, where one is needed.
pub fn not_one(label: &Label, found: usize, levels: &[PlSmallStr]) -> Error {
    match found {
        0 => no_label(label, levels),
        _ => Error::input(format!(
            "label {label} stands for {found} rows, and a single value was asked for. Use .loc() for all of them."
        )),
    }
}

/// The one column of `values` on the labels of `rows`; null for a label that it does not have.
///
/// # Errors
/// [`Error::Input`] when a label occurs twice in `values`: which one would it be?
pub fn reindexed(rows: &Rows, values: &Rows) -> Result<Column> {
    let (of_rows, of_values) = super::join::pairs(&rows.labels(), &values.labels(), super::How::Left)?;
    if of_rows.len() != rows.height() || has_duplicates(values)? {
        return Err(Error::input(
            "cannot assign a series with duplicate labels to rows with other labels. Drop the duplicates, or merge.",
        ));
    }
    Ok(values.columns().columns()[0].take(&of_values)?)
}

/// Whether a label occurs twice.
fn has_duplicates(rows: &Rows) -> Result<bool> {
    if rows.first_number().is_some() {
        return Ok(false);
    }
    let labels = rows.labels();
    let names = names(&labels);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Ok(super::Groups::of(&labels, &names)?.len() < labels.height())
}

/// Says that a range cannot begin or end with a label.
pub fn ambiguous(label: &Label) -> Error {
    Error::input(format!(
        "label {label} is in the unsorted index more than once, so a range cannot begin or end with it. Call sort_index \
         first."
    ))
}
