//! Inputs and groups that are larger than the memory there is, and what is left behind: nothing.

use std::path::{Path, PathBuf};

use outgrow::ledger;
use outgrow::partitioned::{Frames, Serial, Table, Threads, by, num, transform};
use polars::prelude::*;

/// Flights of three carriers: of "B6" many more than fit into a budget of 1 MiB.
fn flights(folder: &Path) -> PathBuf {
    let rows = 400_000i64;
    let carrier: Vec<&str> = (0..rows).map(|row| ["B6", "B6", "B6", "UA", "AA"][(row % 5) as usize]).collect();
    let flights = df!("carrier" => carrier, "id" => (0..rows).collect::<Vec<_>>()).unwrap();
    let path = folder.join("flights.parquet");
    Table::from(flights).save_as(&path, &Serial).unwrap();
    path
}

fn size(rows: DataFrame) -> PolarsResult<DataFrame> {
    let mut size = rows.select(["carrier"])?.head(Some(1));
    size.with_column(Column::new("n".into(), [rows.height() as u32]))?;
    Ok(size)
}

/// The rows in order, without ever holding all of them.
fn in_order(pieces: Frames) -> anyhow::Result<impl Iterator<Item = DataFrame>> {
    let mut last = -1;
    let mut seen = 0u32;
    let mut carrier = None;
    for piece in pieces {
        for id in piece.column("id")?.i64()?.into_no_null_iter() {
            anyhow::ensure!(id > last, "row {id} came after row {last}");
            last = id;
        }
        seen += piece.height() as u32;
        carrier = piece.column("carrier")?.str()?.get(0).map(str::to_string);
    }
    Ok(std::iter::once(df!("carrier" => [carrier], "n" => [seen])?))
}

fn expected() -> DataFrame {
    df!("carrier" => ["AA", "B6", "UA"], "n" => [80_000u32, 240_000, 80_000]).unwrap()
}

fn sorted(frame: DataFrame) -> DataFrame {
    frame.sort(["carrier"], SortMultipleOptions::default()).unwrap()
}

#[test]
fn a_group_larger_than_the_budget_is_seen_piece_by_piece_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = flights(folder.path());
    let (found, ledger) = ledger::record(|| {
        let call = transform(path.as_path(), in_order).schema("carrier: str, n: u32").partition(by(["carrier"]));
        call.memory_budget("1MiB").run(&Threads::new(2)).unwrap()
    });
    assert!(sorted(found).equals(&expected()));
    let spilled: u64 = ledger.steps.iter().map(|step| step.bytes_spilled).sum();
    assert!(spilled > 1 << 20, "{ledger:?}");
}

#[test]
fn a_frame_function_is_told_which_group_is_larger_than_the_budget() {
    let folder = tempfile::tempdir().unwrap();
    let path = flights(folder.path());
    let call = |budget| {
        let call = transform(path.as_path(), size).schema("carrier: str, n: u32").partition(by(["carrier"]));
        call.memory_budget(budget).run(&Threads::new(2))
    };
    let told = call("3MiB").unwrap_err().to_string();
    assert!(told.contains("function `size` failed for carrier = \"B6\": its rows take 5.5 MiB at once"), "{told}");
    assert!(told.contains("the memory budget is 3.0 MiB") && told.contains("fn(Frames)"), "{told}");
    assert!(sorted(call("8MiB").unwrap()).equals(&expected()));
    // A presort needs all rows of the group at once.
    let sorted_pieces = transform(path.as_path(), in_order).schema("carrier: str, n: u32");
    let told = sorted_pieces.partition(by(["carrier"]).presort("id")).memory_budget("3MiB").run(&Serial);
    let told = told.unwrap_err().to_string();
    assert!(told.contains("for carrier = \"B6\": sorting its rows takes 5.5 MiB at once"), "{told}");
}

