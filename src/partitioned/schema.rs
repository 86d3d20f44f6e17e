//! What a function returns, written as text: `carrier: str, alpha: f64` or `*, share: f64`.
//!
//! Read so far: `*` for all input columns, `name: type` to append, names in backquotes. The operators on `*` come later.

use polars::prelude::*;

use crate::error::{Error, Result};

/// A schema expression, read but not yet applied to an input.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputSchema {
    items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq)]
enum Item {
    InputColumns,
    Column(PlSmallStr, DataType),
}

/// Names of types; the first of each line is the one to use, the others are aliases.
const TYPES: &[(&[&str], DataType)] = &[
    (&["bool", "boolean"], DataType::Boolean),
    (&["i16", "short", "int16"], DataType::Int16),
    (&["i32", "int", "int32"], DataType::Int32),
    (&["i64", "long", "int64"], DataType::Int64),
    (&["u32", "uint32", "uint"], DataType::UInt32),
    (&["u64", "uint64", "ulong"], DataType::UInt64),
    (&["f32", "float", "float32"], DataType::Float32),
    (&["f64", "double", "float64"], DataType::Float64),
    (&["str", "string"], DataType::String),
];

impl OutputSchema {
    /// Reads a schema expression.
    ///
    /// ```
    /// use outgrow::partitioned::OutputSchema;
    /// assert!(OutputSchema::parse("carrier: str, `mean delay`: f64").is_ok());
    /// let error = OutputSchema::parse("carrier: str, delay: f63").unwrap_err().to_string();
    /// assert!(error.contains("unknown type `f63`"));
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] that points at the character.
    pub fn parse(text: &str) -> Result<Self> {
        Parser { text, at: 0 }.schema()
    }

    /// The columns and types of the output, for an input with these.
    ///
    /// # Errors
    /// [`Error::Input`] when a name occurs twice.
    pub fn resolve(&self, input: &Schema) -> Result<Schema> {
        let mut output = Schema::default();
        let mut add = |name: &PlSmallStr, dtype: &DataType| match output.insert(name.clone(), dtype.clone()) {
            Some(_) => Err(Error::input(format!("schema: column `{name}` occurs twice. Rename or drop one."))),
            None => Ok(()),
        };
        for item in &self.items {
            match item {
                Item::Column(name, dtype) => add(name, dtype)?,
                Item::InputColumns => input.iter().try_for_each(|(name, dtype)| add(name, dtype))?,
            }
        }
        Ok(output)
    }
}

struct Parser<'a> {
    text: &'a str,
    /// Byte position of the next character.
    at: usize,
}

impl<'a> Parser<'a> {
    fn schema(mut self) -> Result<OutputSchema> {
        let mut items = Vec::new();
        loop {
            items.push(self.item()?);
            self.skip_space();
            match self.rest().chars().next() {
                None => return Ok(OutputSchema { items }),
                Some(',') => self.at += 1,
                Some(_) => return Err(self.error(self.at, "expected `,` or the end")),
            }
        }
    }

    fn item(&mut self) -> Result<Item> {
        self.skip_space();
        if self.rest().starts_with('*') {
            self.at += 1;
            return Ok(Item::InputColumns);
        }
        let name = self.name()?;
        self.skip_space();
        if !self.rest().starts_with(':') {
            return Err(self.error(self.at, "expected `:` and a type"));
        }
        self.at += 1;
        self.skip_space();
        let start = self.at;
        let word = self.word();
        let found = TYPES.iter().find(|(names, _)| names.contains(&word.to_lowercase().as_str()));
        match found {
            Some((_, dtype)) => Ok(Item::Column(name.into(), dtype.clone())),
            None if word.is_empty() => Err(self.error(start, "expected a type, such as i64, f64 or str")),
            None => {
                let types: Vec<&str> = TYPES.iter().map(|(names, _)| names[0]).collect();
                Err(self.error(start, &format!("unknown type `{word}`; there are {}", types.join(", "))))
            }
        }
    }

    fn name(&mut self) -> Result<&'a str> {
        let start = self.at;
        if let Some(quoted) = self.rest().strip_prefix('`') {
            let Some(end) = quoted.find('`') else {
                return Err(self.error(start, "this backquote is never closed"));
            };
            self.at += end + 2;
            return match end {
                0 => Err(self.error(start, "a name must not be empty")),
                _ => Ok(&quoted[..end]),
            };
        }
        match self.word() {
            "" => Err(self.error(start, "expected a column name or `*`")),
            word => Ok(word),
        }
    }

    /// Letters, digits and underscores from here on.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// The text, and below it a mark at the character that is wrong.
    fn error(&self, at: usize, what: &str) -> Error {
        let column = self.text[..at].chars().count();
        Error::input(format!(
            "schema: {what}, at character {}:\n  {}\n  {}^",
            column + 1,
            self.text,
            " ".repeat(column)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        OutputSchema::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_star_stands_for_the_input_columns() {
        let input = Schema::from_iter([("a".into(), DataType::Int16)]);
        let schema = OutputSchema::parse("*, `b c`: double").unwrap().resolve(&input).unwrap();
        let expected = [("a".into(), DataType::Int16), ("b c".into(), DataType::Float64)];
        assert_eq!(schema, Schema::from_iter(expected));
        let twice = OutputSchema::parse("*, a: i64").unwrap().resolve(&input).unwrap_err().to_string();
        assert!(twice.contains("`a` occurs twice"), "{twice}");
    }

    #[test]
    fn errors_point_at_the_character() {
        assert_eq!(
            message("carrier: str, delay f64"),
            "schema: expected `:` and a type, at character 21:\n  carrier: str, delay f64\n                      ^"
        );
        for (text, expected) in [
            ("", "expected a column name or `*`, at character 1"),
            ("a: str,", "expected a column name or `*`, at character 8"),
            ("a: ", "expected a type"),
            ("a: i33", "unknown type `i33`; there are bool, i16"),
            ("a: i64 b", "expected `,` or the end, at character 8"),
            ("`a: i64", "this backquote is never closed, at character 1"),
            ("``: i64", "a name must not be empty"),
            ("ä: i65", "unknown type `i65`"),
        ] {
            assert!(message(text).contains(expected), "{text}: {}", message(text));
        }
    }
}
