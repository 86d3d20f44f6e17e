//! Inputs and groups that are larger than the memory there is, and what is left behind: nothing.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use outgrow::ledger::{self, Ledger};
use outgrow::partitioned::{
    Algo, Cursor, Engine, Frames, How, Input, Job, Losses, Serial, Sink, Table, Threads, by, num, per_row, transform,
};
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

/// A bucket that is too large is divided; each part has its own set-up, number and count of groups.
#[test]
fn parts_of_a_bucket_are_partitions_of_their_own() {
    let planes = 40_000i64;
    let rows = df!("plane" => (0..10 * planes).map(|row| row % planes).collect::<Vec<_>>()).unwrap();
    for algo in [Algo::Hash, Algo::Even] {
        let set_ups = AtomicU32::new(0);
        let count = || {
            set_ups.fetch_add(1, Ordering::Relaxed);
            Ok::<(), std::convert::Infallible>(())
        };
        let which = |rows: DataFrame, (): &(), cursor: Cursor<'_>| {
            let place = [("partition", cursor.physical_partition() as u64), ("group", cursor.group() as u64)];
            let mut one = rows.head(Some(1));
            for (name, number) in place.into_iter().chain([("rows", rows.height() as u64)]) {
                one.with_column(Column::new(name.into(), [number]))?;
            }
            Ok::<_, PolarsError>(one)
        };
        let call = transform(&rows, which).on_init(count).schema("*, partition: u64, group: u64, rows: u64");
        let call = call.partition(by(["plane"]).algo(algo).num(1)).memory_budget("2MiB");
        let found = call.run(&Threads::new(2)).unwrap();
        assert_eq!(found.height() as i64, planes);
        assert!(found.column("rows").unwrap().u64().unwrap().into_no_null_iter().all(|rows| rows == 10));
        let places = found.select(["partition", "group"]).unwrap();
        let partitions = places.column("partition").unwrap().n_unique().unwrap();
        assert_eq!(places.group_by(["partition", "group"]).unwrap().get_groups().len(), found.height(), "{algo:?}");
        assert_eq!(set_ups.into_inner() as usize, partitions, "{algo:?}");
        assert!(partitions > 1);
    }
}

/// Who joins or aggregates has no function that could take rows piece by piece.
#[test]
fn a_step_of_a_table_says_what_can_be_done_about_a_group_larger_than_the_budget() {
    let folder = tempfile::tempdir().unwrap();
    let path = flights(folder.path());
    let table = || Table::from(path.as_path());
    let names = df!("carrier" => ["B6", "UA"], "name" => ["JetBlue", "United"]).unwrap();
    let steps = [table().aggregate([""; 0], [col("id").max()]), table().join(names, How::Inner)];
    for step in steps {
        let told = step.memory_budget("1MiB").run(&Serial).unwrap_err().to_string();
        assert!(told.contains(" at once, and the memory budget is 1.0 MiB"), "{told}");
        assert!(told.contains("Filter or aggregate before it, or raise .memory_budget()"), "{told}");
    }
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

fn spilled(ledger: &Ledger, what: &str) -> u64 {
    ledger.steps.iter().filter(|step| step.what == what).map(|step| step.bytes_spilled).sum()
}

/// Every other flight has a plane.
fn planes() -> DataFrame {
    let ids: Vec<i64> = (0..400_000).step_by(2).collect();
    df!("seats" => ids.iter().map(|id| id % 300).collect::<Vec<_>>(), "id" => ids).unwrap()
}

#[test]
fn the_budget_of_a_call_reaches_the_steps_of_its_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = flights(folder.path());
    let count = |pieces: Frames| df!("n" => [pieces.map(|piece| piece.height() as u32).sum::<u32>()]);
    let run = |table: Table, budget: Option<&str>| {
        let call = transform(table, count).schema("n: u32").partition(by(["carrier"]));
        let call = if let Some(budget) = budget { call.memory_budget(budget) } else { call };
        ledger::record(|| call.run(&Threads::new(2)).unwrap().column("n").unwrap().u32().unwrap().sum())
    };
    let joined = || Table::from(path.as_path()).join(planes(), How::Inner);
    let steps = ["exchange by id", "keep rows for the next step", "exchange by carrier"];
    let (found, ledger) = run(joined(), Some("2MiB"));
    assert_eq!(found, Some(200_000));
    for step in steps {
        assert!(spilled(&ledger, step) > 1 << 19, "{step}: {ledger:?}");
    }
    // A table may have a budget of its own, which comes first.
    let (found, ledger) = run(joined().memory_budget("2MiB"), Some("1GiB"));
    assert_eq!((found, spilled(&ledger, steps[2])), (Some(200_000), 0));
    assert!(spilled(&ledger, steps[0]) > 1 << 19 && spilled(&ledger, steps[1]) > 1 << 19, "{ledger:?}");
    let (_, ledger) = run(joined(), Some("1GiB"));
    assert!(ledger.steps.iter().all(|step| step.bytes_spilled == 0), "{ledger:?}");
    let told = transform(joined().memory_budget("much"), count).schema("n: u32").check().unwrap_err().to_string();
    assert!(told.contains("memory budget `much`: give a whole number and a unit"), "{told}");
}

