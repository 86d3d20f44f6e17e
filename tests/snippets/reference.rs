//! Shown in the pages of the reference, and in the two maps.

mod errors;
mod tables;

use outgrow::eager as pd;
use outgrow::partitioned::expression::NumExpression;
use outgrow::partitioned::{
    Algo, Dropped, Engine, ErrorKind, How, OutputSchema, Partition, Serial, Table, Threads, Zippable, by, cotransform,
    num, per_row, registered, transform,
};
use polars::prelude::*;

#[test]
fn pandas_differs() -> outgrow::Result<()> {
    // ANCHOR: pandas_differs
    let delays = df!("carrier" => ["UA", "AA"], "delay" => [Some(4i64), None])?;
    let frame = pd::DataFrame::from_columns(delays)?;

    // A whole number stays one beside a null, and null is no answer to a comparison.
    let delay = frame.col("delay")?;
    assert_eq!(delay.dtype(), DataType::Int64);
    assert_eq!(delay.gt(0)?.into_column()?.null_count(), 1);

    // A new frame, and the old one as it was.
    let hours = frame.assign("hours", col("delay") / lit(60.0))?;
    assert_eq!((frame.columns().len(), hours.columns().len()), (2, 3));

    // One place gives a frame of one row.
    assert_eq!(frame.iloc(0)?.len(), 1);
    // ANCHOR_END: pandas_differs
    Ok(())
}

#[test]
fn does_not_fit() -> outgrow::Result<()> {
    // ANCHOR: does_not_fit
    let flights = df!("carrier" => ["UA"], "delay" => [1.7])?;
    let same = |rows: DataFrame| rows;
    let call = transform(flights, same).schema("carrier: str, delay: int");
    let error = call.partition(by(["carrier"])).run(&Serial).unwrap_err().to_string();
    assert!(error.contains("for carrier = \"UA\"") && error.contains("1.7"));
    // ANCHOR_END: does_not_fit
    assert!(error.contains("column `delay` of its output"), "{error}");
    Ok(())
}

#[test]
fn unknown_algo() {
    // ANCHOR: unknown_algo
    let error = "hsah".parse::<Algo>().unwrap_err().to_string();
    assert_eq!(error, "unknown algo `hsah`. Use hash, rand, even or coarse.");
    // ANCHOR_END: unknown_algo
}

#[test]
fn dropped() -> outgrow::Result<()> {
    // ANCHOR: dropped
    fn enough(flights: DataFrame) -> DataFrame {
        assert!(flights.height() > 1, "too few flights");
        flights
    }

    let flights = df!("carrier" => ["UA", "AA", "UA"])?;
    let dropped = Dropped::default();
    let call = transform(flights, enough).schema("*").partition(by(["carrier"]));
    let kept = call.ignore_errors([ErrorKind::panic()], &dropped).run(&Serial)?;

    assert_eq!((kept.height(), dropped.rows()), (2, 1));
    let told = "1 partition with 1 row dropped; the first: for carrier = \"AA\"";
    assert!(dropped.to_string().starts_with(told));
    // ANCHOR_END: dropped
    Ok(())
}

#[test]
fn null_keys() -> outgrow::Result<()> {
    // ANCHOR: null_keys
    let flights = df!("tail" => [Some("N1"), None])?;
    let planes = df!("tail" => [Some("N1"), None], "seats" => [55, 2])?;
    let joined = Table::from(&flights).join(&planes, How::Inner);
    assert_eq!(joined.run(&Serial)?.height(), 1);

    let count = |flights: DataFrame, planes: DataFrame| {
        let (flights, planes) = (flights.height() as u32, planes.height() as u32);
        df!("flights" => [flights], "planes" => [planes])
    };
    let zipped = flights.zip(&planes);
    let keys = cotransform(zipped, count).schema("flights: u32, planes: u32");
    assert_eq!(keys.run(&Serial)?.height(), 1); // Fugue: two keys
    // ANCHOR_END: null_keys
    Ok(())
}

