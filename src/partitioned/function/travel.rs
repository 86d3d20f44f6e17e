//! Values as they travel: JSON, which has no word for NaN and infinity.

use serde::Serialize;

use super::leaves::{Leaf, Look, walk};

/// A value as JSON; `name` says what it is, for errors.
///
/// # Errors
/// In words, for what JSON cannot say. It would write NaN as null, and who reads it would be none the wiser.
pub fn to_json(name: &str, value: &impl Serialize) -> Result<serde_json::Value, String> {
    walk(value, Finite).map_err(|refused| format!("in {name} is {refused}"))?;
    serde_json::to_value(value).map_err(|error| format!("{name} cannot be written as JSON: {error}"))
}

#[derive(Clone, Copy)]
struct Finite;

impl Look for Finite {
    fn leaf(self, leaf: Leaf) -> Result<(), String> {
        match leaf {
            Leaf::Float(value) if !value.is_finite() => {
                Err(format!("the number {value}, which JSON cannot say. Send an Option, or a text"))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(serde::Serialize)]
    enum Penalty {
        None,
        Ridge(f64),
        Elastic { l1: f64, l2: f64 },
        Both(f32, f64),
    }

    #[test]
    fn numbers_that_json_cannot_say_are_refused_wherever_they_are() {
        let told = |params: &dyn Fn() -> Result<serde_json::Value, String>| params().unwrap_err();
        for refused in [
            told(&|| to_json("it", &f64::NAN)),
            told(&|| to_json("it", &Some(f32::NAN))),
            told(&|| to_json("it", &vec![1.0, f64::NAN])),
            told(&|| to_json("it", &(1, f64::NAN))),
            told(&|| to_json("it", &BTreeMap::from([("alpha", f64::NAN)]))),
            told(&|| to_json("it", &Penalty::Ridge(f64::NAN))),
            told(&|| to_json("it", &Penalty::Elastic { l1: 0.0, l2: f64::NAN })),
            told(&|| to_json("it", &Penalty::Both(f32::NAN, 0.0))),
        ] {
            assert_eq!(refused, "in it is the number NaN, which JSON cannot say. Send an Option, or a text");
        }
        assert!(to_json("it", &f64::INFINITY).unwrap_err().contains("the number inf"));
        let not_json = to_json("it", &BTreeMap::from([(vec![1], 2)])).unwrap_err();
        assert!(not_json.starts_with("it cannot be written as JSON: "), "{not_json}");
    }

    #[test]
    fn everything_else_is_json() {
        let params = (Penalty::None, "a", 'b', 1u8, (), Some(true), [0.5f32]);
        assert_eq!(to_json("it", &params).unwrap(), serde_json::to_value(&params).unwrap());
    }
}
