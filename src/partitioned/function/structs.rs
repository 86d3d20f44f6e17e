//! Rows as plain structs, by way of serde: what a function knows that has never heard of dataframes.
//!
//! `serde_arrow` does the work.

use polars::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_arrow::marrow::array::Array;
use serde_arrow::marrow::datatypes::{DataType as MarrowType, Field};
use serde_arrow::schema::{SchemaLike, TracingOptions};

use super::arrays::{field, to_arrow, to_marrow};
use super::fields::{fields_in, fields_of};
use super::generous::{letters_as_texts, too_generous};
use crate::partitioned::conform::conform;

/// The rows of a frame as structs; columns that the struct does not have are not looked at.
///
/// # Errors
/// In words: a column that is missing, a null without an `Option`, a value that does not fit its field.
pub fn from_frame<T: DeserializeOwned>(rows: &DataFrame) -> anyhow::Result<Vec<T>> {
    let wanted = fields_of::<T>();
    let wanted = |name: &str| wanted.as_ref().is_none_or(|names| names.iter().any(|wanted| wanted == name));
    let mut fields = Vec::new();
    let mut arrays = Vec::new();
    for column in rows.columns().iter().filter(|column| wanted(column.name())) {
        fields.push(field(column.name(), column.dtype())?);
        arrays.push(to_marrow(&*column.as_materialized_series().rechunk().to_arrow(0, CompatLevel::newest()))?);
    }
    if fields.is_empty() {
        let name = std::any::type_name::<T>();
        return Err(DoesNotFit(format!("none of the input's columns is a field of `{name}`")).into());
    }
    let views: Vec<_> = arrays.iter().map(Array::as_view).collect();
    Ok(serde_arrow::from_marrow(&fields, &views).map_err(explain)?)
}

/// Structs as the columns of a schema; fields that the schema does not have are dropped.
///
/// # Errors
/// In words: a field that is missing, or a value that does not fit its column.
pub fn to_frame<T: Serialize>(rows: &[T], schema: &Schema) -> anyhow::Result<DataFrame> {
    let frame = match at_once(rows, schema)? {
        Some(frame) => frame,
        None => as_they_are(rows, schema)?,
    };
    Ok(conform(frame, schema).map_err(DoesNotFit)?)
}

/// The columns of the schema, made of the structs directly. `None` where that cannot be done, or may have lost something.
fn at_once<T: Serialize>(rows: &[T], schema: &Schema) -> anyhow::Result<Option<DataFrame>> {
    if too_generous(rows, schema) {
        return Ok(None);
    }
    // Columns of f32 are made as f64, so that a value which they cannot hold is seen and refused.
    let wide = |dtype: &DataType| if *dtype == DataType::Float32 { DataType::Float64 } else { dtype.clone() };
    let fields = schema.iter().map(|(name, dtype)| field(name, &wide(dtype))).collect::<anyhow::Result<Vec<_>>>()?;
    let Ok(arrays) = serde_arrow::to_marrow(&fields, rows) else { return Ok(None) };
    let columns = arrays.into_iter().zip(schema.iter()).map(|(array, (name, dtype))| {
        let series = Series::from_arrow(name.clone(), to_arrow(array)?)?;
        Ok(series.cast(&wide(dtype))?)
    });
    let columns = columns.collect::<anyhow::Result<Vec<Series>>>()?;
    let nothing =
        columns.iter().filter(|column| column.null_count() == rows.len()).map(|column| column.name().as_str());
    if columns.iter().any(may_have_lost_digits) || !all_given(rows, nothing.collect()) {
        return Ok(None);
    }
    Ok(Some(DataFrame::new(rows.len(), columns.into_iter().map(Series::into_column).collect())?))
}

/// Whole numbers from 2^53 on lose digits as floats. Such a float may have been one.
fn may_have_lost_digits(values: &Series) -> bool {
    const EXACT: f64 = (1u64 << 53) as f64;
    match values.dtype() {
        DataType::Float64 | DataType::Float32 => {
            let beyond =
                |value: PolarsResult<Option<f64>>| value.ok().flatten().is_some_and(|value| value.abs() >= EXACT);
            beyond(values.max()) || beyond(values.min())
        }
        DataType::List(_) => values.list().is_ok_and(|lists| may_have_lost_digits(&lists.get_inner())),
        DataType::Struct(_) => values.struct_().is_ok_and(|of| of.fields_as_series().iter().any(may_have_lost_digits)),
        _ => false,
    }
}

