//! What is refused, and in which words.

use outgrow::partitioned::{Engine, Table, transform};
use polars::prelude::*;

use super::{message, same, unreachable};

pub fn results_that_cannot_be_written_are_refused(engine: &dyn Engine) {
    let folder = tempfile::tempdir().unwrap();
    let save = |path: &str| message(transform(df!("a" => [1]).unwrap(), unreachable).schema("*").save_as(path, engine));
    let folder = folder.path().to_str().unwrap();
    assert!(save(folder).contains("is a folder; a file name is needed"));
    assert!(save("/").contains("is a folder"));
    let long = save(&format!("{folder}/{}.parquet", "a".repeat(300)));
    assert!(long.starts_with(&format!("cannot write {folder}/aaa")), "{long}");
    assert!(long.ends_with("Choose a place that can be written."), "{long}");
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
