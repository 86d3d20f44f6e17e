//! One suite for all engines: what `transform` means does not depend on who does the work.

use outgrow::partitioned::{Engine, Serial, Threads, by, transform};
use polars::prelude::*;
use proptest::prelude::*;

/// Runs a check on every engine.
fn on_every_engine(check: impl Fn(&dyn Engine)) {
    check(&Serial);
    for threads in [1, 2, 7] {
        check(&Threads::new(threads));
    }
}

/// Checks that a result has these rows, in any order.
#[track_caller]
fn same_rows(result: &DataFrame, expected: &DataFrame) {
    let sorted = |frame: &DataFrame| {
        let names: Vec<PlSmallStr> = frame.columns().iter().map(|column| column.name().clone()).collect();
        frame.sort(names, SortMultipleOptions::default()).unwrap()
    };
    assert!(sorted(result).equals_missing(&sorted(expected)), "got {result}, expected {expected}");
}

fn first(rows: DataFrame) -> PolarsResult<DataFrame> {
    Ok(rows.head(Some(1)))
}

/// Case 1 of the semantics: a null key is a group of its own, and presort puts nulls last.
#[test]
fn first_row_of_each_group() {
    let input = df!("a" => [Some(1.0), None, None, Some(3.0), None], "b" => [2, 2, 1, 4, 4]).unwrap();
    on_every_engine(|engine| {
        for (presort, b) in [("", [2, 2, 4]), ("b", [1, 2, 4]), ("b DESC", [4, 2, 4])] {
            let result =
                transform(&input, first).schema("*").partition(by(["a"]).presort(presort)).run(engine).unwrap();
            same_rows(&result, &df!("a" => [None, Some(1.0), Some(3.0)], "b" => b).unwrap());
        }
    });
}

/// Case 2: two keys, nulls in both.
#[test]
fn nulls_in_two_keys() {
    let input = df!("a" => [Some(1.0), Some(1.0), None], "b" => [None::<f64>, None, None], "c" => [1, 0, 2]).unwrap();
    on_every_engine(|engine| {
        let result = transform(&input, first).schema("*").partition(by(["a", "b"]).presort("c")).run(engine).unwrap();
        same_rows(&result, &df!("a" => [Some(1.0), None], "b" => [None::<f64>, None], "c" => [0, 2]).unwrap());
    });
}

/// Case 3: columns are appended in the order of the schema, not of the function.
#[test]
fn columns_are_appended() {
    let input = df!("a" => [Some(1), None, Some(3), None], "b" => [2, 1, 4, 4]).unwrap();
    let count = |rows: DataFrame| -> PolarsResult<DataFrame> {
        let mut counted = rows.clone();
        counted.with_column(Column::new("p".into(), vec![1i32; rows.height()]))?;
        counted.with_column(Column::new("ct".into(), vec![rows.height() as i32; rows.height()]))?;
        Ok(counted)
    };
    on_every_engine(|engine| {
        let result = transform(&input, count).schema("*, ct: i32, p: i32").partition(by(["a"])).run(engine).unwrap();
        let expected = df!(
            "a" => [None, None, Some(1), Some(3)], "b" => [1, 4, 2, 4], "ct" => [2, 2, 1, 1], "p" => [1, 1, 1, 1]
        );
        same_rows(&result, &expected.unwrap());
    });
}

/// Empty input: with keys the function is not called, without it is called once; the result has the schema.
#[test]
fn empty_input() {
    let input = df!("a" => Vec::<i32>::new()).unwrap();
    on_every_engine(|engine| {
        let calls = std::sync::atomic::AtomicUsize::new(0);
        let one_row = |rows: DataFrame| -> PolarsResult<DataFrame> {
            calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            assert_eq!(rows.height(), 0);
            df!("n" => [0i64])
        };
        let keyed = transform(&input, one_row).schema("n: i64").partition(by(["a"])).run(engine).unwrap();
        assert_eq!((keyed.height(), keyed.width()), (0, 1));
        assert_eq!(calls.load(std::sync::atomic::Ordering::Relaxed), 0);
        let whole = transform(&input, one_row).schema("n: i64").run(engine).unwrap();
        assert_eq!(whole.height(), 1);
        assert_eq!(calls.load(std::sync::atomic::Ordering::Relaxed), 1);
    });
}

