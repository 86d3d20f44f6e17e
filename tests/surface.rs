//! One surface: every function of the drop-in has the signature of the eager one, and says the same when it refuses.

use std::collections::BTreeSet;

use outgrow::Result;
use outgrow::dropin::{self, with_limits};
use outgrow::eager;
use outgrow::kernels::{Agg, How, Keep, Transform};
use outgrow::labels::{DefaultIndex, Label};
use polars::prelude as pl;
use polars::prelude::df;

/// Every function of a surface, made the type that is written out here.
macro_rules! signatures {
    ($pd:ident) => {{
        use $pd::{DataFrame as F, GroupBy as G, Series as S};
        type Files = outgrow::ParquetFiles;

        let _: fn(&Files, &[&str]) -> Result<F> = $pd::read_parquet;
        let _: fn(&Files, &[&str], DefaultIndex) -> Result<F> = $pd::read_parquet_indexed;
        let _: fn(&str) -> Result<F> = $pd::read_csv;
        let _: fn(&str, DefaultIndex) -> Result<F> = $pd::read_csv_indexed;
        let _: fn(&[&F]) -> Result<F> = $pd::concat;

        let _: fn(pl::DataFrame) -> Result<F> = F::from_columns;
        let _: fn(&F) -> usize = F::len;
        let _: fn(&F) -> bool = F::is_empty;
        let _: fn(&F) -> Vec<String> = F::columns;
        let _: fn(&F) -> Vec<(String, pl::DataType)> = F::dtypes;
        let _: fn(&F) -> Result<pl::DataFrame> = F::index;
        let _: fn(&F, &str) -> Result<S> = F::col;
        let _: fn(F) -> Result<pl::DataFrame> = F::into_columns;
        let _: fn(&F, &str) -> Result<()> = F::to_parquet;
        let _: fn(&F) -> String = <F as ToString>::to_string;
        let _: fn(&F, usize) -> F = F::head;
        let _: fn(&F, usize) -> F = F::tail;
        let _: fn(&F, &[&str]) -> Result<F> = F::select;
        let _: fn(&F, &[(&str, &str)]) -> Result<F> = F::rename;
        let _: fn(&F, &S) -> Result<F> = F::filter;
        let _: fn(&F, pl::Expr) -> Result<F> = F::query;
        let _: fn(&F, &str, pl::Expr) -> Result<F> = F::assign;
        let _: fn(&F, &str, &S) -> Result<F> = F::set_column;
        let _: fn(&F, &[&str]) -> Result<F> = F::set_index;
        let _: fn(&F) -> Result<F> = F::reset_index;
        let _: fn(&F) -> F = F::drop_index;
        let _: fn(&F) -> Result<F> = F::sort_index;
        let _: fn(&F, &[&str], &[bool]) -> Result<F> = F::sort_values;
        let _: fn(&F, Label) -> Result<F> = F::loc;
        let _: fn(&F, Label, Label) -> Result<F> = F::loc_range;
        let _: fn(&F, &[Label]) -> Result<F> = F::loc_list;
        let _: fn(&F, i64) -> Result<F> = F::iloc;
        let _: fn(&F, i64, i64) -> F = F::iloc_range;
        let _: fn(&F, &[i64]) -> Result<F> = F::iloc_list;
        let _: fn(&F, Label, &str) -> Result<pl::AnyValue<'static>> = F::at;
        let _: fn(&F, i64) -> Result<F> = F::shift;
        let _: fn(&F, i64) -> Result<F> = F::diff;
        let _: fn(&F) -> Result<F> = F::cumsum;
        let _: fn(&F) -> Result<F> = F::cummax;
        let _: fn(&F) -> Result<F> = F::ffill;
        let _: fn(&F) -> Result<F> = F::rank;
        let _: fn(&F, usize) -> Result<F> = F::rolling_mean;
        let _: fn(&F, &[&str], Keep) -> Result<F> = F::drop_duplicates;
        let _: fn(&F) -> Result<S> = F::nunique;
        let _: fn(&F, &F, &[&str], How) -> Result<F> = F::merge;
        let _: fn(&F, &F, How) -> Result<F> = F::merge_index;
        let _: [fn(&F, &F) -> Result<F>; 4] = [F::add, F::sub, F::mul, F::div];
        let _: [fn(&F, &F) -> Result<F>; 6] = [F::eq, F::ne, F::lt, F::le, F::gt, F::ge];
        let _: fn(&F) -> Result<F> = F::describe;

        let _: for<'a> fn(&'a F, &[&str]) -> G<'a> = F::groupby;
        let _: fn(&G<'static>, &[(&str, &str, Agg)]) -> Result<F> = G::agg;
        let _: fn(&G<'static>) -> Result<S> = G::size;
        let _: fn(&G<'static>, &str, Transform) -> Result<S> = G::transform;
        let _: fn(&G<'static>, fn(pl::DataFrame) -> Result<pl::DataFrame>) -> Result<F> = |groups, f| groups.apply(f);

        let _: fn(&S) -> String = S::name;
        let _: fn(&S) -> pl::DataType = S::dtype;
        let _: fn(&S) -> usize = S::len;
        let _: fn(&S) -> bool = S::is_empty;
        let _: fn(&S) -> Result<pl::DataFrame> = S::index;
        let _: fn(&S, usize) -> S = S::head;
        let _: fn(&S, usize) -> S = S::tail;
        let _: fn(&S, i64, i64) -> S = S::iloc_range;
        let _: fn(&S, Label) -> Result<pl::AnyValue<'static>> = S::at;
        let _: fn(&S, &str) -> Result<F> = S::to_frame;
        let _: fn(S) -> Result<pl::Column> = S::into_column;
        let _: fn(&S, bool) -> Result<S> = S::sort_values;
        let _: fn(&S) -> Result<S> = S::value_counts;
        let _: fn(&S, Keep) -> Result<S> = S::drop_duplicates;
        let _: fn(&S) -> Result<pl::Column> = S::unique;
        let _: fn(&S) -> Result<usize> = S::nunique;
        let _: fn(&S) -> String = <S as ToString>::to_string;
        let _: fn(&S, i64) -> Result<S> = S::shift;
        let _: fn(&S, i64) -> Result<S> = S::diff;
        let _: [fn(&S) -> Result<S>; 5] = [S::cumsum, S::cummax, S::ffill, S::rank, S::sort_index];
        let _: fn(&S, usize) -> Result<S> = S::rolling_mean;
        let _: fn(&S, i64) -> Result<S> = S::iloc;
        let _: fn(&S, &[i64]) -> Result<S> = S::iloc_list;
        let _: fn(&S, Label) -> Result<S> = S::loc;
        let _: fn(&S, Label, Label) -> Result<S> = S::loc_range;
        let _: fn(&S, &[Label]) -> Result<S> = S::loc_list;
        let _: fn(&S, &S) -> Result<S> = S::filter;
        let _: [fn(&S, &S) -> Result<S>; 10] = [
            |this, that| this.add(that),
            |this, that| this.sub(that),
            |this, that| this.mul(that),
            |this, that| this.div(that),
            |this, that| this.eq(that),
            |this, that| this.ne(that),
            |this, that| this.lt(that),
            |this, that| this.le(that),
            |this, that| this.gt(that),
            |this, that| this.ge(that),
        ];
        let _: [fn(&S) -> Result<S>; 3] = [|this| this.add(1), |this| this.add(1.5), |this| this.eq("UA")];
    }};
}

#[test]
fn every_function_of_both_has_the_signature_written_here() {
    signatures!(eager);
    signatures!(dropin);
}

/// A function that is added to one surface has to be added to the other, and to the list above.
#[test]
fn no_function_is_left_out() {
    let public = |folder: &str| -> BTreeSet<String> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
        let sources = folder.read_dir().unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        let functions = |source: String| {
            let names = source.lines().filter_map(|line| line.trim_start().strip_prefix("pub fn "));
            names.map(|rest| rest.split(['(', '<']).next().unwrap().to_string()).collect::<Vec<_>>()
        };
        sources.flat_map(functions).collect()
    };
    // In private modules of one mode.
    let inner = ["on_one_core", "map", "threads", "buckets", "partial", "finish", "borders", "back", "there", "new"];
    let inner = inner.into_iter().chain(["part", "by_hash", "by_range", "by_borders"]);
    let own = ["repartition", "with_fallback", "with_limits"].into_iter().chain(inner).collect::<Vec<_>>();
    let shared =
        |folder| public(folder).into_iter().filter(|name| !own.contains(&name.as_str())).collect::<BTreeSet<_>>();
    assert_eq!(shared("eager"), shared("dropin"));
    let listed = include_str!("surface.rs");
    for name in shared("eager").into_iter().chain(public("surface")).filter(|name| name != "$name") {
        assert!(listed.contains(&format!("::{name};")) || listed.contains(&format!(".{name}(")), "{name}");
    }
}

/// What both refuse, in the same words.
macro_rules! refusals {
    ($pd:ident, $frame:expr, $other:expr, $dates:expr, $large:expr) => {{
        let (frame, other): ($pd::DataFrame, $pd::DataFrame) = ($frame, $other);
        let same_rows = |rows: pl::DataFrame| Ok(rows);
        let unsorted = frame.set_index(&["delay"]).unwrap();
        let (dates, large): ($pd::DataFrame, $pd::DataFrame) = ($dates, $large);
        // A number for one carrier and a text for another.
        let two_types = |rows: pl::DataFrame| {
            let first = rows.column("carrier")?.str()?.get(0) == Some("UA");
            Ok(if first { df!("n" => [1])? } else { df!("m" => ["1"])? })
        };
        let refused: Vec<(&str, Result<$pd::DataFrame>)> = vec![
            ("apply", frame.groupby(&["carier"]).apply(same_rows)),
            ("apply of two types", frame.groupby(&["carrier"]).apply(two_types)),
            ("apply without key", frame.groupby(&[]).apply(same_rows)),
            ("agg", frame.groupby(&["carrier"]).agg(&[("worst", "dealy", Agg::Max)])),
            ("agg without key", frame.groupby(&[]).agg(&[])),
            ("agg of text", frame.groupby(&["delay"]).agg(&[("worst", "carrier", Agg::Mean)])),
            ("median of text", frame.groupby(&["delay"]).agg(&[("middle", "carrier", Agg::Median)])),
            ("quantile", frame.groupby(&["carrier"]).agg(&[("far", "delay", Agg::Quantile(1.5))])),
            ("size", frame.groupby(&["carier"]).size().and_then(|sizes| sizes.to_frame("n"))),
            (
                "transform",
                frame.groupby(&["carrier"]).transform("dealy", Transform::ZScore).and_then(|z| z.to_frame("z")),
            ),
            (
                "z-score of text",
                frame.groupby(&["delay"]).transform("carrier", Transform::ZScore).and_then(|z| z.to_frame("z")),
            ),
            ("select", frame.select(&["dealy"])),
            ("select twice", frame.select(&["delay", "delay"])),
            ("rename", frame.rename(&[("delay", "carrier")])),
            ("rename unknown", frame.rename(&[("dealy", "late")])),
            ("query", frame.query(pl::col("dealy").gt(pl::lit(1)))),
            ("query of a number", frame.query(pl::col("delay") + pl::lit(1))),
            ("filter by number", frame.filter(&frame.col("delay").unwrap())),
            ("filter by other rows", frame.filter(&frame.head(1).col("delay").unwrap().gt(0).unwrap())),
            ("assign", frame.assign("late", pl::col("dealy"))),
            ("set_index", frame.set_index(&["dealy"])),
            ("set_index to nothing", frame.set_index(&[])),
            ("set_column", frame.set_column("bad", &unsorted.col("carrier").unwrap())),
            ("reset_index", frame.set_index(&["delay"]).unwrap().assign("delay", pl::lit(1)).unwrap().reset_index()),
            ("sort_values", frame.sort_values(&["dealy"], &[true])),
            ("sort_values orders", frame.sort_values(&["delay"], &[true, false])),
            ("sort_values by nothing", frame.sort_values(&[], &[true])),
            ("drop_duplicates", frame.drop_duplicates(&["dealy"], Keep::First)),
            ("loc", unsorted.loc(77)),
            ("loc of another type", unsorted.loc("UA")),
            ("loc of an instant", dates.set_index(&["at"]).unwrap().loc(86_400_000)),
            ("loc_range of instants", dates.set_index(&["at"]).unwrap().loc_range("1970-01-01", "1970-01-02")),
            ("loc of levels", unsorted.loc((1, "UA"))),
            ("loc_range of duplicates", unsorted.loc_range(4, 2)),
            ("loc_list", unsorted.loc_list(&[77.into()])),
            ("iloc", frame.iloc(4)),
            ("iloc from the back", frame.iloc(-5)),
            ("iloc_list", frame.iloc_list(&[0, 4])),
            ("at", unsorted.at(77, "carrier").map(|_| frame.clone())),
            ("at of duplicates", unsorted.at(4, "carrier").map(|_| frame.clone())),
            ("at unknown", frame.at(0, "dealy").map(|_| frame.clone())),
            ("diff", frame.diff(1)),
            ("cumsum", frame.cumsum()),
            ("cumsum of dates", dates.select(&["day"]).unwrap().cumsum()),
            ("cumsum of instants", dates.select(&["at"]).unwrap().cumsum()),
            ("cumsum beyond 64 bits", large.select(&["n"]).unwrap().cumsum()),
            ("cumsum without sign", large.select(&["id"]).unwrap().cumsum()),
            ("diff without sign", large.select(&["id"]).unwrap().diff(1)),
            ("sum beyond 64 bits", large.groupby(&["k"]).agg(&[("all", "n", Agg::Sum)])),
            ("sum of text", large.groupby(&["n"]).agg(&[("all", "k", Agg::Sum)])),
            ("sum of dates", dates.groupby(&["day"]).agg(&[("all", "at", Agg::Sum)])),
            ("add without sign", large.col("id").unwrap().add(1).and_then(|sums| sums.to_frame("n"))),
            ("add beyond 64 bits", large.add(&large.select(&["n"]).unwrap())),
            ("compare", frame.lt(&frame.col("carrier").unwrap().to_frame("delay").unwrap())),
            ("rolling_mean", frame.select(&["delay"]).unwrap().rolling_mean(0)),
            ("merge", frame.merge(&other, &["dealy"], How::Inner)),
            ("merge of types", frame.merge(&other, &["carrier"], How::Outer)),
            ("merge without key", frame.merge(&other, &[], How::Left)),
            ("merge of levels", frame.merge_index(&frame.set_index(&["carrier", "delay"]).unwrap(), How::Inner)),
            ("merge of labels", frame.merge_index(&frame.set_index(&["carrier"]).unwrap(), How::Inner)),
            ("concat", $pd::concat(&[&frame, &other])),
            ("concat of nothing", $pd::concat(&[])),
            ("concat of levels", $pd::concat(&[&frame, &frame.set_index(&["carrier", "delay"]).unwrap()])),
            ("add", frame.add(&frame.col("carrier").unwrap().to_frame("delay").unwrap())),
            ("align", frame.add(&frame.set_index(&["carrier"]).unwrap())),
            ("describe", frame.select(&["carrier"]).unwrap().describe()),
            ("to_parquet", frame.to_parquet("/dev/null/all.parquet").map(|()| frame.clone())),
            ("read_csv", $pd::read_csv("/nowhere/at/all.csv")),
        ];
        refused
            .into_iter()
            .map(|(what, result)| (what, result.map(|_| ()).err().map(|error| error.to_string())))
            .collect::<Vec<_>>()
    }};
}

#[test]
fn both_refuse_in_the_same_words() {
    let columns = df!("carrier" => ["UA", "AA", "UA", "B6"], "delay" => [4, 1, 4, 2]).unwrap();
    let large = df!("k" => ["a", "a"], "n" => [i64::MAX, 1], "id" => [u64::MAX, 1]).unwrap();
    let numbers = pl::Column::new("day".into(), [1i32, 2]);
    let day = numbers.cast(&pl::DataType::Date).unwrap();
    let at = day.cast(&pl::DataType::Datetime(pl::TimeUnit::Milliseconds, None)).unwrap().with_name("at".into());
    let dates = pl::DataFrame::new(2, vec![day, at]).unwrap();
    let other = df!("carrier" => [1], "n" => [2]).unwrap();
    let eager = refusals!(
        eager,
        eager::DataFrame::from_columns(columns.clone()).unwrap(),
        eager::DataFrame::from_columns(other.clone()).unwrap(),
        eager::DataFrame::from_columns(dates.clone()).unwrap(),
        eager::DataFrame::from_columns(large.clone()).unwrap()
    );
    let frame = |columns: &pl::DataFrame| dropin::DataFrame::from_columns(columns.clone()).unwrap();
    let small = dropin::Limits { few_rows: 0, small_bytes: 0 };
    for partitions in [1, 2, 4] {
        let cut = |columns: &pl::DataFrame| frame(columns).repartition(partitions);
        let dropin = with_limits(small, || refusals!(dropin, cut(&columns), frame(&other), cut(&dates), cut(&large)));
        for ((what, this), (_, that)) in eager.iter().zip(&dropin) {
            let message = this.as_ref().unwrap_or_else(|| panic!("{what} is not refused"));
            assert_eq!(this, that, "{what}, {partitions} partitions");
            assert!(!message.contains("dataframe engine reported"), "{what}: {message}");
        }
    }
    let words =
        |(what, message): &(&str, Option<String>)| format!("{what}: {}", message.as_deref().unwrap_or_default());
    insta::assert_snapshot!(eager.iter().map(words).collect::<Vec<_>>().join("\n"));
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