/// Each step with so little memory that its rows wait in a file gives what it gives in memory.
#[test]
fn steps_of_a_table_in_a_file_give_what_they_give_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = flights(folder.path());
    let spill = tempfile::tempdir().unwrap();
    let all = Table::from(path.as_path());
    let seats = Table::from(planes());
    let steps: Vec<(&str, Table)> = vec![
        ("join", all.join(&seats, How::Full)),
        ("distinct", all.union_all(&all).distinct()),
        ("subtract", all.subtract_all(all.filter(col("id").lt(lit(1_000))))),
        ("intersect", all.intersect(all.filter(col("id").gt(lit(1_000))))),
        ("aggregate", all.aggregate(["id"], [col("carrier").first()])),
        ("take", all.take(1, by(["id"]))),
        ("sample", all.filter(col("id").gt(lit(10))).sample(0.9, 1)),
        ("persist", all.with_columns([(col("id") + lit(1)).alias("next")]).persist()),
        ("call", transform(&all, |rows: DataFrame| rows).schema("*").into()),
    ];
    for (what, table) in steps {
        let run = |table: &Table| {
            let (path, out) = (folder.path().join("kept.parquet"), Threads::new(2));
            let (saved, ledger) = ledger::record(|| table.save_as(&path, &out).map(|_| ()));
            saved.unwrap_or_else(|error| panic!("{what}: {error}"));
            let saved = outgrow::ParquetFiles::open(path.to_str().unwrap()).unwrap();
            let columns: Vec<&str> = saved.schema().iter_names().map(|name| name.as_str()).collect();
            let rows = saved.read_all(&columns).unwrap().sort(["id"], SortMultipleOptions::default()).unwrap();
            (rows, ledger.steps.iter().map(|step| step.bytes_spilled).sum::<u64>())
        };
        let (tight, bytes) = run(&table.memory_budget("1MiB").spill_to(spill.path()));
        let (roomy, none) = run(&table.memory_budget("2GiB"));
        assert!(tight.height() > 300_000 && tight.equals_missing(&roomy), "{what}: {tight} {roomy}");
        // What a call gives goes to its file as it comes.
        assert_eq!((bytes > 1 << 20, none), (what != "call", 0), "{what}");
        assert_eq!(spill.path().read_dir().unwrap().count(), 0, "{what}");
    }
}

/// Looks at what an engine is given.
struct Looks<F>(F);

impl<F: Fn(&Input) -> bool + Sync> Engine for Looks<F> {
    fn name(&self) -> &'static str {
        "looks"
    }
    fn concurrency(&self) -> usize {
        2
    }
    fn execute(&self, job: &Job, sink: &dyn Sink) -> outgrow::Result<Losses> {
        assert!(job.inputs.iter().all(&self.0), "it was read before it was needed");
        Threads::new(2).execute(job, sink)
    }
}

#[test]
fn rows_of_files_are_filtered_selected_joined_and_chained_while_they_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = flights(folder.path());
    fn in_files(input: &Input) -> bool {
        match input {
            Input::Files { .. } => true,
            Input::Each { of, .. } => in_files(of),
            Input::Chain(inputs) => inputs.iter().all(in_files),
            _ => false,
        }
    }
    let all = Table::from(path.as_path());
    let small = Table::from(df!("carrier" => ["UA"], "name" => ["United"]).unwrap()).broadcast();
    let table = all.filter(col("id").gt_eq(lit(200_000))).join(small, How::Inner).union_all(
        all.with_columns([lit("none").alias("name")]).select([col("carrier"), col("id"), col("name")]).dropna(&["id"]),
    );
    let found = transform(table, size).schema("carrier: str, n: u32").partition(by(["carrier"])).run(&Looks(in_files));
    let expected = df!("carrier" => ["AA", "B6", "UA"], "n" => [80_000u32, 240_000, 120_000]).unwrap();
    assert!(sorted(found.unwrap()).equals(&expected));
}