/// An error and a panic name function, key and cause; so does an output that breaks the schema.
#[test]
fn faults_name_function_key_and_cause() {
    fn fails_for_ua(rows: DataFrame) -> anyhow::Result<DataFrame> {
        match rows.column("carrier")?.str()?.get(0) {
            Some("UA") => anyhow::bail!("no delays"),
            Some("AA") => df!("delay" => [1.5]).map_err(Into::into),
            _ => Ok(df!("delay" => [1])?),
        }
    }
    fn panics(_: DataFrame) -> PolarsResult<DataFrame> {
        panic!("out of fuel")
    }
    on_every_engine(|engine| {
        let run = |carrier: &str| {
            let input = df!("carrier" => [carrier]).unwrap();
            let outcome = transform(input, fails_for_ua).schema("delay: i64").partition(by(["carrier"])).run(engine);
            outcome.map_err(|error| error.to_string())
        };
        assert_eq!(run("DL").unwrap().height(), 1);
        assert_eq!(
            run("UA").unwrap_err(),
            "function `fails_for_ua` failed for carrier = \"UA\": no delays. Call it on these rows alone to see why"
        );
        let broken = run("AA").unwrap_err();
        assert!(broken.contains("carrier = \"AA\"") && broken.contains("the value 1.5 cannot become i64"), "{broken}");
        let input = df!("carrier" => ["UA"]).unwrap();
        let panicked = transform(input, panics).schema("*").run(engine).unwrap_err().to_string();
        assert!(panicked.contains("`panics` failed on slice 0: it panicked: out of fuel"), "{panicked}");
    });
}

/// What cannot be right is refused before the function is called.
#[test]
fn a_wrong_call_is_refused_before_anything_runs() {
    let never = |_: DataFrame| -> PolarsResult<DataFrame> { unreachable!("the call is wrong") };
    let input = df!("a" => [1]).unwrap();
    on_every_engine(|engine| {
        let message = |call: outgrow::partitioned::Transform| call.run(engine).unwrap_err().to_string();
        assert!(message(transform(&input, never)).contains("no schema"));
        assert!(message(transform(&input, never).schema("a i64")).contains("expected `:`"));
        assert!(message(transform(&input, never).schema("*").partition(by(["b"]))).contains("no column `b`"));
    });
}

proptest! {
    /// No row is lost or made twice, groups are whole, the input is unchanged: for any rows, order, chunks and engine.
    #[test]
    fn any_division_gives_the_same_groups(
        rows in prop::collection::vec((prop::option::of(0i32..5), prop::option::of("[abc]{1,2}")), 0..120),
        cut in 0usize..120,
        threads in 1usize..9,
    ) {
        let keys: Vec<Option<i32>> = rows.iter().map(|row| row.0).collect();
        let texts: Vec<Option<&str>> = rows.iter().map(|row| row.1.as_deref()).collect();
        let ids: Vec<i64> = (0..rows.len() as i64).collect();
        let whole = df!("key" => keys, "text" => texts, "id" => ids).unwrap();
        let (head, tail) = whole.split_at(cut.min(rows.len()) as i64);
        let chunked = tail.vstack(&head).unwrap();
        let untouched = chunked.clone();

        let sizes = |rows: DataFrame| -> PolarsResult<DataFrame> {
            let mut sized = rows.clone();
            sized.with_column(Column::new("size".into(), vec![rows.height() as i64; rows.height()]))?;
            Ok(sized)
        };
        let call = |input: &DataFrame, engine: &dyn Engine| {
            transform(input, sizes).schema("*, size: i64").partition(by(["key", "text"])).run(engine).unwrap()
        };
        let expected: Vec<i64> =
            rows.iter().map(|row| rows.iter().filter(|other| *other == row).count() as i64).collect();
        let mut sized = whole.clone();
        sized.with_column(Column::new("size".into(), expected)).unwrap();
        same_rows(&call(&whole, &Serial), &sized);
        same_rows(&call(&chunked, &Threads::new(threads)), &sized);
        prop_assert!(chunked.equals_missing(&untouched));
    }
}
