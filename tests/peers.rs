//! Real systems beside the modes: each that is not there, dies, takes too long or gives another answer is a row that says so.

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use outgrow::measure::peers::PEERS;
use outgrow::measure::record::{Outcome, State};
use outgrow::measure::{Record, read_records};
use support::*;

/// A program in the place of Python: what it does depends on the system that it is asked for.
const IN_PLACE_OF_PYTHON: &str = r#"#!/bin/sh
system=$2
while [ $# -gt 0 ]; do
  case $1 in --answer) answer=$2 ;; --report) report=$2 ;; --runs) runs=$2 ;; esac
  shift
done
now=$(date +%s.%N)
tell() {
  run="{\"begin\": $now, \"read\": $now, \"end\": $(date +%s.%N), \"cpu_s\": 0.5}"
  echo "{\"began\": $now, \"runs\": [$run, $run, $run], \"versions\": {\"$system\": \"1.2.3\"}}" >"$report"
}
case $system in
  pandas) echo "pandas is not installed: peers/setup.sh" >&2; exit 3 ;;
  ray) echo "there is nothing in it for this question" >&2; exit 4 ;;
  joblib) echo "Traceback ..." >&2; echo "MemoryError: no room" >&2; exit 1 ;;
  dask) sleep 86398 & wait ;;
  polars) "$OUTGROW" run aggregation --mode eager --rows 1000 --answer "$answer" --json; tell ;;
  duckdb) "$OUTGROW" run aggregation --mode eager --answer "$answer" --json; sleep 0.05; tell ;;
esac
"#;

fn compare(python: &Path, words: &str, records: &Path) -> std::process::Output {
    let mut command = program();
    command.args(["compare"]).args(words.split(' ')).arg("--records").arg(records);
    command.env("OUTGROW_PEERS_PYTHON", python).env("OUTGROW", env!("CARGO_BIN_EXE_outgrow"));
    command.output().unwrap()
}

fn records(path: &Path) -> Vec<Record> {
    let all = read_records(path).unwrap();
    assert_eq!(all.skipped, [""; 0]);
    all.records
}

#[test]
fn what_a_system_does_not_answer_is_told_in_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let (python, path) = (folder.path().join("python"), folder.path().join("records.jsonl"));
    std::fs::write(&python, IN_PLACE_OF_PYTHON).unwrap();
    std::fs::set_permissions(&python, std::fs::Permissions::from_mode(0o755)).unwrap();
    let words = "aggregation --modes eager --peers pandas,joblib,polars,duckdb,dask,ray --runs 1 --time-limit 3";
    let output = compare(&python, words, &path);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    for part in [
        "✗ not installed",
        "✗ died",
        "✗ timed out",
        "✗ differs",
        "✗ unable",
        "ray, unable: there is nothing in it for this question",
        "pandas, not installed: pandas is not installed: peers/setup.sh",
        "joblib, died: exit status: 1: MemoryError: no room",
        "dask, timed out: no answer within 3 s",
        "polars, differs: aggregation: the answers of eager and polars differ in their number of rows",
        "All answers that are marked agree, with each other and with the expected one.",
    ] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
    assert_eq!(text.lines().filter(|line| line.contains('✓')).count(), 2, "{text}");
    let records = records(&path);
    let outcomes: Vec<(&str, Outcome, Option<State>)> =
        records.iter().map(|record| (record.case.mode.as_str(), record.outcome, record.case.state)).collect();
    let (cold, warm) = (Some(State::Cold), Some(State::Warm));
    let expected = [
        ("eager", Outcome::Finished, cold),
        ("eager", Outcome::Finished, warm),
        ("pandas", Outcome::NotInstalled, cold),
        ("joblib", Outcome::Died, cold),
        ("polars", Outcome::Differs, cold),
        ("polars", Outcome::Differs, warm),
        ("duckdb", Outcome::Finished, cold),
        ("duckdb", Outcome::Finished, warm),
        ("dask", Outcome::TimedOut, cold),
        ("ray", Outcome::Unable, cold),
    ];
    assert_eq!(outcomes, expected);
    let duckdb = &records[6];
    assert_eq!((duckdb.versions["duckdb"].as_str(), duckdb.cpu_s), ("1.2.3", Some(0.5)));
    assert!(duckdb.wall_s >= 0.05 && duckdb.phases.unwrap().begin_s >= 0.0);
    let left = Command::new("pgrep").args(["-f", "^sleep 86398$"]).output();
    assert!(left.is_err() || left.unwrap().stdout.is_empty());
}

#[test]
fn without_any_python_every_system_is_told_as_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.jsonl");
    let output = compare(Path::new("/nowhere/python"), "aggregation --modes eager --peers all --runs 1", &path);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    assert_eq!(text.matches("✗ not installed").count(), PEERS.len(), "{text}");
    assert!(text.contains("/nowhere/python is not there. Make it with peers/setup.sh."), "{text}");
    for (words, part) in [
        ("aggregation --peers pandsa", "`pandsa` has no script in peers/. There are: pandas, joblib,"),
        ("aggregation --peers pandas,pandas", "--peers names pandas twice"),
        ("aggregation --peers pandas --rows 1000", "--peers read whole files, and 1000 flights are a part of one"),
        ("aggregation --peers pandas --memory-limit 1GiB", "cannot be used with"),
    ] {
        let output = compare(Path::new("/nowhere/python"), words, &path);
        assert!(!output.status.success() && stderr(&output).contains(part), "{words}: {}", stderr(&output));
    }
}

/// The runner, the folder of scripts and the program know the same systems.
#[test]
fn every_system_has_a_script_and_a_pinned_version() {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    let runner = std::fs::read_to_string(peers.join("run.py")).unwrap();
    let systems = runner.split_once("SYSTEMS = {\n").unwrap().1.split_once("\n}").unwrap().0;
    let listed: Vec<&str> = systems.lines().map(|line| line.trim().split('"').nth(1).unwrap()).collect();
    assert_eq!(listed, PEERS.map(|peer| peer.to_string()));
    let script = |name: &str| -> PathBuf { peers.join(format!("systems/{}.py", name.replace('-', "_"))) };
    assert!(listed.iter().all(|name| script(name).exists()));
    let pinned = std::fs::read_to_string(peers.join("requirements.txt")).unwrap();
    for library in systems.lines().flat_map(|line| line.split('"').skip(3).step_by(2)) {
        assert!(pinned.contains(&format!("\n{library}==")), "{library} is not pinned");
    }
}

/// Where the systems were installed (`peers/setup.sh pandas polars duckdb fugue`), they give our answers.
#[test]
fn real_systems_give_the_same_answers() {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/.venv/bin/python");
    if !python.exists() {
        assert!(std::env::var("OUTGROW_PEERS").as_deref() != Ok("required"), "{} is not there", python.display());
        eprintln!("not tried: there is no peers/.venv (peers/setup.sh pandas polars duckdb fugue)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.jsonl");
    for workload in ["aggregation", "median", "largest-per-group", "day-over-day", "middle-rows", "running-total"] {
        let words = format!("{workload} --modes partitioned --peers pandas,polars,duckdb,fugue-pandas --runs 1");
        let output = compare(&python, &words, &path);
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(stdout(&output).matches('✓').count(), 5, "{}", stdout(&output));
    }
}
