//! Between polars' arrays and those of arrow-rs, without copying: the [Arrow C data interface].
//!
//! Both libraries lay columns out alike, and each brings the two structs of the interface. A column goes over by its
//! pointers; who takes it calls the release function of who gave it, when it is done. This is the only unsafe code of
//! the package.
//!
//! [Arrow C data interface]: https://arrow.apache.org/docs/format/CDataInterface.html

use std::mem::{size_of, transmute};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, make_array};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use datafusion::common::{DataFusionError, Result};
use polars::prelude::{self as pl, ArrowField, CompatLevel, DataFrame, Series};
use polars_arrow::ffi::{self, ArrowArray, ArrowSchema};

const _: () = assert!(size_of::<FFI_ArrowArray>() == size_of::<ArrowArray>());
const _: () = assert!(size_of::<FFI_ArrowSchema>() == size_of::<ArrowSchema>());

/// The schema that rows of these columns have on the other side. Every column may have nulls.
///
/// # Errors
/// For a type that Arrow does not have, such as an object.
pub fn arrow_schema(columns: &pl::Schema) -> Result<Schema> {
    let field = |(name, dtype): (&pl::PlSmallStr, &pl::DataType)| {
        let field = dtype.to_arrow_field(name.clone(), CompatLevel::newest());
        let there = ffi::export_field_to_c(&ArrowField::new(name.clone(), field.dtype().clone(), true));
        Ok(Field::try_from(&theirs_schema(there))?)
    };
    Ok(Schema::new(columns.iter().map(field).collect::<Result<Vec<_>>>()?))
}

/// The rows as a batch of this schema, which [`arrow_schema`] gave for their columns.
///
/// # Errors
/// When they do not fit the schema.
pub fn to_arrow(rows: &DataFrame, schema: &SchemaRef) -> Result<RecordBatch> {
    let columns = rows.columns().iter().map(|column| {
        let array = column.as_materialized_series().rechunk().to_arrow(0, CompatLevel::newest());
        let field = ArrowField::new(column.name().clone(), array.dtype().clone(), true);
        let field = theirs_schema(ffi::export_field_to_c(&field));
        // SAFETY: the array was exported a line above, with the schema that goes with it.
        #[allow(unsafe_code)]
        let data = unsafe { from_ffi(transmute::<ArrowArray, FFI_ArrowArray>(ffi::export_array_to_c(array)), &field)? };
        Ok(make_array(data))
    });
    let columns: Vec<ArrayRef> = columns.collect::<Result<_>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(rows.height()));
    Ok(RecordBatch::try_new_with_options(schema.clone(), columns, &options)?)
}

/// Batches of one schema as a frame, with a chunk for each.
///
/// # Errors
/// For a type that polars does not have.
pub fn to_polars(batches: &[RecordBatch], schema: &Schema) -> Result<DataFrame> {
    let height = batches.iter().map(RecordBatch::num_rows).sum();
    let columns = schema.fields().iter().enumerate().map(|(number, field)| {
        let chunks = batches.iter().map(|batch| column_to_polars(batch.column(number)));
        let chunks = chunks.collect::<Result<Vec<_>>>()?;
        let name = field.name().as_str().into();
        let series = match chunks.is_empty() {
            true => Series::from_arrow_chunks(name, vec![empty(field)?]),
            false => Series::from_arrow_chunks(name, chunks),
        };
        Ok(series.map_err(polars)?.into())
    });
    DataFrame::new(height, columns.collect::<Result<Vec<_>>>()?).map_err(polars)
}

fn empty(field: &Arc<Field>) -> Result<pl::ArrayRef> {
    column_to_polars(&arrow::array::new_empty_array(field.data_type()))
}

fn column_to_polars(column: &ArrayRef) -> Result<pl::ArrayRef> {
    let (array, schema) = to_ffi(&column.to_data())?;
    // SAFETY: both structs are those of the C data interface, as `#[repr(C)]`; they were exported a line above, belong
    // together, and move: their release functions are called once, by who takes them.
    #[allow(unsafe_code)]
    unsafe {
        let schema: ArrowSchema = transmute(schema);
        let field = ffi::import_field_from_c(&schema).map_err(polars)?;
        ffi::import_array_from_c(transmute::<FFI_ArrowArray, ArrowArray>(array), field.dtype).map_err(polars)
    }
}

