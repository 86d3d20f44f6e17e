//! What each task is to read, as rows of a table.
//!
//! Ballista gives a task the part of a plan's leaf that is its own, for the two kinds of leaves that it knows: files, and
//! batches in memory. So a task is told what to read by a batch in memory, and carries its number with it, however the
//! partitions of its stage are counted.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, RecordBatch, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt64Type};
use datafusion::common::Result;
use serde::{Deserialize, Serialize};

/// Rows of an input that are read in one go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The task that reads them.
    pub task: u64,
    /// Their number: that of a physical partition, where rows are split by place.
    pub number: u64,
    /// Which rows of the input.
    pub rows: Range<u64>,
    /// The rows themselves, where they are sent along.
    pub frame: Option<Vec<u8>>,
}

/// The columns of assignments.
pub fn schema() -> SchemaRef {
    let number = |name: &str| Field::new(name, DataType::UInt64, false);
    let frame = Field::new("frame", DataType::Binary, true);
    Arc::new(Schema::new(vec![number("task"), number("number"), number("start"), number("end"), frame]))
}

/// Assignments as the batches of a leaf, one partition for each task.
///
/// # Errors
/// What Arrow reports.
pub fn to_batches(assignments: &[Assignment]) -> Result<Vec<Vec<RecordBatch>>> {
    let of_task = |assignments: &[Assignment]| {
        let numbers =
            |of: fn(&Assignment) -> u64| Arc::new(assignments.iter().map(of).collect::<UInt64Array>()) as ArrayRef;
        let frames = BinaryArray::from_iter(assignments.iter().map(|assignment| assignment.frame.as_deref()));
        let columns = vec![
            numbers(|assignment| assignment.task),
            numbers(|assignment| assignment.number),
            numbers(|assignment| assignment.rows.start),
            numbers(|assignment| assignment.rows.end),
            Arc::new(frames),
        ];
        Ok(vec![RecordBatch::try_new(schema(), columns)?])
    };
    assignments.chunk_by(|one, other| one.task == other.task).map(of_task).collect()
}

/// The assignments of a batch.
pub fn of_batch(batch: &RecordBatch) -> Vec<Assignment> {
    let numbers = |column: usize| batch.column(column).as_primitive::<UInt64Type>().values();
    let frames = batch.column(4).as_binary::<i32>();
    let at = |row: usize| Assignment {
        task: numbers(0)[row],
        number: numbers(1)[row],
        rows: numbers(2)[row]..numbers(3)[row],
        frame: frames.is_valid(row).then(|| frames.value(row).to_vec()),
    };
    (0..batch.num_rows()).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_are_a_partition_for_each_task_and_come_back() {
        let rows = |task, number, start, end, frame| Assignment { task, number, rows: start..end, frame };
        let all = [rows(0, 0, 0, 7, None), rows(0, 1, 7, 9, Some(vec![1, 2])), rows(3, 2, 9, 9, None)];
        let batches = to_batches(&all).unwrap();
        assert_eq!(batches.len(), 2);
        let back: Vec<Assignment> = batches.iter().flatten().flat_map(of_batch).collect();
        assert_eq!(back, all);
    }
}
