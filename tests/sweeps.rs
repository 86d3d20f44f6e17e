//! Comparisons over ranges keep a record of each run, and go on where they were interrupted.

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use outgrow::measure::record::Outcome;
use outgrow::measure::{Record, read_records};
use support::*;

/// Runs `compare` with these words and a file of records.
fn compare(words: &str, records: &Path) -> std::process::Output {
    let mut arguments: Vec<&str> = vec!["compare"];
    arguments.extend(words.split_whitespace());
    arguments.extend(["--records", records.to_str().unwrap()]);
    outgrow(&arguments)
}

fn records(path: &Path) -> Vec<Record> {
    let all = read_records(path).unwrap();
    assert_eq!(all.skipped, [""; 0]);
    all.records
}

/// What makes a run of a sweep: no two are the same.
fn runs(records: &[Record]) -> BTreeSet<(String, String, usize)> {
    records.iter().map(|record| (record.plan.clone(), record.case.mode.clone(), record.round)).collect()
}

#[test]
fn a_sweep_has_a_row_per_point_and_a_record_per_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.jsonl");
    let output = compare("aggregation --rows 1000..1e4 --threads 1,2 --runs 2", &path);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    for part in ["fastest", "medians of 2 runs", "All answers agree.\n", "outgrow charts --records"] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
    let by_how_much = |line: &&str| line.contains(", by ") && line.contains('x');
    assert_eq!(text.lines().filter(by_how_much).count(), 6, "{text}");
    // Too short to be anything but weak, and it says so.
    assert!(text.lines().any(|line| line.starts_with("  Weak at ") && line.contains("less than 50 ms")), "{text}");
    let records = records(&path);
    // Three sizes, two numbers of threads, three modes, two runs and one to warm up.
    assert_eq!(records.len(), 3 * 2 * 3 * 3);
    assert_eq!(runs(&records).len(), records.len());
    // In each round every mode has its turn, and another one is the first.
    for point in records.chunks(9) {
        let rounds: Vec<Vec<&str>> =
            point.chunks(3).map(|round| round.iter().map(|record| record.case.mode.as_str()).collect()).collect();
        assert!(point.iter().enumerate().all(|(at, record)| record.round == at / 3));
        for round in &rounds {
            assert_eq!(BTreeSet::from_iter(round.iter().copied()).len(), 3, "{rounds:?}");
        }
        assert_eq!(rounds.iter().map(|round| round[0]).collect::<BTreeSet<_>>().len(), 3, "{rounds:?}");
    }
    for record in &records {
        assert_eq!((record.version, record.sweep.as_str()), (1, records[0].sweep.as_str()));
        assert!(record.wall_s > 0.0 && record.cpu_s.unwrap() > 0.0);
        assert!(record.process.wall_s >= record.wall_s);
        assert!(record.process.peak_rss_bytes.unwrap() > 5 << 20);
        assert!(record.curve.iter().all(|point| point.0 <= record.process.wall_s + 1e-4));
        let phases = record.phases.unwrap();
        assert!(phases.begin_s <= phases.read_s && phases.read_s <= phases.work_s && phases.work_s <= phases.answer_s);
        assert!(record.file_bytes_read > 0 && !record.steps.is_empty());
        assert!(!record.machine.cpu.is_empty() && record.program.polars.starts_with("0."));
        assert_eq!(record.stages.is_empty(), record.round != 1 || record.case.mode == "eager");
        for stage in &record.stages {
            assert!(stage.bars.iter().all(|bar| bar.worker < record.case.threads && bar.to_s <= stage.to_s + 1e-5));
        }
    }
}

