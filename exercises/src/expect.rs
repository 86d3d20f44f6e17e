//! A table of an answer is held against the expected one, and against those that known mistakes give.

use std::collections::{HashMap, VecDeque};

use outgrow::charts::units;
use outgrow::exercises::show::count;
use outgrow::exercises::{Cell, Tables};
use polars::prelude::*;

/// Rows that are shown.
const SHOWN: usize = 6;

/// Numbers are the same when this is between them: a sum in another order may give it in place of 0, of which no share
/// is left.
const NEXT_TO_NOTHING: f64 = 1e-12;

/// What a table of an answer must be, and what it is when somebody makes a known mistake.
#[derive(Debug)]
pub struct Expected {
    frame: DataFrame,
    keys: Vec<String>,
    tolerance: f64,
    mistakes: Vec<(DataFrame, String)>,
}

/// This table: the same columns in any order, the same rows in this order; numbers may be of any type and differ by one
/// part in a billion, or by next to nothing.
///
/// ```
/// # use outgrow_exercises::expected;
/// # use polars::prelude::*;
/// let mean = expected(df!("carrier" => ["AA", "UA"], "mean" => [1.5, 2.0])?)
///     .by(&["carrier"])
///     .mistake(df!("carrier" => ["AA", "UA"], "mean" => [1.0, 2.0])?, "This is a mean of means.");
/// assert!(mean.difference(&df!("mean" => [2.0, 1.5], "carrier" => ["UA", "AA"])?).is_none());
/// let (reason, tables) = mean.difference(&df!("carrier" => ["AA", "UA"], "mean" => [1.0, 2.0])?).unwrap();
/// assert_eq!((reason.as_str(), tables.unwrap().got.len()), ("This is a mean of means.", 1));
/// # Ok::<(), PolarsError>(())
/// ```
pub fn expected(frame: DataFrame) -> Expected {
    Expected { frame, keys: vec![], tolerance: 1e-9, mistakes: vec![] }
}

impl Expected {
    /// The order of rows does not matter: these columns say which row is which.
    pub fn by(mut self, keys: &[&str]) -> Self {
        self.keys = keys.iter().map(|key| key.to_string()).collect();
        self
    }

    /// Numbers may differ by this share of the larger one.
    pub fn within(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// What a known mistake gives for this input, and what to say to somebody who makes it: figures of this input teach
    /// best.
    pub fn mistake(mut self, gives: DataFrame, reason: impl Into<String>) -> Self {
        self.mistakes.push((gives, reason.into()));
        self
    }

    /// What is wrong with a table, in words and as small tables; `None` when nothing is.
    pub fn difference(&self, got: &DataFrame) -> Option<(String, Option<Tables>)> {
        let (reason, tables) = self.against(got, &self.frame)?;
        let known = self.mistakes.iter().find(|(gives, _)| self.against(got, gives).is_none());
        Some((known.map_or(reason, |(_, reason)| reason.clone()), tables))
    }

    fn against(&self, got: &DataFrame, expected: &DataFrame) -> Option<(String, Option<Tables>)> {
        let names = |frame: &DataFrame| frame.columns().iter().map(|column| column.name().to_string()).collect();
        let (has, wanted): (Vec<String>, Vec<String>) = (names(got), names(expected));
        if !(has.iter().all(|name| wanted.contains(name)) && wanted.iter().all(|name| has.contains(name))) {
            let reason = format!("The columns are {}; expected were {}.", has.join(", "), wanted.join(", "));
            return Some((reason, None));
        }
        let (got, expected) = (Values::of(got, &wanted), Values::of(expected, &wanted));
        let keys: Vec<usize> =
            wanted.iter().enumerate().filter(|(_, name)| self.keys.contains(name)).map(|k| k.0).collect();
        let equal =
            |this: usize, that: usize| (0..wanted.len()).all(|at| self.same(&got.0[at][this], &expected.0[at][that]));
        let pairs = pairs(&got, &expected, &keys, equal);
        let different: Vec<_> =
            pairs.iter().filter(|pair| !pair.0.zip(pair.1).is_some_and(|(a, b)| equal(a, b))).collect();
        if different.is_empty() {
            return None;
        }
        let mut tables = Tables { header: wanted.clone(), ..Tables::default() };
        for (this, that) in different.iter().take(SHOWN) {
            let (mut left, mut right) = (vec![], vec![]);
            for at in 0..wanted.len() {
                let (this, that) = (this.map(|row| &got.0[at][row]), that.map(|row| &expected.0[at][row]));
                let differs = !this.zip(that).is_some_and(|(this, that)| self.same(this, that));
                let (this, that) = texts((this, that), differs, if at == 0 { "no row" } else { "-" });
                left.push(Cell { text: this, differs });
                right.push(Cell { text: that, differs });
            }
            tables.got.push(left);
            tables.expected.push(right);
        }
        tables.more = different.len() - tables.got.len();
        Some((in_words(&different, (got.rows(), expected.rows()), keys.is_empty()), Some(tables)))
    }

    fn same(&self, this: &Value, that: &Value) -> bool {
        match (this, that) {
            (Value::Number(this), Value::Number(that)) => {
                let allowed = (self.tolerance * this.abs().max(that.abs())).max(NEXT_TO_NOTHING);
                this == that || (this - that).abs() <= allowed || (this.is_nan() && that.is_nan())
            }
            (this, that) => this == that,
        }
    }
}

/// A value, without its type where that makes no difference to a reader.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Null,
    Number(f64),
    Text(String),
}

