//! What is refused, and in which words.

use outgrow::partitioned::{
    Engine, Frames, How, Job, Losses, Partition, Sink, Table, Threads, Zippable, by, cotransform, num, transform,
};
use polars::prelude::*;

use super::{count, first, message, same, unreachable};

/// An engine that calls nothing here: it asks for what it could send.
struct Elsewhere;

impl Engine for Elsewhere {
    fn name(&self) -> &'static str {
        "elsewhere"
    }

    fn concurrency(&self) -> usize {
        1
    }

    fn execute(&self, job: &Job, _: &dyn Sink) -> outgrow::Result<Losses> {
        job.signature(self).map(|_| Losses::default())
    }
}

fn weighted(rows: DataFrame, _: &Option<f64>) -> DataFrame {
    unreachable(rows)
}
outgrow::register!(weighted);

fn matched(rows: DataFrame, _: &DataFrame) -> DataFrame {
    unreachable(rows)
}

fn one() -> std::io::Result<Option<f64>> {
    Ok(Some(1.0))
}

pub fn functions_that_cannot_travel_say_why(_: &dyn Engine) {
    let input = df!("a" => [1]).unwrap();
    let cannot = "engine `elsewhere` calls functions in other processes, and ";
    let nan = message(transform(&input, weighted).params(Some(f64::NAN)).schema("*").run(&Elsewhere));
    assert_eq!(
        nan,
        format!(
            "{cannot}`weighted` cannot go there: its parameters have the number NaN, which JSON cannot say. Send an Option, or a text"
        )
    );
    let set_up = message(transform(&input, weighted).on_init(one).schema("*").run(&Elsewhere));
    assert!(set_up.ends_with("its set-up was not registered with it: register!(it, on_init = set_up);"), "{set_up}");
    let frame = message(transform(&input, matched).broadcast(input.clone()).schema("*").run(&Elsewhere));
    assert!(frame.starts_with(cannot), "{frame}");
    let step = message(Table::from(&input).distinct().run(&Elsewhere));
    assert!(step.starts_with(&format!("{cannot}`distinct` cannot go there: it is a step of a table.")), "{step}");
    transform(&input, weighted).params(Some(1.0)).schema("*").run(&Elsewhere).unwrap();
}

pub fn results_that_cannot_be_written_are_refused(engine: &dyn Engine) {
    let folder = tempfile::tempdir().unwrap();
    let save = |path: &str| message(transform(df!("a" => [1]).unwrap(), unreachable).schema("*").save_as(path, engine));
    let folder = folder.path().to_str().unwrap();
    assert!(save(folder).contains("is a folder; a file name is needed"));
    assert!(save("/").contains("is a folder"));
    let below_a_file = save("/dev/null/out.parquet");
    assert!(
        below_a_file.starts_with("cannot make /dev/null: ") && below_a_file.contains("can be written"),
        "{below_a_file}"
    );
}

pub fn plans_that_cannot_be_compared_are_refused(engine: &dyn Engine) {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    let values = Table::from(df!("a" => [1, 2]).unwrap()).filter(col("a").eq(lit(Series::new("".into(), [1, 3]))));
    let told = message(values.checkpoint(&kept).run(engine));
    assert!(told.starts_with("checkpoint: the expression") && told.contains("holds a column of values"), "{told}");
    let path = folder.path().join("a.parquet");
    let table = Table::from(transform(df!("a" => [1]).unwrap(), same).schema("*").save_as(&path, engine).unwrap());
    let checkpoint = table.checkpoint(&kept);
    assert_eq!(checkpoint.run(engine).unwrap().height(), 1);
    // A file that changed is another plan, whether or not its rows are others.
    std::fs::File::options().append(true).open(&path).unwrap().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(checkpoint.run(engine).unwrap().height(), 1);
    assert_eq!(kept.read_dir().unwrap().count(), 2);
    std::fs::remove_file(&path).unwrap();
    let told = message(checkpoint.run(engine));
    assert!(told.contains("a.parquet") && told.contains("is no file"), "{told}");
}

pub fn numbers_of_partitions_have_an_end(_: &dyn Engine) {
    let input = df!("a" => [1]).unwrap();
    let told = message(transform(&input, first).schema("*").partition(by(["a"]).num(65_537)).run(&Threads::new(2)));
    assert!(
        told.contains("num: an exchange into 65537 partitions") && told.contains("Ask for 65536 at most"),
        "{told}"
    );
    let slices = transform(&input, count).schema("n: u32").partition(num(u64::MAX)).run(&Threads::new(2)).unwrap();
    assert_eq!(slices.height(), 1);
}

fn counts(left: DataFrame, right: DataFrame) -> PolarsResult<DataFrame> {
    df!("n" => [(left.height() * right.height()) as u64])
}
outgrow::register!(counts, sides);

fn in_pieces(pieces: Frames) -> impl Iterator<Item = DataFrame> {
    pieces
}
outgrow::register!(in_pieces);

/// On engines of this process, whose memory is this process's.
pub fn what_a_presort_or_cross_needs_at_once_is_refused(_: &dyn Engine) {
    let rows = df!("a" => vec![1; 400_000], "n" => (0..400_000i64).collect::<Vec<_>>()).unwrap();
    let engine = Threads::new(2);
    let cross = cotransform(rows.zip(&rows).how(How::Cross), counts).schema("n: u64").memory_budget("1MiB");
    let told = message(cross.run(&engine));
    assert!(told.contains("`counts` failed on all rows together: its rows take 9.2 MiB at once"), "{told}");
    let call = |partition: Partition| {
        let call = transform(&rows, in_pieces).schema("*").partition(partition).memory_budget("1MiB");
        call.run(&engine).map(|rows| rows.height())
    };
    let told = message(call(by(["a"]).presort("n desc")));
    assert!(told.contains("`in_pieces` failed for a = 1: sorting its rows takes 4.6 MiB at once"), "{told}");
    assert!(told.contains("the memory budget is 1.0 MiB") && told.contains("no presort"), "{told}");
    assert_eq!(call(by(["a"])).unwrap(), 400_000);
}
