//! Shown in the book's chapter of the same name.

use outgrow::flights::{home, shipped};
use outgrow::partitioned::{
    Dropped, Engine, ErrorKind, How, Serial, Table, Threads, Zippable, by, cotransform, registered, transform,
};
use outgrow::{ParquetFiles, Result};
use polars::prelude::*;
use serde::{Deserialize, Serialize};

/// The first flights of the year: enough for what is shown.
fn flights() -> Result<ParquetFiles> {
    Ok(shipped()?.head(30_000))
}

fn sorted(rows: DataFrame, by: &str) -> DataFrame {
    rows.sort([by], SortMultipleOptions::default()).unwrap()
}

// ANCHOR: function
/// One carrier's flights -> how many minutes it makes up in the air, on average.
fn made_up(flights: DataFrame) -> PolarsResult<DataFrame> {
    let minutes = (flights.column("dep_delay")? - flights.column("arr_delay")?)?;
    df!(
        "carrier" => [flights.column("carrier")?.str()?.get(0)],
        "flights" => [(minutes.len() - minutes.null_count()) as i64],
        "minutes" => [minutes.as_materialized_series().mean()],
    )
}
// ANCHOR_END: function

#[test]
fn a_function_is_tested_without_an_engine() -> Result<()> {
    // ANCHOR: alone
    let flights = df!(
        "carrier" => ["UA", "UA"],
        "dep_delay" => [10i16, 20],
        "arr_delay" => [4i16, 17],
    )?;
    let of_ua = df!("carrier" => ["UA"], "flights" => [2i64], "minutes" => [4.5])?;
    assert!(made_up(flights)?.equals(&of_ua));
    // ANCHOR_END: alone
    Ok(())
}

// ANCHOR: call
/// All flights -> a row per carrier.
fn of_all_carriers(flights: &ParquetFiles, engine: &dyn Engine) -> Result<DataFrame> {
    transform((flights, ["carrier", "dep_delay", "arr_delay"]), made_up)
        .schema("carrier: str, flights: i64, minutes: f64")
        .partition(by(["carrier"]))
        .run(engine)
}
// ANCHOR_END: call

#[test]
fn the_engine_is_the_last_word_and_changes_nothing() -> Result<()> {
    let flights = flights()?;
    // ANCHOR: engines
    let to_debug = of_all_carriers(&flights, &Serial)?;
    let to_be_fast = of_all_carriers(&flights, &Threads::default())?;
    // ANCHOR_END: engines
    assert!(sorted(to_debug.clone(), "carrier").equals(&sorted(to_be_fast, "carrier")));
    let carriers = flights.read_all(&["carrier"])?.column("carrier")?.n_unique()?;
    assert!(carriers > 10 && to_debug.height() == carriers);
    Ok(())
}

#[test]
fn what_is_written_in_a_schema_is_a_promise() -> Result<()> {
    let flights = df!("carrier" => ["UA", "UA"], "dep_delay" => [10i16, 20], "arr_delay" => [4i16, 17])?;
    // ANCHOR: promise
    let told = transform(&flights, made_up)
        .schema("carrier: str, flights: i64, minutes: i64")
        .partition(by(["carrier"]))
        .run(&Threads::default())
        .unwrap_err();
    assert_eq!(
        told.to_string(),
        "function `made_up` failed for carrier = \"UA\": \
         column `minutes` of its output is f64, and the value 4.5 cannot become i64. \
         Change the function, its struct, or what .schema() promises"
    );
    // ANCHOR_END: promise

    let with_late = |flights: DataFrame| -> PolarsResult<DataFrame> {
        let late = flights.column("arr_delay")?.i16()?.gt(15).with_name("late".into());
        flights.hstack(&[late.into_column()])
    };
    // ANCHOR: append
    let call = transform(&flights, with_late).schema("*, late: bool");
    // ANCHOR_END: append
    assert_eq!(call.check()?.get_column_names(), ["carrier", "dep_delay", "arr_delay", "late"]);
    assert_eq!(call.run(&Serial)?.column("late")?.bool()?.sum(), Some(1));
    Ok(())
}

#[test]
fn a_call_is_checked_before_anything_runs() -> Result<()> {
    let flights = flights()?;
    // ANCHOR: check
    let call = transform((&flights, ["carrier", "dep_delay", "arr_delay"]), made_up)
        .schema("carrier: str, flights: i64, minutes: f64")
        .partition(by(["airline"]));
    assert_eq!(
        call.check().unwrap_err().to_string(),
        "by: the input has no column `airline`; it has carrier, dep_delay, arr_delay."
    );
    // ANCHOR_END: check
    Ok(())
}

// ANCHOR: structs
#[derive(Deserialize)]
struct Flight {
    tailnum: Option<String>,
    arr_delay: Option<i16>,
}

#[derive(Serialize)]
struct Run {
    tailnum: Option<String>,
    flights: u32,
}

