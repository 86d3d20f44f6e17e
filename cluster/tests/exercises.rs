//! The exercises on a cluster, tried like the others: starting file, solution and wrong answers.
//!
//! The check of such an answer starts its program as scheduler and executors: here that is this very file, with the
//! functions of all answers in it. So each of them is registered under a name of its own.

#[path = "../../exercises/tests/support/mod.rs"]
mod support;

use std::panic::catch_unwind;
use std::path::Path;
use std::process::ExitCode;

use outgrow_cluster::cli;
use support::{passes, rejects, starts};

/// A module for each file, and a try of it by the name that it has in `cargo test -p outgrow-exercises`.
macro_rules! tries {
    ($($call:ident $file:ident = $path:literal;)*) => {
        $(
            #[allow(unused, clippy::all)]
            #[path = $path]
            mod $file;
        )*
        const TRIES: &[(&str, &str, fn(&str, &str))] = &[$((
            concat!(stringify!($call), "_", stringify!($file)),
            $path,
            |file, test| $call($file::handed_over(), file, test),
        )),*];
    };
}

tries! {
    starts exercise = "../../exercises/22-two-executors/exercise.rs";
    passes solution = "../../exercises/22-two-executors/solution.rs";
    rejects a_closure = "../../exercises/22-two-executors/wrong/a_closure.rs";
    rejects drawn_by_chance = "../../exercises/22-two-executors/wrong/drawn_by_chance.rs";
    rejects in_this_process = "../../exercises/22-two-executors/wrong/in_this_process.rs";
    rejects limit_in_a_static = "../../exercises/22-two-executors/wrong/limit_in_a_static.rs";
    rejects still_on_threads = "../../exercises/22-two-executors/wrong/still_on_threads.rs";
}

fn main() -> ExitCode {
    if let Some(ended) = cli::part_of_a_cluster() {
        return ended;
    }
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut failed: Vec<&str> = Vec::new();
    // The options of cargo's test runner: a filter, and a wish for a list.
    let (options, filters): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|word| word.starts_with('-'));
    let wanted = |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()));
    for (name, path, attempt) in TRIES.iter().filter(|(name, ..)| wanted(name)) {
        if options.iter().any(|option| option == "--list") {
            println!("{name}: test");
            continue;
        }
        let file = tests.join(path).display().to_string();
        let done = catch_unwind(|| attempt(&file, name));
        println!("test {name} ... {}", if done.is_ok() { "ok" } else { "FAILED" });
        failed.extend(done.err().map(|_| *name));
    }
    assert_eq!(left_out(), Vec::<String>::new(), "exercises on a cluster with files that are not tried here");
    assert_eq!(left_behind(), Vec::<u32>::new(), "processes of a cluster that was stopped");
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Processes that run this program, beside this one; a worker notices within a moment that its executor is gone.
#[cfg(target_os = "linux")]
fn left_behind() -> Vec<u32> {
    let this = std::env::current_exe().unwrap();
    let others = || -> Vec<u32> {
        let processes = Path::new("/proc").read_dir().unwrap().flatten();
        let ours =
            processes.filter(|process| process.path().join("exe").read_link().is_ok_and(|program| program == this));
        let numbers = ours.filter_map(|process| process.file_name().to_str()?.parse().ok());
        numbers.filter(|number| *number != std::process::id()).collect()
    };
    for _ in 0..100 {
        if others().is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    others()
}

/// Only Linux tells.
#[cfg(not(target_os = "linux"))]
fn left_behind() -> Vec<u32> {
    Vec::new()
}

/// Answers of exercises on a cluster that are not in the list above.
fn left_out() -> Vec<String> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let exercises = outgrow::exercises::all(&project).unwrap();
    let folders = exercises.iter().filter(|exercise| exercise.needs_cluster()).map(|exercise| exercise.folder.clone());
    let folders: Vec<_> = folders.flat_map(|folder| [folder.clone(), folder.join("wrong")]).collect();
    assert!(!folders.is_empty(), "there is no exercise on a cluster");
    let files = folders.iter().flat_map(|folder| folder.read_dir().unwrap()).map(|entry| entry.unwrap().path());
    let answers = files.filter(|path| path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with("check.rs"));
    let tried = |answer: &Path| TRIES.iter().any(|(_, path, _)| answer.ends_with(path.trim_start_matches("../")));
    answers.filter(|answer| !tried(answer)).map(|answer| answer.display().to_string()).collect()
}
