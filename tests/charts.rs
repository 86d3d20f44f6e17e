//! Charts are drawn from records, the same ones always in the same way; and a page holds all of them.
//!
//! `INSTA_UPDATE=always cargo test --test charts` accepts what has changed: look at it first.

mod support;

use outgrow::charts;
use outgrow::measure::record::{
    Case, Load, Machine, MemoryLimit, Outcome, Phases, Process, Program, Record, Step, TaskStage, VERSION,
};
use outgrow::timeline::Bar;
use support::*;

/// Records that nobody measured: an eager mode that is slow and large, a drop-in that is neither, and a partitioned mode
/// that needs next to no memory; in three runs that differ a little.
fn records() -> Vec<Record> {
    let mut records = Vec::new();
    for rows in [100_000, 1_000_000, 10_000_000] {
        for threads in [1, 2, 4] {
            for (mode, second_per_row, bytes_per_row) in
                [("eager", 8e-8, 50.0), ("dropin", 9e-8, 40.0), ("partitioned", 5e-8, 2.0)]
            {
                for round in 0..=3 {
                    let side_by_side = if mode == "eager" { 1.0 } else { 0.1 + 0.9 / threads as f64 };
                    let wall_s = 0.01 + second_per_row * rows as f64 * side_by_side * (1.0 + 0.02 * round as f64);
                    let case =
                        Case { workload: "aggregation".into(), mode: mode.into(), threads, rows, ..Case::default() };
                    records.push(record(case, round, wall_s, 3e7 + bytes_per_row * rows as f64));
                }
            }
        }
    }
    let limit = MemoryLimit { bytes: 256 << 20, by: "cgroup v2".into() };
    for (mode, dies) in [("eager", true), ("dropin", true), ("partitioned", false)] {
        for round in 0..=1 {
            let mode_s = if mode == "eager" { 0.5 } else { 0.3 };
            let case = Case {
                workload: "aggregation".into(),
                mode: mode.into(),
                threads: 2,
                rows: 10_000_000,
                memory_limit: Some(limit.clone()),
                ..Case::default()
            };
            let mut record = record(case, round, mode_s, if dies { 2.7e8 } else { 5e7 });
            if dies {
                (record.outcome, record.phases, record.digest) = (Outcome::OutOfMemory, None, None);
                record.curve.truncate(8);
                record.process.wall_s = record.curve[7].0;
            }
            records.push(record);
        }
    }
    for (cost, rows) in [(10, 10_000), (10, 1_000_000)] {
        for groups in [10, 1_000, 10_000] {
            for (mode, per_group_s) in [("eager", 2e-6), ("dropin", 9e-6), ("partitioned", 5e-6)] {
                for round in 0..=3 {
                    let side_by_side = if mode == "eager" { 1.0 } else { 0.6 };
                    let work_s = 1e-7 * rows as f64 * side_by_side + per_group_s * groups as f64;
                    let case = Case {
                        workload: "many-groups".into(),
                        mode: mode.into(),
                        threads: 2,
                        rows,
                        groups: Some(groups),
                        cost: Some(cost),
                        ..Case::default()
                    };
                    records.push(record(case, round, work_s * (1.0 + 0.01 * round as f64), 4e7));
                }
            }
        }
    }
    for (line, record) in (1..).zip(&mut records) {
        record.line = line;
    }
    records
}

