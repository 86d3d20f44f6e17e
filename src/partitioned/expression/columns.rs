//! Columns that a function demands: `carrier, delay: f64`.

use std::str::FromStr;

use super::Type;
use super::schema::of_type;
use super::text::{Scanner, SyntaxError};

/// Names, with a type where one is demanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Columns(pub Vec<(String, Option<Type>)>);

impl FromStr for Columns {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        let mut scanner = Scanner::new("columns", text);
        let mut columns = Vec::new();
        loop {
            let name = scanner.name("")?;
            let of = if scanner.take(':') { Some(scanner.nested(of_type)?) } else { None };
            columns.push((name, of));
            let place = scanner.place();
            if scanner.peek().is_none() {
                return Ok(Self(columns));
            }
            if !scanner.take(',') {
                return Err(scanner.error(place, "expected `:` and a type, `,` or the end"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_types_or_not() {
        let Columns(columns) = "a, `b, c`: f64, leg: {origin: str, gate: i64}".parse().unwrap();
        let names: Vec<_> = columns.iter().map(|(name, of)| (name.as_str(), of.is_some())).collect();
        assert_eq!(names, [("a", false), ("b, c", true), ("leg", true)]);
        for (text, expected) in [
            ("", "columns: expected a column name, at character 1"),
            ("a,", "expected a column name, at character 3"),
            ("a f64", "expected `:` and a type, `,` or the end, at character 3"),
            ("a: f65", "unknown type `f65`"),
        ] {
            let told = text.parse::<Columns>().unwrap_err().to_string();
            assert!(told.contains(expected), "{told}");
        }
    }
}
