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

/// A flight without carrier or origin is in no row, in any mode.
#[test]
fn null_keys_are_left_out_in_every_mode() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = support::flights().head(Some(6_000));
    let holes = |name: &str, every: usize| -> Column {
        let texts = rows.column(name).unwrap().str().unwrap();
        let texts: StringChunked =
            texts.iter().enumerate().map(|(row, text)| text.filter(|_| row % every > 0)).collect();
        texts.with_name(name.into()).into_column()
    };
    let (carrier, origin) = (holes("carrier", 7), holes("origin", 11));
    rows.with_column(carrier).unwrap().with_column(origin).unwrap();
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
