//! What a function demands of the calls that use it: rules, checked before anything runs.

use polars::prelude::*;

use super::expression::{Columns, Presort, unquoted};
use super::schema::dtype;
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
    for rule in unquoted(rules, ';').map(str::trim).filter(|rule| !rule.is_empty()) {
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
            "input_has" => {
                let wanted: Columns = wanted.parse().map_err(|error| unreadable(&error))?;
                has(&wanted, input()?).map_err(broken)?;
            }
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

/// Whether the columns are there. The error says what is missing.
fn has(Columns(wanted): &Columns, input: &Schema) -> std::result::Result<(), String> {
    for (name, of) in wanted {
        match (input.get(name), of.as_ref().map(dtype)) {
            (None, _) => {
                let there: Vec<&str> = input.iter_names().map(|name| name.as_str()).collect();
                return Err(format!("the input has {}. Give it `{name}`", there.join(", ")));
            }
            (Some(found), Some(dtype)) if *found != dtype => {
                return Err(format!("column `{name}` is {found}. Cast it"));
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
    fn commas_and_semicolons_inside_of_names_and_types_are_theirs() {
        let legs = df!("origin" => ["EWR"], "gate" => [7i64]).unwrap().into_struct("leg".into()).into_series();
        let name = "a;b, c: d";
        let input = DataFrame::new(1, vec![legs.into_column(), Column::new(name.into(), [1i64])]).unwrap();
        let split = by([name]).presort("leg").check(input.schema()).unwrap();
        let check = |rules: &str| validate("fit", rules, &split, std::slice::from_ref(&input));
        check("input_has: leg: {origin: str, gate: i64}, `a;b, c: d`; presort_has: leg").unwrap();
        check("partition_by_is: `a;b, c: d`; input_is: leg: {origin: str, gate: i64}, `a;b, c: d`: i64").unwrap();
        let told = check("presort_has: leg; input_has: leg: {origin: str, gate: i32}").unwrap_err().to_string();
        assert!(told.contains("demands `input_has: leg: {origin: str, gate: i32}`, but column `leg` is"), "{told}");
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
            ("input_has: a,", "rule `input_has: a,`: columns: expected a column name"),
            ("input_has: `b;c", "rule `input_has: `b;c`: columns: this backquote is never closed"),
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
