//! What pandas answers: values, types, labels and row order, for both pandas-shaped modes.
//!
//! `peers/pandas_goldens.py` asked real pandas; `goldens/cases.rs` are the same cases in Rust, compiled once against each
//! surface. The drop-in runs each with several numbers of partitions: a border must not show.

use outgrow::Result;
use polars::prelude::*;
use serde_json::Value;

mod eager {
    pub mod cases {
        use outgrow::eager as pd;
        include!("goldens/cases.rs");
    }

    pub fn load(name: &str, _partitions: usize) -> outgrow::eager::DataFrame {
        let (columns, numbered) = super::table(name);
        let frame = outgrow::eager::DataFrame::from_columns(columns).unwrap();
        if numbered { frame } else { frame.set_index(&["index"]).unwrap() }
    }
}

mod dropin {
    pub mod cases {
        use outgrow::dropin as pd;
        include!("goldens/cases.rs");
    }

    pub fn load(name: &str, partitions: usize) -> outgrow::dropin::DataFrame {
        let (columns, numbered) = super::table(name);
        let frame = outgrow::dropin::DataFrame::from_columns(columns).unwrap().repartition(partitions);
        if numbered { frame } else { frame.set_index(&["index"]).unwrap() }
    }
}

/// What a case gives.
#[derive(Debug)]
pub enum Answer {
    /// Labels and columns.
    Table(DataFrame, DataFrame),
    /// One value.
    Value(AnyValue<'static>),
    /// What is printed.
    Text(String),
}

fn goldens() -> &'static Value {
    static GOLDENS: std::sync::OnceLock<Value> = std::sync::OnceLock::new();
    GOLDENS.get_or_init(|| serde_json::from_str(include_str!("goldens/pandas.json")).unwrap())
}

/// A folder with the CSV files that cases read, where others write theirs.
fn folder() -> &'static std::path::Path {
    static FOLDER: std::sync::OnceLock<std::path::PathBuf> = std::sync::OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("goldens");
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in goldens()["csvs"].as_object().unwrap() {
            std::fs::write(folder.join(name).with_extension("csv"), text.as_str().unwrap()).unwrap();
        }
        folder
    })
}

/// A table that cases begin with; its labels are the column `index` unless they are 0, 1, 2, ...
fn table(name: &str) -> (DataFrame, bool) {
    let table = &goldens()["tables"][name];
    let labels = columns(&table["index"]);
    let data = columns(&table["columns"]).into_iter().zip(table["columns"].as_array().unwrap());
    let data = data.map(|(column, golden)| narrow(column, golden)).collect::<Vec<_>>();
    let numbered = labels[0].i64().is_ok_and(|labels| labels.iter().eq((0..labels.len() as i64).map(Some)));
    let all = if numbered { data } else { [labels, data].concat() };
    let height = all[0].len();
    (DataFrame::new(height, all).unwrap(), numbered)
}

/// The type of a table's column, where it is not the only one of its kind.
fn narrow(column: Column, golden: &Value) -> Column {
    let dtype = match golden["type"].as_str().unwrap() {
        "int16" => DataType::Int16,
        "int32" => DataType::Int32,
        "uint16" => DataType::UInt16,
        "float32" => DataType::Float32,
        _ => return column,
    };
    column.strict_cast(&dtype).unwrap()
}

fn columns(columns: &Value) -> Vec<Column> {
    columns.as_array().unwrap().iter().map(column).collect()
}

fn column(golden: &Value) -> Column {
    let name = PlSmallStr::from(golden["name"].as_str().unwrap());
    let values = golden["values"].as_array().unwrap();
    let whole = || Int64Chunked::from_iter_options(name.clone(), values.iter().map(Value::as_i64));
    match golden["kind"].as_str().unwrap() {
        "datetime" => whole().into_datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)).into_column(),
        "duration" => whole().into_duration(TimeUnit::Milliseconds).into_column(),
        "int" => Column::new(name, values.iter().map(Value::as_i64).collect::<Vec<_>>()),
        "float" => Column::new(name, values.iter().map(float).collect::<Vec<_>>()),
        "bool" => Column::new(name, values.iter().map(Value::as_bool).collect::<Vec<_>>()),
        "text" | "any" => Column::new(name, values.iter().map(Value::as_str).collect::<Vec<_>>()),
        other => panic!("kind {other}"),
    }
}

fn float(value: &Value) -> Option<f64> {
    value.as_f64().or(value.as_str().map(|text| text.parse().unwrap()))
}

