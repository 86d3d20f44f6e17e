//! What a plan is, as a number: two plans with the same one give the same rows.

use std::io::Write;
use std::path::Path;

use polars::prelude::*;
use polars_io::SerWriter;
use polars_io::ipc::IpcWriter;

use crate::error::{Error, Result};

/// A digest in the making, of everything that some rows depend on.
///
/// [`Table::checkpoint`](super::Table::checkpoint) makes it.
pub struct Fingerprint(blake3::Hasher);

impl Fingerprint {
    pub(super) fn new() -> Self {
        let mut print = Self(blake3::Hasher::new());
        print.text(concat!("outgrow ", env!("CARGO_PKG_VERSION")));
        print
    }

    /// Adds a word. Each is told apart from its neighbours.
    pub fn text(&mut self, text: &str) {
        self.0.update(&(text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    /// Adds the names, types and values of a frame.
    pub(super) fn frame(&mut self, frame: &DataFrame) -> Result<()> {
        let mut whole = frame.clone();
        whole.rechunk_mut();
        self.text(&format!("{:?}", whole.schema()));
        IpcWriter::new(&mut self.0).with_parallel(false).finish(&mut whole)?;
        Ok(())
    }

    /// Adds a file by name, length and time of its last change: content that changes changes these.
    pub(super) fn file(&mut self, path: &Path) -> Result<()> {
        let refused = |error| Error::io("cannot look at", path, "Is it still there?")(error);
        let about = path.metadata().map_err(refused)?;
        let changed = about.modified().map_err(refused)?;
        self.text(&format!("{} {} {changed:?}", path.canonicalize().map_err(refused)?.display(), about.len()));
        Ok(())
    }

    /// Adds an expression, where all of it can be told: its parts from the outside in, and how many each is made of.
    pub(super) fn expression(&mut self, expression: &Expr) -> Result<()> {
        for part in expression {
            match part {
                Expr::Literal(LiteralValue::Scalar(value)) => {
                    self.text("value");
                    self.frame(&value.clone().into_series(PlSmallStr::EMPTY).into_frame())?;
                }
                part => match options(part) {
                    Some(options) => self.text(&options),
                    None => return Err(refused(expression)),
                },
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> String {
        self.0.finalize().to_hex()[..32].to_string()
    }
}

/// What a part of an expression says beside the parts that it is made of. Its own text leaves much of that out: the digits
/// of `round`, the degrees of freedom of `std`. `None` for what is not known to show it.
fn options(part: &Expr) -> Option<String> {
    Some(match part {
        Expr::Column(name) => format!("column {name:?}"),
        Expr::Selector(selector) => format!("{selector:?}"),
        Expr::Alias(_, name) => format!("alias {name:?}"),
        // Of no type yet, and written in full.
        Expr::Literal(value @ LiteralValue::Dyn(_)) => format!("{value:?}"),
        Expr::BinaryExpr { op, .. } => format!("{op:?}"),
        Expr::Cast { dtype: DataTypeExpr::Literal(dtype), options, .. } => format!("cast {dtype:?} {options:?}"),
        Expr::Ternary { .. } => "when".into(),
        Expr::Len => "len".into(),
        Expr::Agg(aggregate) => match aggregate {
            AggExpr::Std(_, ddof) => format!("std {ddof}"),
            AggExpr::Var(_, ddof) => format!("var {ddof}"),
            AggExpr::Min { propagate_nans, .. } => format!("min {propagate_nans}"),
            AggExpr::Max { propagate_nans, .. } => format!("max {propagate_nans}"),
            AggExpr::Count { include_nulls, .. } => format!("count {include_nulls}"),
            AggExpr::Implode { maintain_order, .. } => format!("implode {maintain_order}"),
            AggExpr::Item { allow_empty, .. } => format!("item {allow_empty}"),
            AggExpr::Sum(_) => "sum".into(),
            AggExpr::Mean(_) => "mean".into(),
            AggExpr::Median(_) => "median".into(),
            AggExpr::NUnique(_) => "n unique".into(),
            AggExpr::First(_) => "first".into(),
            AggExpr::FirstNonNull(_) => "first non-null".into(),
            AggExpr::Last(_) => "last".into(),
            AggExpr::LastNonNull(_) => "last non-null".into(),
            AggExpr::AggGroups(_) => "groups".into(),
        },
        Expr::Function { input, function } if !holds_code(function) => format!("{function:?} of {}", input.len()),
        Expr::Over { partition_by, order_by, mapping, .. } => {
            let order = order_by.as_ref().map(|(_, options)| options);
            format!("over {} {order:?} {mapping:?}", partition_by.len())
        }
        Expr::Sort { options, .. } => format!("sort {options:?}"),
        Expr::SortBy { by, sort_options, .. } => format!("sort by {} {sort_options:?}", by.len()),
        Expr::Gather { returns_scalar, null_on_oob, .. } => format!("gather {returns_scalar} {null_on_oob}"),
        Expr::Filter { .. } => "filter".into(),
        Expr::Slice { .. } => "slice".into(),
        Expr::Explode { options, .. } => format!("explode {options:?}"),
        Expr::KeepName(_) => "keep name".into(),
        _ => return None,
    })
}

/// Whether it calls a function of somebody's own, of which only the address is known.
fn holds_code(function: &FunctionExpr) -> bool {
    matches!(
        function,
        FunctionExpr::FoldHorizontal { .. }
            | FunctionExpr::ReduceHorizontal { .. }
            | FunctionExpr::CumFoldHorizontal { .. }
            | FunctionExpr::CumReduceHorizontal { .. }
            | FunctionExpr::StructExpr(StructFunction::MapFieldNames(_))
            | FunctionExpr::RollingExpr { function: RollingFunction::Map(_), .. }
    )
}

fn refused(expression: &Expr) -> Error {
    Error::input(format!(
        "checkpoint: the expression `{expression}` holds a column of values, a function of its own or something else that \
         cannot be compared with an earlier run's. Set the checkpoint before it."
    ))
}

impl Write for Fingerprint {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use polars::series::ops::NullBehavior;

    use super::*;

    fn print(expression: &Expr) -> Result<String> {
        let mut print = Fingerprint::new();
        print.expression(expression).map(|()| print.finish())
    }

    #[test]
    fn expressions_that_differ_have_prints_that_differ() {
        let (a, b) = (col("a"), col("b"));
        let rolling = |weights: Option<Vec<f64>>| {
            a.clone().rolling_mean(RollingOptionsFixedWindow { window_size: 2, weights, ..Default::default() })
        };
        let over = |mapping| a.clone().sum().over_with_options(Some([b.clone()]), None, mapping).unwrap();
        let expressions = [
            a.clone(),
            a.clone().std(0),
            a.clone().std(1),
            a.clone().var(1),
            a.clone().round(0, RoundMode::HalfToEven),
            a.clone().round(2, RoundMode::HalfToEven),
            a.clone().round(2, RoundMode::HalfAwayFromZero),
            a.clone().cum_sum(false),
            a.clone().cum_sum(true),
            a.clone().diff(lit(1), NullBehavior::Ignore),
            a.clone().diff(lit(1), NullBehavior::Drop),
            a.clone().rank(RankOptions { method: RankMethod::Dense, descending: false }, None),
            a.clone().rank(RankOptions { method: RankMethod::Min, descending: false }, None),
            rolling(None),
            rolling(Some(vec![1.0, 2.0])),
            over(WindowMapping::GroupsToRows),
            over(WindowMapping::Join),
            a.clone().sort(SortOptions::default().with_nulls_last(true)),
            a.clone().sort(SortOptions::default()),
            a.clone() + lit(Scalar::from(1i64)),
            a.clone() + lit(Scalar::from(1i8)),
            a.clone() + lit(1),
            a.clone() + lit("1"),
            a.clone() + lit(Scalar::from(1234567.1)),
            a.clone() + lit(Scalar::from(1234567.9)),
            a.clone() + lit(1234567.1),
            lit(1) + a.clone(),
            (a.clone() + b.clone()) * a.clone(),
            a.clone() + (b.clone() * a.clone()),
            all().as_expr(),
            cols(["a", "b"]).as_expr(),
            cols(["b", "a"]).as_expr(),
            a.clone().cast(DataType::Int64),
            a.clone().strict_cast(DataType::Int64),
        ];
        let prints: Vec<String> = expressions.iter().map(|expression| print(expression).unwrap()).collect();
        for (at, one) in prints.iter().enumerate() {
            let same = prints[..at].iter().position(|other| other == one);
            assert_eq!(same.map(|other| &expressions[other]), None, "it has the print of {}", expressions[at]);
            assert_eq!(&print(&expressions[at].clone()).unwrap(), one);
        }
    }

    #[test]
    fn a_file_that_cannot_be_looked_at_is_named() {
        let told = Fingerprint::new().file(Path::new("/no/such.parquet")).unwrap_err().to_string();
        assert!(
            told.starts_with("cannot look at /no/such.parquet: ") && told.ends_with("Is it still there?"),
            "{told}"
        );
    }

    #[test]
    fn what_does_not_show_is_refused() {
        for opaque in [
            lit(Series::new("".into(), [1, 2])),
            col("a").map(Ok, |_, field| Ok(field.clone())),
            fold_exprs(lit(0), PlanCallback::new(|(a, b): (Series, Series)| a + b), [col("a")], false, None),
            col("a") + lit(Series::new("".into(), [1, 2])).sum(),
        ] {
            let told = print(&opaque).unwrap_err().to_string();
            assert!(told.starts_with("checkpoint: the expression `") && told.contains("Set the checkpoint"), "{told}");
        }
    }
}