fn record(case: Case, round: usize, wall_s: f64, peak_bytes: f64) -> Record {
    let moved = if case.mode == "eager" { 0 } else { case.rows / 1_000 };
    let bar = |worker, from_s: f64, to_s: f64| Bar { worker, tasks: 1, from_s: from_s * wall_s, to_s: to_s * wall_s };
    let stage = |step, from_s: f64, to_s: f64, bars: Vec<Bar>| {
        let times: Vec<f64> = bars.iter().map(|bar| bar.to_s - bar.from_s).collect();
        TaskStage {
            step,
            from_s: from_s * wall_s,
            to_s: to_s * wall_s,
            workers: 2,
            tasks: bars.len(),
            busy_s: times.iter().sum(),
            longest_s: times.iter().copied().fold(0.0, f64::max),
            median_s: times[0],
            bars,
        }
    };
    let first = stage(0, 0.0, 0.6, vec![bar(0, 0.0, 0.3), bar(0, 0.3, 0.5), bar(1, 0.0, 0.6)]);
    let second = stage(1, 0.6, 1.0, vec![bar(0, 0.6, 1.0), bar(1, 0.6, 0.7)]);
    let shape = [0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 1.0, 1.0, 0.8, 0.8, 0.3];
    Record {
        version: VERSION,
        started: "2026-11-02T12:00:00Z".into(),
        sweep: "20261102T120000Z-1".into(),
        plan: format!("{} {} {} {:?}", case.workload, case.rows, case.threads, case.groups),
        round,
        outcome: Outcome::Finished,
        why: None,
        wall_s,
        cpu_s: Some(wall_s),
        process: Process {
            wall_s: wall_s + 0.01,
            user_s: Some(wall_s),
            system_s: Some(0.01),
            peak_rss_bytes: Some(peak_bytes as u64),
            minor_faults: Some(1_000),
            major_faults: Some(0),
            disk_read_bytes: Some(0),
        },
        beside: None,
        spent: None,
        phases: Some(Phases { begin_s: 0.005, read_s: 0.5 * wall_s, work_s: wall_s, answer_s: wall_s + 0.01 }),
        curve: (0..).zip(shape).map(|(n, share)| (f64::from(n) * wall_s / 10.0, (share * peak_bytes) as u64)).collect(),
        file_bytes_read: 1 << 20,
        steps: vec![
            Step { what: "read and reduce".into(), tasks: 3, ..Step::default() },
            Step {
                what: "combine <all> & sort".into(),
                tasks: 2,
                rows_moved: moved,
                bytes_moved: moved * 24,
                ..Step::default()
            },
        ],
        stages: if round == 1 && case.mode != "eager" { vec![first, second] } else { vec![] },
        digest: Some("64e7942e67192a69".into()),
        answer_rows: Some(35),
        machine: Machine {
            cpu: "Imagined(R) Processor".into(),
            cores: 4,
            memory_bytes: 16 << 30,
            os: "Linux (Imagined 1)".into(),
        },
        program: Program {
            outgrow: "0.1.0".into(),
            polars: "0.55.2".into(),
            commit: Some("0123456789ab".into()),
            dirty: false,
        },
        versions: Default::default(),
        before: Load::default(),
        after: Load::default(),
        line: 0,
        case,
    }
}

#[test]
fn each_kind_of_chart_is_drawn_as_before() {
    let charts = charts::all(&records()).unwrap();
    let names: Vec<&str> = charts.iter().map(|chart| chart.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "glance-time",
            "glance-memory",
            "time-aggregation",
            "time-many-groups",
            "memory-aggregation",
            "memory-many-groups",
            "memory-aggregation-10000000-rows-2-threads-limit-256MiB",
            "rows-time-aggregation",
            "rows-memory-aggregation",
            "threads-aggregation",
            "moved-aggregation",
            "moved-many-groups",
            "tasks-aggregation-dropin",
            "tasks-aggregation-partitioned",
            "tasks-many-groups-dropin",
            "tasks-many-groups-partitioned",
            "crossover-many-groups-groups-cost-10-2-threads",
            "crossover-aggregation-threads",
            "overhead-many-groups",
        ]
    );
    for name in [
        "glance-time",
        "glance-memory",
        "time-aggregation",
        "memory-aggregation",
        "memory-aggregation-10000000-rows-2-threads-limit-256MiB",
        "rows-time-aggregation",
        "rows-memory-aggregation",
        "threads-aggregation",
        "moved-aggregation",
        "tasks-aggregation-partitioned",
        "crossover-many-groups-groups-cost-10-2-threads",
        "crossover-aggregation-threads",
        "overhead-many-groups",
    ] {
        let chart = charts.iter().find(|chart| chart.name == name).unwrap();
        // The style sheet is the same in all of them, and tested beside the code.
        let (before, rest) = chart.svg.split_once("<style>").unwrap();
        let (_, after) = rest.split_once("</style>").unwrap();
        insta::assert_snapshot!(name, format!("{before}{after}"));
    }
}

