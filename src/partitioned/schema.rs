//! What a function returns: a [schema expression](super::expression::SchemaExpression) and the input it is applied to.

use std::fmt::Display;

use polars::prelude::*;

use super::expression::{self as text, Change, Item, SchemaExpression, Type, Unit};
use crate::error::{Error, Result};

/// A schema expression, read but not yet applied to an input.
///
/// | written | meaning |
/// |---|---|
/// | `a: i64, b: str` | these columns |
/// | `*` | all input columns |
/// | `*, x: f64` | and one more; a name that is there already is an error |
/// | `* - a, b` | without these; an error when one is not there |
/// | `* ~ a` | without this one, if it is there |
/// | `* + a: str` | with another type in the same place, or appended |
/// | `` `a b`: i64 `` | a name with other characters than letters, digits and `_`; two backquotes stand for one |
/// | `[i64]`, `{x: i64, y: str}` | a list, a struct |
///
/// Operators chain from left to right. Types: `bool`, `i8` to `i64`, `u8` to `u64`, `f32`, `f64`, `str`, `binary`, `date`,
/// `time`, `datetime`, `duration` (the last two in `us`, or `datetime[ms]`, `duration[ns]`), and Fugue's names for them
/// (`int`, `long`, `double`, ...). `reading` and `Display` are inverse.
///
/// ```
/// use outgrow::partitioned::OutputSchema;
/// # use polars::prelude::*;
/// let flights = df!("carrier" => ["UA"], "tail" => ["N1"], "delay" => [4])?;
/// let output = OutputSchema::parse("* - tail + delay: f64, share: double")?.resolve(flights.schema())?;
/// assert_eq!(OutputSchema::of(&output)?.to_string(), "carrier: str, delay: f64, share: f64");
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputSchema(SchemaExpression);

impl OutputSchema {
    /// Reads a schema expression.
    ///
    /// ```
    /// use outgrow::partitioned::OutputSchema;
    /// let schema = OutputSchema::parse("*-tail, `mean delay`:double").unwrap();
    /// assert_eq!(schema.to_string(), "* - tail, `mean delay`: f64");
    /// let error = OutputSchema::parse("carrier: str, delay: f63").unwrap_err().to_string();
    /// assert!(error.contains("unknown type `f63`"));
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] that points at the character.
    pub fn parse(text: &str) -> Result<Self> {
        text.parse().map(Self).map_err(|error: text::SyntaxError| Error::input(error.to_string()))
    }

    /// Whether it speaks of the input's columns.
    ///
    /// ```
    /// use outgrow::partitioned::OutputSchema;
    /// assert!(OutputSchema::parse("*, share: f64")?.mentions_input());
    /// assert!(!OutputSchema::parse("carrier: str")?.mentions_input());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn mentions_input(&self) -> bool {
        self.0.items.iter().any(|item| matches!(item, Item::Input(_)))
    }

    /// The columns and types of the output, for an input with these.
    ///
    /// ```
    /// use outgrow::partitioned::OutputSchema;
    /// # use polars::prelude::*;
    /// let flights = df!("carrier" => ["UA"], "delay" => [4])?;
    /// let output = OutputSchema::parse("*, late: bool")?.resolve(flights.schema())?;
    /// assert_eq!(output.get("late"), Some(&DataType::Boolean));
    /// assert!(OutputSchema::parse("*, delay: f64")?.resolve(flights.schema()).is_err());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] when a name occurs twice, or a column to be dropped is not there.
    pub fn resolve(&self, input: &Schema) -> Result<Schema> {
        let mut output = Schema::default();
        let mut add = |name: &str, dtype: DataType| match output.insert(name.into(), dtype) {
            Some(_) => {
                Err(Error::input(format!("schema `{}`: column `{name}` occurs twice. Rename or drop one.", self.0)))
            }
            None => Ok(()),
        };
        for item in &self.0.items {
            match item {
                Item::Column(field) => add(&field.name, dtype(&field.of))?,
                Item::Input(changes) => {
                    for (name, dtype) in self.changed(input, changes)?.into_iter() {
                        add(&name, dtype)?;
                    }
                }
            }
        }
        match output.is_empty() {
            true => Err(Error::input(format!("schema `{}`: no column is left. Keep one at least.", self.0))),
            false => Ok(output),
        }
    }

    fn changed(&self, input: &Schema, changes: &[Change]) -> Result<Schema> {
        let mut columns = input.clone();
        for change in changes {
            match change {
                Change::Drop(names) => {
                    for name in names {
                        if columns.shift_remove(name.as_str()).is_none() {
                            let there: Vec<&str> = columns.iter_names().map(|name| name.as_str()).collect();
                            let there = there.join(", ");
                            return Err(Error::input(format!(
                                "schema `{}`: there is no column `{name}` to drop; there are {there}. Write `~` for one \
                                 that may be missing.",
                                self.0
                            )));
                        }
                    }
                }
                Change::DropIfPresent(names) => names.iter().for_each(|name| {
                    columns.shift_remove(name.as_str());
                }),
                Change::Retype(fields) => fields.iter().for_each(|field| {
                    columns.insert(field.name.as_str().into(), dtype(&field.of));
                }),
            }
        }
        Ok(columns)
    }

    /// The expression that says these columns and types.
    ///
    /// ```
    /// use outgrow::partitioned::OutputSchema;
    /// # use polars::prelude::*;
    /// let flights = df!("carrier" => ["UA"], "arrival delay" => [4.5])?;
    /// assert_eq!(OutputSchema::of(flights.schema())?.to_string(), "carrier: str, `arrival delay`: f64");
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] for a type that no expression can say.
    pub fn of(schema: &Schema) -> Result<Self> {
        let fields = schema.iter().map(|(name, dtype)| {
            let of = of_dtype(dtype).ok_or_else(|| {
                Error::input(format!(
                    "column `{name}` is {dtype}, which a schema expression cannot say. Cast it first."
                ))
            })?;
            Ok(Item::Column(text::Field { name: name.to_string(), of }))
        });
        Ok(Self(SchemaExpression { items: fields.collect::<Result<_>>()? }))
    }
}

