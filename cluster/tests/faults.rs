//! Machines and functions that fail: the answer is right, or the error says what happened, and soon.

mod support;

use std::time::{Duration, Instant};

use outgrow::partitioned::Sql;
use outgrow_cluster::Ballista;
use outgrow_cluster::lab::{self, Mishaps};
use support::{Cluster, PROGRAM, assert_right, free_port, work};

const KEYS: i64 = 40;
const OF_EACH: i64 = 2_000;

/// A job of some seconds, in which an executor is killed after a part of them; it ends with the right answer.
fn killed(after: Duration, files_gone: bool) {
    let mut cluster = Cluster::start(2);
    let rows = cluster.rows(KEYS, OF_EACH);
    let engine = cluster.client();
    let slow = Mishaps { sleep_ms: 150, ..Mishaps::default() };
    let (mut answer, mut took) = (None, Duration::ZERO);
    std::thread::scope(|scope| {
        let job = scope.spawn(|| {
            let began = Instant::now();
            let answer = work(rows.as_path(), &slow, &engine);
            (answer, began.elapsed())
        });
        std::thread::sleep(after);
        let executor = &mut cluster.executors[0];
        executor.kill();
        if files_gone {
            std::fs::remove_dir_all(&executor.rows).unwrap();
        }
        let (of_job, of_time) = job.join().unwrap();
        (answer, took) = (Some(of_job), of_time);
    });
    assert_right(&answer.unwrap().unwrap_or_else(|error| panic!("{error}\n{}", cluster.logs())), KEYS, OF_EACH);
    eprintln!("killed after {after:?}, files gone: {files_gone}: {took:?}, {:?}", engine.spent());
    // Whoever is left takes the next job.
    assert_right(&work(rows.as_path(), &Mishaps::default(), &engine).unwrap(), KEYS, OF_EACH);
}

#[test]
fn an_executor_is_killed_early() {
    killed(Duration::from_millis(400), false);
}

#[test]
fn an_executor_is_killed_in_the_middle() {
    killed(Duration::from_millis(1_800), false);
}

#[test]
fn an_executor_is_killed_late() {
    killed(Duration::from_millis(3_000), false);
}

#[test]
fn an_executor_is_killed_early_and_its_files_are_gone() {
    killed(Duration::from_millis(400), true);
}

#[test]
fn an_executor_is_killed_in_the_middle_and_its_files_are_gone() {
    killed(Duration::from_millis(1_800), true);
}

#[test]
fn an_executor_is_killed_late_and_its_files_are_gone() {
    killed(Duration::from_millis(3_000), true);
}

/// Between the stages of a query rows carry no stamps, and Ballista may count some of them twice: the answer is right all the
/// same, whenever an executor is killed.
#[test]
fn an_executor_is_killed_during_a_query() {
    for after in [300, 1_000, 2_000, 3_500] {
        let mut cluster = Cluster::start(2);
        let rows = outgrow::ParquetFiles::open_all(&[cluster.rows(KEYS, OF_EACH)]).unwrap();
        let engine = cluster.client();
        let pairs = "
            select key, count(*) as rows, sum(one) as sum
            from (select a.key as key, a.value * 0 + b.value as one from rows a join rows b on a.key = b.key)
            group by key order by key";
        let (answer, took) = std::thread::scope(|scope| {
            let began = Instant::now();
            let answer = scope.spawn(|| engine.query(&rows, "rows", pairs));
            std::thread::sleep(Duration::from_millis(after));
            cluster.executors[0].kill();
            (answer.join().unwrap(), began.elapsed())
        });
        let answer = answer.unwrap_or_else(|error| panic!("{error}\n{}", cluster.logs()));
        let sum = |key: i64| OF_EACH * (0..OF_EACH).map(|row| row * KEYS + key).sum::<i64>();
        let expected = polars::prelude::df!(
            "key" => (0..KEYS).collect::<Vec<_>>(),
            "rows" => vec![OF_EACH * OF_EACH; KEYS as usize],
            "sum" => (0..KEYS).map(sum).collect::<Vec<_>>(),
        );
        assert!(answer.equals(&expected.unwrap()), "killed after {after} ms: {answer}");
        eprintln!("a query, killed after {after} ms: {took:?}, {:?}", engine.spent());
    }
}