/// Whether some row has each of these fields, be it empty.
fn all_given<T: Serialize>(rows: &[T], mut names: Vec<&str>) -> bool {
    for given in rows.iter().map(fields_in) {
        let Some(given) = given.filter(|_| !names.is_empty()) else { return true };
        names.retain(|name| !given.iter().any(|given| given == name));
    }
    names.is_empty() || rows.is_empty()
}

/// Columns of the types that the structs have themselves, for the schema to be held against.
fn as_they_are<T: Serialize>(rows: &[T], schema: &Schema) -> anyhow::Result<DataFrame> {
    let options =
        TracingOptions::default().allow_null_fields(true).coerce_numbers(true).enums_without_data_as_strings(true);
    let mut fields = Vec::<Field>::from_samples(rows, options).map_err(explain)?;
    letters_as_texts(rows, &mut fields);
    for of_struct in &mut fields {
        // No text says a duration to a column, but `serde_arrow` can read it.
        if matches!(schema.get(&of_struct.name), Some(DataType::Duration(_)))
            && of_struct.data_type == MarrowType::LargeUtf8
        {
            *of_struct = field(&of_struct.name, &DataType::Duration(TimeUnit::Nanoseconds))?;
        }
    }
    let arrays = serde_arrow::to_marrow(&fields, rows)
        .map_err(|error| misfit(rows, &fields, schema).unwrap_or_else(|| explain(error)))?;
    let columns = arrays
        .into_iter()
        .zip(&fields)
        .map(|(array, field)| Ok(Series::from_arrow(field.name.as_str().into(), to_arrow(array)?)?.into_column()));
    let mut columns = columns.collect::<anyhow::Result<Vec<Column>>>()?;
    // Fields that all rows leave out.
    let given = rows.first().and_then(fields_in).unwrap_or_default();
    for name in given.iter().filter(|name| !fields.iter().any(|field| field.name == **name)) {
        columns.push(Column::full_null(name.as_str().into(), rows.len(), &DataType::Null));
    }
    Ok(DataFrame::new(rows.len(), columns)?)
}

/// The first value that cannot be what its field says, in words.
fn misfit<T: Serialize>(rows: &[T], fields: &[Field], schema: &Schema) -> Option<DoesNotFit> {
    let fits = |field: &Field, rows: &[T]| serde_arrow::to_marrow(std::slice::from_ref(field), rows).is_ok();
    let field = fields.iter().find(|field| !fits(field, rows))?;
    let row = rows.iter().find(|row| !fits(field, std::slice::from_ref(row)))?;
    let value = serde_json::to_value(row).ok()?.get(&field.name)?.clone();
    let (name, dtype) = (&field.name, schema.get(&field.name)?);
    Some(DoesNotFit(format!("column `{name}` of its output: the value {value} cannot become {dtype}")))
}

/// Rows do not fit a struct, or structs do not fit the schema: never the function's own error, so never ignored.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct DoesNotFit(String);

