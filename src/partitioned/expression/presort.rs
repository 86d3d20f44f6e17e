//! The order of rows in a partition: `time_hour, delay desc`.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use super::text::{Name, Scanner, SyntaxError, list};

/// A presort expression: columns, most significant first. Nulls come last, both ways.
///
/// Read with [`str::parse`], written with [`Display`]; each undoes the other. The empty text is no order.
///
/// ```
/// use outgrow::partitioned::expression::Presort;
/// let presort: Presort = "time_hour, `arrival delay` DESC".parse().unwrap();
/// assert!(presort.keys[1].descending);
/// assert_eq!(presort.to_string(), "time_hour, `arrival delay` desc");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presort {
    /// The columns, each of them once.
    pub keys: Vec<SortKey>,
}

/// A column that rows are sorted by.
///
/// ```
/// use outgrow::partitioned::SortKey;
/// assert_eq!(SortKey { column: "delay".into(), descending: true }.to_string(), "delay desc");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// Name of the column.
    pub column: String,
    /// From large to small.
    pub descending: bool,
}

impl FromStr for Presort {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        let mut scanner = Scanner::new("presort", text);
        let mut keys: Vec<SortKey> = Vec::new();
        if scanner.peek().is_none() {
            return Ok(Self { keys });
        }
        loop {
            let place = scanner.place();
            let column = scanner.name("")?;
            if keys.iter().any(|key| key.column == column) {
                return Err(scanner.error(place, format!("column `{column}` is named twice")));
            }
            let place = scanner.place();
            let word = scanner.word();
            let descending = match word.to_lowercase().as_str() {
                "" | "asc" => false,
                "desc" => true,
                _ => {
                    let what = format!("unknown word `{word}` after `{column}`; expected `asc`, `desc` or `,`");
                    return Err(scanner.error(place, what));
                }
            };
            keys.push(SortKey { column, descending });
            let place = scanner.place();
            if scanner.peek().is_none() {
                return Ok(Self { keys });
            }
            if !scanner.take(',') {
                return Err(scanner.error(place, "expected `,` or the end"));
            }
        }
    }
}

impl Display for Presort {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        list(f, &self.keys)
    }
}

impl Display for SortKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", Name(&self.column), if self.descending { " desc" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_read_case_insensitively() {
        let presort: Presort = " b,  `c d` DESC, e Asc ".parse().unwrap();
        assert_eq!(presort.to_string(), "b, `c d` desc, e");
        assert_eq!(" ".parse::<Presort>().unwrap(), Presort::default());
    }

    #[test]
    fn errors_point_at_the_character() {
        let message = |text: &str| text.parse::<Presort>().unwrap_err().to_string();
        assert_eq!(
            message("b down"),
            "presort: unknown word `down` after `b`; expected `asc`, `desc` or `,`, at character 3:\n  b down\n    ^"
        );
        for (text, expected) in [
            ("b desc c", "expected `,` or the end, at character 8"),
            ("b,,c", "expected a column name, at character 3"),
            ("b,", "expected a column name, at character 3"),
            ("b, b desc", "column `b` is named twice, at character 4"),
            ("`b", "this backquote is never closed"),
        ] {
            assert!(message(text).contains(expected), "{text}: {}", message(text));
        }
    }

    proptest! {
        #[test]
        fn reading_undoes_writing(columns in prop::collection::btree_map("[a-c_`, é]{1,4}", any::<bool>(), 0..5)) {
            let keys = columns.into_iter().map(|(column, descending)| SortKey { column, descending }).collect();
            let presort = Presort { keys };
            prop_assert_eq!(presort.to_string().parse::<Presort>().unwrap(), presort);
        }
    }
}
