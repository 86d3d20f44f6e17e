//! The command line is a contract.

mod support;

use polars::prelude::*;
use support::*;

const MODES: [&str; 3] = ["eager", "dropin", "partitioned"];

#[test]
fn the_tour_checks_the_answers_and_shows_both_workloads() {
    let output = outgrow(&[]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    for part in ["336,776 real flights", "aggregation: ", "grid-search: ", "What next:"] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
    assert_eq!(text.matches("with the expected one").count(), 2, "{text}");
    for mode in MODES {
        assert_eq!(
            text.lines().filter(|line| line.trim().starts_with(mode) && line.contains('✓')).count(),
            2,
            "{text}"
        );
    }
    assert!(!text.contains('\u{1b}'), "there is a colour where there is no terminal");
    let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 100, "{widest} characters in a line:\n{text}");
}

#[test]
fn no_time_is_shown_when_an_answer_is_wrong() {
    let home = tempfile::tempdir().unwrap();
    let answers = home.path().join("datasets/answers");
    std::fs::create_dir_all(&answers).unwrap();
    let project = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets");
    std::fs::copy(project.join("flights.parquet"), home.path().join("datasets/flights.parquet")).unwrap();
    let right = std::fs::read_to_string(project.join("answers/aggregation.csv")).unwrap();
    let wrong = right.replacen("9E,EWR,1193,", "9E,EWR,1194,", 1);
    assert_ne!(right, wrong);
    std::fs::write(answers.join("aggregation.csv"), wrong).unwrap();
    let output =
        program().env("OUTGROW_HOME", home.path()).args(["compare", "aggregation", "--runs", "1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output), "");
    let complaint = stderr(&output);
    assert!(complaint.contains("flights of carrier = \"9E\", origin = \"EWR\": 1193 and 1194"), "{complaint}");
}

#[test]
fn json_is_one_object_with_the_fields_of_the_contract() {
    let fields = [
        "bytes_moved",
        "cpu_s",
        "digest",
        "engine",
        "mode",
        "peak_rss_bytes",
        "rows",
        "rows_moved",
        "threads",
        "wall_s",
        "workload",
    ];
    for workload in ["aggregation", "grid-search"] {
        let mut digests = Vec::new();
        for mode in MODES {
            let output = outgrow(&["run", workload, "--mode", mode, "--threads", "2", "--json"]);
            assert_eq!(stdout(&output).lines().count(), 1);
            let record = record(&output);
            let mut names: Vec<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
            names.sort_unstable();
            assert_eq!(names, fields);
            assert_eq!(record["workload"], workload);
            assert_eq!(record["mode"], mode);
            assert_eq!(record["rows"], 336_776);
            assert_eq!(record["threads"], if mode == "eager" { 1 } else { 2 });
            assert!(record["wall_s"].as_f64().unwrap() > 0.0 && record["cpu_s"].as_f64().unwrap() > 0.0);
            assert!(record["peak_rss_bytes"].as_u64().unwrap() > 10 << 20);
            assert_eq!(record["rows_moved"].as_u64().unwrap() > 0, mode != "eager");
            digests.push(record["digest"].as_str().unwrap().to_string());
        }
        digests.dedup();
        assert_eq!(digests.len(), 1, "{workload}: {digests:?}");
    }
}

#[test]
fn engines_can_be_chosen_and_agree() {
    let run =
        |engine: &str| record(&outgrow(&["run", "aggregation", "--mode", "partitioned", "--engine", engine, "--json"]));
    let (serial, threads) = (run("serial"), run("threads"));
    assert_eq!((&serial["engine"], &serial["threads"]), (&"serial".into(), &1.into()));
    assert_eq!(threads["engine"], "threads");
    assert_eq!(serial["digest"], threads["digest"]);
    refused(&["run", "aggregation", "--mode", "partitioned", "--engine", "spark"], 2, &["`spark`", "threads, serial"]);
    refused(&["run", "aggregation", "--mode", "eager", "--engine", "serial"], 2, &["serial", "partitioned mode only"]);
}

#[test]
fn the_answer_is_written_as_parquet_or_csv() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let run = |answer: &str| outgrow(&["run", "aggregation", "--mode", "eager", "--answer", answer, "--json"]);
    for name in ["answer.parquet", "answer.csv"] {
        // The second time it replaces the first.
        for _ in 0..2 {
            record(&run(&path(name)));
        }
    }
    let parquet = outgrow::measure::read(&folder.path().join("answer.parquet")).unwrap();
    assert_eq!((parquet.height(), parquet.width()), (35, 8));
    let csv = std::fs::read_to_string(folder.path().join("answer.csv")).unwrap();
    assert_eq!(csv.lines().count(), 36);
    assert!(csv.starts_with("carrier,origin,flights,mean,std,min,max,distance\n9E,EWR,1193,"), "{csv}");
    let names: Vec<_> = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    let bad = path("answer.xlsx");
    refused(&["run", "aggregation", "--mode", "eager", "--answer", &bad], 2, &["answer.xlsx", ".parquet or .csv"]);
    refused(
        &["run", "aggregation", "--mode", "eager", "--answer", &format!("{}/x/answer.csv", path("answer.csv"))],
        1,
        &["answer.csv/x"],
    );
}

#[test]
fn rows_are_the_first_ones() {
    let run = |rows: &str| record(&outgrow(&["run", "aggregation", "--mode", "dropin", "--rows", rows, "--json"]));
    assert_eq!(run("1")["rows"], 1);
    assert_eq!(run("1e5")["rows"], 100_000);
    assert_eq!(run("100_000")["digest"], run("100000")["digest"]);
}

#[test]
fn compare_takes_the_options_of_the_contract() {
    let output = outgrow(&[
        "compare",
        "grid-search",
        "--modes",
        "partitioned,eager",
        "--rows",
        "20000",
        "--runs",
        "1",
        "--threads",
        "1",
    ]);
    let text = stdout(&output);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(text.contains("20,000 flights, 1 thread\n") && text.contains("All answers agree."), "{text}");
    let modes: Vec<&str> =
        text.lines().filter(|line| line.contains('✓')).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(modes, ["partitioned", "eager"], "{text}");
    // A bar of its time, and a line of its memory over time.
    let is_drawn = |word: &&str| word.chars().all(|letter| ('▁'..='█').contains(&letter));
    let drawn = |line: &&str| line.contains('✓') && line.split_whitespace().filter(is_drawn).count() == 2;
    assert_eq!(text.lines().filter(drawn).count(), 2, "{text}");
    assert!(text.contains("\n  Weak: one run does not show how far runs differ; add --runs.\n"), "{text}");
    refused(&["compare", "aggregation", "--modes", "eager,eager"], 2, &["eager twice"]);
    refused(&["compare", "aggregation", "--modes", "pandas"], 2, &["pandas", "eager, dropin, partitioned"]);
    refused(&["compare", "mode"], 2, &["`mode`", "aggregation, grid-search"]);
}

#[cfg(target_os = "linux")]
#[test]
fn running_out_of_memory_is_a_result() {
    let output = program()
        .env("RUST_BACKTRACE", "1")
        .args(["compare", "grid-search", "--modes", "eager", "--runs", "1", "--memory-limit", "24MiB"])
        .output()
        .unwrap();
    let text = stdout(&output);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(text.contains("eager ran out of memory in 1 of 1 runs") && text.contains("died"), "{text}");
    assert!(text.contains("No mode gave an answer. Raise the limit, or take fewer rows."), "{text}");
    let text = stdout(&outgrow(&["compare", "aggregation", "--modes", "eager", "--runs", "1"]));
    assert!(text.contains("One mode gave an answer, and it is the expected one."), "{text}");
    let text = stdout(&outgrow(&["compare", "aggregation", "--modes", "eager", "--runs", "1", "--rows", "1000"]));
    assert!(text.contains("One mode gave an answer, the same one in every run."), "{text}");
}

/// As the system does when memory ends: the message says so, and what to do.
#[cfg(target_os = "linux")]
#[test]
fn a_run_that_is_killed_is_told_as_such() {
    a_killed_run_is_told(&[], &["was stopped by the system", "--memory-limit", "--rows"]);
    // A limit does not make a death by another hand its own.
    a_killed_run_is_told(&["--memory-limit", "2GiB"], &["was stopped by the system", "not by its limit", "--rows"]);
}

#[cfg(target_os = "linux")]
#[track_caller]
fn a_killed_run_is_told(more: &[&str], parts: &[&str]) {
    let child = program()
        .args(["compare", "grid-search", "--modes", "eager"])
        .args(more)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let children = format!("/proc/{0}/task/{0}/children", child.id());
    let measured = loop {
        let ids = std::fs::read_to_string(&children).unwrap();
        // Other children ask git for the commit.
        let measured = |id: &&str| {
            std::fs::read_to_string(format!("/proc/{id}/cmdline")).is_ok_and(|words| words.contains("--trace"))
        };
        if let Some(id) = ids.split_whitespace().find(measured) {
            break id.parse().unwrap();
        }
    };
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(measured), nix::sys::signal::Signal::SIGKILL).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stdout(&output)), (Some(1), String::new()));
    let complaint = stderr(&output);
    for part in parts {
        assert!(complaint.contains(part), "`{part}` is not in: {complaint}");
    }
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
}

