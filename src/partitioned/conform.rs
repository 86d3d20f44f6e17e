//! Holds what a function returned against the schema that was promised.

use polars::prelude::*;

/// The columns of `schema` from `output`, in its order and types; other columns are dropped.
///
/// Values are cast only when nothing is lost: `i32` to `i64`, `"7"` to 7, but not 1.7 to a whole number.
///
/// # Errors
/// In words: the column that is missing, or the value that does not fit.
pub fn conform(output: DataFrame, schema: &Schema) -> Result<DataFrame, String> {
    if output.width() == schema.len()
        && output
            .columns()
            .iter()
            .zip(schema.iter())
            .all(|(column, (name, dtype))| column.name() == name && column.dtype() == dtype)
    {
        return Ok(output);
    }
    let columns = schema.iter().map(|(name, dtype)| match output.column(name) {
        Ok(column) => cast(column, dtype),
        Err(_) => {
            let names: Vec<&str> = output.columns().iter().map(|column| column.name().as_str()).collect();
            Err(format!("its output has no column `{name}`; it has {}", names.join(", ")))
        }
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    DataFrame::new(output.height(), columns).map_err(|error| error.to_string())
}

fn cast(column: &Column, dtype: &DataType) -> Result<Column, String> {
    let from = column.dtype();
    if from == dtype {
        return Ok(column.clone());
    }
    let lossy = |value: String| {
        format!("column `{}` of its output is {from}, and {value} cannot become {dtype}", column.name())
    };
    let there = column.cast(dtype).map_err(|_| lossy("its values".to_string()))?;
    let same = if from.is_string() {
        // Text is read: `"07"` becomes 7, and what is no number becomes null.
        there.is_null().equal(&column.is_null())
    } else {
        // What is lost shows on the way back.
        let back = there.cast(from).map_err(|error| error.to_string())?;
        back.as_materialized_series()
            .equal_missing(column.as_materialized_series())
            .map_err(|error| error.to_string())?
    };
    match same.iter().position(|same| same != Some(true)) {
        Some(row) => Err(lossy(format!("the value {}", column.get(row).unwrap_or(AnyValue::Null)))),
        None => Ok(there),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(values: Column, dtype: DataType) -> Result<Column, String> {
        let schema = Schema::from_iter([("x".into(), dtype)]);
        conform(values.into_frame(), &schema).map(|frame| frame.columns()[0].clone())
    }

    #[test]
    fn values_are_cast_when_nothing_is_lost() {
        assert_eq!(to(Column::new("x".into(), [Some(1i32), None]), DataType::Int64).unwrap().dtype(), &DataType::Int64);
        assert_eq!(to(Column::new("x".into(), ["7"]), DataType::Int64).unwrap().i64().unwrap().get(0), Some(7));
        assert_eq!(to(Column::new("x".into(), [2.0]), DataType::Int32).unwrap().i32().unwrap().get(0), Some(2));
    }

    #[test]
    fn a_value_that_would_be_lost_is_named() {
        let whole = to(Column::new("x".into(), [1.0, 1.7]), DataType::Int64).unwrap_err();
        assert_eq!(whole, "column `x` of its output is f64, and the value 1.7 cannot become i64");
        assert!(to(Column::new("x".into(), ["UA"]), DataType::Int64).unwrap_err().contains("the value \"UA\""));
        assert!(to(Column::new("x".into(), [1i64 << 40]), DataType::Int32).unwrap_err().contains("1099511627776"));
    }

    #[test]
    fn columns_are_put_in_order_and_missing_ones_named() {
        let output = df!("b" => [1], "extra" => [2], "a" => [3]).unwrap();
        let schema = |names: &[&str]| Schema::from_iter(names.iter().map(|name| ((*name).into(), DataType::Int32)));
        assert!(conform(output.clone(), &schema(&["a", "b"])).unwrap().equals(&df!("a" => [3], "b" => [1]).unwrap()));
        assert_eq!(
            conform(output.clone(), &schema(&["c"])).unwrap_err(),
            "its output has no column `c`; it has b, extra, a"
        );
    }
}
