//! Rows on their way through an exchange, and the stamps that prove that all of them came.
//!
//! Two columns go with the rows: the label of the unit of work that they are for, by which Ballista distributes them; and
//! their bucket, with the number of the task that sent them, by which they are put in order again. When a task has sent its last row it sends a stamp to each unit: a row without values that says who
//! sent how many rows. A unit that has one stamp from each task, and as many rows as they say, has all of its rows, each
//! once. Nothing else about the exchange has to be believed.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch, UInt32Array};
use arrow::compute::{max, min};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt32Type, UInt64Type};
use datafusion::common::Result;
use datafusion::physical_expr::expressions::col;
use datafusion::physical_plan::repartition::BatchPartitioner;

/// The column of labels.
pub const UNIT: &str = "outgrow: unit";
/// The column of buckets, and of what a stamp says.
pub const BUCKET: &str = "outgrow: bucket";

const STAMP: u64 = 1 << 63;
const ROWS_BITS: u32 = 40;
const BUCKET_BITS: u32 = 32;

/// The columns of rows on their way: those of the input, then label and bucket.
pub fn with_address(columns: &Schema) -> SchemaRef {
    let mut fields: Vec<Arc<Field>> = columns.fields().iter().cloned().collect();
    fields.push(Arc::new(Field::new(UNIT, DataType::UInt32, true)));
    fields.push(Arc::new(Field::new(BUCKET, DataType::UInt64, true)));
    Arc::new(Schema::new(fields))
}

/// What a row says in the bucket column: its bucket, and which task sent it, so that rows can be put in order again.
pub fn address(source: u64, bucket: u32) -> u64 {
    source << BUCKET_BITS | u64::from(bucket)
}

/// The bucket of an [`address`].
pub fn bucket_of(address: u64) -> u64 {
    address & ((1 << BUCKET_BITS) - 1)
}

/// What a stamp says in the bucket column: which task, and how many rows it sent to the unit.
pub fn stamp(source: u64, rows: u64) -> u64 {
    STAMP | source << ROWS_BITS | rows
}

/// The batches of one input that came to one partition, taken apart by unit.
#[derive(Default)]
pub struct Received {
    /// By unit: the rows, and what the stamps say.
    pub units: BTreeMap<u32, Arrived>,
}

/// What came to a unit of work from one input.
#[derive(Default)]
pub struct Arrived {
    /// The rows with their buckets, in the order of the input.
    pub rows: Vec<RecordBatch>,
    /// How many rows each task says that it sent, as often as it says so.
    pub stamps: Vec<(u64, u64)>,
}

impl Received {
    /// Takes the batches apart; `labels` are those of the units, in order.
    pub fn of(batches: Vec<RecordBatch>, labels: &[u32]) -> Self {
        let unit_of: BTreeMap<u32, u32> = labels.iter().zip(0..).map(|(label, unit)| (*label, unit)).collect();
        let mut received = Self::default();
        let mut by_source: BTreeMap<(u32, u64), Vec<RecordBatch>> = BTreeMap::new();
        for batch in batches.into_iter().filter(|batch| batch.num_rows() > 0) {
            let columns = batch.num_columns();
            let (units, buckets) =
                (batch.column(columns - 2).as_primitive::<UInt32Type>().clone(), batch.column(columns - 1));
            let buckets = buckets.as_primitive::<UInt64Type>().clone();
            // A task sends to a unit, and all that comes is mostly of one kind: seen without a look at each row.
            let (first, last) = (min(&buckets).unwrap_or(STAMP), max(&buckets).unwrap_or(STAMP));
            let (of_one, label) = (min(&units) == max(&units), min(&units));
            if let (true, Some(label)) = (of_one && last < STAMP && first >> BUCKET_BITS == last >> BUCKET_BITS, label)
            {
                let unit = unit_of.get(&label).copied().unwrap_or(u32::MAX);
                received.units.entry(unit).or_default();
                by_source.entry((unit, first >> BUCKET_BITS)).or_default().push(batch);
                continue;
            }
            let plain = last < STAMP;
            // Rows are taken out in runs of one kind: without copying.
            let kind = |row: usize| match buckets.value(row) {
                bucket if !plain && bucket >= STAMP => (units.value(row), None),
                bucket => (units.value(row), Some(bucket >> BUCKET_BITS)),
            };
            let mut start = 0;
            for row in 1..=batch.num_rows() {
                if row < batch.num_rows() && kind(row) == kind(start) {
                    continue;
                }
                let (label, source) = kind(start);
                let unit = unit_of.get(&label).copied().unwrap_or(u32::MAX);
                let arrived = received.units.entry(unit).or_default();
                match source {
                    None => arrived.stamps.extend((start..row).map(|row| {
                        let said = buckets.value(row) & !STAMP;
                        (said >> ROWS_BITS, said & ((1 << ROWS_BITS) - 1))
                    })),
                    Some(source) => by_source.entry((unit, source)).or_default().push(batch.slice(start, row - start)),
                }
                start = row;
            }
        }
        // The rows of a task come in its order, and tasks read one part of the input after the other.
        for ((unit, _), rows) in by_source {
            received.units.entry(unit).or_default().rows.extend(rows);
        }
        received
    }
}