/// Kills what `of` names while a job runs, and gives the error with how long it took to be told.
fn told_when_killed(of: impl FnOnce(&mut Cluster)) -> (String, Duration) {
    let mut cluster = Cluster::start(2);
    let rows = cluster.rows(KEYS, OF_EACH);
    let engine = cluster.client();
    let slow = Mishaps { sleep_ms: 400, ..Mishaps::default() };
    std::thread::scope(|scope| {
        let job = scope.spawn(|| work(rows.as_path(), &slow, &engine));
        std::thread::sleep(Duration::from_secs(2));
        of(&mut cluster);
        let began = Instant::now();
        let told = job.join().unwrap().unwrap_err().to_string();
        (told, began.elapsed())
    })
}

#[test]
fn without_any_executor_there_is_an_error_and_no_hang() {
    let (told, took) = told_when_killed(|cluster| cluster.executors.iter_mut().for_each(|executor| executor.kill()));
    assert!(
        told.contains("has no executor, and none came within") && told.contains("outgrow-cluster executor"),
        "{told}"
    );
    assert!(took < Duration::from_secs(60), "{took:?}");
}

#[test]
fn without_a_scheduler_there_is_an_error_and_no_hang() {
    let (told, took) = told_when_killed(|cluster| {
        cluster.scheduler.kill().unwrap();
        cluster.scheduler.wait().unwrap();
    });
    assert!(told.contains("no answer from a scheduler at 127.0.0.1:"), "{told}");
    assert!(took < Duration::from_secs(60), "{took:?}");
}

#[test]
fn a_function_that_fails_for_one_group_costs_nobody_else_anything() {
    let cluster = Cluster::start(2);
    let rows = cluster.rows(KEYS, OF_EACH);
    let engine = cluster.client();
    let executors = cluster.known();
    let at = Some(17);
    for (mishaps, cause) in [
        (Mishaps { fails_at: at, ..Mishaps::default() }, "a singular matrix, as it was asked for"),
        (Mishaps { panics_at: at, ..Mishaps::default() }, "it panicked: an index out of bounds, as it was asked for"),
        (Mishaps { aborts_at: at, ..Mishaps::default() }, "it ended its process (signal SIGABRT)"),
        (Mishaps { breaks_schema_at: at, ..Mishaps::default() }, "column `rows`"),
    ] {
        let told = work(rows.as_path(), &mishaps, &engine).unwrap_err().to_string();
        assert!(told.starts_with("function `work` failed for key = 17: "), "{told}");
        assert!(told.contains(cause), "{told}");
        assert_right(&work(rows.as_path(), &Mishaps::default(), &engine).unwrap(), KEYS, OF_EACH);
    }
    assert_eq!(cluster.known(), executors);
}

/// A disk of a megabyte, where the system lets us make one.
struct SmallDisk<'a>(&'a std::path::Path);