#[test]
fn help_has_examples_and_mistakes_are_one_line() {
    for arguments in [
        &["--help"][..],
        &["run", "--help"],
        &["compare", "--help"],
        &["charts", "--help"],
        &["measure", "--help"],
        &["data", "grow", "--help"],
    ] {
        let output = outgrow(arguments);
        assert!(output.status.success());
        assert!(stdout(&output).contains("Example"), "{arguments:?}");
    }
    refused(&["compar"], 2, &["compar", "compare"]);
    refused(&["run", "aggregation"], 2, &["--mode"]);
    refused(&["data"], 2, &["requires a subcommand", "grow"]);
    refused(&["run", "aggregation", "--mode", "eager", "--rows", "1", "--input", "x"], 2, &["--rows", "--input"]);
}

#[test]
fn a_closed_output_is_no_crash() {
    let mut child = program()
        .args(["run", "aggregation", "--mode", "eager"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(141), ""));
}

/// A carrier with too few flights for five folds is in the answer, with nulls; the others are not touched.
#[test]
fn a_carrier_with_too_few_rows_has_no_model() {
    let folder = tempfile::tempdir().unwrap();
    let all = flights();
    let carriers = all.column("carrier").unwrap().str().unwrap();
    let is = |carrier: &str| -> BooleanChunked { carriers.iter().map(|other| Some(other == Some(carrier))).collect() };
    let known = all.column("arr_delay").unwrap().is_not_null();
    let few = all.filter(&(&is("OO") & &known)).unwrap().head(Some(4));
    let unknown = all.filter(&(&is("YV") & &!known)).unwrap().head(Some(9));
    let many = all.filter(&is("HA")).unwrap();
    let input = folder.path().join("few.parquet");
    write_parquet(&few.vstack(&unknown).unwrap().vstack(&many).unwrap(), &input);
    for mode in MODES {
        let answer = folder.path().join(format!("{mode}.csv"));
        let output = outgrow(&[
            "run",
            "grid-search",
            "--mode",
            mode,
            "--json",
            "--input",
            input.to_str().unwrap(),
            "--answer",
            answer.to_str().unwrap(),
        ]);
        assert!(output.status.success(), "{}", stderr(&output));
        let text = std::fs::read_to_string(&answer).unwrap();
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(rows[0], "carrier,n,penalty,l1_ratio,rmse");
        assert!(rows[1].starts_with("HA,342,0.01,0.9,21.7"), "{text}");
        assert_eq!(rows[2..], ["OO,4,,,", "YV,0,,,"], "{mode}");
    }
}

