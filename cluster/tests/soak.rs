//! Fifty jobs in a row, a random executor killed in every second one: fifty right answers, checked row by row, and no
//! process, no file and no memory that stays.
//!
//! It takes about ten minutes, so it runs when it is asked for:
//! `cargo test -p outgrow-cluster --test soak -- --ignored --nocapture`.

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use outgrow_cluster::lab::Mishaps;
use support::{Cluster, assert_right, work};

const JOBS: u64 = 50;

fn resident_mib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn files(folder: &Path) -> usize {
    let Ok(entries) = folder.read_dir() else { return 0 };
    entries.flatten().map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
}

/// A sequence that looks like chance, the same each time.
fn chance(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

#[test]
#[ignore = "takes about ten minutes: run it by name"]
fn fifty_jobs_and_twenty_five_kills_are_fifty_right_answers() {
    let (keys, of_each) = (40, 5_000);
    let mut cluster = Cluster::start_with(3, &["--forget-after", "20"]);
    let rows = cluster.rows(keys, of_each);
    let engine = cluster.client();
    let slow = Mishaps { sleep_ms: 60, ..Mishaps::default() };
    let mut state = 2026;
    let (mut times, mut memory) = (Vec::new(), Vec::new());
    for job in 0..JOBS {
        let began = Instant::now();
        let disturbed = job % 2 == 1;
        let (victim, after) = (chance(&mut state) as usize % cluster.executors.len(), chance(&mut state) % 1_200);
        let answer = std::thread::scope(|scope| {
            let answer = scope.spawn(|| work(rows.as_path(), &slow, &engine));
            if disturbed {
                std::thread::sleep(Duration::from_millis(after));
                cluster.executors[victim].kill();
            }
            answer.join().unwrap()
        });
        assert_right(&answer.unwrap(), keys, of_each);
        times.push((disturbed, began.elapsed()));
        if disturbed {
            // Its files go with it, and another takes its place.
            let gone = cluster.executors.remove(victim);
            std::fs::remove_dir_all(&gone.rows).unwrap();
            cluster.add(&cluster.folder.path().join(format!("rows-of-{job}")));
            cluster.wait_for(3);
        }
        memory.push(resident_mib(cluster.scheduler.id()));
        let spent = engine.spent();
        eprintln!(
            "job {job}: {:.1} s{}, {} again, {} left out, scheduler {} MiB, executors {:?} MiB",
            times[job as usize].1.as_secs_f64(),
            if disturbed { format!(", executor {victim} killed after {after} ms") } else { String::new() },
            spent.again,
            spent.left_out,
            memory[job as usize],
            cluster.executors.iter().map(|executor| resident_mib(executor.process.id())).collect::<Vec<_>>()
        );
    }
    // What is cleaned up is cleaned up soon after.
    std::thread::sleep(Duration::from_secs(3));
    let left: usize = cluster.executors.iter().map(|executor| files(&executor.rows)).sum();
    assert_eq!(left, 0, "files of jobs that ended");
    let workers = std::process::Command::new("pgrep").args(["-c", "-f", "worker-of-an-executor"]).output().unwrap();
    let workers: usize = String::from_utf8_lossy(&workers.stdout).trim().parse().unwrap();
    assert!(workers <= cluster.executors.len(), "{workers} workers of {} executors", cluster.executors.len());
    let half = memory.len() / 2;
    let median = |memory: &[u64]| {
        let mut sorted = memory.to_vec();
        sorted.sort_unstable();
        sorted[sorted.len() / 2]
    };
    let (first, last) = (median(&memory[half / 2..half]), median(&memory[half + half / 2..]));
    assert!(last <= first + first / 4 + 16, "the scheduler grows: {first} MiB, then {last} MiB");
    for disturbed in [false, true] {
        let mut of: Vec<Duration> = times.iter().filter(|time| time.0 == disturbed).map(|time| time.1).collect();
        of.sort();
        eprintln!("disturbed: {disturbed}: median {:?}, longest {:?}", of[of.len() / 2], of[of.len() - 1]);
    }
}