#[test]
fn a_chart_has_words_and_figures_that_name_their_records() {
    for chart in charts::all(&records()).unwrap() {
        assert!(chart.svg.contains("<title id=") && chart.svg.contains("<desc id="), "{}", chart.name);
        assert!(chart.desc.len() > 20 && chart.desc.ends_with('.'), "{}", chart.desc);
        assert!(
            chart.svg.contains("Imagined Processor, 4 cores") && chart.svg.contains("2 Nov 2026"),
            "{}",
            chart.name
        );
        assert!(chart.table.header.last().unwrap().contains("record"), "{:?}", chart.table.header);
        for row in &chart.table.rows {
            assert_eq!(row.len(), chart.table.header.len());
            let lines = row.last().unwrap().split(", ").filter(|line| line.parse::<usize>().is_ok_and(|line| line > 0));
            assert!(lines.count() > 0, "{row:?}");
        }
        // All text lies inside the drawing, by the middle of its letters.
        for text in chart.svg.split("<text ").skip(1) {
            let x: i32 = text.split("x=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
            assert!((0..=560).contains(&x), "{text}");
        }
        // Not left to the browser's default: every colour has a class that both themes know.
        for colour in ["fill=\"#", "stroke=\"#"] {
            for element in chart.svg.split('<').filter(|element| element.contains(colour)) {
                assert!(element.contains("class=\""), "{element}");
            }
        }
    }
}

#[test]
fn what_the_records_say_in_words_is_what_they_hold() {
    let records = records();
    let of_machine = charts::pick::one_machine(&records);
    let readme = charts::words::readme(&of_machine, "outgrow measure");
    insta::assert_snapshot!("readme", readme);
}

#[test]
fn records_become_a_folder_of_charts_and_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records.jsonl");
    let mut lines: Vec<String> = records().iter().map(|record| serde_json::to_string(record).unwrap()).collect();
    lines.insert(1, "{\"version\":1,\"torn".into());
    std::fs::write(&file, lines.join("\n")).unwrap();
    let out = folder.path().join("drawn");
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("time-gone.svg"), "<svg class=\"outgrow\" viewBox=\"0 0 1 1\"/>").unwrap();
    // Neither a file of another kind nor one of another hand is touched.
    std::fs::write(out.join("mine.svg"), "<svg class=\"outgrow\" viewBox=\"0 0 1 1\"/>").unwrap();
    std::fs::write(out.join("time-mine.svg"), "<svg/>").unwrap();
    let output = outgrow(&["charts", "--records", file.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("19 charts") && stdout(&output).contains("index.html"), "{}", stdout(&output));
    assert!(stderr(&output).contains("line 2 of") && stderr(&output).contains("damaged"), "{}", stderr(&output));
    assert!(!out.join("time-gone.svg").exists());
    assert!(out.join("mine.svg").exists() && out.join("time-mine.svg").exists());
    let page = std::fs::read_to_string(out.join("index.html")).unwrap();
    assert_eq!(page.matches("<figure").count(), 19);
    assert!(page.contains("is damaged") && page.contains("combine &lt;all&gt; &amp; sort"));
    for outside in ["src=\"http", "href=\"http", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    for name in
        page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).filter(|link| link.ends_with(".svg"))
    {
        assert!(out.join(name).is_file(), "{name}");
    }
}

/// Runs of one mode on another engine, and sizes without rows, beside the usual ones.
fn records_with_more() -> Vec<Record> {
    let mut records = records();
    let mut more: Vec<Record> = records.iter().filter(|record| record.case.mode == "partitioned").cloned().collect();
    for record in &mut more {
        (record.case.engine, record.wall_s) = (Some("serial".into()), record.wall_s * 3.0);
        record.plan += " engine=serial";
    }
    records.extend(more);
    records
}

#[test]
fn a_mode_on_another_engine_is_not_mixed_into_a_chart() {
    let plain = charts::all(&records()).unwrap();
    assert_eq!(charts::all(&records_with_more()).unwrap(), plain);
    let all = records_with_more();
    let of_machine = charts::pick::one_machine(&all);
    let words = charts::words::by_workload(&of_machine);
    assert_eq!(words[0].figures, charts::words::by_workload(&records().iter().collect::<Vec<_>>())[0].figures);
    // Where there is no other, it is drawn and named.
    let all: Vec<Record> =
        all.into_iter().filter(|record| record.case.mode != "partitioned" || record.case.engine.is_some()).collect();
    let drawn = charts::all(&all).unwrap();
    let time = drawn.iter().find(|chart| chart.name == "time-aggregation").unwrap();
    assert!(time.svg.contains("engine serial"), "{}", time.svg);
    assert_eq!(time.table.rows.len(), 3);
}