#[test]
fn what_needs_all_rows_at_once_is_refused_beyond_the_budget() {
    let folder = tempfile::tempdir().unwrap();
    let path = flights(folder.path());
    let all = Table::from(path.as_path());
    let above = all.filter(col("id").gt(col("id").mean()));
    let told = above.memory_budget("1MiB").run(&Serial).unwrap_err().to_string();
    assert!(told.starts_with("filter by `[(col(\"id\")) > (col(\"id\").mean())]` needs all rows at once"), "{told}");
    assert!(
        told.contains("more than the memory budget of 1.0 MiB") && told.contains("raise .memory_budget()"),
        "{told}"
    );
    assert_eq!(above.memory_budget("64MiB").run(&Serial).unwrap().height(), 200_000);
    let rows = |split| {
        let call = transform(&all, size).schema("carrier: str, n: u32").partition(split);
        call.memory_budget("1MiB").run(&Serial).map(|rows| rows.height())
    };
    let told = rows(per_row()).unwrap_err().to_string();
    assert!(told.contains("per_row() needs all rows at once"), "{told}");
    // A filter does not say how many rows it leaves: they are counted in a file.
    let some = transform(all.filter(col("id").gt(lit(5))), size).schema("carrier: str, n: u32");
    let some = some.partition(num("ROWCOUNT / 1000")).memory_budget("1MiB").run(&Threads::new(2)).unwrap();
    assert_eq!((some.height(), some.column("n").unwrap().u32().unwrap().sum()), (399, Some(399_994)));
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

/// The example, as a user would run it.
#[cfg(target_os = "linux")]
struct Example {
    folder: tempfile::TempDir,
    input: PathBuf,
}

#[cfg(target_os = "linux")]
impl Example {
    fn of_three_million_flights() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("flights");
        let grown = std::process::Command::new(env!("CARGO_BIN_EXE_outgrow"))
            .args(["data", "grow", "--rows", "3e6", "--out"])
            .arg(&input)
            .output()
            .unwrap();
        assert!(grown.status.success(), "{grown:?}");
        Self { folder, input }
    }

    /// By way of a shell that sets a limit first.
    fn under(&self, limit: &str, output: &Path, budget: &[&str]) -> std::process::Command {
        let example = Path::new(env!("CARGO_BIN_EXE_outgrow")).parent().unwrap().join("examples/larger_than_memory");
        let mut command = std::process::Command::new("sh");
        command
            .args(["-c", &format!("{limit}; exec \"$@\""), "sh"])
            .arg(&example)
            .args([&self.input, output])
            .args(budget)
            .env("RUST_BACKTRACE", "0");
        command
    }
}

#[cfg(target_os = "linux")]
#[test]
fn three_million_flights_under_a_limit_from_outside() {
    let example = Example::of_three_million_flights();
    let answer = |limit: &str, budget: &[&str]| {
        let output = example.folder.path().join(format!("{limit}.parquet"));
        let run = example.under(&format!("ulimit -d {limit}"), &output, budget).output().unwrap();
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

    // A disk that takes no more, at first; then Ctrl-C while rows are spilled and the answer is begun. Nothing is left.
    let temporary = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let output = out.path().join("answer.parquet");
    let entries = |folder: &tempfile::TempDir| folder.path().read_dir().unwrap().count();
    let full = example
        .under("trap '' XFSZ; ulimit -f 2048", &output, &["1MiB"])
        .env("TMPDIR", temporary.path())
        .output()
        .unwrap();
    let told = String::from_utf8(full.stderr).unwrap();
    assert!(
        !full.status.success() && told.contains(&format!("cannot spill to {}: ", temporary.path().display())),
        "{told}"
    );
    assert!(told.contains("iB of spilled rows). Free space there"), "{told}");
    assert_eq!((entries(&temporary), entries(&out)), (0, 0));

    let mut running = example.under("true", &output, &["24MiB"]).env("TMPDIR", temporary.path()).spawn().unwrap();
    while entries(&out) == 0 {
        assert!(running.try_wait().unwrap().is_none(), "it ended before it could be interrupted");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(running.id() as i32), nix::sys::signal::Signal::SIGINT).unwrap();
    assert_eq!(running.wait().unwrap().code(), Some(130));
    assert_eq!((entries(&temporary), entries(&out)), (0, 0));
}
