//! Flights to check answers with: seeded, and each with something that real data has and one forgets.
//!
//! All of them have the columns and types of [`outgrow::flights::schema`]; select those that the answer may see.

use std::sync::OnceLock;

use outgrow::flights;
use polars::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// An input, and what is special about it.
#[derive(Clone, Debug)]
pub struct Case {
    /// In words that go on after "With": `rows in another order`.
    pub name: &'static str,
    /// The flights.
    pub flights: DataFrame,
}

/// The inputs that most checks want, the smallest first: what is wrong is told for the first of them that shows it.
///
/// ```
/// use outgrow_exercises::inputs::cases;
/// let schema = outgrow::flights::schema();
/// assert!(cases().iter().all(|case| *case.flights.schema().as_ref() == schema));
/// assert_eq!(cases().last().unwrap().flights.height(), 336_776);
/// ```
pub fn cases() -> Vec<Case> {
    let case = |name, flights| Case { name, flights };
    vec![
        case("six flights", six()),
        case("unknown delays", with_nulls(&made_up(400, 1), "arr_delay", 0.3, 1)),
        case("delays that are often the same", with_ties(&made_up(400, 2), "arr_delay")),
        case("a carrier of which no delay is known", unknown_for(&made_up(400, 3), "arr_delay", "carrier", "OO")),
        case("a carrier that has most of the flights", skewed(&made_up(1_000, 4), "carrier", "UA", 0.9, 4)),
        case("rows in another order", shuffled(&made_up(400, 5), 5)),
        case("the real flights", real()),
    ]
}

/// All flights of 2013.
///
/// # Panics
/// When `datasets/` is not there: no exercise can be checked then.
pub fn real() -> DataFrame {
    static REAL: OnceLock<DataFrame> = OnceLock::new();
    let read = || {
        let schema = flights::schema();
        let columns: Vec<&str> = schema.iter_names().map(|name| name.as_str()).collect();
        flights::shipped().and_then(|files| files.read_all(&columns)).expect("the flights of the project can be read")
    };
    REAL.get_or_init(read).clone()
}

/// Six flights of two carriers, few enough to work out by hand: AA has three flights from JFK and one from EWR, UA one
/// each, and one delay is unknown.
pub fn six() -> DataFrame {
    flights_of(&[
        ("AA", "JFK", Some(10)),
        ("AA", "JFK", Some(20)),
        ("UA", "EWR", Some(-4)),
        ("AA", "JFK", None),
        ("UA", "JFK", Some(31)),
        ("AA", "EWR", Some(60)),
    ])
}

/// Flights of these carriers, airports of departure and delays on arrival, the rest made up.
pub fn flights_of(rows: &[(&str, &str, Option<i16>)]) -> DataFrame {
    let mut flights = made_up(rows.len(), 0);
    let set = [
        Column::new("carrier".into(), rows.iter().map(|row| row.0).collect::<Vec<_>>()),
        Column::new("origin".into(), rows.iter().map(|row| row.1).collect::<Vec<_>>()),
        Column::new("arr_delay".into(), rows.iter().map(|row| row.2).collect::<Vec<_>>()),
    ];
    for column in set {
        flights.with_column(column).expect("as long as the others");
    }
    flights
}

