//! What a cluster costs beside its work, in figures: an empty job, and many small groups beside the threads of this machine.
//!
//! Nothing is asserted of a time; it prints, when it is asked for:
//! `cargo test -p outgrow-cluster --test speed -- --ignored --nocapture`.

mod support;

use std::time::Instant;

use outgrow::ParquetFiles;
use outgrow::measure::{median, sorted};
use outgrow::partitioned::{Algo, Engine, Threads, by, transform};
use outgrow_cluster::lab::{self, Mishaps};
use support::{Cluster, assert_right, work};

fn milliseconds(times: Vec<f64>) -> String {
    let times = sorted(times);
    format!("{:.1} ms ({:.1} to {:.1})", median(&times) * 1e3, times[0] * 1e3, times[times.len() - 1] * 1e3)
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let began = Instant::now();
    (work(), began.elapsed().as_secs_f64())
}

#[test]
#[ignore = "it prints times: run it by name"]
fn an_empty_job() {
    let cluster = Cluster::start(2);
    let engine = cluster.client();
    let rows = cluster.rows(1, 1);
    let mut times = Vec::new();
    for run in 0..21 {
        let (answer, took) = timed(|| work(rows.as_path(), &Mishaps::default(), &engine).unwrap());
        assert_right(&answer, 1, 1);
        if run > 0 {
            times.push(took);
        }
    }
    println!("a job of one row, 20 of them: {}", milliseconds(times));
}

#[test]
#[ignore = "it prints times: run it by name"]
fn a_hundred_thousand_groups_coarse() {
    let cluster = Cluster::start(2);
    let engine = cluster.client();
    for of_each in [10, 100] {
        let rows = cluster.rows(100_000, of_each);
        let files = ParquetFiles::open_all(&[rows]).unwrap();
        let threads = Threads::new(2);
        let call = |engine: &dyn Engine| {
            let call = transform((&files, ["key", "value"]), lab::totals).schema(lab::SCHEMA);
            call.partition(by(["key"]).algo(Algo::Coarse)).run(engine).unwrap()
        };
        let (mut here, mut there) = (Vec::new(), Vec::new());
        for run in 0..8 {
            for (engine, times) in [(&threads as &dyn Engine, &mut here), (&engine, &mut there)] {
                let (answer, took) = timed(|| call(engine));
                assert_right(&answer, 100_000, of_each);
                if run > 0 {
                    times.push(took);
                }
            }
        }
        let ratio = median(&sorted(there.clone())) / median(&sorted(here.clone()));
        println!(
            "100,000 groups of {of_each} rows, coarse: two executors {}, two threads {}: {ratio:.2}x; {:?}",
            milliseconds(there),
            milliseconds(here),
            engine.spent()
        );
        let status = ["status", "--tasks", "--scheduler", &format!("127.0.0.1:{}", cluster.port)];
        let status = std::process::Command::new(support::PROGRAM).args(status).output().unwrap();
        println!("{}", String::from_utf8_lossy(&status.stdout));
    }
}
