//! Every workload gives the expected answer in every mode, and on every engine.
//!
//! The expected answers come from pandas and scikit-learn (`datasets/answers/make.py`), not from this crate.

mod support;

use outgrow::flights::shipped;
use outgrow::measure::{agree, expected};
use outgrow::partitioned::{Engine, Serial, Threads};
use outgrow::workloads::ALL;
use polars::prelude::*;

#[test]
fn every_mode_and_engine_gives_the_expected_answer() {
    let flights = shipped().unwrap();
    let engines: [(&str, &dyn Engine); 3] =
        [("serial", &Serial), ("threads 2", &Threads::new(2)), ("threads 5", &Threads::new(5))];
    for workload in ALL {
        let mut answers =
            vec![("eager", (workload.eager)(&flights).unwrap()), ("dropin", (workload.dropin)(&flights).unwrap())];
        for (name, engine) in engines {
            answers.push((name, (workload.partitioned)(&flights, engine).unwrap()));
        }
        let expected = expected(workload, answers[0].1.schema()).unwrap();
        assert!(expected.height() > 0);
        for (name, answer) in &answers {
            agree(workload, (name, answer), ("datasets/answers", &expected)).unwrap();
        }
    }
}

/// A flight without carrier, airport, day, time or id is in the same rows in every mode, and in none that it is a key of.
#[test]
fn null_keys_are_left_out_in_every_mode() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = support::flights().head(Some(6_000));
    for (name, every) in
        [("carrier", 7), ("origin", 11), ("dest", 13), ("month", 17), ("day", 19), ("time_hour", 23), ("id", 29)]
    {
        let column = rows.column(name).unwrap();
        let known: BooleanChunked = (0..rows.height()).map(|row| Some(row % every > 0)).collect();
        let holes = column.zip_with(&known, &Column::full_null(name.into(), 1, column.dtype())).unwrap();
        rows.with_column(holes).unwrap();
    }
    let path = folder.path().join("holes.parquet");
    support::write_parquet(&rows, &path);
    let files = outgrow::flights::open(path.to_str().unwrap()).unwrap();
    for workload in ALL {
        let eager = (workload.eager)(&files).unwrap();
        assert!(eager.height() > 0);
        assert!(workload.keys.iter().all(|key| eager.column(key).unwrap().null_count() == 0));
        for (name, answer) in
            [("dropin", (workload.dropin)(&files)), ("partitioned", (workload.partitioned)(&files, &Threads::new(2)))]
        {
            agree(workload, ("eager", &eager), (name, &answer.unwrap())).unwrap();
        }
    }
}

/// The same rows, cut into other files and row groups and put in another order, have the same answer.
#[test]
fn the_layout_of_the_files_does_not_change_the_answer() {
    let shipped = shipped().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let schema = outgrow::flights::schema();
    let columns: Vec<&str> = schema.iter_names().map(|name| name.as_str()).collect();
    let rows = shipped.head(40_000).read_all(&columns).unwrap().reverse();
    for (file, (from, length)) in [(0, 1), (1, 24_999), (25_000, 15_000)].into_iter().enumerate() {
        let path = folder.path().join(format!("{file}.parquet"));
        polars_io::parquet::write::ParquetWriter::new(std::fs::File::create(path).unwrap())
            .with_row_group_size(Some(7_000))
            .finish(&mut rows.slice(from, length))
            .unwrap();
    }
    let rearranged = outgrow::flights::open(folder.path().to_str().unwrap()).unwrap();
    let straight = outgrow::flights::shipped().unwrap().head(40_000);
    assert_eq!(rearranged.rows(), 40_000);
    for workload in ALL {
        let reference = (workload.eager)(&straight).unwrap();
        for (name, answer) in [
            ("eager", (workload.eager)(&rearranged)),
            ("dropin", (workload.dropin)(&rearranged)),
            ("partitioned", (workload.partitioned)(&rearranged, &Threads::new(3))),
        ] {
            agree(workload, (name, &answer.unwrap()), ("straight", &reference)).unwrap();
        }
    }
}

/// Of flights that are equally late the one with the smaller id counts, in whichever file it comes.
#[test]
fn ties_are_decided_alike_in_every_mode() {
    let folder = tempfile::tempdir().unwrap();
    let rows = support::flights().head(Some(4));
    let with = |name: &str, values: &[i32]| {
        let dtype = rows.column(name).unwrap().dtype();
        Column::new(name.into(), values).cast(dtype).unwrap()
    };
    let mut rows = rows.clone();
    let to = Column::new("dest".into(), ["BOS", "IAH", "BOS", "IAH"]);
    for column in [to, with("id", &[9, 5, 2, 7]), with("arr_delay", &[90, 70, 90, 70])] {
        rows.with_column(column).unwrap();
    }
    // A file each, the larger id of BOS first and that of IAH last.
    for (file, row) in (0..4).enumerate() {
        support::write_parquet(&rows.slice(row, 1), &folder.path().join(format!("{file}.parquet")));
    }
    let files = outgrow::flights::open(folder.path().to_str().unwrap()).unwrap();
    let workload = outgrow::workloads::find("largest-per-group").unwrap();
    for answer in [
        (workload.eager)(&files),
        (workload.dropin)(&files),
        (workload.partitioned)(&files, &Serial),
        (workload.partitioned)(&files, &Threads::new(2)),
    ] {
        let ids = answer.unwrap().column("id").unwrap().i32().unwrap().into_no_null_iter().collect::<Vec<_>>();
        assert_eq!(ids, [2, 5]);
    }
}

/// Two copies of the same flights have every id twice: a place is a place all the same.
#[test]
fn flights_that_are_there_twice_are_two_flights() {
    let folder = tempfile::tempdir().unwrap();
    let rows = support::flights().head(Some(3_000));
    for file in ["a.parquet", "b.parquet"] {
        support::write_parquet(&rows, &folder.path().join(file));
    }
    let files = outgrow::flights::open(folder.path().to_str().unwrap()).unwrap();
    for workload in ALL {
        let eager = (workload.eager)(&files).unwrap();
        for (name, answer) in
            [("dropin", (workload.dropin)(&files)), ("partitioned", (workload.partitioned)(&files, &Threads::new(2)))]
        {
            agree(workload, ("eager", &eager), (name, &answer.unwrap())).unwrap();
        }
    }
}