/// So many flights of 2013, in order of time, with ids from 0: eight carriers, three airports, a dozen destinations, two
/// hundred aircraft; delays mostly small, a few large; nothing unknown. The same seed gives the same flights.
pub fn made_up(rows: usize, seed: u64) -> DataFrame {
    const HOUR_MS: i64 = 3_600_000;
    /// The first hour of 2013, in milliseconds.
    const NEW_YEAR_MS: i64 = 1_356_998_400_000;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut hours: Vec<i64> = (0..rows).map(|_| random.random_range(0..365 * 24)).collect();
    hours.sort_unstable();
    let mut number = |from: i32, to: i32| (0..rows).map(|_| random.random_range(from..to)).collect::<Vec<i32>>();
    let pick =
        |places: Vec<i32>, of: &[&str]| places.into_iter().map(|at| of[at as usize].to_string()).collect::<Vec<_>>();
    let carriers = ["AA", "B6", "DL", "EV", "MQ", "OO", "UA", "WN"];
    let dests = ["ATL", "BOS", "CLT", "DCA", "DEN", "DFW", "LAX", "MCO", "MIA", "ORD", "SEA", "SFO"];
    let dates: Vec<chrono::DateTime<chrono::Utc>> = hours
        .iter()
        .map(|hour| chrono::DateTime::from_timestamp_millis(NEW_YEAR_MS + hour * HOUR_MS).expect("within 2013"))
        .collect();
    let hour: Vec<i32> = hours.iter().map(|hour| (hour % 24) as i32).collect();
    let (minute, dep_delay, won_back) = (number(0, 60), number(-10, 120), number(-15, 25));
    // Three in four flights are hardly late.
    let dep_delay: Vec<i32> =
        dep_delay.into_iter().map(|delay| if delay % 4 == 0 { delay } else { delay % 15 }).collect();
    let arr_delay: Vec<i32> = dep_delay.iter().zip(&won_back).map(|(delay, won)| delay - won).collect();
    let air_time = number(40, 380);
    let clock = |delay: Option<&Vec<i32>>, more: Option<&Vec<i32>>| -> Vec<i32> {
        let minutes = |row: usize| {
            let of = |list: Option<&Vec<i32>>| list.map_or(0, |list| list[row]);
            (hour[row] * 60 + minute[row] + of(delay) + of(more)).rem_euclid(24 * 60)
        };
        (0..rows).map(minutes).map(|minutes| minutes / 60 * 100 + minutes % 60).collect()
    };
    use chrono::Datelike;
    let instants = hours.iter().map(|hour| NEW_YEAR_MS + hour * HOUR_MS);
    let instants = Int64Chunked::from_iter_values("time_hour".into(), instants);
    let columns = vec![
        Column::new("id".into(), (0..rows as i32).collect::<Vec<_>>()),
        Column::new("year".into(), vec![2013; rows]),
        Column::new("month".into(), dates.iter().map(|date| date.month() as i32).collect::<Vec<_>>()),
        Column::new("day".into(), dates.iter().map(|date| date.day() as i32).collect::<Vec<_>>()),
        Column::new("dep_time".into(), clock(Some(&dep_delay), None)),
        Column::new("sched_dep_time".into(), clock(None, None)),
        Column::new("dep_delay".into(), dep_delay.clone()),
        Column::new("arr_time".into(), clock(Some(&arr_delay), Some(&air_time))),
        Column::new("sched_arr_time".into(), clock(None, Some(&air_time))),
        Column::new("arr_delay".into(), arr_delay),
        Column::new("carrier".into(), pick(number(0, carriers.len() as i32), &carriers)),
        Column::new("flight".into(), number(1, 6_000)),
        Column::new("tailnum".into(), number(100, 300).iter().map(|tail| format!("N{tail}")).collect::<Vec<_>>()),
        Column::new("origin".into(), pick(number(0, 3), &["EWR", "JFK", "LGA"])),
        Column::new("dest".into(), pick(number(0, dests.len() as i32), &dests)),
        Column::new("air_time".into(), air_time.clone()),
        Column::new("distance".into(), air_time.iter().map(|minutes| minutes * 7).collect::<Vec<_>>()),
        Column::new("hour".into(), hour.clone()),
        Column::new("minute".into(), minute.clone()),
        // A cast would leave out the time zone.
        instants.into_datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)).into_column(),
    ];
    let typed = |(column, dtype): (Column, &DataType)| match column.dtype() == dtype {
        true => column,
        false => column.cast(dtype).expect("made to fit the schema"),
    };
    let columns = columns.into_iter().zip(flights::schema().iter_values()).map(typed).collect();
    DataFrame::new(rows, columns).expect("columns of one length")
}

/// A share of a column's values, chosen by chance, becomes unknown.
pub fn with_nulls(flights: &DataFrame, column: &str, share: f64, seed: u64) -> DataFrame {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let known: Vec<bool> = (0..flights.height()).map(|_| !random.random_bool(share)).collect();
    only_where(flights, column, known)
}

/// A column is unknown in all rows of one group: the group is there, and has no value.
pub fn unknown_for(flights: &DataFrame, column: &str, key: &str, group: &str) -> DataFrame {
    let keys = flights.column(key).expect("a column of flights").str().expect("a key is a text");
    only_where(flights, column, keys.iter().map(|key| key != Some(group)).collect())
}

fn only_where(flights: &DataFrame, column: &str, known: Vec<bool>) -> DataFrame {
    let values = flights.column(column).expect("a column of flights");
    let rows = known.iter().enumerate().map(|(row, known)| known.then_some(row as IdxSize));
    let values = values.take(&IdxCa::from_iter_options("".into(), rows)).expect("rows of the column");
    replaced(flights, values)
}