fn theirs_schema(schema: ArrowSchema) -> FFI_ArrowSchema {
    // SAFETY: the same struct, by its layout; the release function moves with it.
    #[allow(unsafe_code)]
    unsafe {
        transmute(schema)
    }
}

/// An error of polars, as DataFusion carries it.
pub fn polars(error: pl::PolarsError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::datatypes::DataType;
    use pl::{ChunkAgg, Column, IntoColumn, NamedFrom, TimeUnit, df};

    fn back_and_forth(rows: &DataFrame) -> (RecordBatch, DataFrame) {
        let schema = Arc::new(arrow_schema(rows.schema()).unwrap());
        let batch = to_arrow(rows, &schema).unwrap();
        let back = to_polars(std::slice::from_ref(&batch), &schema).unwrap();
        (batch, back)
    }

    fn all_types() -> DataFrame {
        let long = "a text of more than twelve bytes";
        let mut rows = df!(
            "i8" => [Some(1i8), None, Some(-3)],
            "u64" => [1u64, u64::MAX, 3],
            "f64" => [Some(1.5), Some(f64::NAN), None],
            "bool" => [Some(true), None, Some(false)],
            "text" => [Some("UA"), Some(long), None],
            "binary" => [Some(b"a".as_slice()), None, Some(long.as_bytes())],
        )
        .unwrap();
        let cast = |name: &str, to: pl::DataType| {
            Column::new(name.into(), [Some(1i64), None, Some(86_400_000)]).cast(&to).unwrap()
        };
        let list = Series::new(
            "list".into(),
            [Series::new("".into(), [1i64, 2]), Series::new("".into(), [3i64]), Series::new("".into(), [0i64; 0])],
        );
        rows.hstack_mut(&[
            Column::new("date".into(), [Some(1i32), None, Some(3)]).cast(&pl::DataType::Date).unwrap(),
            cast("time", pl::DataType::Datetime(TimeUnit::Milliseconds, None)),
            cast("long", pl::DataType::Duration(TimeUnit::Microseconds)),
            list.into_column(),
            rows.clone().into_struct("struct".into()).into_column(),
        ])
        .unwrap();
        rows
    }

    #[test]
    fn every_type_comes_back_as_it_was() {
        let rows = all_types();
        let (_, back) = back_and_forth(&rows);
        assert_eq!(back.schema(), rows.schema());
        assert!(back.equals_missing(&rows), "{back}");
    }

    #[test]
    fn slices_chunks_and_no_rows_are_what_they_are() {
        let rows = all_types();
        let (batch, back) = back_and_forth(&rows.slice(1, 2));
        assert!(back.equals_missing(&rows.slice(1, 2)));
        let schema = batch.schema();
        let two = to_polars(&[batch.slice(0, 1), batch.slice(1, 1)], &schema).unwrap();
        assert!(two.equals_missing(&back) && two.first_col_n_chunks() == 2);
        let chunked = rows.slice(0, 1).vstack(&rows.slice(1, 2)).unwrap();
        assert!(back_and_forth(&chunked).1.equals_missing(&rows));
        let none = to_polars(&[], &schema).unwrap();
        assert!(none.height() == 0 && none.schema() == rows.schema());
        assert!(back_and_forth(&rows.clear()).1.equals_missing(&rows.clear()));
    }

    #[test]
    fn a_column_is_lent_not_copied_and_outlives_who_gave_it() {
        let rows = df!("delay" => [4i64, 33, 0]).unwrap();
        let pointer = rows.column("delay").unwrap().i64().unwrap().cont_slice().unwrap().as_ptr();
        let (batch, back) = back_and_forth(&rows);
        assert_eq!(batch.schema().field(0).data_type(), &DataType::Int64);
        assert_eq!(batch.column(0).to_data().buffers()[0].as_ptr().cast(), pointer);
        assert_eq!(back.column("delay").unwrap().i64().unwrap().cont_slice().unwrap().as_ptr(), pointer);
        drop((rows, batch));
        assert_eq!(back.column("delay").unwrap().i64().unwrap().sum(), Some(37));
    }
}