/// What `serde_arrow` says: the first line of it has the field as well.
fn explain(error: serde_arrow::Error) -> DoesNotFit {
    let told = crate::error::brief(&error);
    DoesNotFit(format!("rows and structs do not fit: {}", told.trim_start_matches("Error: ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{NaiveDate, NaiveDateTime};

    /// What chrono's own `serde` feature does.
    mod as_text {
        use serde::{Deserialize, Deserializer, Serializer, de::Error};

        pub fn serialize<S: Serializer>(value: &impl std::fmt::Debug, to: S) -> Result<S::Ok, S::Error> {
            to.collect_str(&format_args!("{value:?}"))
        }

        pub fn deserialize<'de, D: Deserializer<'de>, T>(from: D) -> Result<T, D::Error>
        where
            T: std::str::FromStr<Err: std::fmt::Display>,
        {
            String::deserialize(from)?.parse().map_err(D::Error::custom)
        }
    }

    #[derive(serde::Serialize, serde::Deserialize, Clone, Debug, PartialEq)]
    struct Leg {
        origin: String,
        gates: Vec<Option<i16>>,
    }

    #[derive(serde::Serialize, serde::Deserialize, Clone, Debug, PartialEq)]
    struct Flight {
        carrier: String,
        tail: Option<String>,
        delay: Option<f64>,
        cancelled: bool,
        #[serde(with = "as_text")]
        day: NaiveDate,
        #[serde(with = "as_text")]
        departs: NaiveDateTime,
        leg: Option<Leg>,
    }

    fn flights() -> Vec<Flight> {
        let day = NaiveDate::from_ymd_opt(2013, 7, 9).unwrap();
        let flight = Flight {
            carrier: "UA".into(),
            tail: None,
            delay: Some(-3.5),
            cancelled: false,
            day,
            departs: day.and_hms_micro_opt(5, 15, 0, 250).unwrap(),
            leg: Some(Leg { origin: "a name longer than twelve bytes".into(), gates: vec![Some(7), None] }),
        };
        let other = Flight {
            tail: Some("N14228".into()),
            delay: None,
            cancelled: true,
            leg: Some(Leg { origin: "JFK".into(), gates: vec![] }),
            ..flight.clone()
        };
        vec![flight.clone(), other, Flight { leg: None, ..flight }]
    }

    fn schema(text: &str) -> Schema {
        crate::partitioned::OutputSchema::parse(text).unwrap().resolve(&Schema::default()).unwrap()
    }

    const COLUMNS: &str = "carrier: str, tail: str, delay: f64, cancelled: bool, day: date, departs: datetime, \
                           leg: {origin: str, gates: [i16]}";

    #[test]
    fn structs_become_columns_and_come_back() {
        let frame = to_frame(&flights(), &schema(COLUMNS)).unwrap();
        assert_eq!(frame.schema().as_ref(), &schema(COLUMNS));
        assert_eq!(frame.column("tail").unwrap().null_count(), 2);
        assert_eq!(from_frame::<Flight>(&frame).unwrap(), flights());
        // A slice in the middle, chunks, and a column too many.
        let mut chunked = frame.vstack(&frame).unwrap();
        chunked.with_column(Column::new("seats".into(), [1; 6])).unwrap();
        assert_eq!(from_frame::<Flight>(&chunked.slice(2, 3)).unwrap(), [&flights()[2..], &flights()[..2]].concat());
    }

    #[test]
    fn no_rows_have_the_columns() {
        let frame = to_frame::<Flight>(&[], &schema(COLUMNS)).unwrap();
        assert_eq!((frame.height(), frame.width()), (0, 7));
        assert_eq!(from_frame::<Flight>(&frame).unwrap(), []);
    }

    fn made<T: serde::Serialize>(row: T, text: &str) -> String {
        match to_frame(&[row], &schema(text)) {
            Ok(frame) => frame.columns()[0].get(0).unwrap().to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn structs_are_held_against_the_schema_as_frames_are() {
        #[derive(serde::Serialize)]
        struct One<T> {
            x: T,
        }
        #[derive(serde::Serialize)]
        struct Two {
            gate: char,
            delay: f64,
        }
        // Nothing is lost.
        assert_eq!(made(One { x: 2.0 }, "x: i64"), "2");
        assert_eq!(made(One { x: "7" }, "x: i64"), "7");
        assert_eq!(made(One { x: 1u8 }, "x: f64"), "1.0");
        assert_eq!(made(One { x: 1i64 << 60 }, "x: f64"), "1.1529e18");
        assert_eq!(made(One { x: 1e300 }, "x: f64"), "1.0000e300");
        assert_eq!(made(One { x: f64::INFINITY }, "x: f64"), "inf");
        assert_eq!(made(One { x: u64::MAX }, "x: u64"), u64::MAX.to_string());
        assert_eq!(made(One { x: 1 }, "x: bool"), "true");
        assert_eq!(made(One { x: true }, "x: i8"), "1");
        assert_eq!(made(One { x: 'a' }, "x: str"), "\"a\"");
        assert_eq!(made(One { x: '7' }, "x: i64"), "7");
        assert_eq!(made(One { x: vec!["7"] }, "x: [f64]"), "[7.0]");
        assert_eq!(made(One { x: "2013-07-09T05:15:00.25" }, "x: datetime[ms]"), "2013-07-09 05:15:00.250");
        assert_eq!(made(One { x: 1_373_346_900_000i64 }, "x: datetime[ms]"), "2013-07-09 05:15:00");
        assert_eq!(made(One { x: "05:15:00" }, "x: time"), "05:15:00");
        assert_eq!(made(One { x: "PT1.5S" }, "x: duration[ms]"), "1s 500ms");
        // Where the columns are not made at once, letters are letters still.
        let rows = [Two { gate: 'C', delay: 2.0 }];
        let frame = to_frame(&rows, &schema("gate: str, delay: i64")).unwrap();
        assert!(frame.equals(&df!("gate" => ["C"], "delay" => [2i64]).unwrap()), "{frame}");
        // Something would be, and its column and value are named.
        for (told, expected) in [
            (made(One { x: 1.5 }, "x: i64"), "column `x` of its output is f64, and the value 1.5 cannot become i64"),
            (made(One { x: 300 }, "x: i8"), "the value 300 cannot become i8"),
            (made(One { x: (1i64 << 53) + 1 }, "x: f64"), "the value 9007199254740993 cannot become f64"),
            (made(One { x: u64::MAX }, "x: f64"), "the value 18446744073709551615 cannot become f64"),
            (made(One { x: vec![(1i64 << 53) + 1] }, "x: [f64]"), "the value 9007199254740993 cannot become f64"),
            (
                made(One { x: One { x: (1i64 << 53) + 1 } }, "x: {x: f64}"),
                "in its field `x` the value 9007199254740993",
            ),
            (made(One { x: Some(0.1) }, "x: f32"), "the value 0.1 cannot become f32"),
            (made(One { x: "late" }, "x: f64"), "the value \"late\" cannot become f64"),
            (made(One { x: "yesterday" }, "x: date"), "the value \"yesterday\" cannot become date"),
            (made(One { x: 2 }, "x: bool"), "the value 2 cannot become bool"),
            (made(One { x: vec![2] }, "x: [bool]"), "the value 2 cannot become bool"),
            (made(One { x: One { x: 2 } }, "x: {x: bool}"), "the value 2 cannot become bool"),
            (made(One { x: 'a' }, "x: i64"), "the value \"a\" cannot become i64"),
            (
                made(One { x: "2013-07-09T05:15:00.0001" }, "x: datetime[ms]"),
                "the value \"2013-07-09T05:15:00.0001\" cannot become datetime[ms]",
            ),
            (made(One { x: vec!["2013-07-09T05:15:00.0001"] }, "x: [datetime[ms]]"), "cannot become datetime[ms]"),
            (made(One { x: "23:59:60" }, "x: time"), "the value \"23:59:60\" cannot become time"),
            (made(One { x: 86_400_000_000_000i64 }, "x: time"), "the value 86400000000000 cannot become time"),
            (made(One { x: "PT0.0001S" }, "x: duration[ms]"), "cannot become duration[ms]"),
            (made(One { x: "soon" }, "x: duration"), "column `x` of its output: the value \"soon\" cannot become"),
            (made(One { x: "1e400" }, "x: f64"), "the value \"1e400\" cannot become f64"),
            (made(One { x: "9007199254740993" }, "x: f64"), "the value \"9007199254740993\" cannot become f64"),
        ] {
            assert!(told.contains(expected), "{told}");
        }
    }

    #[test]
    fn a_field_that_is_not_there_is_no_null() {
        #[derive(serde::Serialize)]
        struct Fit {
            rmse: Option<f64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            note: Option<String>,
        }
        let fits = [Fit { rmse: None, note: None }, Fit { rmse: None, note: None }];
        let told = to_frame(&fits, &schema("rmse: f64, penalty: f64")).unwrap_err().to_string();
        assert_eq!(told, "its output has no column `penalty`; it has rmse, note");
        // Left out because they are empty, in all rows: that is the data, not the struct.
        let frame = to_frame(&fits, &schema("note: str, rmse: f64")).unwrap();
        assert_eq!((frame.column("note").unwrap().null_count(), frame.height()), (2, 2));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        #[derive(serde::Deserialize, Debug)]
        #[allow(dead_code)]
        struct Late {
            carrier: String,
            delay: f64,
        }
        let message = |frame: DataFrame| from_frame::<Late>(&frame).unwrap_err().to_string();
        let null = message(df!("carrier" => ["UA"], "delay" => [None::<f64>]).unwrap());
        assert!(null.contains("do not fit") && null.contains("null") && null.contains("$.delay"), "{null}");
        let text = message(df!("carrier" => ["UA"], "delay" => ["late"]).unwrap());
        assert!(text.contains("$.delay") && text.contains("Utf8"), "{text}");
        let missing = message(df!("carrier" => ["UA"]).unwrap());
        assert!(missing.contains("missing field `delay`"), "{missing}");
        let none = message(df!("x" => [1]).unwrap());
        assert!(none.contains("none of the input's columns is a field of"), "{none}");
    }
}