#[test]
fn no_row() -> outgrow::Result<()> {
    // ANCHOR: no_row
    let none = df!("delay" => [4])?.clear();
    let call = transform(none, |rows: DataFrame| rows).schema("*").partition(num(4));
    assert_eq!(call.run(&Threads::default())?.shape(), (0, 1));
    // ANCHOR_END: no_row
    Ok(())
}

#[test]
fn num_is_read() {
    // ANCHOR: num_is_read
    let value = |text: &str| {
        let num = text.parse::<NumExpression>().map_err(|error| error.to_string())?;
        num.value(100, 4) // for 100 rows, and an engine of 4
    };
    assert!(value("__import__('os').getpid()").is_err());
    assert_eq!(value("min(ROWCOUNT / 2, CONCURRENCY * 4)"), Ok(16));
    assert_eq!(value("ROWCOUNT / 8 * 3"), Ok(36)); // Fugue: 37
    // ANCHOR_END: num_is_read
}

#[test]
fn schema() -> outgrow::Result<()> {
    // ANCHOR: schema
    let flights = df!("carrier" => ["UA"], "tail" => ["N1"], "delay" => [4])?;
    let output = OutputSchema::parse("* - tail + delay: f64, share: double")?;
    let columns = output.resolve(flights.schema())?;
    let written = OutputSchema::of(&columns)?.to_string();
    assert_eq!(written, "carrier: str, delay: f64, share: f64");
    // ANCHOR_END: schema
    Ok(())
}

#[test]
fn output() -> outgrow::Result<()> {
    // ANCHOR: output
    let flights = df!("carrier" => ["UA"], "delay" => [4i32], "tail" => ["N1"])?;
    let same = |rows: DataFrame| rows;

    // Another order, a wider type, and a column that nobody asked for.
    let cast = transform(&flights, same).schema("delay: f64, carrier: str").run(&Serial)?;
    assert!(cast.equals(&df!("delay" => [4.0], "carrier" => ["UA"])?));

    // A column that the function does not give.
    let missing = transform(&flights, same).schema("share: f64").run(&Serial);
    assert!(missing.unwrap_err().to_string().contains("no column `share`"));
    // ANCHOR_END: output
    let sevens = transform(df!("x" => [7.0])?, same).schema("x: i64").run(&Serial)?;
    assert!(sevens.equals(&df!("x" => [7i64])?));
    Ok(())
}

#[test]
fn words() -> outgrow::Result<()> {
    // ANCHOR: words
    /// A split is a value, and a function can make it.
    fn latest(keys: &[&str]) -> Partition {
        by(keys.iter().copied()).presort("time_hour desc")
    }

    let flights = df!("carrier" => ["UA", "UA", "AA"], "time_hour" => [5, 23, 9])?;
    let flights = Table::from(flights);
    let last = flights.take(1, latest(&["carrier"])).run(&Serial)?;
    assert_eq!(last.height(), 2); // a row per carrier

    let count = |rows: DataFrame| df!("rows" => [rows.height() as u32]);
    let calls = |split: Partition| {
        let call = transform(&flights, count).schema("rows: u32").partition(split);
        call.run(&Serial).map(|counts| counts.height())
    };
    assert_eq!(calls(num(1))?, 1);
    assert_eq!(calls(per_row())?, 3);
    // ANCHOR_END: words
    Ok(())
}

#[test]
fn coarse() -> outgrow::Result<()> {
    // ANCHOR: coarse
    let flights = df!("tail" => ["N1", "N2", "N1"], "delay" => [4, 0, 33])?;
    let calls = |algo| {
        let count = |rows: DataFrame| df!("rows" => [rows.height() as u32]);
        let split = by(["tail"]).num(1).algo(algo);
        let call = transform(&flights, count).schema("rows: u32").partition(split);
        call.run(&Serial).map(|rows| rows.height())
    };
    assert_eq!(calls(Algo::Hash)?, 2); // a call per aircraft
    assert_eq!(calls(Algo::Coarse)?, 1); // one call for both
    // ANCHOR_END: coarse
    Ok(())
}

