//! Schema expressions: what each means for several inputs, and what the errors of wrong ones point at.

use outgrow::partitioned::OutputSchema;
use polars::prelude::*;

use crate::{Check, Exercise, expected};

/// What the attendee writes.
pub struct Answer {
    /// All columns.
    pub as_it_is: &'static str,
    /// And one more.
    pub with_late: &'static str,
    /// Without one that must be there.
    pub without_tail: &'static str,
    /// Without one that may be there.
    pub without_tail_if_there: &'static str,
    /// One with another type.
    pub delay_with_decimals: &'static str,
    /// Others, with a name that has a space.
    pub per_carrier: &'static str,
    /// Others, with a list and a struct.
    pub delays_and_worst: &'static str,
}

/// What a function returns for an input; `None` where the input is to be refused.
type Truth = fn(&Schema) -> Option<Schema>;

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        let wanted: [(&str, &str, Truth); 7] = [
            ("AS_IT_IS", self.as_it_is, |input| Some(input.clone())),
            ("WITH_LATE", self.with_late, |input| Some(with(input, "late", DataType::Boolean))),
            ("WITHOUT_TAIL", self.without_tail, |input| input.contains("tailnum").then(|| without(input, "tailnum"))),
            ("WITHOUT_TAIL_IF_THERE", self.without_tail_if_there, |input| Some(without(input, "tailnum"))),
            ("DELAY_WITH_DECIMALS", self.delay_with_decimals, |input| {
                Some(with(input, "arr_delay", DataType::Float64))
            }),
            ("PER_CARRIER", self.per_carrier, |_| {
                Some(of(&[("carrier", DataType::String), ("mean delay", DataType::Float64)]))
            }),
            ("DELAYS_AND_WORST", self.delays_and_worst, |_| {
                let id = Field::new("id".into(), DataType::Int32);
                let delay = Field::new("arr_delay".into(), DataType::Int16);
                Some(of(&[
                    ("carrier", DataType::String),
                    ("delays", DataType::List(Box::new(DataType::Int16))),
                    ("worst", DataType::Struct(vec![id, delay])),
                ]))
            }),
        ];
        for (name, text, truth) in wanted {
            if !check.require(name, !text.trim().is_empty(), || format!("This is not written yet: {name} is empty.")) {
                continue;
            }
            match OutputSchema::parse(text) {
                Err(error) => {
                    check.require(name, false, || with_advice(error.to_string(), text));
                }
                Ok(expression) => {
                    for (table, input) in inputs() {
                        hold(check, &format!("{name} and {table}"), &expression, &input, truth(&input));
                    }
                }
            }
        }
        if check.right_so_far() {
            let (_, first) = inputs().into_iter().next().expect("there are inputs");
            let written = OutputSchema::of(&first).map_or_else(|error| error.to_string(), |all| all.to_string());
            check.note(format!(
                "Seven expressions, each held against {} tables, before a row was read. `*` was `{written}` for the first of \
                 them.",
                inputs().len()
            ));
        }
    }
}

/// One expression and one input.
fn hold(check: &mut Check, case: &str, expression: &OutputSchema, input: &Schema, truth: Option<Schema>) {
    let got = expression.resolve(input);
    match (got, truth) {
        (Err(_), None) => {
            check.require(case, true, String::new);
        }
        (Ok(_), None) => {
            check.require(case, false, || {
                format!(
                    "A table without `tailnum` is to be refused, and `{expression}` takes it: `~` leaves out what may be \
                     there, `-` what has to be there. Somebody who misspells a name hears of it only with `-`."
                )
            });
        }
        (Err(error), Some(_)) => {
            check.require(case, false, || with_advice(error.to_string(), &expression.to_string()));
        }
        (Ok(got), Some(truth)) => {
            let mut held = expected(listed(&truth));
            if got != truth {
                held = held.mistake(listed(&got), difference(expression, &got, &truth));
            }
            check.expect(case, &listed(&got), &held);
        }
    }
}

