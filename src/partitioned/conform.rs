//! Holds what a function returned against the schema that was promised.

use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use polars::prelude::*;

/// The columns of `schema` from `output`, in its order and types; other columns are dropped.
///
/// Values are cast only when nothing is lost: `i32` to `i64`, `"7"` to 7, but not 1.7 to a whole number. The same holds
/// inside of lists and structs. A text that is no whole number becomes the float that is nearest to it: `"0.1"`.
///
/// # Errors
/// In words: the column that is missing, or the value that does not fit.
pub fn conform(output: DataFrame, schema: &Schema) -> Result<DataFrame, String> {
    if output.width() == schema.len()
        && output
            .columns()
            .iter()
            .zip(schema.iter())
            .all(|(column, (name, dtype))| column.name() == name && column.dtype() == dtype)
    {
        return Ok(output);
    }
    let columns = schema.iter().map(|(name, dtype)| match output.column(name) {
        Ok(column) if column.dtype() == dtype => Ok(column.clone()),
        Ok(column) => cast(column.as_materialized_series(), dtype)
            .map(Series::into_column)
            .map_err(|why| format!("column `{name}` of its output is {}, and {why}", column.dtype())),
        Err(_) => {
            let names: Vec<&str> = output.columns().iter().map(|column| column.name().as_str()).collect();
            Err(format!("its output has no column `{name}`; it has {}", names.join(", ")))
        }
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    DataFrame::new(output.height(), columns).map_err(|error| error.to_string())
}

/// The same values in another type. The error says what cannot be said in it.
fn cast(values: &Series, to: &DataType) -> Result<Series, String> {
    let from = values.dtype();
    let impossible = || format!("its values cannot become {to}");
    let there = match (from, to) {
        _ if from == to => return Ok(values.clone()),
        (DataType::Null, _) => return Ok(Series::full_null(values.name().clone(), values.len(), to)),
        (DataType::List(_), DataType::List(inner)) => return lists(values, inner),
        (DataType::Struct(_), DataType::Struct(fields)) => return structs(values, fields),
        _ if from.is_nested() || to.is_nested() => return Err(impossible()),
        (DataType::String, _) => read(values, to).ok_or_else(impossible)?,
        _ => values.cast(to).map_err(|_| impossible())?,
    };
    let same = match (from, to) {
        (DataType::String, DataType::Float32 | DataType::Float64) => {
            floats_say_it(values, &there).ok_or_else(impossible)?
        }
        // Text was read: `"07"` became 7, and what is no number became null.
        (DataType::String, _) | (_, DataType::Binary) => there.is_null().equal(&values.is_null()),
        // What is written of a number says all of it.
        (from, DataType::String) if from.is_numeric() || from.is_bool() => return Ok(there),
        // What is lost shows on the way back.
        (from, _) => {
            let back = if to.is_string() { read(&there, from) } else { there.cast(from).ok() };
            back.and_then(|back| back.equal_missing(values).ok()).ok_or_else(impossible)?
        }
    };
    match same.iter().position(|same| same != Some(true)) {
        Some(row) => Err(format!("the value {} cannot become {to}", shown(&values.clone().into_column(), row))),
        None => Ok(there),
    }
}

/// A value with all of its digits.
pub fn shown(values: &Column, row: usize) -> String {
    match values.get(row) {
        Ok(AnyValue::Float64(value)) => format!("{value:?}"),
        Ok(AnyValue::Float32(value)) => format!("{value:?}"),
        Ok(value) => value.to_string(),
        Err(error) => error.to_string(),
    }
}

/// Which of the texts are said by the floats that were read from them.
fn floats_say_it(texts: &Series, floats: &Series) -> Option<BooleanChunked> {
    let floats = floats.cast(&DataType::Float64).ok()?;
    let says = |(text, float): (Option<&str>, Option<f64>)| match (text, float) {
        (Some(text), Some(float)) => float_says(text, float),
        (text, float) => text.is_none() == float.is_none(),
    };
    Some(texts.str().ok()?.iter().zip(floats.f64().ok()?.iter()).map(says).map(Some).collect())
}

/// A whole number must be said to its last digit, and what is written in digits is not infinite.
fn float_says(text: &str, float: f64) -> bool {
    let text = text.trim_start_matches(['+', '-']);
    match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => format!("{:.0}", float.abs()).trim_start_matches('0') == text.trim_start_matches('0'),
        false => float.is_finite() || !text.starts_with(|first: char| first.is_ascii_digit() || first == '.'),
    }
}

fn lists(values: &Series, inner: &DataType) -> Result<Series, String> {
    let mut why = None;
    let lists = values.list().map_err(|error| error.to_string())?;
    // Values that no list shows are not looked at.
    let lists = lists.trim_lists_to_normalized_offsets().unwrap_or_else(|| lists.clone());
    let why_not = std::sync::Mutex::new(&mut why);
    let cast = lists.apply_to_inner(&|elements| {
        cast(&elements, inner).map_err(|error| {
            **why_not.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(error);
            polars_err!(ComputeError: "an element does not fit")
        })
    });
    match cast {
        Ok(cast) => Ok(cast.into_series()),
        Err(error) => Err(why.unwrap_or_else(|| error.to_string())),
    }
}

/// Fields by name; others are dropped, as columns are.
fn structs(values: &Series, fields: &[Field]) -> Result<Series, String> {
    let of = values.struct_().map_err(|error| error.to_string())?;
    let there = of.fields_as_series();
    let cast = fields.iter().map(|field| {
        let found = there.iter().find(|found| found.name() == field.name()).ok_or_else(|| {
            let names: Vec<&str> = there.iter().map(|field| field.name().as_str()).collect();
            format!("it has no field `{}`; it has {}", field.name(), names.join(", "))
        })?;
        cast(found, field.dtype()).map_err(|why| format!("in its field `{}` {why}", field.name()))
    });
    let cast = cast.collect::<Result<Vec<_>, _>>()?;
    let mut made = StructChunked::from_series(values.name().clone(), values.len(), cast.iter())
        .map_err(|error| error.to_string())?;
    made.zip_outer_validity(of);
    Ok(made.into_series())
}

/// A leap second is a second of 2e9 nanoseconds to chrono, and the first of the next minute, or of no day, to a column.
fn is_no_leap_second(time: &impl Timelike) -> bool {
    time.nanosecond() < 1_000_000_000
}

/// What texts say, as they are written in a schema's types; null where they say nothing of the kind. `None` when no text
/// can say a value of this type.
fn read(texts: &Series, to: &DataType) -> Option<Series> {
    let strings = texts.str().ok()?;
    let whole = |read: fn(&str) -> Option<i64>| -> Option<Series> {
        let read: Int64Chunked = strings.iter().map(|text| text.and_then(read)).collect();
        read.into_series().with_name(texts.name().clone()).cast(to).ok()
    };
    fn moment(text: &str) -> Option<NaiveDateTime> {
        let read = |format| NaiveDateTime::parse_from_str(text.trim(), format).ok();
        read("%Y-%m-%dT%H:%M:%S%.f").or_else(|| read("%Y-%m-%d %H:%M:%S%.f")).filter(is_no_leap_second)
    }
    match to {
        DataType::Date => {
            let days = |text: &str| {
                NaiveDate::from_str(text.trim()).ok()?.signed_duration_since(NaiveDate::default()).num_days().into()
            };
            let days: Int32Chunked =
                strings.iter().map(|text| text.and_then(days).map(|days: i64| days as i32)).collect();
            days.into_series().with_name(texts.name().clone()).cast(to).ok()
        }
        DataType::Datetime(TimeUnit::Milliseconds, None) => whole(|text| {
            let moment = moment(text)?.and_utc();
            (moment.timestamp_subsec_nanos() % 1_000_000 == 0).then(|| moment.timestamp_millis())
        }),
        DataType::Datetime(TimeUnit::Microseconds, None) => whole(|text| {
            let moment = moment(text)?.and_utc();
            (moment.timestamp_subsec_nanos() % 1_000 == 0).then(|| moment.timestamp_micros())
        }),
        DataType::Datetime(TimeUnit::Nanoseconds, None) => whole(|text| moment(text)?.and_utc().timestamp_nanos_opt()),
        DataType::Time => whole(|text| {
            let time = NaiveTime::from_str(text.trim()).ok().filter(is_no_leap_second)?;
            Some(i64::from(time.num_seconds_from_midnight()) * 1_000_000_000 + i64::from(time.nanosecond()))
        }),
        to if to.is_temporal() => None,
        to => texts.cast(to).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(values: impl IntoColumn, dtype: &str) -> Result<Column, String> {
        let values = values.into_column().with_name("x".into());
        let schema = crate::partitioned::OutputSchema::parse(&format!("x: {dtype}")).unwrap();
        let schema = schema.resolve(values.clone().into_frame().schema()).unwrap();
        conform(values.into_frame(), &schema).map(|frame| frame.columns()[0].clone())
    }

    fn series<T, P: ?Sized>(values: T) -> Series
    where
        Series: NamedFrom<T, P>,
    {
        Series::new("x".into(), values)
    }

    #[test]
    fn values_are_cast_when_nothing_is_lost() {
        let same = |values: Series, dtype: &str, expected: Series| {
            let found = to(values, dtype).unwrap();
            assert!(found.as_materialized_series().equals_missing(&expected), "{found:?} {expected:?}");
            assert_eq!(found.dtype(), expected.dtype());
        };
        same(series([Some(1i32), None]), "i64", series([Some(1i64), None]));
        same(series(["7", "08"]), "i64", series([7i64, 8]));
        same(series([2.0]), "i32", series([2i32]));
        same(series([Some("0.1"), Some("1e22"), None]), "f64", series([Some(0.1), Some(1e22), None]));
        same(series(["007", "-16777216", "inf"]), "f32", series([7f32, -16777216.0, f32::INFINITY]));
        same(series(["10000000000000000000000"]), "f64", series([1e22]));
        same(series([true]), "str", series(["true"]));
        same(series([0.1]), "str", series(["0.1"]));
        same(series([true, false]), "i8", series([1i8, 0]));
        same(
            Series::full_null("x".into(), 2, &DataType::Null),
            "[i64]",
            Series::full_null("x".into(), 2, &DataType::List(Box::new(DataType::Int64))),
        );
        same(series([series([1i32, 2]), series([3i32])]), "[f64]", series([series([1.0, 2.0]), series([3.0])]));
        same(series([1i64 << 53]), "f64", series([9007199254740992.0]));
    }

    #[test]
    fn texts_are_read_as_days_and_moments() {
        let shown = |text: &str, dtype: &str| to(series([text]), dtype).map(|read| read.get(0).unwrap().to_string());
        assert_eq!(shown("2013-07-09", "date").unwrap(), "2013-07-09");
        assert_eq!(shown("1969-12-31", "date").unwrap(), "1969-12-31");
        assert_eq!(shown("2013-07-09 05:15:00", "datetime").unwrap(), "2013-07-09 05:15:00");
        assert_eq!(shown("2013-07-09T05:15:00.25", "datetime[ms]").unwrap(), "2013-07-09 05:15:00.250");
        assert_eq!(shown("05:15:00", "time").unwrap(), "05:15:00");
        for (text, dtype) in [
            ("2013-13-01", "date"),
            ("noon", "datetime"),
            ("2013-07-09 05:15:00.0001", "datetime[ms]"),
            ("2016-12-31 23:59:60", "datetime"),
            ("23:59:60", "time"),
            ("12:34:60", "time"),
        ] {
            let why = shown(text, dtype).unwrap_err();
            let to = dtype.split('[').next().unwrap();
            assert!(why.contains(&format!("the value \"{text}\" cannot become {to}")), "{why}");
        }
        // And back.
        let day = to(series(["2013-07-09"]), "date").unwrap();
        assert!(to(day, "str").unwrap().as_materialized_series().equals(&series(["2013-07-09"])));
    }

    #[test]
    fn a_value_that_would_be_lost_is_named() {
        assert_eq!(
            to(series([1.0, 1.7]), "i64").unwrap_err(),
            "column `x` of its output is f64, and the value 1.7 cannot become i64"
        );
        for (values, dtype, expected) in [
            (series(["UA"]), "i64", "the value \"UA\" cannot become i64"),
            (series([1i64 << 40]), "i32", "the value 1099511627776 cannot become i32"),
            (series([(1i64 << 53) + 1]), "f64", "the value 9007199254740993 cannot become f64"),
            (series([f64::NAN]), "i64", "the value NaN cannot become i64"),
            (series([0.1]), "f32", "the value 0.1 cannot become f32"),
            (series([2]), "bool", "the value 2 cannot become bool"),
            (series(["9007199254740993"]), "f64", "the value \"9007199254740993\" cannot become f64"),
            (series(["16777217"]), "f32", "the value \"16777217\" cannot become f32"),
            (series(["1e400"]), "f64", "the value \"1e400\" cannot become f64"),
            (series([86_400_000_000_000i64]), "time", "the value 86400000000000 cannot become time"),
            (series(["true"]), "bool", "its values cannot become bool"),
            (series([1]), "[i64]", "its values cannot become list[i64]"),
            (series(["[1]"]), "[i64]", "its values cannot become list[i64]"),
            (series([1]), "{y: i64}", "its values cannot become struct"),
            (series([series([1.5])]), "[i64]", "the value 1.5 cannot become i64"),
        ] {
            let why = to(values, dtype).unwrap_err();
            assert!(why.starts_with("column `x` of its output is ") && why.contains(expected), "{why}");
        }
    }

    #[test]
    fn fields_of_structs_are_found_by_name() {
        let origin = Column::new("origin".into(), [Some("EWR"), None]);
        let gates = Column::new("gate".into(), [Some(7i64), None]);
        let frame = DataFrame::new(2, vec![origin, gates]).unwrap();
        let legs = frame.into_struct("x".into()).into_series();
        let cast = to(legs.clone(), "{gate: i16, origin: str}").unwrap();
        assert_eq!(cast.get(0).unwrap().to_string(), "{7,\"EWR\"}");
        assert_eq!(to(legs.clone(), "{gate: f64}").unwrap().get(0).unwrap().to_string(), "{7.0}");
        let missing = to(legs.clone(), "{gate: i64, terminal: str}").unwrap_err();
        assert!(missing.contains("it has no field `terminal`; it has origin, gate"), "{missing}");
        let lost = to(legs, "{origin: i64}").unwrap_err();
        assert!(lost.contains("in its field `origin` the value \"EWR\" cannot become i64"), "{lost}");
    }

    #[test]
    fn columns_are_put_in_order_and_missing_ones_named() {
        let output = df!("b" => [1], "extra" => [2], "a" => [3]).unwrap();
        let schema = |names: &[&str]| Schema::from_iter(names.iter().map(|name| ((*name).into(), DataType::Int32)));
        assert!(conform(output.clone(), &schema(&["a", "b"])).unwrap().equals(&df!("a" => [3], "b" => [1]).unwrap()));
        assert_eq!(
            conform(output.clone(), &schema(&["c"])).unwrap_err(),
            "its output has no column `c`; it has b, extra, a"
        );
    }
}