impl<'a> SmallDisk<'a> {
    fn at(folder: &'a std::path::Path) -> Option<Self> {
        std::fs::create_dir(folder).unwrap();
        let mut mount = std::process::Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", "size=1m", "outgrow"]).arg(folder).output();
        mounted.is_ok_and(|mounted| mounted.status.success()).then_some(Self(folder))
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        // Lazily: the executor may be using it.
        let _ = std::process::Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[test]
fn an_executor_out_of_disk_says_so_and_takes_the_next_job() {
    let mut cluster = Cluster::start(0);
    let folder = cluster.folder.path().join("small");
    let Some(_disk) = SmallDisk::at(&folder) else {
        eprintln!("not tried: to make a small disk takes root.");
        return;
    };
    cluster.add(&folder);
    cluster.wait_for(1);
    let engine = cluster.client();
    let too_many = cluster.rows(500, 2_000);
    let told = work(too_many.as_path(), &Mishaps::default(), &engine).unwrap_err().to_string();
    assert!(told.contains("No space left on device"), "{told}");
    // What the job left is removed soon, and then there is room again.
    let (few, began) = (cluster.rows(KEYS, 100), Instant::now());
    let answer = loop {
        match work(few.as_path(), &Mishaps::default(), &engine) {
            Ok(answer) => break answer,
            Err(error) => assert!(began.elapsed() < Duration::from_secs(30), "{error}"),
        }
        std::thread::sleep(Duration::from_millis(500));
    };
    assert_right(&answer, KEYS, 100);
}

#[test]
fn two_clients_at_once_each_get_their_own() {
    let cluster = Cluster::start(2);
    let (one, other) = (cluster.rows(KEYS, OF_EACH), cluster.rows(KEYS + 5, 300));
    let slow = Mishaps { sleep_ms: 20, ..Mishaps::default() };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| assert_right(&work(one.as_path(), &slow, &cluster.client()).unwrap(), KEYS, OF_EACH));
            scope.spawn(|| assert_right(&work(other.as_path(), &slow, &cluster.client()).unwrap(), KEYS + 5, 300));
        }
    });
}

fn only_here(rows: polars::prelude::DataFrame) -> polars::prelude::DataFrame {
    rows
}
outgrow::register!(only_here, version = 3);

#[test]
fn an_executor_without_the_function_says_so() {
    let cluster = Cluster::start(1);
    let call = outgrow::partitioned::transform(lab::rows(3, 2), only_here).schema("*");
    let told = call.run(&cluster.client()).unwrap_err().to_string();
    assert!(
        told.starts_with("the client calls `only_here` in version 3, and this executor does not have it"),
        "{told}"
    );
    assert!(told.contains("Start client, scheduler and executors from one build."), "{told}");
}

fn of_a_version(rows: polars::prelude::DataFrame) -> polars::prelude::DataFrame {
    rows
}
outgrow::register!(of_a_version, name = "lab: of_a_version", version = 2);

#[test]
fn an_executor_with_another_version_of_the_function_says_so() {
    let cluster = Cluster::start(1);
    let call = outgrow::partitioned::transform(lab::rows(3, 2), of_a_version).schema("*");
    let told = call.run(&cluster.client()).unwrap_err().to_string();
    assert!(told.contains("`lab: of_a_version`") && told.contains("version 2") && told.contains("version 1"), "{told}");
    assert!(told.contains("Start client, scheduler and executors from one build."), "{told}");
}

#[test]
fn a_wrong_address_is_told() {
    let port = free_port();
    let told = Ballista::connect(&format!("df://127.0.0.1:{port}")).err().unwrap().to_string();
    assert!(told.starts_with(&format!("no answer from a scheduler at 127.0.0.1:{port}: ")), "{told}");
    assert!(told.contains("Is it running (outgrow-cluster up)"), "{told}");
    let told = Ballista::connect("http://127.0.0.1").err().unwrap().to_string();
    assert!(told.contains("`http` is not the scheme df"), "{told}");
}

#[test]
fn a_port_in_use_is_told() {
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = held.local_addr().unwrap().port();
    for arguments in [
        vec!["scheduler".to_string(), "--bind".into(), format!("127.0.0.1:{port}")],
        vec!["executor".to_string(), "--port".into(), port.to_string()],
    ] {
        let output = std::process::Command::new(PROGRAM).args(&arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains(&format!("error: cannot listen on 127.0.0.1:{port}: ")), "{told}");
        assert!(told.contains("Somebody listens there already") && output.status.code() == Some(2), "{told}");
    }
}