/// One aircraft's flights, in order of time -> how many in a row were not late.
fn longest_run(flights: &[Flight]) -> Vec<Run> {
    let (mut run, mut longest) = (0, 0);
    for flight in flights {
        let on_time = flight.arr_delay.is_some_and(|minutes| minutes <= 15);
        run = if on_time { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    vec![Run { tailnum: flights[0].tailnum.clone(), flights: longest }]
}
// ANCHOR_END: structs

// ANCHOR: presort
/// All flights -> a row per aircraft.
fn of_the_fleet(flights: &DataFrame, engine: &dyn Engine) -> Result<DataFrame> {
    transform(flights, longest_run)
        .schema("tailnum: str, flights: u32")
        .partition(by(["tailnum"]).presort("time_hour, id"))
        .run(engine)
}
// ANCHOR_END: presort

// ANCHOR: register
outgrow::register!(longest_run, validate = "presort_has: time_hour");
// ANCHOR_END: register

#[test]
fn a_presort_makes_the_order_of_the_input_irrelevant() -> Result<()> {
    let flights = flights()?.read_all(&["tailnum", "arr_delay", "time_hour", "id"])?;
    let backwards = flights.reverse();
    let runs = sorted(of_the_fleet(&flights, &Threads::default())?, "tailnum");
    assert!(runs.height() > 1_000);
    assert!(runs.equals_missing(&sorted(of_the_fleet(&backwards, &Serial)?, "tailnum")));
    // The file is in order, but in that of real departures: without the presort the answer is another.
    let times = ["month", "day", "dep_time", "id"];
    let flights_of_file = self::flights()?.read_all(&times)?;
    let in_order = flights_of_file.sort(times, SortMultipleOptions::default().with_nulls_last(true))?;
    assert!(in_order.equals_missing(&flights_of_file));
    let as_they_come = |flights: &[Flight]| longest_run(flights);
    let without_presort = |flights: &DataFrame| {
        let call = transform(flights, as_they_come).schema("tailnum: str, flights: u32").partition(by(["tailnum"]));
        call.run(&Serial).map(|runs| sorted(runs, "tailnum"))
    };
    assert!(!runs.equals_missing(&without_presort(&flights)?));
    Ok(())
}

#[test]
fn a_function_says_what_it_needs() -> Result<()> {
    let flights = flights()?;
    // ANCHOR: validate
    let told = transform(&flights, longest_run)
        .schema("tailnum: str, flights: u32")
        .partition(by(["tailnum"]))
        .run(&Threads::default())
        .unwrap_err();
    assert_eq!(
        told.to_string(),
        "function `longest_run` demands `presort_has: time_hour`, but the presort is ``. \
         Add `time_hour` to presort(...)."
    );
    // ANCHOR_END: validate
    assert_eq!(registered("longest_run")?.rules, "presort_has: time_hour");
    Ok(())
}

// ANCHOR: params
#[derive(Deserialize)]
struct Arrival {
    dest: String,
    arr_delay: Option<i16>,
}

#[derive(Serialize)]
struct Share {
    dest: String,
    arrivals: u32,
    late: f64,
}

#[derive(Debug, thiserror::Error)]
#[error("{0} flights are too few")]
struct TooFew(usize);

/// One airport's arrivals -> which share of them is late. `least`: how many it takes.
fn late_share(arrivals: &[Arrival], least: &usize) -> Result<Vec<Share>, TooFew> {
    let all = arrivals.len();
    if all < *least {
        return Err(TooFew(all));
    }
    let late = arrivals.iter().filter(|arrival| arrival.arr_delay > Some(15)).count();
    let dest = arrivals[0].dest.clone();
    Ok(vec![Share { dest, arrivals: all as u32, late: late as f64 / all as f64 }])
}
// ANCHOR_END: params

#[test]
fn errors_that_are_expected_cost_a_partition_and_are_reported() -> Result<()> {
    let arrivals = df!("dest" => ["ORD", "LEX", "ORD"], "arr_delay" => [Some(4i16), None, Some(33)])?;
    // ANCHOR: error
    let call = || {
        transform(&arrivals, late_share)
            .params(2)
            .schema("dest: str, arrivals: u32, late: f64")
            .partition(by(["dest"]).num(4))
    };
    assert_eq!(
        call().run(&Serial).unwrap_err().to_string(),
        "function `late_share` failed for dest = \"LEX\": 1 flights are too few. \
         Call it on these rows alone to see why"
    );
    // ANCHOR_END: error

    // ANCHOR: ignore
    let dropped = Dropped::default();
    let expected = [ErrorKind::of::<TooFew>()];
    let shares = call().ignore_errors(expected, &dropped).run(&Threads::default())?;
    assert_eq!(
        dropped.to_string(),
        "1 partition with 1 row dropped; \
         the first: for dest = \"LEX\": 1 flights are too few"
    );
    // ANCHOR_END: ignore
    assert!(shares.equals(&df!("dest" => ["ORD"], "arrivals" => [2u32], "late" => [0.5])?));
    Ok(())
}

// ANCHOR: sides
/// What the register of aircraft says.
#[derive(Deserialize)]
struct Plane {
    seats: i16,
}

#[derive(Serialize)]
struct Flown {
    tailnum: Option<String>,
    flights: u32,
    seats: Option<i16>,
}

/// One aircraft's flights, and its entry in the register if there is one -> a row.
fn flown(flights: &[Flight], planes: &[Plane]) -> Vec<Flown> {
    let seats = planes.first().map(|plane| plane.seats);
    let tailnum = flights[0].tailnum.clone();
    vec![Flown { tailnum, flights: flights.len() as u32, seats }]
}
// ANCHOR_END: sides

#[test]
fn several_inputs_meet_by_key() -> Result<()> {
    let (flights, planes) = (flights()?, home().join("datasets/planes.parquet"));
    let flights = Table::from(&flights);
    // ANCHOR: zip
    let fleet = flights.zip(&planes).by(["tailnum"]).how(How::Left);
    let call = cotransform(fleet, flown).schema("tailnum: str, flights: u32, seats: i16");
    let flown = call.run(&Threads::default())?;
    // ANCHOR_END: zip
    assert_eq!(flown.column("flights")?.u32()?.sum(), Some(30_000));
    let known = flown.height() - flown.column("seats")?.null_count();
    assert!(known > 1_000 && known < flown.height());
    Ok(())
}
