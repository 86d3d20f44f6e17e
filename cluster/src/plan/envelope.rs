//! What a unit of work gives, in envelopes: rows, word for the callback, and at the end a trailer that says how many
//! envelopes there were. A unit without its trailer was not finished, and one that was done twice has two numbers of
//! execution: a client that counts can tell a whole result from one that is not.

use std::sync::Arc;

use arrow::array::{Array, AsArray, BinaryArray, RecordBatch, UInt8Array, UInt32Array, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt8Type, UInt32Type, UInt64Type};
use datafusion::common::Result;
use outgrow::partitioned::Done;
use serde::{Deserialize, Serialize};

/// One of the envelopes of a unit of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Which unit of work.
    pub unit: u32,
    /// Which execution of it: a number that no other execution has.
    pub execution: u64,
    /// Its place among the envelopes of the execution.
    pub place: u32,
    /// The physical partition.
    pub partition: u64,
    /// What is in it.
    pub kind: Kind,
    /// The content.
    pub payload: Vec<u8>,
}

/// What an envelope holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Rows, as a frame in bytes.
    Rows = 0,
    /// A value for the callback, as JSON.
    Word = 1,
    /// The name of a file with rows.
    File = 2,
    /// A [`Trailer`], as JSON.
    Trailer = 3,
}

/// The last envelope of an execution.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trailer {
    /// How many envelopes came before.
    pub envelopes: u32,
    /// How many rows were in them.
    pub rows: u64,
    /// What was done.
    pub done: Done,
    /// Bytes of the rows that came for it by an exchange, as they lie in memory.
    pub received_bytes: u64,
    /// Which process did it.
    pub process: u32,
}

/// The columns of envelopes.
pub fn schema() -> SchemaRef {
    let field = |name: &str, of: DataType| Field::new(name, of, false);
    Arc::new(Schema::new(vec![
        field("unit", DataType::UInt32),
        field("execution", DataType::UInt64),
        field("place", DataType::UInt32),
        field("partition", DataType::UInt64),
        field("kind", DataType::UInt8),
        field("payload", DataType::Binary),
    ]))
}

/// An envelope as a batch of one row.
///
/// # Errors
/// What Arrow reports.
pub fn to_batch(envelope: &Envelope) -> Result<RecordBatch> {
    let columns: Vec<Arc<dyn Array>> = vec![
        Arc::new(UInt32Array::from(vec![envelope.unit])),
        Arc::new(UInt64Array::from(vec![envelope.execution])),
        Arc::new(UInt32Array::from(vec![envelope.place])),
        Arc::new(UInt64Array::from(vec![envelope.partition])),
        Arc::new(UInt8Array::from(vec![envelope.kind as u8])),
        Arc::new(BinaryArray::from_vec(vec![envelope.payload.as_slice()])),
    ];
    Ok(RecordBatch::try_new(schema(), columns)?)
}

/// The envelopes of a batch.
pub fn of_batch(batch: &RecordBatch) -> Vec<Envelope> {
    let (u32s, u64s) = (
        |column: usize| batch.column(column).as_primitive::<UInt32Type>().values(),
        |column: usize| batch.column(column).as_primitive::<UInt64Type>().values(),
    );
    let (kinds, payloads) = (batch.column(4).as_primitive::<UInt8Type>(), batch.column(5).as_binary::<i32>());
    let at = |row: usize| Envelope {
        unit: u32s(0)[row],
        execution: u64s(1)[row],
        place: u32s(2)[row],
        partition: u64s(3)[row],
        kind: kind(kinds.value(row)),
        payload: payloads.value(row).to_vec(),
    };
    (0..batch.num_rows()).map(at).collect()
}

/// An envelope as bytes, for a pipe.
pub fn to_bytes(envelope: &Envelope) -> Vec<u8> {
    let Envelope { unit, execution, place, partition, kind, payload } = envelope;
    let mut bytes = Vec::with_capacity(25 + payload.len());
    bytes.extend(unit.to_le_bytes());
    bytes.extend(place.to_le_bytes());
    bytes.extend(execution.to_le_bytes());
    bytes.extend(partition.to_le_bytes());
    bytes.push(*kind as u8);
    bytes.extend(payload);
    bytes
}

/// The envelope of these bytes, if they are one.
pub fn of_bytes(bytes: &[u8]) -> Option<Envelope> {
    let (head, payload) = bytes.split_at_checked(25)?;
    let u32_at = |at: usize| Some(u32::from_le_bytes(head[at..at + 4].try_into().ok()?));
    let u64_at = |at: usize| Some(u64::from_le_bytes(head[at..at + 8].try_into().ok()?));
    let (unit, place, execution, partition) = (u32_at(0)?, u32_at(4)?, u64_at(8)?, u64_at(16)?);
    Some(Envelope { unit, execution, place, partition, kind: kind(head[24]), payload: payload.to_vec() })
}

fn kind(number: u8) -> Kind {
    match number {
        0 => Kind::Rows,
        1 => Kind::Word,
        2 => Kind::File,
        _ => Kind::Trailer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_comes_out_as_it_went_in() {
        for kind in [Kind::Rows, Kind::Word, Kind::File, Kind::Trailer] {
            let sent = Envelope { unit: 3, execution: u64::MAX, place: 2, partition: 9, kind, payload: vec![0, 255] };
            assert_eq!(of_batch(&to_batch(&sent).unwrap()), std::slice::from_ref(&sent));
            assert_eq!(of_bytes(&to_bytes(&sent)), Some(sent));
        }
    }
}
