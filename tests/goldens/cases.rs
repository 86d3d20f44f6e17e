// The cases of peers/pandas_goldens.py. This file is compiled twice, with `pd` the eager and the drop-in surface.

use polars::prelude::{AnyValue, Column, ChunkAgg, DataType, col, lit};

use super::super::Answer;

type Frame = pd::DataFrame;

/// The tables that cases begin with.
pub struct Tables {
    pub load: fn(&str, usize) -> Frame,
    pub partitions: usize,
}

impl Tables {
    fn csv(&self, name: &str) -> outgrow::Result<Answer> {
        let path = super::super::folder().join(format!("{name}.csv"));
        pd::read_csv(path.to_str().unwrap())?.answer()
    }

    fn get(&self, name: &str) -> Frame {
        (self.load)(name, self.partitions)
    }
}

/// What a case gives, in a form that both modes share.
pub trait IntoAnswer {
    fn answer(self) -> outgrow::Result<Answer>;
}

impl IntoAnswer for Frame {
    fn answer(self) -> outgrow::Result<Answer> {
        Ok(Answer::Table(self.index()?, self.into_columns()?))
    }
}

impl IntoAnswer for pd::Series {
    fn answer(self) -> outgrow::Result<Answer> {
        let labels = self.index()?;
        Ok(Answer::Table(labels, self.into_column()?.into_frame()))
    }
}

impl IntoAnswer for Column {
    fn answer(self) -> outgrow::Result<Answer> {
        Frame::from_columns(self.into_frame())?.answer()
    }
}

impl IntoAnswer for AnyValue<'static> {
    fn answer(self) -> outgrow::Result<Answer> {
        Ok(Answer::Value(self))
    }
}

impl IntoAnswer for usize {
    fn answer(self) -> outgrow::Result<Answer> {
        Ok(Answer::Value(AnyValue::Int64(self as i64)))
    }
}

impl IntoAnswer for String {
    fn answer(self) -> outgrow::Result<Answer> {
        Ok(Answer::Text(self))
    }
}

fn labels<L: Into<pd::Label> + Copy>(labels: &[L]) -> Vec<pd::Label> {
    labels.iter().map(|label| (*label).into()).collect()
}

/// One group's rows -> one row: what apply is given.
fn spread(rows: polars::prelude::DataFrame) -> outgrow::Result<polars::prelude::DataFrame> {
    let total = rows.column("distance")?.i64()?.sum();
    let mut one = rows.select(["carrier"])?.head(Some(1));
    let height = one.height();
    one.with_column(Column::new("rows".into(), vec![rows.height() as i64; height]))?;
    one.with_column(Column::new("total".into(), vec![total; height]))?;
    Ok(one)
}

/// A frame that was written as Parquet and read again.
fn back(frame: &Frame, columns: &[&str]) -> outgrow::Result<Frame> {
    static FILES: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = FILES.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let path = super::super::folder().join(format!("{}-{number}.parquet", module_path!().replace("::", "-")));
    frame.to_parquet(path.to_str().unwrap())?;
    pd::read_parquet(&outgrow::ParquetFiles::open(path.to_str().unwrap())?, columns)
}

fn dtypes(frame: &Frame) -> String {
    frame.dtypes().iter().map(|(name, dtype)| format!("{name} {dtype}")).collect::<Vec<_>>().join("\n")
}

type Case = Box<dyn Fn(&Tables) -> outgrow::Result<Answer>>;