impl Display for OutputSchema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The simple types and what they are in the dataframe engine.
const SIMPLE: &[(Type, DataType)] = &[
    (Type::Bool, DataType::Boolean),
    (Type::I8, DataType::Int8),
    (Type::I16, DataType::Int16),
    (Type::I32, DataType::Int32),
    (Type::I64, DataType::Int64),
    (Type::U8, DataType::UInt8),
    (Type::U16, DataType::UInt16),
    (Type::U32, DataType::UInt32),
    (Type::U64, DataType::UInt64),
    (Type::F32, DataType::Float32),
    (Type::F64, DataType::Float64),
    (Type::Str, DataType::String),
    (Type::Binary, DataType::Binary),
    (Type::Date, DataType::Date),
    (Type::Time, DataType::Time),
    (Type::Datetime(Unit::Milliseconds), DataType::Datetime(TimeUnit::Milliseconds, None)),
    (Type::Datetime(Unit::Microseconds), DataType::Datetime(TimeUnit::Microseconds, None)),
    (Type::Datetime(Unit::Nanoseconds), DataType::Datetime(TimeUnit::Nanoseconds, None)),
    (Type::Duration(Unit::Milliseconds), DataType::Duration(TimeUnit::Milliseconds)),
    (Type::Duration(Unit::Microseconds), DataType::Duration(TimeUnit::Microseconds)),
    (Type::Duration(Unit::Nanoseconds), DataType::Duration(TimeUnit::Nanoseconds)),
];

/// A type in the dataframe engine.
pub(super) fn dtype(of: &Type) -> DataType {
    match of {
        Type::List(inner) => DataType::List(Box::new(dtype(inner))),
        Type::Struct(fields) => DataType::Struct(
            fields.iter().map(|field| Field::new(field.name.as_str().into(), dtype(&field.of))).collect(),
        ),
        simple => SIMPLE.iter().find(|(of, _)| of == simple).map_or(DataType::Null, |(_, dtype)| dtype.clone()),
    }
}

fn of_dtype(dtype: &DataType) -> Option<Type> {
    match dtype {
        DataType::List(inner) => of_dtype(inner).map(|inner| Type::List(Box::new(inner))),
        DataType::Struct(fields) => {
            let fields = fields.iter().map(|field| {
                let of = of_dtype(field.dtype())?;
                Some(text::Field { name: field.name().to_string(), of })
            });
            fields.collect::<Option<_>>().map(Type::Struct)
        }
        simple => SIMPLE.iter().find(|(_, dtype)| dtype == simple).map(|(of, _)| of.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str) -> Result<String> {
        let input = Schema::from_iter([("a".into(), DataType::Int16), ("b".into(), DataType::String)]);
        Ok(OutputSchema::of(&OutputSchema::parse(text)?.resolve(&input)?)?.to_string())
    }

    #[test]
    fn operators_change_the_input_columns() {
        for (text, expected) in [
            ("*", "a: i16, b: str"),
            ("*, `b c`: double", "a: i16, b: str, `b c`: f64"),
            ("* - a", "b: str"),
            ("* ~ a, x", "b: str"),
            ("* + a: str", "a: str, b: str"),
            ("* + x: [date]", "a: i16, b: str, x: [date]"),
            ("* - a + a: f64", "b: str, a: f64"),
            ("a: {x: datetime[ms], y: time}", "a: {x: datetime[ms], y: time}"),
        ] {
            assert_eq!(resolve(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_is_an_error() {
        for (text, expected) in [
            ("*, a: i64", "schema `*, a: i64`: column `a` occurs twice"),
            ("*, *", "column `a` occurs twice"),
            ("* - x", "there is no column `x` to drop; there are a, b. Write `~`"),
            ("* - a, b", "no column is left"),
        ] {
            let message = resolve(text).unwrap_err().to_string();
            assert!(message.contains(expected), "{text}: {message}");
        }
        let odd = Schema::from_iter([("n".into(), DataType::Null)]);
        assert!(OutputSchema::of(&odd).unwrap_err().to_string().contains("column `n` is null"));
    }
}