/// Records that differ in what file names leave out.
#[test]
fn each_chart_has_a_name_of_its_own() {
    let mut records = records();
    let with_limits: Vec<Record> =
        records.iter().filter(|record| record.case.memory_limit.is_some()).cloned().collect();
    let changes: [fn(&mut Case); 5] = [
        |case| case.input = Some("mine.parquet".into()),
        |case| case.input = Some("yours.parquet".into()),
        |case| case.memory_limit.as_mut().unwrap().bytes += 1,
        |case| case.memory_limit.as_mut().unwrap().by = "RLIMIT_DATA".into(),
        |case| (case.workload, case.groups, case.cost) = ("many-groups".into(), Some(10), Some(10)),
    ];
    for change in changes {
        records.extend(with_limits.iter().cloned().map(|mut record| {
            change(&mut record.case);
            record
        }));
    }
    let sizes: Vec<Record> = records.iter().filter(|record| record.case.memory_limit.is_none()).cloned().collect();
    records.extend(sizes.into_iter().filter(|record| record.case.workload == "aggregation").map(|mut record| {
        record.case.input = Some("mine.parquet".into());
        record
    }));
    let charts = charts::all(&records).unwrap();
    let names: std::collections::BTreeSet<&str> = charts.iter().map(|chart| chart.name.as_str()).collect();
    assert_eq!(names.len(), charts.len());
    for name in [
        "crossover-aggregation-threads-2",
        "memory-aggregation-10000000-rows-2-threads-limit-256MiB-5",
        "memory-many-groups-10000000-rows-10-groups-cost-10-2-threads-limit-256MiB",
    ] {
        assert!(names.contains(name), "{name} is not in {names:?}");
    }
    // The ids in a drawing are those of its name: a page holds all of them.
    for chart in &charts {
        for id in ["title", "desc"] {
            let id = format!("{}-{id}", chart.name);
            assert!(chart.svg.contains(&format!("id=\"{id}\"")), "{id} is not in {}", chart.name);
        }
        assert!(chart.svg.contains(&format!("aria-labelledby=\"{0}-title {0}-desc\"", chart.name)), "{}", chart.name);
    }
    // What everybody has is drawn before what somebody has.
    let time = charts.iter().find(|chart| chart.name == "time-aggregation").unwrap();
    assert!(!time.svg.contains("mine.parquet") && time.desc.contains("10,000,000 rows, 4 threads"), "{}", time.desc);
}

/// One thread of one mode and two of another are no speed-up, and no rows are no place on a logarithmic axis.
#[test]
fn charts_without_a_point_are_not_drawn() {
    let kept = |case: &Case| matches!((case.mode.as_str(), case.threads), ("dropin", 1) | ("partitioned", 2));
    let mut records: Vec<Record> = records().into_iter().filter(|record| kept(&record.case)).collect();
    assert!(charts::all(&records).unwrap().iter().all(|chart| chart.kind != "threads"));
    assert!(charts::all(&records).unwrap().iter().any(|chart| chart.name == "rows-time-aggregation"));
    records.iter_mut().filter(|record| record.case.rows == 100_000).for_each(|record| record.case.rows = 0);
    assert!(charts::all(&records).unwrap().iter().all(|chart| chart.name != "rows-time-aggregation"));
}