#[test]
fn groups_and_cost_are_swept_on_made_up_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.jsonl");
    let output = compare("many-groups --rows 100,1000 --groups 10..1000 --cost 0,10 --runs 1", &path);
    assert!(output.status.success(), "{}", stderr(&output));
    let shapes: BTreeSet<_> =
        records(&path).iter().map(|record| (record.case.rows, record.case.groups, record.case.cost)).collect();
    // A thousand groups cannot be made of a hundred rows.
    assert_eq!(shapes.len(), 2 * (2 + 3), "{shapes:?}");
    // So it is with the usual number of rows.
    let path = folder.path().join("usual.jsonl");
    let output = compare("many-groups --groups 10..1e6 --modes partitioned --cost 0 --runs 1", &path);
    assert!(output.status.success(), "{}", stderr(&output));
    let groups: BTreeSet<_> = records(&path).iter().filter_map(|record| record.case.groups).collect();
    assert_eq!(groups, BTreeSet::from([10, 100, 1_000, 10_000, 100_000]));
    refused(
        &["compare", "many-groups", "--rows", "5,9", "--groups", "10"],
        2,
        &["no combination of --rows and --groups"],
    );
    refused(&["compare", "aggregation", "--groups", "10"], 2, &["--groups", "many-groups"]);
    refused(&["compare", "many-groups", "--rows", "10", "--groups", "11"], 2, &["11 groups", "10 rows"]);
    refused(&["compare", "many-groups", "--input", "x"], 2, &["--input"]);
    refused(&["compare", "aggregation", "--rows", "1e6..1e5"], 2, &["backwards"]);
    refused(&["run", "grid-search", "--mode", "eager", "--cost", "1"], 2, &["--cost", "many-groups"]);
}

#[cfg(unix)]
#[test]
fn an_interrupted_sweep_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.jsonl");
    let words = "grid-search --rows 2000,20000,40000 --runs 3 --modes eager,partitioned";
    let mut arguments: Vec<&str> = vec!["compare"];
    arguments.extend(words.split_whitespace());
    arguments.extend(["--records", path.to_str().unwrap()]);
    let mut child = program().args(&arguments).stderr(std::process::Stdio::null()).spawn().unwrap();
    let lines = || std::fs::read_to_string(&path).map_or(0, |text| text.lines().count());
    while lines() < 5 {
        std::thread::sleep(std::time::Duration::from_millis(2));
        assert!(child.try_wait().unwrap().is_none(), "it ended before it could be interrupted");
    }
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(child.id() as i32), nix::sys::signal::Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let before = records(&path);
    let all = 3 * 2 * 4;
    assert!((5..all).contains(&before.len()), "{}", before.len());

    // A line that a crash has torn is told, and run again.
    let torn = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, &torn[..torn.len() - 20]).unwrap();
    let output = compare(&format!("{words} --resume"), &path);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("is damaged"), "{}", stderr(&output));
    let after = read_records(&path).unwrap().records;
    assert_eq!((after.len(), runs(&after).len()), (all, all));
    assert_eq!(after[..before.len() - 1], before[..before.len() - 1]);
    assert!(after.iter().all(|record| record.sweep == before[0].sweep));

    // Nothing is left to do; without --resume it begins anew.
    assert!(compare(&format!("{words} --resume"), &path).status.success());
    assert_eq!(read_records(&path).unwrap().records.len(), all);
    assert!(compare("grid-search --rows 2000 --runs 3 --modes eager,partitioned", &path).status.success());
    assert_eq!(read_records(&path).unwrap().records.len(), all + 8);
}

#[test]
fn a_sweep_is_gone_on_with_though_another_one_has_a_part_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.jsonl");
    let words = "aggregation --rows 1000,2000 --runs 1 --modes eager,dropin";
    assert!(compare(words, &path).status.success());
    // As if it had been interrupted: of two points, with two runs to warm up and two that count, the last run is missing.
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 8);
    std::fs::write(&path, lines[..7].join("\n") + "\n").unwrap();
    let part = "aggregation --rows 1000 --runs 1 --modes eager,dropin";
    assert!(compare(part, &path).status.success());
    assert!(compare(&format!("{words} --resume"), &path).status.success());
    let all = records(&path);
    assert_eq!(all.len(), 7 + 4 + 1);
    assert_eq!((&all[11].sweep, &all[11].plan), (&all[6].sweep, &all[6].plan));
    assert_ne!(all[7].sweep, all[6].sweep);
}

#[test]
fn the_default_engine_is_the_same_one_with_its_name_and_without() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.jsonl");
    for engine in ["threads", "serial"] {
        let words = format!("aggregation --rows 1000 --runs 1 --modes partitioned --engine {engine}");
        assert!(compare(&words, &path).status.success());
    }
    let engines: Vec<Option<String>> = records(&path).into_iter().map(|record| record.case.engine).collect();
    assert_eq!(engines, [None, None, Some("serial".into()), Some("serial".into())]);
}