/// Numbers of a column are rounded to tens: many are the same.
pub fn with_ties(flights: &DataFrame, column: &str) -> DataFrame {
    let values = flights.column(column).expect("a column of flights").i16().expect("a column of small numbers");
    replaced(flights, values.apply_values(|value| value / 10 * 10).into_column())
}

/// A share of the rows, chosen by chance, goes to one group.
pub fn skewed(flights: &DataFrame, key: &str, group: &str, share: f64, seed: u64) -> DataFrame {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let keys = flights.column(key).expect("a column of flights").str().expect("a key is a text");
    let keys: StringChunked =
        keys.iter().map(|key| if random.random_bool(share) { Some(group) } else { key }).collect();
    replaced(flights, keys.with_name(key.into()).into_column())
}

/// The same rows in an order by chance.
pub fn shuffled(flights: &DataFrame, seed: u64) -> DataFrame {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut rows: Vec<IdxSize> = (0..flights.height() as IdxSize).collect();
    // Fisher and Yates.
    for last in (1..rows.len()).rev() {
        rows.swap(last, random.random_range(0..=last));
    }
    flights.take(&IdxCa::from_vec("".into(), rows)).expect("rows of the table")
}

/// The table in slices that follow each other, of very different sizes, one of them empty: as rows lie in files.
pub fn slices(flights: &DataFrame) -> Vec<DataFrame> {
    let rows = flights.height();
    let cuts = [0, rows / 10, rows / 10, rows / 2, rows - rows / 8, rows];
    cuts.windows(2).map(|cut| flights.slice(cut[0] as i64, cut[1] - cut[0])).collect()
}

/// Writes flights as a Parquet file of so many rows per row group, for answers that read files.
///
/// # Panics
/// When the folder cannot be written.
pub fn write_files(flights: &DataFrame, rows_per_group: usize, path: &std::path::Path) -> outgrow::ParquetFiles {
    let file = std::fs::File::create(path).expect("a folder for temporary files can be written");
    let writer = polars_io::parquet::write::ParquetWriter::new(file).with_row_group_size(Some(rows_per_group));
    writer.finish(&mut flights.clone()).expect("a disk with room");
    outgrow::ParquetFiles::open_all(&[path]).expect("what was just written")
}

fn replaced(flights: &DataFrame, column: Column) -> DataFrame {
    let mut flights = flights.clone();
    flights.with_column(column).expect("as long as the others");
    flights
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nulls(flights: &DataFrame, column: &str) -> usize {
        flights.column(column).unwrap().null_count()
    }

    #[test]
    fn made_up_flights_have_the_schema_and_depend_on_the_seed_alone() {
        let flights = made_up(300, 7);
        assert_eq!(**flights.schema(), flights::schema());
        assert_eq!(flights.columns().iter().map(Column::null_count).sum::<usize>(), 0);
        assert!(flights.equals(&made_up(300, 7)) && !flights.equals(&made_up(300, 8)));
        assert_eq!(made_up(0, 7).height(), 0);
    }

    #[test]
    fn each_input_has_what_it_says() {
        let plain = made_up(1_000, 1);
        assert!((200..400).contains(&nulls(&with_nulls(&plain, "arr_delay", 0.3, 1), "arr_delay")));
        let unknown = unknown_for(&plain, "arr_delay", "carrier", "OO");
        let of_oo = plain.column("carrier").unwrap().str().unwrap().equal("OO").sum().unwrap() as usize;
        assert_eq!(nulls(&unknown, "arr_delay"), of_oo);
        let tied = with_ties(&plain, "arr_delay");
        assert!(tied.column("arr_delay").unwrap().n_unique().unwrap() < 20);
        let skewed = skewed(&plain, "carrier", "UA", 0.9, 1);
        assert!(skewed.column("carrier").unwrap().str().unwrap().equal("UA").sum().unwrap() > 850);
        let again = shuffled(&plain, 1);
        assert!(!again.equals(&plain) && again.sort(["id"], Default::default()).unwrap().equals(&plain));
    }

    #[test]
    fn slices_are_the_table_and_one_is_empty() {
        let flights = made_up(100, 1);
        let slices = slices(&flights);
        assert_eq!(slices.iter().map(DataFrame::height).collect::<Vec<_>>(), [10, 0, 40, 38, 12]);
        let all = slices.into_iter().reduce(|all, slice| all.vstack(&slice).unwrap()).unwrap();
        assert!(all.equals(&flights));
    }
}