impl Arrived {
    /// Whether these are all rows that were sent, each once.
    ///
    /// # Errors
    /// In words: what is missing, or came twice.
    pub fn check(&self, sources: u32) -> Result<(), String> {
        let mut seen = vec![0u32; sources as usize];
        for (source, _) in &self.stamps {
            match seen.get_mut(*source as usize) {
                Some(times) => *times += 1,
                None => return Err(format!("rows of task {source} came, and there are {sources} tasks")),
            }
        }
        if let Some(source) = seen.iter().position(|times| *times != 1) {
            return Err(format!("the rows of task {source} of {sources} came {} times", seen[source]));
        }
        let sent: u64 = self.stamps.iter().map(|(_, rows)| rows).sum();
        let came: u64 = self.rows.iter().map(|batch| batch.num_rows() as u64).sum();
        match sent == came {
            true => Ok(()),
            false => Err(format!("{sent} rows were sent, and {came} came")),
        }
    }
}

/// A label for each unit, such that DataFusion sends it to the partition of the same number: so that no partition has
/// two units while another has none. Nothing but the balance depends on it.
///
/// # Errors
/// What DataFusion reports.
pub fn labels(units: usize) -> Result<Vec<u32>> {
    let schema = Arc::new(Schema::new(vec![Field::new(UNIT, DataType::UInt32, false)]));
    let mut labels: Vec<Option<u32>> = vec![None; units];
    let mut partitioner = BatchPartitioner::new_hash_partitioner(vec![col(UNIT, &schema)?], units, Default::default())?;
    let mut first = 0u32;
    while labels.contains(&None) {
        let candidates = Arc::new(UInt32Array::from_iter_values(first..first + 64 * units as u32));
        partitioner.partition(RecordBatch::try_new(schema.clone(), vec![candidates])?, |partition, batch| {
            labels[partition].get_or_insert(batch.column(0).as_primitive::<UInt32Type>().value(0));
            Ok(())
        })?;
        first += 64 * units as u32;
    }
    Ok(labels.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, UInt64Array};

    fn batch(rows: &[(u32, u64)]) -> RecordBatch {
        let units: ArrayRef = Arc::new(rows.iter().map(|row| row.0).collect::<UInt32Array>());
        let buckets: ArrayRef = Arc::new(rows.iter().map(|row| row.1).collect::<UInt64Array>());
        RecordBatch::try_new(with_address(&Schema::empty()), vec![units, buckets]).unwrap()
    }

    #[test]
    fn each_unit_has_a_label_of_its_own() {
        for units in [1, 2, 7, 64] {
            let labels = labels(units).unwrap();
            let distinct: std::collections::BTreeSet<_> = labels.iter().collect();
            assert_eq!((labels.len(), distinct.len()), (units, units));
        }
    }

    #[test]
    fn what_was_sent_came_once_or_is_told() {
        let labels = [7, 9];
        let whole = [
            batch(&[(7, 0), (7, 0), (9, 1), (7, stamp(0, 2)), (9, stamp(0, 1))]),
            batch(&[(7, 0), (9, stamp(1, 0)), (7, stamp(1, 1))]),
        ];
        let received = Received::of(whole.to_vec(), &labels);
        let check = |received: &Received, unit| received.units[&unit].check(2);
        assert_eq!((check(&received, 0), check(&received, 1)), (Ok(()), Ok(())));
        assert_eq!(received.units[&0].rows.iter().map(RecordBatch::num_rows).sum::<usize>(), 3);
        let lost = Received::of(whole[..1].to_vec(), &labels);
        assert_eq!(check(&lost, 0), Err("the rows of task 1 of 2 came 0 times".into()));
        let twice = Received::of([whole.as_slice(), &whole[1..]].concat(), &labels);
        assert_eq!(check(&twice, 0), Err("the rows of task 1 of 2 came 2 times".into()));
        let fewer = Received::of(vec![whole[0].slice(1, 4), whole[1].clone()], &labels);
        assert_eq!(check(&fewer, 0), Err("3 rows were sent, and 2 came".into()));
        let stranger = Received::of(vec![batch(&[(7, stamp(5, 0))])], &labels);
        assert_eq!(check(&stranger, 0), Err("rows of task 5 came, and there are 2 tasks".into()));
    }
}
