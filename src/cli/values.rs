//! Values on the command line: numbers of rows and sizes of memory.

use crate::flights::MOST_ROWS;
use crate::memory::parse_bytes;
use crate::workers::cores;

/// A number of threads, from 1.
pub fn threads(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(threads @ 1..=1024) => Ok(threads),
        _ => Err(format!("give a number from 1 to 1024; this machine has {} cores", cores())),
    }
}

/// Several values, as `--rows 1e5,1e6` or `--rows 1e5..1e7` name them.
#[derive(Clone, Debug, PartialEq)]
pub struct Several(pub Vec<u64>);

/// Numbers of rows: one, a list, or a range in steps of about 3 (1e5, 3e5, 1e6, ...).
pub fn several_rows(text: &str) -> Result<Several, String> {
    several(text, rows, |value| {
        // 1, 3, 10, 30, ...: evenly spaced to the eye where the axis is logarithmic.
        let decade = 10u64.pow(value.max(1).ilog10());
        if value < 3 * decade { 3 * decade } else { decade.saturating_mul(10) }
    })
}

/// Numbers of groups, or of operations per row: one, a list, or a range in steps of 10.
pub fn several_tens(text: &str) -> Result<Several, String> {
    several(text, number, |value| if value == 0 { 1 } else { 10u64.saturating_pow(value.ilog10() + 1) })
}

/// Numbers of threads: one, a list, or a range in doublings.
pub fn several_threads(text: &str) -> Result<Several, String> {
    several(text, |text| threads(text).map(|threads| threads as u64), |value| value * 2)
}

/// `next` is the next larger value of a range; its two ends always belong to it.
fn several(
    text: &str,
    one: impl Fn(&str) -> Result<u64, String>,
    next: impl Fn(u64) -> u64,
) -> Result<Several, String> {
    let mut values = Vec::new();
    for part in text.split(',') {
        let Some((from, to)) = part.split_once("..") else {
            values.push(one(part)?);
            continue;
        };
        let (from, to) = (one(from)?, one(to)?);
        if from > to {
            return Err(format!("the range {part} runs backwards; put the smaller end first"));
        }
        let mut value = from;
        while value < to {
            values.push(value);
            value = next(value);
        }
        values.push(to);
    }
    for (at, value) in values.iter().enumerate() {
        if values[..at].contains(value) {
            return Err(format!("{value} is named twice; name each value once"));
        }
    }
    Ok(Several(values))
}

/// A number of operations per row, or of groups: `1000` or `1e3`.
pub fn number(text: &str) -> Result<u64, String> {
    whole(text, "number", || format!("give at most {MOST_ROWS}"))
}

/// A number of runs, from 1.
pub fn runs(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(runs @ 1..=1000) => Ok(runs),
        _ => Err("give a number from 1 to 1000".to_string()),
    }
}

/// A number of rows: `336776`, `10_000_000` or `1e7`.
pub fn rows(text: &str) -> Result<u64, String> {
    let too_many = || format!("there can be at most {MOST_ROWS} rows, since the row id is a 32-bit integer");
    whole(text, "number of rows", too_many)
}

/// A whole number up to [`MOST_ROWS`].
fn whole(text: &str, what: &str, too_many: impl Fn() -> String) -> Result<u64, String> {
    let no_number = || format!("give a whole {what}, such as 1000000 or 1e6");
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = text.replace('_', "");
    let (mantissa, exponent) = plain.split_once(['e', 'E']).unwrap_or((&plain, "0"));
    if !digits(mantissa) || !digits(exponent) {
        return Err(no_number());
    }
    let mantissa: u64 = mantissa.parse().map_err(|_| too_many())?;
    let scale = exponent.parse().ok().and_then(|exponent| 10u64.checked_pow(exponent));
    let number = scale.and_then(|scale| mantissa.checked_mul(scale));
    number.filter(|number| *number <= MOST_ROWS).ok_or_else(too_many)
}

/// A size of memory in bytes: `2GiB`, `500MB`, `1073741824`.
pub fn bytes(text: &str) -> Result<u64, String> {
    match parse_bytes(text)? {
        bytes if bytes >= 16 << 20 => Ok(bytes),
        _ => Err("give at least 16MiB: the program needs that much to start".to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_in_the_ways_people_write_them() {
        for (text, expected) in [("0", 0), ("336776", 336_776), ("10_000_000", 10_000_000), ("1e7", 10_000_000)] {
            assert_eq!(rows(text), Ok(expected));
        }
        for text in ["", "ten", "-1", "1.5", "e6", "1e", "1e6e6", "0x10", " 1"] {
            assert!(rows(text).unwrap_err().contains("whole number"), "{text}");
        }
        for text in ["x", "1.5"] {
            assert_eq!(number(text).unwrap_err(), "give a whole number, such as 1000000 or 1e6", "{text}");
        }
        for text in ["2147483648", "1e10", "99999999999999999999999", "1e99999999999"] {
            assert!(rows(text).unwrap_err().contains("at most 2147483647"), "{text}");
        }
    }

    #[test]
    fn ranges_have_both_ends_and_round_steps_between() {
        let values = |several: Result<Several, String>| several.unwrap().0;
        assert_eq!(values(several_rows("1e5..1e7")), [100_000, 300_000, 1_000_000, 3_000_000, 10_000_000]);
        assert_eq!(values(several_rows("2e5..336776")), [200_000, 300_000, 336_776]);
        assert_eq!(values(several_rows("5,1e1")), [5, 10]);
        assert_eq!(values(several_rows("7..7")), [7]);
        assert_eq!(values(several_tens("10..1e4")), [10, 100, 1_000, 10_000]);
        assert_eq!(values(several_tens("0..20")), [0, 1, 10, 20]);
        assert_eq!(values(several_threads("1..6")), [1, 2, 4, 6]);
        for (text, part) in
            [("9..1", "backwards"), ("1,1", "named twice"), ("1..x", "whole number"), ("..", "whole number")]
        {
            let complaint = several_rows(text).unwrap_err();
            assert!(complaint.contains(part), "{text}: {complaint}");
        }
        assert!(several_threads("0..4").is_err());
    }

    #[test]
    fn sizes_have_units() {
        for (text, expected) in [
            ("2GiB", 2 << 30),
            ("500MB", 500_000_000),
            ("64 mib", 64 << 20),
            ("99999999", 99_999_999),
            ("2TiB", 2 << 40),
        ] {
            assert_eq!(bytes(text), Ok(expected));
        }
        for text in ["", "GiB", "1.5GiB", "2XiB", "-1GiB", "99999999999GiB", "1MiB"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