#[test]
fn wrong_splits() -> outgrow::Result<()> {
    let input = df!("a" => [1], "b" => [2], "c" => [3])?;
    // ANCHOR: wrong_splits
    for (partition, told) in [
        (by(["x"]), "by: the input has no column `x`; it has a, b, c."),
        (by(["a", "a"]), "by: column `a` is named twice. Name it once."),
        (by(["a"]).presort("a"), "column `a` is a key already"),
        (by(["a"]).presort("b down"), "unknown word `down` after `b`"),
        (num("ROWS"), "num: `ROWS` is no whole number"),
        (per_row().num(3), "per_row and num exclude each other"),
    ] {
        let error = partition.check(input.schema()).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
    // ANCHOR_END: wrong_splits
    Ok(())
}

#[test]
fn rules() -> outgrow::Result<()> {
    // ANCHOR: rules
    let flights = df!("carrier" => ["UA"], "delay" => [4])?;
    let first = |rows: DataFrame| rows.head(Some(1));
    let call = transform(flights, first).schema("*").partition(by(["carrier"]));
    let error = call.validate("presort_has: delay desc").check().unwrap_err().to_string();
    assert!(error.contains("Add `delay desc` to presort(...)"));
    // ANCHOR_END: rules
    Ok(())
}

#[test]
fn zip() -> outgrow::Result<()> {
    // ANCHOR: zip
    let flights = df!("origin" => ["EWR", "EWR", "JFK"], "delay" => [4, 0, 33])?;
    let weather = df!("origin" => ["EWR"], "wind" => [11.5])?;

    let count = |flights: DataFrame, weather: DataFrame| {
        let (flights, hours) = (flights.height() as u32, weather.height() as u32);
        df!("flights" => [flights], "hours" => [hours])
    };
    let zipped = flights.zip(&weather).by(["origin"]).how(How::Left);
    let counts = cotransform(zipped, count).schema("flights: u32, hours: u32");
    assert_eq!(counts.run(&Serial)?.height(), 2); // JFK with no hour of weather
    // ANCHOR_END: zip
    Ok(())
}

#[test]
fn presort() -> outgrow::Result<()> {
    // ANCHOR: presort
    let delays = [Some(4), None, Some(33)];
    let flights = df!("carrier" => ["UA", "UA", "UA"], "delay" => delays)?;
    let first = |rows: DataFrame| rows.head(Some(1));
    let ask = |presort: &str| {
        let call = transform(&flights, first).schema("*");
        let first = call.partition(by(["carrier"]).presort(presort)).run(&Serial)?;
        Ok::<_, outgrow::Error>(first.column("delay")?.i32()?.get(0))
    };
    assert_eq!(ask("delay")?, Some(4)); // null comes last,
    assert_eq!(ask("delay desc")?, Some(33)); // both ways
    // ANCHOR_END: presort
    Ok(())
}

#[test]
fn engines() -> outgrow::Result<()> {
    // ANCHOR: engines
    let flights = df!("carrier" => ["UA", "AA", "UA"], "delay" => [4, 0, 33])?;
    let worst = |rows: DataFrame| rows.head(Some(1));
    for engine in [&Serial as &dyn Engine, &Threads::default(), &Threads::new(4)] {
        let call = transform(&flights, worst).schema("*");
        let worst = call.partition(by(["carrier"]).presort("delay desc")).run(engine)?;
        assert_eq!(worst.column("delay")?.i32()?.sum(), Some(33));
    }
    // ANCHOR_END: engines
    Ok(())
}

#[test]
fn by_name() -> outgrow::Result<()> {
    // ANCHOR: registered
    fn longest_flights(flights: DataFrame, count: &usize) -> DataFrame {
        flights.head(Some(*count))
    }
    outgrow::register!(longest_flights, validate = "presort_has: distance desc");

    let entry = registered("longest_flights")?; // what the other side does
    assert_eq!((entry.name, entry.version), ("longest_flights", 1));
    let function = entry.function(&serde_json::json!(3)); // parameters come as JSON
    assert!(function.is_ok());
    // ANCHOR_END: registered
    Ok(())
}
