//! From arrow-rs' arrays to those of polars, without copying: the [Arrow C data interface].
//!
//! Both libraries lay columns out alike, and each brings the two structs of the interface. A column goes over by its
//! pointers; who takes it calls the release function of who gave it, when it is done. This is the only unsafe code of
//! the package. The other way nothing goes but as bytes ([`frames`](super::frames)): into parcels and envelopes.
//!
//! [Arrow C data interface]: https://arrow.apache.org/docs/format/CDataInterface.html

use std::mem::{size_of, transmute};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, Schema};
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, to_ffi};
use datafusion::common::{DataFusionError, Result};
use polars::prelude::{self as pl, DataFrame, Series};
use polars_arrow::ffi::{self, ArrowArray, ArrowSchema};

const _: () = assert!(size_of::<FFI_ArrowArray>() == size_of::<ArrowArray>());
const _: () = assert!(size_of::<FFI_ArrowSchema>() == size_of::<ArrowSchema>());

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

/// An error of polars, as DataFusion carries it.
pub fn polars(error: pl::PolarsError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::frames;
    use arrow::ipc::reader::FileReader;
    use pl::{ChunkAgg, Column, IntoColumn, NamedFrom, TimeUnit, df};
    use std::io::Cursor;

    /// The rows as arrow-rs reads them, and as they come back.
    fn back_and_forth(rows: &DataFrame) -> (RecordBatch, DataFrame) {
        let mut file = FileReader::try_new(Cursor::new(frames::encode(rows).unwrap()), None).unwrap();
        let schema = file.schema();
        let batch = file.next().transpose().unwrap().unwrap_or_else(|| RecordBatch::new_empty(schema.clone()));
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
        let (batch, back) = back_and_forth(&rows);
        let pointer = batch.column(0).to_data().buffers()[0].as_ptr();
        assert_eq!(back.column("delay").unwrap().i64().unwrap().cont_slice().unwrap().as_ptr().cast(), pointer);
        drop((rows, batch));
        assert_eq!(back.column("delay").unwrap().i64().unwrap().sum(), Some(37));
    }
}
