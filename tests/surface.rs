//! One surface: the drop-in says what the eager frame says, also when it refuses.

use outgrow::dropin;
use outgrow::eager::{self, Agg};
use polars::prelude::*;

#[test]
fn a_wrong_key_or_column_has_the_same_message_in_both() {
    let columns = df!("carrier" => ["UA"], "delay" => [1]).unwrap();
    let (eager, dropin) = (eager::DataFrame::from_columns(columns.clone()), dropin::DataFrame::from_columns(columns));
    let same_rows = |rows: DataFrame| Ok(rows);
    for keys in [&["carier"][..], &[]] {
        let message = eager.groupby(keys).apply(same_rows).unwrap_err().to_string();
        assert_eq!(message, dropin.groupby(keys).apply(same_rows).unwrap_err().to_string());
        let message = eager.groupby(keys).agg(&[]).unwrap_err().to_string();
        assert_eq!(message, dropin.groupby(keys).agg(&[]).unwrap_err().to_string());
    }
    let unknown = [("worst", "dealy", Agg::Max)];
    let message = eager.groupby(&["carrier"]).agg(&unknown).unwrap_err().to_string();
    assert_eq!(message, "no column `dealy`; there are carrier, delay. Name one of these.");
    assert_eq!(message, dropin.groupby(&["carrier"]).agg(&unknown).unwrap_err().to_string());
}

/// A nameless index becomes the column `index`; over partitions the numbers go on.
#[test]
fn reset_index_numbers_the_rows_alike() {
    let files = outgrow::flights::shipped().unwrap();
    let columns = ["id", "carrier"];
    let eager = eager::read_parquet(&files, &columns).unwrap().reset_index().unwrap();
    let dropin = dropin::read_parquet(&files, &columns).unwrap().reset_index().unwrap();
    assert_eq!(eager.columns(), ["index", "id", "carrier"]);
    assert_eq!((eager.columns(), eager.len()), (dropin.columns(), dropin.len()));
    let (eager, dropin) = (eager.into_columns().unwrap(), dropin.into_columns().unwrap());
    assert!(eager.equals_missing(&dropin));
    assert!(eager.column("index").unwrap().i64().unwrap().into_no_null_iter().eq(0..files.rows() as i64));
}
