//! What a function demands of the calls that use it: rules, checked before anything runs.

use polars::prelude::*;

use super::expression::{Presort, SchemaExpression};
use super::{OutputSchema, Split};
use crate::error::{Error, Result};

/// Checks rules, such as `partition_by_has: carrier; input_has: delay: f64`, against a call.
///
/// | rule | demands |
/// |---|---|
/// | `partition_by_has: a, b` | these are among the keys |
/// | `partition_by_is: a, b` | these are the keys, in any order |
/// | `presort_has: a, b desc` | these are in the presort, with this direction |
/// | `input_has: a, b: f64` | these columns are there, with this type where one is given |
/// | `input_is: a: i64, b: str` | these are the columns and types, in this order |
///
/// # Errors
/// [`Error::Input`] for a rule that is broken, unknown, or cannot be read.
pub(super) fn validate(function: &str, rules: &str, split: &Split, inputs: &[DataFrame]) -> Result<()> {
    for rule in rules.split(';').map(str::trim).filter(|rule| !rule.is_empty()) {
        let broken = |why: String| Error::input(format!("function `{function}` demands `{rule}`, but {why}."));
        let unreadable = |why: &dyn std::fmt::Display| Error::input(format!("rule `{rule}`: {why}"));
        let (name, wanted) = rule.split_once(':').unwrap_or((rule, ""));
        let keys = || split.keys.join(", ");
        let input = || match inputs {
            [one] => Ok(one.schema()),
            _ => Err(unreadable(&"it speaks of one input, and there are several. Leave it out.")),
        };
        match name.trim() {
            "partition_by_has" | "partition_by_is" => {
                let wanted: Presort = wanted.parse().map_err(|error| unreadable(&error))?;
                let missing = wanted.keys.iter().find(|key| !split.keys.contains(&key.column));
                if let Some(missing) = missing {
                    let column = &missing.column;
                    return Err(broken(format!("the keys are [{}]. Add `{column}` to by(...)", keys())));
                }
                if name.trim() == "partition_by_is" && wanted.keys.len() != split.keys.len() {
                    return Err(broken(format!("the keys are [{}]. Split by exactly those", keys())));
                }
            }
            "presort_has" => {
                let wanted: Presort = wanted.parse().map_err(|error| unreadable(&error))?;
                if let Some(missing) = wanted.keys.iter().find(|key| !split.presort.contains(key)) {
                    let there = Presort { keys: split.presort.clone() };
                    return Err(broken(format!("the presort is `{there}`. Add `{missing}` to presort(...)")));
                }
            }
            "input_has" => has(wanted, input()?).map_err(|why| match why {
                Ok(broken_by) => broken(broken_by),
                Err(text) => unreadable(&text),
            })?,
            "input_is" => {
                let input = input()?;
                let wanted = OutputSchema::parse(wanted).and_then(|wanted| wanted.resolve(input));
                let wanted = wanted.map_err(|error| unreadable(&error))?;
                if wanted != **input {
                    let there =
                        OutputSchema::of(input).map_or_else(|error| error.to_string(), |there| there.to_string());
                    return Err(broken(format!("the input is `{there}`. Give it just those columns, in that order")));
                }
            }
            unknown => {
                return Err(Error::input(format!(
                    "unknown rule `{unknown}`. There are partition_by_has, partition_by_is, presort_has, input_has and \
                     input_is."
                )));
            }
        }
    }
    Ok(())
}

/// Columns with or without a type. The error is what is broken, or what cannot be read.
fn has(wanted: &str, input: &Schema) -> std::result::Result<(), std::result::Result<String, String>> {
    for column in wanted.split(',').map(str::trim) {
        let (name, typed) = match column.parse::<SchemaExpression>() {
            Ok(_) => {
                let one = OutputSchema::parse(column).and_then(|one| one.resolve(input));
                let one = one.map_err(|error| Err(error.to_string()))?;
                let (name, dtype) = one.get_at_index(0).ok_or_else(|| Err("no column is named".to_string()))?;
                (name.to_string(), Some(dtype.clone()))
            }
            Err(error) if column.contains(':') || column.is_empty() => return Err(Err(error.to_string())),
            Err(_) => (column.trim_matches('`').to_string(), None),
        };
        match (input.get(&name), typed) {
            (None, _) => {
                let there: Vec<&str> = input.iter_names().map(|name| name.as_str()).collect();
                return Err(Ok(format!("the input has {}. Give it `{name}`", there.join(", "))));
            }
            (Some(found), Some(dtype)) if *found != dtype => {
                return Err(Ok(format!("column `{name}` is {found}. Cast it")));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::by;
    use super::*;

    fn check(rules: &str) -> Result<()> {
        let input = df!("a" => [1i64], "b" => ["x"], "c" => [1.0]).unwrap();
        let split = by(["a"]).presort("c desc").check(input.schema()).unwrap();
        validate("fit", rules, &split, &[input])
    }

    #[test]
    fn rules_that_hold_are_silent() {
        check("partition_by_has: a; partition_by_is: a; presort_has: c DESC").unwrap();
        check("input_has: a, b: str; input_has: c: f64; input_is: a: i64, b: str, c: f64;").unwrap();
    }

    #[test]
    fn a_broken_rule_says_what_to_do() {
        for (rules, expected) in [
            (
                "partition_by_has: b",
                "function `fit` demands `partition_by_has: b`, but the keys are [a]. Add `b` to by",
            ),
            ("partition_by_is: a, b", "the keys are [a]. Add `b`"),
            ("partition_by_is: ", "the keys are [a]. Split by exactly those"),
            ("input_has: a,", "rule `input_has: a,`: schema: expected a column name"),
            ("input_is: a", "rule `input_is: a`: schema: expected `:` and a type"),
            ("presort_has: c", "the presort is `c desc`. Add `c` to presort"),
            ("input_has: x", "the input has a, b, c. Give it `x`"),
            ("input_has: a: str", "column `a` is i64. Cast it"),
            ("input_is: a: i64", "the input is `a: i64, b: str, c: f64`"),
            ("partitionby_has: a", "unknown rule `partitionby_has`. There are partition_by_has"),
            ("presort_has: c down", "rule `presort_has: c down`: presort: unknown word `down`"),
            ("input_has: a: i65", "unknown type `i65`"),
        ] {
            let message = check(rules).unwrap_err().to_string();
            assert!(message.contains(expected), "{rules}: {message}");
        }
    }

    #[test]
    fn several_inputs_have_keys_in_common_and_no_columns() {
        let input = df!("a" => [1]).unwrap();
        let split = by(["a"]).check(input.schema()).unwrap();
        let check = |rules| validate("fit", rules, &split, &[input.clone(), input.clone()]);
        check("partition_by_is: a").unwrap();
        for rules in ["input_has: a", "input_is: a: i32"] {
            let message = check(rules).unwrap_err().to_string();
            assert_eq!(
                message,
                format!("rule `{rules}`: it speaks of one input, and there are several. Leave it out.")
            );
        }
    }
}