fn kind(dtype: &DataType) -> &'static str {
    match dtype {
        dtype if dtype.is_integer() => "int",
        dtype if dtype.is_float() => "float",
        DataType::Boolean => "bool",
        DataType::String => "text",
        DataType::Datetime(TimeUnit::Milliseconds, Some(_)) => "datetime",
        DataType::Datetime(..) => "datetime without zone, or in another unit",
        DataType::Duration(TimeUnit::Milliseconds) => "duration",
        other => panic!("{other}"),
    }
}

/// What is wrong with some columns, if anything.
fn difference(what: &str, found: &DataFrame, golden: &Value) -> Option<String> {
    // Of an object without a value pandas does not say what it is.
    let of_a_kind = golden.as_array().unwrap().iter().map(|golden| golden["kind"] != "any").collect::<Vec<_>>();
    let golden = columns(golden);
    let names = |columns: &[Column]| columns.iter().map(|column| column.name().to_string()).collect::<Vec<_>>();
    if names(found.columns()) != names(&golden) {
        return Some(format!("{what}: {:?}, pandas has {:?}", names(found.columns()), names(&golden)));
    }
    for ((found, golden), of_a_kind) in found.columns().iter().zip(&golden).zip(of_a_kind) {
        let of = format!("{what} `{}`", golden.name());
        if kind(found.dtype()) != kind(golden.dtype()) && of_a_kind {
            return Some(format!("{of}: kind {}, pandas has {}", kind(found.dtype()), kind(golden.dtype())));
        }
        // A cast would forget the time zone.
        let found = if found.dtype() == golden.dtype() { found.clone() } else { found.cast(golden.dtype()).unwrap() };
        let same = found.len() == golden.len()
            && (0..golden.len()).all(|row| match (found.get(row).unwrap(), golden.get(row).unwrap()) {
                (AnyValue::Float64(this), AnyValue::Float64(that)) => {
                    (this - that).abs() <= 1e-9 * that.abs().max(1.0) || this == that
                }
                (this, that) => this == that || (this.is_null() && that.is_null()),
            });
        if !same {
            return Some(format!("{of}: {found:?}\npandas has {golden:?}"));
        }
    }
    None
}

fn compare(answer: &Result<Answer>, golden: &Value) -> Option<String> {
    match (answer, golden.get("refused")) {
        (Err(_), Some(_)) => return None,
        (Err(error), None) => return Some(format!("refused: {error}")),
        (Ok(answer), Some(why)) => return Some(format!("pandas refuses with {why}, not {answer:?}")),
        (Ok(_), None) => {}
    }
    match answer.as_ref().unwrap() {
        Answer::Text(text) => {
            let golden = golden["text"].as_str().unwrap();
            let lines = |text: &str| text.lines().map(|line| line.trim_end().to_string()).collect::<Vec<_>>();
            (lines(text) != lines(golden)).then(|| format!("\n{text}\npandas prints\n{golden}"))
        }
        Answer::Value(value) => {
            let golden = &golden["value"];
            let same = match value {
                AnyValue::Null => golden.is_null(),
                AnyValue::Int64(value) => golden.as_i64() == Some(*value),
                other => panic!("{other}"),
            };
            (!same).then(|| format!("{value}, pandas has {golden}"))
        }
        Answer::Table(labels, data) => {
            difference("index", labels, &golden["index"]).or(difference("column", data, &golden["columns"]))
        }
    }
}

/// Runs all cases of one surface and gives what is wrong.
macro_rules! wrong {
    ($mode:ident, $partitions:expr) => {{
        let tables = $mode::cases::Tables { load: $mode::load, partitions: $partitions };
        let cases = $mode::cases::cases();
        let known = goldens()["cases"].as_object().unwrap();
        let mut names: Vec<&str> = cases.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        let mut expected: Vec<&str> = known.keys().map(String::as_str).collect();
        expected.sort_unstable();
        assert_eq!(names, expected, "cases here and in peers/pandas_goldens.py");
        assert!(cases.len() >= 120);
        let mut wrong = Vec::new();
        for (name, case) in cases {
            if let Some(difference) = compare(&case(&tables), &known[name]) {
                wrong.push(format!("{} partitions, {name}: {difference}", $partitions));
            }
        }
        wrong
    }};
}

#[test]
fn eager_answers_as_pandas() {
    let wrong = wrong!(eager, 1);
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn dropin_answers_as_pandas_with_any_number_of_partitions() {
    for partitions in [1, 2, 3, 5, 17] {
        let wrong = wrong!(dropin, partitions);
        assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// With nothing small enough for one place, every case goes the way that large tables go.
#[test]
fn dropin_answers_as_pandas_when_everything_is_exchanged() {
    for partitions in [2, 3, 17] {
        let limits = outgrow::dropin::Limits { few_rows: 0, small_bytes: 0 };
        let wrong = outgrow::dropin::with_limits(limits, || wrong!(dropin, partitions));
        assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    }
}