/// Columns of values.
struct Values(Vec<Vec<Value>>);

impl Values {
    fn of(frame: &DataFrame, names: &[String]) -> Self {
        let value = |value: AnyValue| match (value.get_str(), value.extract::<f64>()) {
            _ if value.is_null() => Value::Null,
            (Some(text), _) => Value::Text(text.to_string()),
            (None, Some(number)) if value.dtype().is_primitive_numeric() => Value::Number(number),
            _ => Value::Text(value.to_string()),
        };
        let column = |name| frame.column(name).expect("names are compared before").as_materialized_series().rechunk();
        Self(names.iter().map(|name| column(name).iter().map(value).collect()).collect())
    }

    fn rows(&self) -> usize {
        self.0.first().map_or(0, Vec::len)
    }
}

/// Rows that belong together: by their keys, or by their place. Where one has no counterpart there is none. Of several
/// rows of one key those that are equal belong together.
fn pairs(
    got: &Values,
    expected: &Values,
    keys: &[usize],
    equal: impl Fn(usize, usize) -> bool,
) -> Vec<(Option<usize>, Option<usize>)> {
    /// An equal row is looked for among so many; a key is meant to have one row.
    const NEAR: usize = 100;
    let (rows, wanted) = (got.rows(), expected.rows());
    if keys.is_empty() {
        let at = |row: usize, rows: usize| (row < rows).then_some(row);
        return (0..rows.max(wanted)).map(|row| (at(row, rows), at(row, wanted))).collect();
    }
    let key = |values: &Values, row: usize| {
        keys.iter().map(|at| format!("{:?}", values.0[*at][row])).collect::<Vec<_>>().join("\0")
    };
    let mut left: HashMap<String, VecDeque<usize>> = HashMap::new();
    (0..rows).for_each(|row| left.entry(key(got, row)).or_default().push_back(row));
    let partner = |row: usize| {
        let rows = left.get_mut(&key(expected, row))?;
        let found = rows.iter().take(NEAR).position(|other| equal(*other, row)).unwrap_or(0);
        rows.remove(found)
    };
    let partners: Vec<Option<usize>> = (0..wanted).map(partner).collect();
    let mut pairs: Vec<_> = partners.into_iter().zip((0..wanted).map(Some)).collect();
    let mut rest: Vec<usize> = left.into_values().flatten().collect();
    rest.sort_unstable();
    pairs.extend(rest.into_iter().map(|row| (Some(row), None)));
    pairs
}

/// Numbers with three decimals, or with all of them where the difference does not show otherwise.
fn texts((this, that): (Option<&Value>, Option<&Value>), differs: bool, no_row: &str) -> (String, String) {
    let text = |value: Option<&Value>, whole: bool| match value {
        None => no_row.to_string(),
        Some(Value::Null) => "null".to_string(),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Number(number)) if whole => number.to_string(),
        Some(Value::Number(number)) => {
            let text = format!("{number:.3}");
            text.trim_end_matches('0').trim_end_matches('.').to_string()
        }
    };
    let (short, other) = (text(this, false), text(that, false));
    if differs && short == other { (text(this, true), text(that, true)) } else { (short, other) }
}