/// What the README shows is what the program prints: figures differ from machine to machine, answers do not.
#[test]
fn the_readme_shows_real_output() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, shown) = readme.split_once("```text\naggregation: ").unwrap();
    let shown = format!("aggregation: {}", shown.split("\n```").next().unwrap());
    let printed = stdout(&outgrow(&[]));
    let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
    let figures = |line: &str| ["✓", " took ", "Weak:", " wall "].iter().any(|mark| line.contains(mark));
    let fixed: Vec<&str> = shown.lines().filter(|line| !figures(line)).collect();
    assert!(fixed.len() > 20, "{shown}");
    for line in fixed {
        assert!(printed.contains(&line), "the program does not print: {line}");
    }
    let digests = shown.lines().filter_map(|line| line.split_once('✓')).map(|(_, digest)| digest);
    for digest in digests {
        assert!(printed.iter().any(|line| line.ends_with(digest)), "no answer has the digest {digest}");
    }
}

#[test]
fn explain_tells_each_step_and_the_totals() {
    for mode in MODES {
        let output = outgrow(&["explain", "running-total", "--mode", mode, "--threads", "2"]);
        assert!(output.status.success(), "{}", stderr(&output));
        let text = stdout(&output);
        for part in ["How many miles", "People say:", "336,776 flights", "  1. ", "In all: ", "of new columns"] {
            assert!(text.contains(part), "{mode}: `{part}` is not in:\n{text}");
        }
        let barrier = "barrier: all of it must end before the next step starts";
        assert_eq!(text.contains(barrier), mode != "eager", "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 110), "{text}");
    }
    let dropin = stdout(&outgrow(&["explain", "running-total", "--mode", "dropin"]));
    for part in ["exchange by value of time_hour", "cumulative sum, carried", "An exchange brings rows"] {
        assert!(dropin.contains(part), "`{part}` is not in:\n{dropin}");
    }
    refused(&["explain", "sorting", "--mode", "eager"], 2, &["`sorting`", "largest-per-group"]);
    refused(&["explain", "median", "--mode", "eager", "--engine", "serial"], 2, &["partitioned mode only"]);
}