#[allow(clippy::too_many_lines)]
pub fn cases() -> Vec<(&'static str, Case)> {
    use pd::{Agg, How, Keep, Transform, Window};
    let mut cases: Vec<(&'static str, Case)> = Vec::new();
    macro_rules! cases {
        ($($table:ident { $($name:literal => $body:expr;)* })*) => {
            $($(cases.push(($name, Box::new(|tables: &Tables| {
                let body: fn(&Frame, &Tables) -> outgrow::Result<Answer> = $body;
                body(&tables.get(stringify!($table)), tables)
            })));)*)*
        };
    }
    cases! {
        flights {
            "head" => |f, _| f.head(3).answer();
            "head beyond" => |f, _| f.head(99).answer();
            "head 0" => |f, _| f.head(0).answer();
            "tail" => |f, _| f.tail(4).answer();
            "select" => |f, _| f.select(&["speed", "carrier"])?.answer();
            "select unknown" => |f, _| f.select(&["sped"])?.answer();
            "rename" => |f, _| f.rename(&[("delay", "late"), ("speed", "fast")])?.answer();
            "filter by mask" => |f, _| f.filter(&f.col("delay")?.gt(0)?)?.answer();
            "filter to nothing" => |f, _| f.filter(&f.col("distance")?.gt(9999)?)?.answer();
            "filter by equality" => |f, _| f.filter(&f.col("carrier")?.eq("UA")?)?.answer();
            "filter by inequality" => |f, _| f.filter(&f.col("carrier")?.ne("UA")?)?.answer();
            "filter by two columns" => |f, _| f.filter(&f.col("delay")?.lt(&f.col("distance")?)?)?.answer();
            "query" => |f, _| f.query(col("distance").gt(lit(800)))?.answer();
            "query of two" => |f, _| f.query(col("distance").gt(lit(800)).and(col("origin").eq(lit("JFK"))))?.answer();
            "query nulls" => |f, _| f.query(col("delay").is_null())?.answer();
            "assign" => |f, _| f.assign("hours", col("distance").cast(DataType::Float64) / col("speed"))?.answer();
            "assign over" => |f, _| f.assign("distance", col("distance") * lit(2))?.answer();
            "assign constant" => |f, _| f.assign("year", lit(2013))?.answer();
            "assign a mean" => |f, _| f.assign("above", col("distance") - col("distance").mean())?.answer();
            "set column aligned" => |f, _| f.set_column("late", &f.query(col("distance").gt(lit(800)))?.col("delay")?)?.answer();
            "set_index" => |f, _| f.set_index(&["carrier"])?.answer();
            "set_index two" => |f, _| f.set_index(&["origin", "carrier"])?.answer();
            "set_index unknown" => |f, _| f.set_index(&["carier"])?.answer();
            "reset_index" => |f, _| f.reset_index()?.answer();
            "reset_index named" => |f, _| f.set_index(&["origin"])?.reset_index()?.answer();
            "reset_index two" => |f, _| f.set_index(&["origin", "carrier"])?.reset_index()?.answer();
            "reset_index after filter" => |f, _| f.query(col("distance").gt(lit(800)))?.drop_index().answer();
            "reset_index taken" => |f, _| f.set_index(&["origin"])?.assign("origin", lit(1))?.reset_index()?.answer();
            "sort_index numbers" => |f, _| f.sort_index()?.answer();
            "sort_index two" => |f, _| {
                let known = ["carrier", "delay", "speed"].map(|name| col(name).is_not_null());
                let known = known.into_iter().reduce(|all, one| all.and(one)).unwrap();
                f.query(known)?.set_index(&["origin", "carrier"])?.sort_index()?.answer()
            };
            "sort_values" => |f, _| f.sort_values(&["delay"], &[true])?.answer();
            "sort_values down" => |f, _| f.sort_values(&["delay"], &[false])?.answer();
            "sort_values text" => |f, _| f.sort_values(&["carrier"], &[true])?.answer();
            "sort_values text down" => |f, _| f.sort_values(&["carrier"], &[false])?.answer();
            "sort_values two" => |f, _| f.sort_values(&["origin", "speed"], &[true])?.answer();
            "sort_values two ways" => |f, _| f.sort_values(&["origin", "delay"], &[true, false])?.answer();
            "sort_values unknown" => |f, _| f.sort_values(&["dealy"], &[true])?.answer();
            "series sort_values" => |f, _| f.col("speed")?.sort_values(true)?.answer();
            "series sort_values down" => |f, _| f.col("carrier")?.sort_values(false)?.answer();
            "loc two levels" => |f, _| f.set_index(&["origin", "carrier"])?.loc(("EWR", "UA"))?.answer();
            "loc range numbers" => |f, _| f.loc_range(3, 6)?.answer();
            "loc range beyond" => |f, _| f.loc_range(100, 200)?.answer();
            "series loc range" => |f, _| f.col("delay")?.loc_range(2, 4)?.answer();
            "iloc" => |f, _| f.iloc(5)?.answer();
            "iloc beyond" => |f, _| f.iloc(12)?.answer();
            "iloc before" => |f, _| f.iloc(-13)?.answer();
            "iloc range negative" => |f, _| f.iloc_range(-5, -2).answer();
            "iloc range beyond" => |f, _| f.iloc_range(8, 99).answer();
            "iloc range backwards" => |f, _| f.iloc_range(6, 2).answer();
            "series iloc range" => |f, _| f.col("speed")?.iloc_range(3, 5).answer();
            "at" => |f, _| f.at(4, "delay")?.answer();
            "at null" => |f, _| f.at(3, "delay")?.answer();
            "at unknown column" => |f, _| f.at(4, "dealy")?.answer();
            "shift" => |f, _| f.shift(1)?.answer();
            "shift far" => |f, _| f.shift(50)?.answer();
            "shift 0" => |f, _| f.shift(0)?.answer();
            "series shift" => |f, _| f.col("carrier")?.shift(3)?.answer();
            "diff" => |f, _| f.select(&["delay", "distance", "speed"])?.diff(1)?.answer();
            "diff back" => |f, _| f.col("distance")?.diff(-3)?.answer();
            "cumsum" => |f, _| f.select(&["delay", "distance", "speed"])?.cumsum()?.answer();
            "cummax" => |f, _| f.select(&["delay", "distance", "speed"])?.cummax()?.answer();
            "ffill" => |f, _| f.ffill()?.answer();
            "ffill nothing before" => |f, _| f.iloc_range(2, 12).ffill()?.answer();
            "rank" => |f, _| f.select(&["delay", "distance", "speed"])?.rank()?.answer();
            "rolling mean" => |f, _| f.col("speed")?.rolling_mean(3)?.answer();
            "rolling mean 1" => |f, _| f.col("delay")?.rolling_mean(1)?.answer();
            "rolling mean far" => |f, _| f.col("distance")?.rolling_mean(99)?.answer();
            "drop_duplicates" => |f, _| f.drop_duplicates(&["origin"], Keep::First)?.answer();
            "drop_duplicates last" => |f, _| f.drop_duplicates(&["origin"], Keep::Last)?.answer();
            "drop_duplicates two" => |f, _| f.drop_duplicates(&["carrier", "origin"], Keep::First)?.answer();
            "drop_duplicates nulls" => |f, _| f.drop_duplicates(&["carrier"], Keep::Last)?.answer();
            "drop_duplicates unknown" => |f, _| f.drop_duplicates(&["carier"], Keep::First)?.answer();
            "largest per group" => |f, _| {
                let sorted = f.sort_values(&["delay", "distance"], &[false, true])?;
                sorted.drop_duplicates(&["origin"], Keep::First)?.answer()
            };
            "value_counts" => |f, _| f.col("carrier")?.value_counts()?.answer();
            "value_counts numbers" => |f, _| f.col("delay")?.value_counts()?.answer();
            "nunique" => |f, _| f.nunique()?.answer();
            "series nunique" => |f, _| f.col("delay")?.nunique()?.answer();
            "unique" => |f, _| f.col("carrier")?.unique()?.answer();
            "agg" => |f, _| f.groupby(&["carrier"]).agg(&[
                ("n", "delay", Agg::Count), ("total", "delay", Agg::Sum), ("mean", "speed", Agg::Mean), ("std", "speed", Agg::Std),
            ])?.answer();
            "agg ends" => |f, _| f.groupby(&["origin"]).agg(&[
                ("low", "delay", Agg::Min), ("high", "speed", Agg::Max), ("a", "carrier", Agg::First), ("z", "carrier", Agg::Last),
            ])?.answer();
            "agg two keys" => |f, _| f.groupby(&["origin", "carrier"]).agg(&[
                ("rows", "distance", Agg::Count), ("far", "distance", Agg::Max),
            ])?.answer();
            "agg median" => |f, _| f.groupby(&["origin"]).agg(&[
                ("delay", "delay", Agg::Median), ("speed", "speed", Agg::Median), ("n", "delay", Agg::Count),
            ])?.answer();
            "agg quantile" => |f, _| f.groupby(&["origin"]).agg(&[("90 %", "distance", Agg::Quantile(0.9))])?.answer();
            "agg text ends" => |f, _| f.groupby(&["origin"]).agg(&[
                ("low", "carrier", Agg::Min), ("high", "carrier", Agg::Max), ("n", "carrier", Agg::Count),
            ])?.answer();
            "agg unknown" => |f, _| f.groupby(&["carrier"]).agg(&[("n", "dealy", Agg::Count)])?.answer();
            "agg number key" => |f, _| f.groupby(&["distance"]).agg(&[("n", "delay", Agg::Count)])?.answer();
            "size" => |f, _| f.groupby(&["carrier"]).size()?.answer();
            "size two keys" => |f, _| f.groupby(&["origin", "carrier"]).size()?.answer();
            "transform mean" => |f, _| f.groupby(&["origin"]).transform("speed", Transform::Each(Agg::Mean))?.answer();
            "transform z-score" => |f, _| f.groupby(&["origin"]).transform("speed", Transform::ZScore)?.answer();
            "transform null key" => |f, _| f.groupby(&["carrier"]).transform("distance", Transform::Each(Agg::Sum))?.answer();
            "transform median" => |f, _| f.groupby(&["origin"]).transform("delay", Transform::Each(Agg::Median))?.answer();
            "group diff" => |f, _| f.groupby(&["origin"]).transform("distance", Transform::Window(Window::Diff(1)))?.answer();
            "group shift" => |f, _| f.groupby(&["origin"]).transform("carrier", Transform::Window(Window::Shift(1)))?.answer();
            "group cumsum" => |f, _| f.groupby(&["origin"]).transform("delay", Transform::Window(Window::CumSum))?.answer();
            "apply" => |f, _| f.groupby(&["carrier"]).apply(spread)?.answer();
            "merge two keys" => |f, _| {
                let right = f.head(4).select(&["origin", "carrier", "delay"])?;
                f.merge(&right, &["origin", "carrier"], How::Left)?.answer()
            };
            "merge empty" => |f, t| f.merge(&t.get("empty").select(&["carrier", "delay"])?, &["carrier"], How::Inner)?.answer();
            "merge left empty" => |f, t| f.merge(&t.get("empty").select(&["carrier", "delay"])?, &["carrier"], How::Left)?.answer();
            "concat" => |f, _| pd::concat(&[&f.head(3), &f.tail(2)])?.answer();
            "concat named" => |f, _| {
                let (one, other) = (f.set_index(&["origin"])?.head(2), f.set_index(&["carrier"])?.head(2));
                pd::concat(&[&one, &other])?.select(&["delay", "speed"])?.answer()
            };
            "concat types" => |f, _| {
                pd::concat(&[&f.select(&["delay"])?, &f.select(&["speed"])?.rename(&[("speed", "delay")])?])?.answer()
            };
            "add" => |f, _| f.col("delay")?.add(&f.col("distance")?)?.answer();
            "mul" => |f, _| f.col("speed")?.mul(&f.col("distance")?)?.answer();
            "div" => |f, _| f.col("distance")?.div(&f.col("delay")?)?.answer();
            "add scalar" => |f, _| f.col("delay")?.add(10)?.answer();
            "div scalar" => |f, _| f.col("distance")?.div(8)?.answer();
            "sub part" => |f, _| {
                f.col("distance")?.sub(&f.query(col("distance").gt(lit(800)))?.col("distance")?)?.answer()
            };
            "text and number" => |f, _| f.col("carrier")?.sub(&f.col("distance")?)?.answer();
            "eq" => |f, _| f.col("delay")?.eq(5)?.answer();
            "ne" => |f, _| f.col("carrier")?.ne("UA")?.answer();
            "lt" => |f, _| f.col("delay")?.lt(&f.col("distance")?)?.answer();
            "ge" => |f, _| f.col("speed")?.ge(395.5)?.answer();
            "z-score by hand" => |f, _| {
                let of = |agg| f.groupby(&["origin"]).transform("speed", Transform::Each(agg));
                f.col("speed")?.sub(&of(Agg::Mean)?)?.div(&of(Agg::Std)?)?.answer()
            };
            "frames eq texts" => |f, _| {
                let texts = f.select(&["carrier", "origin"])?;
                texts.eq(&texts.shift(1)?)?.answer()
            };
            "frames lt text and number" => |f, _| {
                f.select(&["carrier"])?.lt(&f.select(&["delay"])?.rename(&[("delay", "carrier")])?)?.answer()
            };
            "shift and align" => |f, _| f.col("distance")?.sub(&f.col("distance")?.shift(1)?)?.answer();
            "describe" => |f, _| f.describe()?.answer();
            "print" => |f, _| f.to_string().answer();
            "print series" => |f, _| f.col("delay")?.to_string().answer();
            "print two levels" => |f, _| {
                f.groupby(&["origin", "carrier"]).agg(&[("n", "delay", Agg::Count)])?.to_string().answer()
            };
            "print counts" => |f, _| f.col("carrier")?.value_counts()?.to_string().answer();
        }
        flights {
            "dtypes" => |f, _| dtypes(f).answer();
            "to_parquet" => |f, _| back(f, &["carrier", "origin", "delay", "distance", "speed"])?.answer();
            "to_parquet named labels" => |f, _| {
                let columns = ["origin", "carrier", "delay", "distance", "speed"];
                back(&f.set_index(&columns[..2])?, &columns)?.answer()
            };
            "read_parquet" => |f, _| back(f, &["speed", "carrier"])?.answer();
            "read_parquet unknown" => |f, _| back(f, &["sped"])?.answer();
            "read_csv types" => |_, t| t.csv("types");
            "read_csv blank lines" => |_, t| t.csv("blank lines");
            "read_csv one column" => |_, t| t.csv("one column");
            "read_csv missing" => |_, t| t.csv("missing");
            "read_csv quoted" => |_, t| t.csv("quoted");
            "read_csv mixed" => |_, t| t.csv("mixed");
            "read_csv large" => |_, t| t.csv("large");
            "read_csv signs" => |_, t| t.csv("signs");
            "read_csv ragged" => |_, t| t.csv("ragged");
            "read_csv header" => |_, t| t.csv("header");
            "read_csv nothing" => |_, t| t.csv("nothing");
        }
        types {
            "types dtypes" => |k, _| dtypes(k).answer();
            "types tail" => |k, _| k.tail(4).answer();
            "types empty" => |k, _| k.head(0).answer();
            "types query" => |k, _| k.query(col("ok"))?.answer();
            "types set_index" => |k, _| k.set_index(&["at"])?.answer();
            "types sort_values" => |k, _| k.sort_values(&["at", "f32"], &[false, true])?.answer();
            "types sort_values flag" => |k, _| k.sort_values(&["ok"], &[true])?.answer();
            "types sort_index" => |k, _| k.set_index(&["u16"])?.sort_index()?.answer();
            "types shift" => |k, _| k.shift(2)?.answer();
            "types diff" => |k, _| k.select(&["at", "i16", "i32", "f32"])?.diff(1)?.answer();
            "types cumsum" => |k, _| k.select(&["i16", "i32", "u16", "f32"])?.cumsum()?.answer();
            "types cumsum of times" => |k, _| k.col("at")?.cumsum()?.answer();
            "types cummax" => |k, _| k.select(&["at", "i16", "i32", "u16", "f32"])?.cummax()?.answer();
            "types ffill" => |k, _| k.ffill()?.answer();
            "types rank" => |k, _| k.select(&["at", "i32", "u16", "f32"])?.rank()?.answer();
            "types rolling mean" => |k, _| k.col("f32")?.rolling_mean(2)?.answer();
            "types drop_duplicates" => |k, _| k.drop_duplicates(&["at"], Keep::Last)?.answer();
            "types value_counts" => |k, _| k.col("at")?.value_counts()?.answer();
            "types value_counts flag" => |k, _| k.col("ok")?.value_counts()?.answer();
            "types nunique" => |k, _| k.nunique()?.answer();
            "types unique" => |k, _| k.col("at")?.unique()?.answer();
            "types agg" => |k, _| k.groupby(&["ok"]).agg(&[
                ("n", "at", Agg::Count), ("late", "at", Agg::Max), ("first", "at", Agg::First), ("i", "i16", Agg::Sum),
                ("j", "i32", Agg::Min), ("u", "u16", Agg::Max), ("mean", "f32", Agg::Mean), ("std", "f32", Agg::Std),
                ("ok", "ok", Agg::Last),
            ])?.answer();
            "types agg by time" => |k, _| k.groupby(&["at"]).agg(&[
                ("n", "i16", Agg::Count), ("u", "u16", Agg::Sum), ("f", "f32", Agg::Max), ("middle", "i32", Agg::Median),
            ])?.answer();
            "types size" => |k, _| k.groupby(&["i16", "f32"]).size()?.answer();
            "types transform" => |k, _| k.groupby(&["u16"]).transform("i32", Transform::Each(Agg::Max))?.answer();
            "types merge" => |k, _| {
                k.merge(&k.select(&["at", "i16"])?.rename(&[("i16", "n")])?, &["at"], How::Inner)?.answer()
            };
            "types concat" => |k, _| {
                pd::concat(&[&k.select(&["i16", "at"])?, &k.select(&["i32", "at"])?.rename(&[("i32", "i16")])?])?.answer()
            };
            "types add" => |k, _| k.col("i16")?.add(&k.col("u16")?)?.answer();
            "types sub times" => |k, _| k.col("at")?.sub(&k.col("at")?.shift(1)?)?.answer();
            "types div" => |k, _| k.col("i32")?.div(&k.col("u16")?)?.answer();
            "types lt" => |k, _| k.col("i16")?.lt(&k.col("u16")?)?.answer();
            "types ge" => |k, _| k.col("f32")?.ge(1.25)?.answer();
            "types describe" => |k, _| k.select(&["i16", "i32", "u16"])?.describe()?.answer();
            "types print" => |k, _| k.to_string().answer();
            "types print times" => |k, _| k.col("at")?.to_string().answer();
            "types print numbers" => |k, _| k.col("u16")?.to_string().answer();
            "to_parquet types" => |k, _| back(k, &["at", "ok", "i16", "i32", "u16", "f32"])?.answer();
        }
        empty {
            "len empty" => |e, _| e.len().answer();
            "dtypes empty" => |e, _| dtypes(e).answer();
            "frames lt empty" => |e, _| e.select(&["delay"])?.lt(&e.select(&["delay"])?)?.answer();
            "to_parquet empty" => |e, _| back(e, &["carrier", "origin", "delay", "distance", "speed"])?.answer();
            "head of empty" => |e, _| e.head(2).answer();
            "filter of empty" => |e, _| e.filter(&e.col("delay")?.gt(0)?)?.answer();
            "assign to empty" => |e, _| e.assign("twice", col("distance") * lit(2))?.answer();
            "sort_index empty" => |e, _| e.set_index(&["origin"])?.sort_index()?.answer();
            "sort_values empty" => |e, _| e.sort_values(&["delay"], &[true])?.answer();
            "iloc of empty" => |e, _| e.iloc(0)?.answer();
            "diff empty" => |e, _| e.col("distance")?.diff(1)?.answer();
            "cumsum empty" => |e, _| e.col("distance")?.cumsum()?.answer();
            "drop_duplicates empty" => |e, _| e.drop_duplicates(&["carrier"], Keep::First)?.answer();
            "value_counts empty" => |e, _| e.col("carrier")?.value_counts()?.answer();
            "agg empty" => |e, _| {
                e.groupby(&["carrier"]).agg(&[("n", "delay", Agg::Count), ("mean", "speed", Agg::Mean)])?.answer()
            };
            "print empty" => |e, _| e.to_string().answer();
        }
        unsorted {
            "len" => |u, _| u.len().answer();
            "to_parquet labels" => |u, _| back(u, &["index", "origin", "delay", "distance", "speed"])?.answer();
            "tail of unsorted" => |u, _| u.tail(2).answer();
            "filter keeps labels" => |u, _| u.filter(&u.col("delay")?.ge(5)?)?.answer();
            "reset_index of unsorted" => |u, _| u.reset_index()?.answer();
            "reset_index drop" => |u, _| u.drop_index().answer();
            "sort_index" => |u, _| u.sort_index()?.answer();
            "sort_values floats" => |u, _| u.sort_values(&["speed"], &[false])?.answer();
            "loc duplicate" => |u, _| u.loc(1)?.answer();
            "loc missing" => |u, _| u.loc(77)?.answer();
            "loc list duplicate" => |u, _| u.loc_list(&labels(&[5, 1, 5]))?.answer();
            "loc list missing" => |u, _| u.loc_list(&labels(&[5, 77]))?.answer();
            "loc range duplicate" => |u, _| u.loc_range(1, 9)?.answer();
            "loc range rising duplicates" => |u, _| u.sort_index()?.loc_range(1, 5)?.answer();
            "series loc" => |u, _| u.col("delay")?.loc(5)?.answer();
            "iloc last" => |u, _| u.iloc(-1)?.answer();
            "iloc range" => |u, _| u.iloc_range(4, 8).answer();
            "iloc list" => |u, _| u.iloc_list(&[7, 0, -2, 7])?.answer();
            "iloc list beyond" => |u, _| u.iloc_list(&[7, 12])?.answer();
            "shift back" => |u, _| u.shift(-2)?.answer();
            "cumsum of unsorted" => |u, _| u.col("delay")?.cumsum()?.answer();
            "series rank" => |u, _| u.col("delay")?.rank()?.answer();
            "drop_duplicates all" => |u, _| u.select(&["origin", "distance"])?.drop_duplicates(&[], Keep::First)?.answer();
            "unique numbers" => |u, _| u.col("delay")?.unique()?.answer();
            "merge index duplicates" => |u, t| {
                u.select(&["delay"])?.merge_index(&t.get("shuffled").select(&["distance"])?, How::Left)?.answer()
            };
            "sub same labels" => |u, _| u.col("distance")?.sub(&u.col("delay")?)?.answer();
            "add duplicates" => |u, t| u.col("delay")?.add(&t.get("shuffled").col("delay")?)?.answer();
            "add both duplicates" => |u, t| u.col("delay")?.add(&t.get("falling").col("delay")?)?.answer();
        }
        shuffled {
            "set column by other labels" => |s, _| s.set_column("twice", &s.sort_index()?.col("distance")?.mul(2)?)?.answer();
            "set column duplicate labels" => |s, t| s.set_column("bad", &t.get("unsorted").col("delay")?)?.answer();
            "loc" => |s, _| s.loc(4)?.answer();
            "loc other type" => |s, _| s.loc("c")?.answer();
            "loc list" => |s, _| s.loc_list(&labels(&[9, 1, 7]))?.answer();
            "loc range unsorted" => |s, _| s.loc_range(4, 9)?.answer();
            "loc range backwards" => |s, _| s.loc_range(9, 4)?.answer();
            "loc range missing" => |s, _| s.loc_range(4, 77)?.answer();
            "loc range rising" => |s, _| s.sort_index()?.loc_range(0, 6)?.answer();
            "at missing" => |s, _| s.at(77, "delay")?.answer();
            "merge index inner" => |s, t| {
                s.merge_index(&t.get("texts").drop_index().select(&["distance"])?, How::Inner)?.answer()
            };
            "merge index left" => |s, t| s.merge_index(&t.get("flights").select(&["distance", "speed"])?, How::Left)?.answer();
            "merge index right" => |s, t| s.merge_index(&t.get("flights").select(&["distance", "speed"])?, How::Right)?.answer();
            "merge index outer" => |s, t| s.merge_index(&t.get("flights").select(&["distance", "speed"])?, How::Outer)?.answer();
            "concat other columns" => |s, t| pd::concat(&[s, &t.get("flights").select(&["delay", "speed"])?])?.answer();
            "add shuffled" => |s, t| s.col("delay")?.add(&t.get("flights").col("distance")?)?.answer();
            "frames add" => |s, _| s.add(&s.sort_index()?)?.answer();
            "frames sub" => |s, t| s.sub(&t.get("flights").select(&["distance", "delay"])?)?.answer();
            "frames same" => |s, _| s.mul(s)?.answer();
            "frames other columns" => |s, t| {
                s.add(&t.get("flights").select(&["distance", "delay"])?.tail(4).rename(&[("delay", "late")])?)?.answer()
            };
            "frames eq" => |s, t| s.eq(&t.get("flights").select(&["distance", "delay"])?)?.answer();
            "frames ne" => |s, _| {
                let more = |name: &str| s.sort_index()?.col(name)?.add(1)?.to_frame(name);
                s.ne(&more("delay")?.set_column("distance", &more("distance")?.col("distance")?)?)?.answer()
            };
            "frames lt" => |s, t| s.lt(&t.get("flights").select(&["distance", "delay"])?)?.answer();
            "frames le" => |s, _| s.le(s)?.answer();
            "frames gt" => |s, t| t.get("unsorted").select(&["delay"])?.gt(&s.select(&["delay"])?)?.answer();
            "frames ge other columns" => |s, t| s.ge(&t.get("flights").select(&["delay", "speed"])?.tail(4))?.answer();
            "lt aligned" => |s, t| s.col("delay")?.lt(&t.get("flights").col("distance")?)?.answer();
        }
        falling {
            "sort_index falling" => |d, _| d.sort_index()?.answer();
            "loc range falling" => |d, _| d.loc_range(19, 9)?.answer();
        }
        texts {
            "sort_index texts" => |t, _| t.sort_index()?.answer();
            "loc text" => |t, _| t.loc("c")?.answer();
            "loc range texts" => |t, _| t.sort_index()?.loc_range("b", "dd")?.answer();
            "at text" => |t, _| t.at("d", "distance")?.answer();
            "add texts" => |t, _| t.col("delay")?.add(&t.sort_index()?.col("distance")?)?.answer();
            "print labels" => |t, _| t.reset_index()?.rename(&[("index", "letter")])?.set_index(&["letter"])?.to_string().answer();
        }
        left {
            "merge inner" => |l, t| l.merge(&t.get("right"), &["key"], How::Inner)?.answer();
            "merge left" => |l, t| l.merge(&t.get("right"), &["key"], How::Left)?.answer();
            "merge right" => |l, t| l.merge(&t.get("right"), &["key"], How::Right)?.answer();
            "merge outer" => |l, t| l.merge(&t.get("right"), &["key"], How::Outer)?.answer();
            "merge unknown" => |l, t| l.merge(&t.get("right"), &["kay"], How::Inner)?.answer();
            "merge types" => |l, t| l.merge(&t.get("right").rename(&[("key", "n"), ("n", "key")])?, &["n"], How::Inner)?.answer();
        }
        long {
            "sort_values long" => |l, _| l.sort_values(&["x", "n"], &[false, true])?.answer();
            "diff long" => |l, _| l.diff(7)?.answer();
            "cummax long" => |l, _| l.cummax()?.answer();
            "cumsum long" => |l, _| l.cumsum()?.answer();
            "rank long" => |l, _| l.rank()?.answer();
            "rolling mean frame" => |l, _| l.rolling_mean(10)?.answer();
            "drop_duplicates long" => |l, _| l.drop_duplicates(&["x"], Keep::Last)?.answer();
            "agg long" => |l, _| l.groupby(&["x"]).agg(&[
                ("mean", "n", Agg::Mean), ("std", "n", Agg::Std), ("median", "n", Agg::Median), ("last", "n", Agg::Last),
            ])?.answer();
            "transform z-score long" => |l, _| l.groupby(&["x"]).transform("n", Transform::ZScore)?.answer();
            "group diff long" => |l, _| l.groupby(&["x"]).transform("n", Transform::Window(Window::Diff(1)))?.answer();
            "merge itself" => |l, _| l.merge(l, &["x"], How::Inner)?.tail(50).answer();
            "describe long" => |l, _| l.describe()?.answer();
            "print long" => |l, _| l.to_string().answer();
        }
    }
    cases
}