fn in_words(different: &[&(Option<usize>, Option<usize>)], rows: (usize, usize), in_order: bool) -> String {
    let of = |what: fn(&(Option<usize>, Option<usize>)) -> bool| different.iter().filter(|pair| what(pair)).count();
    let (missing, extra) = (of(|pair| pair.0.is_none()), of(|pair| pair.1.is_none()));
    let number = |of: usize| units::count(of as u64);
    let is = |of: usize| if of == 1 { "is" } else { "are" };
    let were = if rows.1 == 1 { "was" } else { "were" };
    let mut words =
        vec![format!("There {} {}, and {} {were} expected.", is(rows.0), count(rows.0, "row"), number(rows.1))];
    if missing + extra == 0 {
        let differ = if different.len() == 1 { "differs" } else { "differ" };
        words = vec![format!("{} of {} {differ}.", number(different.len()), count(rows.1, "row"))];
    } else if !in_order {
        let (missed, added) = (number(missing), number(extra));
        words.push(format!("{missed} {} missing, and {added} {} there that should not be.", is(missing), is(extra)));
    }
    if in_order {
        words.push("Rows are compared in order.".into());
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carriers(names: &[&str], means: &[Option<f64>]) -> DataFrame {
        df!("carrier" => names, "mean" => means).unwrap()
    }

    #[test]
    fn a_missing_row_an_extra_one_and_a_double_one_are_told_apart() {
        let expected = expected(carriers(&["AA", "UA"], &[Some(1.0), None])).by(&["carrier"]);
        let (reason, tables) = expected.difference(&carriers(&["UA", "UA", "B6"], &[None, None, Some(1.0)])).unwrap();
        assert_eq!(reason, "There are 3 rows, and 2 were expected. 1 is missing, and 2 are there that should not be.");
        let tables = tables.unwrap();
        let texts = |rows: &[Vec<Cell>]| rows.iter().map(|row| row[0].text.clone()).collect::<Vec<_>>();
        assert_eq!(texts(&tables.got), ["no row", "UA", "B6"]);
        assert_eq!(texts(&tables.expected), ["AA", "no row", "no row"]);
    }

    #[test]
    fn rows_of_one_key_belong_together_when_they_are_equal() {
        let twice = carriers(&["AA", "AA"], &[Some(1.0), Some(2.0)]);
        let turned = carriers(&["AA", "AA"], &[Some(2.0), Some(1.0)]);
        assert!(expected(twice).by(&["carrier"]).difference(&turned).is_none());
    }

    #[test]
    fn order_counts_without_keys_and_null_is_no_number() {
        let frame = carriers(&["AA", "UA"], &[Some(1.0), None]);
        let turned = carriers(&["UA", "AA"], &[None, Some(1.0)]);
        assert!(expected(frame.clone()).difference(&turned).unwrap().0.contains("in order"));
        let zero = carriers(&["AA", "UA"], &[Some(1.0), Some(0.0)]);
        assert!(expected(frame).by(&["carrier"]).difference(&zero).unwrap().0.contains("1 of 2 rows differs."));
    }

    #[test]
    fn one_is_not_told_as_several_and_thousands_have_commas() {
        let zeros = |rows: usize| df!("n" => vec![0; rows]).unwrap();
        let told = |got: usize, wanted: usize| expected(zeros(wanted)).by(&["n"]).difference(&zeros(got)).unwrap().0;
        let missing = "There is 1 row, and 2 were expected. 1 is missing, and 0 are there that should not be.";
        assert_eq!(told(1, 2), missing);
        let extra = "There are 1,002 rows, and 1 was expected. 0 are missing, and 1,001 are there that should not be.";
        assert_eq!(told(1_002, 1), extra);
    }

    #[test]
    fn what_rounding_leaves_of_nothing_is_nothing() {
        let zero = expected(df!("mean" => [0.0]).unwrap());
        assert!(zero.difference(&df!("mean" => [5e-17]).unwrap()).is_none());
        assert!(zero.difference(&df!("mean" => [1e-9]).unwrap()).is_some());
    }

    #[test]
    fn what_is_not_a_number_is_the_same_as_itself_alone() {
        let nan = expected(df!("mean" => [f64::NAN]).unwrap());
        assert!(nan.difference(&df!("mean" => [-f64::NAN]).unwrap()).is_none());
        assert!(nan.difference(&df!("mean" => [0.0]).unwrap()).is_some());
        assert!(nan.difference(&df!("mean" => [None::<f64>]).unwrap()).is_some());
    }

    #[test]
    fn types_of_numbers_do_not_count_but_the_smallest_differences_show() {
        let whole = df!("n" => [1i16]).unwrap();
        assert!(expected(whole.clone()).difference(&df!("n" => [1.0]).unwrap()).is_none());
        let (_, tables) = expected(whole.clone()).difference(&df!("n" => [1.00001]).unwrap()).unwrap();
        assert_eq!(tables.unwrap().got[0][0].text, "1.00001");
        assert!(expected(whole).difference(&df!("m" => [1]).unwrap()).unwrap().0.contains("The columns are m"));
    }
}