/// Tables with the columns that the constants speak of, but for one that has no tail numbers.
fn inputs() -> [(&'static str, Schema); 3] {
    let (text, small) = (DataType::String, DataType::Int16);
    let three = [("carrier", text.clone()), ("tailnum", text.clone()), ("arr_delay", small.clone())];
    let more = [
        ("id", DataType::Int32),
        ("arr_delay", small.clone()),
        ("tailnum", text.clone()),
        ("dest", text.clone()),
        ("carrier", text.clone()),
    ];
    let without_tail = [("carrier", text), ("arr_delay", small), ("day", DataType::Int16)];
    [
        ("a table of three columns", of(&three)),
        ("another table", of(&more)),
        ("a table without `tailnum`", of(&without_tail)),
    ]
}

fn of(columns: &[(&str, DataType)]) -> Schema {
    columns.iter().map(|(name, dtype)| ((*name).into(), dtype.clone())).collect()
}

/// The column with this type, where it is or behind the others.
fn with(input: &Schema, name: &str, dtype: DataType) -> Schema {
    let mut columns = input.clone();
    columns.insert(name.into(), dtype);
    columns
}

fn without(input: &Schema, name: &str) -> Schema {
    input.iter().filter(|(other, _)| *other != name).map(|(other, dtype)| (other.clone(), dtype.clone())).collect()
}

/// A row per column, as the tables of a finding show them.
fn listed(schema: &Schema) -> DataFrame {
    let names: Vec<&str> = schema.iter_names().map(|name| name.as_str()).collect();
    let types: Vec<String> = schema.iter_values().map(written).collect();
    df!("column" => names, "type" => types).expect("columns of one length")
}

/// A type as an expression has it.
fn written(dtype: &DataType) -> String {
    let one = of(&[("x", dtype.clone())]);
    OutputSchema::of(&one).map_or_else(|_| dtype.to_string(), |one| one.to_string().replacen("x: ", "", 1))
}

/// What is wrong with columns that are others than they should be.
fn difference(expression: &OutputSchema, got: &Schema, truth: &Schema) -> String {
    let missing = truth.iter_names().find(|name| !got.contains(name));
    let extra = got.iter_names().find(|name| !truth.contains(name));
    let place = |schema: &Schema, name: &str| schema.index_of(name).map_or(0, |place| place + 1);
    let told = format!("`{expression}`");
    if let Some(missing) = missing {
        return match expression.mentions_input() {
            true => format!("{told} has no column `{missing}`."),
            false => format!(
                "{told} has no column `{missing}`: it names columns of one table, and this one has others. `*` stands for \
                 whatever columns there are."
            ),
        };
    }
    if let Some(extra) = extra {
        return format!("{told} promises a column `{extra}` that the function does not return.");
    }
    for (name, dtype) in truth.iter() {
        let (is, should) = (place(got, name), place(truth, name));
        if got.get(name) != Some(dtype) {
            let is = got.get(name).map(written).unwrap_or_default();
            return format!("{told} says that `{name}` is {is}, and the function returns {}.", written(dtype));
        }
        if is != should {
            return format!(
                "{told} has `{name}` as column {is}, and it is to stay where it was: it is column {should}."
            );
        }
    }
    told
}

/// An error, which points at a character already, and what to do about it.
fn with_advice(error: String, text: &str) -> String {
    let after_comma = |sign: char| text.contains(&format!(", {sign}")) || text.contains(&format!(",{sign}"));
    let advice = if error.contains("unknown type `list`") || error.contains("unknown type `struct`") {
        "A list of i16 is written [i16], a struct {id: i32, arr_delay: i16}."
    } else if error.contains("expected a column name") && ['-', '~', '+'].into_iter().any(after_comma) {
        "The sign changes the columns that `*` stands for, so there is no comma before it: a comma begins a new column."
    } else if text.contains('?') {
        "A sign is one character: `-` leaves out what has to be there, and `~` what may be there."
    } else if error.contains("expected `:`") {
        "A name ends at a space, and then its type is expected. A name that has a space stands in backquotes: `a b`: i64."
    } else if error.contains("occurs twice") {
        "A comma puts one more column behind the others. `+` retypes it where it is."
    } else if error.contains("to drop") {
        "`-` leaves out what has to be there. Here it may be missing."
    } else {
        return error;
    };
    format!("{error}\n{advice}")
}