#[test]
fn records_that_cannot_be_kept_are_told_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, "").unwrap();
    let path = path.join("records.jsonl");
    refused(
        &["compare", "aggregation", "--records", path.to_str().unwrap()],
        1,
        &["cannot keep records in", "with --records"],
    );
    let out = folder.path().join("out").display().to_string();
    refused(&["measure", "--workloads", "median,median", "--out", &out], 2, &["--workloads names median twice"]);
}

#[test]
fn a_sweep_of_another_program_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.jsonl");
    let words = "aggregation --rows 1000 --runs 1 --modes eager";
    assert!(compare(words, &path).status.success());
    let first = records(&path);
    let older: Vec<String> = first
        .iter()
        .cloned()
        .map(|mut record| {
            (record.program.commit, record.program.dirty) = (Some("0123456789ab".into()), false);
            serde_json::to_string(&record).unwrap() + "\n"
        })
        .collect();
    std::fs::write(&path, older.concat()).unwrap();
    let output = compare(&format!("{words} --resume"), &path);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("of commit 0123456789ab are measured again"), "{}", stderr(&output));
    let all = records(&path);
    assert_eq!(all.len(), 2 * first.len());
    assert_ne!(all[0].sweep, all[first.len()].sweep);
}

#[cfg(target_os = "linux")]
#[test]
fn death_by_a_limit_is_a_record_and_leaves_no_group_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.jsonl");
    let output = compare("grid-search --modes eager --runs 1 --memory-limit 24MiB", &path);
    assert!(output.status.success(), "{}", stderr(&output));
    for record in records(&path) {
        let limit = record.case.memory_limit.unwrap();
        assert_eq!((record.outcome, limit.bytes), (Outcome::OutOfMemory, 24 << 20));
        assert!(["cgroup v1", "cgroup v2", "RLIMIT_DATA"].contains(&limit.by.as_str()), "{}", limit.by);
        assert!(stdout(&output).contains(&limit.by), "{}", stdout(&output));
        assert!(!record.curve.is_empty() && record.digest.is_none());
    }
    // A sweep of which every mode died has no answers that could agree.
    let words = "grid-search --rows 3e5,336776 --modes eager --runs 1 --memory-limit 24MiB";
    let output = compare(words, &folder.path().join("sweep.jsonl"));
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("No mode gave an answer. Raise the limit") && !text.contains("agree"), "{text}");
    assert_eq!(text.lines().filter(|line| line.contains("died") && line.contains("none")).count(), 2, "{text}");
    let own = std::fs::read_to_string("/proc/self/cgroup").unwrap();
    for path in own.lines().filter_map(|line| line.rsplit_once(':')).map(|(_, path)| path.trim_start_matches('/')) {
        for mount in ["/sys/fs/cgroup/memory", "/sys/fs/cgroup", "/sys/fs/cgroup/unified"] {
            let entries = Path::new(mount).join(path).read_dir().into_iter().flatten().flatten();
            let left = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
            let ours: Vec<String> = left.filter(|name| name.starts_with("outgrow-")).collect();
            // Those of tests that run beside this one belong to processes that live.
            for name in ours {
                let id = name.split('-').nth(1).unwrap();
                assert!(Path::new("/proc").join(id).exists(), "{name} is left in {mount}/{path}");
            }
        }
    }
}

#[test]
fn a_complete_run_has_records_charts_and_words() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("day");
    let words = ["measure", "--quick", "--workloads", "aggregation", "--out", out.to_str().unwrap()];
    let output = outgrow(&words);
    assert!(output.status.success(), "{}", stderr(&output));
    let readme = std::fs::read_to_string(out.join("README.md")).unwrap();
    assert!(
        readme.contains("- **aggregation**. How late do flights arrive") && readme.contains(" 336,776 rows, "),
        "{readme}"
    );
    assert!(readme.contains("| workload | 336,776 rows: eager | dropin | partitioned |"), "{readme}");
    assert!(std::fs::read_to_string(out.join("index.html")).unwrap().contains("aggregation: time per mode"));
    let before = records(&out.join("records.jsonl")).len();
    assert!(before > 0 && out.join("time-aggregation.svg").is_file());
    refused(&words, 2, &["holds a run already", "--resume"]);
    let mut resumed = words.to_vec();
    resumed.push("--resume");
    assert!(outgrow(&resumed).status.success());
    assert_eq!(records(&out.join("records.jsonl")).len(), before);
}