#[test]
fn slices_of_files_larger_than_the_budget() {
    let folder = tempfile::tempdir().unwrap();
    let path = flights(folder.path());
    let whole = |rows: DataFrame| df!("n" => [rows.height() as u32]);
    let call = transform(path.as_path(), whole).schema("n: u32").partition(num(1)).memory_budget("1MiB");
    let told = call.run(&Serial).unwrap_err().to_string();
    assert!(told.contains("failed on partition 0: its rows take") && told.contains("budget is 1.0 MiB"), "{told}");
    let count = |pieces: Frames| df!("n" => [pieces.map(|piece| piece.height() as u32).sum::<u32>()]);
    let call = transform(path.as_path(), count).schema("n: u32").partition(num(1)).memory_budget("1MiB");
    assert!(call.run(&Serial).unwrap().equals(&df!("n" => [400_000u32]).unwrap()));
}

/// Spilled rows have no name in the file system, so nothing can be left of them; a draft of a result has one.
#[test]
fn nothing_is_left_behind_by_success_error_or_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = flights(folder.path());
    let spill = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let entries = |folder: &Path| folder.read_dir().unwrap().count();
    let seen = |rows: DataFrame| {
        assert_eq!(entries(spill.path()), 0);
        size(rows)
    };
    let fails = |_: DataFrame| -> anyhow::Result<DataFrame> { anyhow::bail!("on purpose") };
    let panics = |_: DataFrame| -> DataFrame { panic!("on purpose") };
    let target = out.path().join("sizes.parquet");
    macro_rules! run {
        ($function:expr) => {
            transform(path.as_path(), $function)
                .schema("carrier: str, n: u32")
                .partition(by(["carrier", "id"]).num(3))
                .memory_budget("1MiB")
                .spill_to(spill.path())
                .save_as(&target, &Threads::new(2))
        };
    }
    assert!(run!(fails).unwrap_err().to_string().contains("on purpose"));
    assert!(run!(panics).unwrap_err().to_string().contains("on purpose"));
    assert_eq!((entries(spill.path()), entries(out.path())), (0, 0));
    run!(seen).unwrap();
    assert_eq!((entries(spill.path()), entries(out.path())), (0, 1));
    let missing = transform(path.as_path(), size).schema("carrier: str, n: u32").partition(by(["carrier"]));
    let told = missing.memory_budget("1MiB").spill_to("/no/such/folder").run(&Serial).unwrap_err().to_string();
    assert!(told.contains("cannot make a temporary file in /no/such/folder"), "{told}");
}

/// The example, as a user would run it, with a limit of the shell.
#[cfg(target_os = "linux")]
#[test]
fn three_million_flights_under_a_limit_from_outside() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("flights");
    let grown = std::process::Command::new(env!("CARGO_BIN_EXE_outgrow"))
        .args(["data", "grow", "--rows", "3e6", "--out"])
        .arg(&input)
        .output()
        .unwrap();
    assert!(grown.status.success(), "{grown:?}");
    let example = Path::new(env!("CARGO_BIN_EXE_outgrow")).parent().unwrap().join("examples/larger_than_memory");
    let answer = |limit: &str, budget: &[&str]| {
        let output = folder.path().join(format!("{limit}.parquet"));
        let run = std::process::Command::new("sh")
            .args(["-c", "ulimit -d \"$1\" && shift && exec \"$@\"", "sh", limit])
            .arg(&example)
            .args([&input, &output])
            .args(budget)
            .env("RUST_BACKTRACE", "0")
            .output()
            .unwrap();
        assert!(run.status.success(), "{run:?}");
        let told = String::from_utf8(run.stdout).unwrap();
        assert_eq!(told.contains("3000000 rows, 0 B spilled\ncall"), budget.is_empty(), "{told}");
        let files = outgrow::ParquetFiles::open(output.to_str().unwrap()).unwrap();
        let answer = files.read_all(&["carrier", "dest", "flights", "shrink", "rmse"]).unwrap();
        answer.sort(["carrier", "dest"], SortMultipleOptions::default()).unwrap()
    };
    let limited = answer("262144", &["24MiB"]);
    assert_eq!(limited.column("flights").unwrap().u32().unwrap().sum(), Some(3_000_000));
    assert!(limited.equals_missing(&answer("unlimited", &[])));
}