#[test]
fn records_of_another_machine_are_left_out_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records.jsonl");
    let mut records = records();
    for record in records.iter_mut().take(5) {
        (record.machine.cores, record.started) = (64, "2026-11-01T12:00:00Z".into());
    }
    let lines: Vec<String> = records.iter().map(|record| serde_json::to_string(record).unwrap()).collect();
    std::fs::write(&file, lines.join("\n")).unwrap();
    let out = folder.path().join("drawn");
    let output = outgrow(&["charts", "--records", file.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let page = std::fs::read_to_string(out.join("index.html")).unwrap();
    let note = format!("5 of {} records come from another machine and are left out", records.len());
    assert!(page.contains(&note), "{note}");
    // A file stands where a folder should be.
    let taken = file.join("drawn");
    refused(
        &["charts", "--records", file.to_str().unwrap(), "--out", taken.to_str().unwrap()],
        1,
        &["cannot make", "Choose another --out."],
    );
}

/// Lines that no run has written are left out or drawn, and harm nobody.
#[test]
fn odd_records_are_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records.jsonl");
    let odd: [fn(&mut Record); 29] = [
        |record| record.case.engine = (record.case.mode == "partitioned").then(|| "serial".into()),
        |record| record.process.peak_rss_bytes = Some(0),
        |record| record.program.commit = Some("\u{20ac}\u{20ac}\u{20ac}".into()),
        |record| record.steps.iter_mut().for_each(|step| step.rows_moved = u64::MAX),
        |record| {
            let bars = record.stages.iter_mut().flat_map(|stage| &mut stage.bars);
            bars.for_each(|bar| bar.to_s = 9e6);
        },
        |record| {
            record.stages.iter_mut().for_each(|stage| (stage.from_s, stage.to_s, stage.longest_s) = (9e6, 9e6, 0.0))
        },
        |record| record.curve[0] = (0.1, u64::MAX),
        |record| record.wall_s = 0.0,
        |record| record.wall_s = -1.0,
        |record| record.wall_s = 1e300,
        |record| record.process.wall_s = 1e300,
        |record| record.process = Process::default(),
        |record| record.cpu_s = None,
        |record| record.curve.clear(),
        |record| record.curve.truncate(1),
        |record| record.curve = vec![(1e300, u64::MAX), (-5.0, 0)],
        |record| record.case.rows = 0,
        |record| record.case.rows = u64::MAX,
        |record| record.case.threads = 0,
        |record| record.case.threads = usize::MAX,
        |record| record.case.groups = Some(0),
        |record| record.case.mode = "another".into(),
        |record| record.case.workload = "../<b>\"&".into(),
        |record| record.steps.clear(),
        |record| {
            record.steps.iter_mut().for_each(|step| (step.rows_moved, step.bytes_moved) = (u64::MAX / 4, u64::MAX / 4))
        },
        |record| record.stages.iter_mut().for_each(|stage| (stage.workers, stage.step) = (0, 99)),
        |record| {
            let bars = record.stages.iter_mut().flat_map(|stage| &mut stage.bars);
            bars.for_each(|bar| (bar.worker, bar.from_s, bar.to_s) = (usize::MAX, 1e300, -1.0));
        },
        |record| (record.started, record.machine) = ("yesterday".into(), Machine::default()),
        |record| record.outcome = Outcome::OutOfMemory,
    ];
    for (number, change) in odd.iter().enumerate() {
        for every in [1, 2, 7] {
            let mut records = records();
            records.iter_mut().step_by(every).for_each(change);
            let lines: Vec<String> = records.iter().map(|record| serde_json::to_string(record).unwrap()).collect();
            std::fs::write(&file, lines.join("\n")).unwrap();
            let records = outgrow::measure::read_records(&file).unwrap().records;
            let of_machine = charts::pick::one_machine(&records);
            let drawn = charts::all(&records).unwrap_or_else(|error| panic!("{number}: {error}"));
            for chart in &drawn {
                let plain = chart.name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
                assert!(plain, "{}", chart.name);
                assert!(!chart.svg.contains("<b>") && !chart.svg.contains("NaN"), "{number}: {}", chart.name);
            }
            let about = charts::page::About {
                glance: charts::glance::tables(&of_machine),
                words: charts::words::by_workload(&of_machine),
                ..Default::default()
            };
            assert!(!charts::page::page(&drawn, &about).contains("<b>\""));
            charts::words::readme(&of_machine, "outgrow measure");
        }
    }
}

#[test]
fn nothing_to_draw_is_an_error_that_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records.jsonl");
    let file = file.to_str().unwrap();
    refused(&["charts", "--records", file], 1, &["cannot read the records", "outgrow compare"]);
    std::fs::write(file, "").unwrap();
    refused(&["charts", "--records", file], 2, &["no record that could be drawn", "outgrow compare"]);
}
