//! Rows on their way through an exchange: parcels, and the stamps that prove that all of them came.
//!
//! A task that reads packs the rows that it has for a unit of work into parcels, and Ballista's exchange moves parcels: a
//! row of it is a label, by which Ballista distributes, and some thousands of our rows as one value. So what an exchange
//! does for each of its rows, twice hashed, gathered, counted and looked at, is done for each parcel.
//!
//! When a task has sent its last row it sends a stamp to each unit: a parcel without rows that says how many parcels and
//! rows there were. A unit that has one stamp from each task, and each parcel that they speak of once, has all of its
//! rows. Nothing else about the exchange has to be believed.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, LargeBinaryBuilder, RecordBatch, UInt32Array, UInt32Builder, UInt64Builder,
};
use arrow::buffer::Buffer;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt32Type, UInt64Type};
use datafusion::common::Result;
use datafusion::physical_expr::expressions::col;
use datafusion::physical_plan::repartition::BatchPartitioner;
use polars::prelude::DataFrame;

use super::frames;

/// The column of labels.
pub const UNIT: &str = "unit";

/// What a parcel says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// The label of the unit of work that it is for.
    pub label: u32,
    /// The task that sends it.
    pub task: u64,
    /// Its place among those of the task for the unit; of a stamp: how many there were.
    pub place: u64,
    /// How many rows are in it; of a stamp: how many there were in all.
    pub rows: u64,
}

/// The columns of parcels.
pub fn schema() -> SchemaRef {
    let number = |name: &str, of| Field::new(name, of, false);
    Arc::new(Schema::new(vec![
        number(UNIT, DataType::UInt32),
        number("task", DataType::UInt64),
        number("place", DataType::UInt64),
        number("rows", DataType::UInt64),
        Field::new("parcel", DataType::LargeBinary, true),
    ]))
}

/// Parcels that are being packed.
#[derive(Default)]
pub struct Parcels {
    labels: UInt32Builder,
    tasks: UInt64Builder,
    places: UInt64Builder,
    rows: UInt64Builder,
    parcels: LargeBinaryBuilder,
}

impl Parcels {
    /// Packs a parcel.
    ///
    /// # Errors
    /// For a type that IPC does not have.
    pub fn pack(&mut self, address: Address, rows: &DataFrame) -> outgrow::Result<()> {
        frames::write(rows, &mut self.parcels)?;
        self.parcels.append_value([]);
        self.say(address);
        Ok(())
    }

    /// Adds a stamp.
    pub fn stamp(&mut self, address: Address) {
        self.parcels.append_null();
        self.say(address);
    }

    fn say(&mut self, Address { label, task, place, rows }: Address) {
        self.labels.append_value(label);
        self.tasks.append_value(task);
        self.places.append_value(place);
        self.rows.append_value(rows);
    }

    /// What was packed, to be sent.
    ///
    /// # Errors
    /// What Arrow reports.
    pub fn batch(mut self) -> Result<RecordBatch> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.labels.finish()),
            Arc::new(self.tasks.finish()),
            Arc::new(self.places.finish()),
            Arc::new(self.rows.finish()),
            Arc::new(self.parcels.finish()),
        ];
        Ok(RecordBatch::try_new(schema(), columns)?)
    }
}

/// What came to a unit of work from one input.
#[derive(Default)]
pub struct Arrived {
    parcels: Vec<(Address, Buffer)>,
    stamps: Vec<Address>,
}

/// What came to one partition from one input, by unit; `labels` are those of the units, in order.
pub fn received(batches: &[RecordBatch], labels: &[u32]) -> BTreeMap<u32, Arrived> {
    let unit_of: BTreeMap<u32, u32> = labels.iter().zip(0..).map(|(label, unit)| (*label, unit)).collect();
    let mut units: BTreeMap<u32, Arrived> = BTreeMap::new();
    for batch in batches {
        let labels = batch.column(0).as_primitive::<UInt32Type>().values();
        let number = |column: usize, row: usize| batch.column(column).as_primitive::<UInt64Type>().value(row);
        let parcels = batch.column(4).as_binary::<i64>();
        for row in 0..batch.num_rows() {
            let label = labels[row];
            let address = Address { label, task: number(1, row), place: number(2, row), rows: number(3, row) };
            let arrived = units.entry(unit_of.get(&label).copied().unwrap_or(u32::MAX)).or_default();
            match parcels.is_valid(row) {
                false => arrived.stamps.push(address),
                true => {
                    let (from, length) = (parcels.value_offsets()[row], parcels.value_length(row));
                    arrived.parcels.push((address, parcels.values().slice_with_length(from as usize, length as usize)));
                }
            }
        }
    }
    units
}

impl Arrived {
    /// The parcels, in the order of the input, if these are all that were sent, each once.
    ///
    /// # Errors
    /// In words: what is missing, or came twice.
    pub fn whole(mut self, tasks: u32) -> Result<Vec<Buffer>, String> {
        self.parcels.sort_by_key(|(address, _)| (address.task, address.place));
        self.stamps.sort();
        if let Some(stranger) = self.stamps.iter().find(|stamp| stamp.task >= u64::from(tasks)) {
            return Err(format!("rows of task {} came, and there are {tasks} tasks", stranger.task));
        }
        for task in 0..u64::from(tasks) {
            let of_task = self.stamps.partition_point(|stamp| stamp.task < task);
            let times = self.stamps[of_task..].partition_point(|stamp| stamp.task == task);
            if times != 1 {
                return Err(format!("the stamp of task {task} of {tasks} came {times} times"));
            }
        }
        let mut came = self.parcels.iter().map(|(address, _)| address).peekable();
        for Address { task, place, rows, .. } in &self.stamps {
            let (mut places, mut sum) = (0, 0);
            while let Some(parcel) = came.next_if(|parcel| parcel.task == *task) {
                if parcel.place != places {
                    return Err(format!("of task {task} came parcel {} in the place of parcel {places}", parcel.place));
                }
                (places, sum) = (places + 1, sum + parcel.rows);
            }
            if (places, sum) != (*place, *rows) {
                return Err(format!("task {task} sent {rows} rows in {place} parcels, and {sum} in {places} came"));
            }
        }
        if let Some(left) = came.next() {
            return Err(format!("a parcel of task {} came, and there are {tasks} tasks", left.task));
        }
        Ok(self.parcels.into_iter().map(|(_, parcel)| parcel).collect())
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
    use polars::prelude::df;
    use proptest::prelude::*;

    #[test]
    fn each_unit_has_a_label_of_its_own() {
        for units in [1, 2, 7, 64] {
            let labels = labels(units).unwrap();
            let distinct: std::collections::BTreeSet<_> = labels.iter().collect();
            assert_eq!((labels.len(), distinct.len()), (units, units));
        }
    }

    /// What tasks send to the units of these labels: of each task and unit, parcels of so many rows.
    fn sent(labels: &[u32], tasks: &[Vec<Vec<u64>>]) -> Vec<RecordBatch> {
        let of_task = |(task, units): (usize, &Vec<Vec<u64>>)| {
            let (task, mut parcels) = (task as u64, Parcels::default());
            for (label, sizes) in labels.iter().zip(units) {
                for (place, rows) in sizes.iter().enumerate() {
                    let address = Address { label: *label, task, place: place as u64, rows: *rows };
                    parcels.pack(address, &df!("row" => vec![task; *rows as usize]).unwrap()).unwrap();
                }
                let (place, rows) = (sizes.len() as u64, sizes.iter().sum());
                parcels.stamp(Address { label: *label, task, place, rows });
            }
            parcels.batch().unwrap()
        };
        tasks.iter().enumerate().map(of_task).collect()
    }

    fn whole(batches: &[RecordBatch], labels: &[u32], unit: u32, tasks: u32) -> Result<usize, String> {
        let parcels = received(batches, labels).remove(&unit).unwrap_or_default().whole(tasks)?;
        Ok(parcels.iter().map(|parcel| frames::decode(parcel).unwrap().height()).sum())
    }

    #[test]
    fn what_was_sent_came_once_or_is_told() {
        let labels = [7, 9];
        let both = sent(&labels, &[vec![vec![2, 1], vec![1]], vec![vec![1], vec![]]]);
        assert_eq!((whole(&both, &labels, 0, 2), whole(&both, &labels, 1, 2)), (Ok(4), Ok(1)));
        let lost = whole(&both[..1], &labels, 0, 2);
        assert_eq!(lost, Err("the stamp of task 1 of 2 came 0 times".into()));
        let twice = whole(&[both.as_slice(), &both[1..]].concat(), &labels, 0, 2);
        assert_eq!(twice, Err("the stamp of task 1 of 2 came 2 times".into()));
        let fewer = whole(&[both[0].slice(1, 4), both[1].clone()], &labels, 0, 2);
        assert_eq!(fewer, Err("of task 0 came parcel 1 in the place of parcel 0".into()));
        let last = [both[0].slice(0, 1), both[0].slice(2, 3), both[1].clone()];
        assert_eq!(whole(&last, &labels, 0, 2), Err("task 0 sent 3 rows in 2 parcels, and 2 in 1 came".into()));
        assert_eq!(whole(&both, &labels, 0, 1), Err("rows of task 1 came, and there are 1 tasks".into()));
        // Of one whose stamp was lost elsewhere.
        let stranger = sent(&labels, &[vec![vec![]], vec![vec![]], vec![vec![3]]]).remove(2).slice(0, 1);
        let stranger = whole(&[both[0].clone(), both[1].clone(), stranger], &labels, 0, 2);
        assert_eq!(stranger, Err("a parcel of task 2 came, and there are 2 tasks".into()));
    }

    proptest! {
        /// However what was sent comes, whole or with a row of the exchange lost or doubled: it is taken as whole when
        /// it is.
        #[test]
        fn an_exchange_is_whole_or_is_not(
            tasks in prop::collection::vec(prop::collection::vec(prop::collection::vec(0u64..4, 0..4), 1), 1..5),
            fault in prop::option::of((any::<prop::sample::Index>(), any::<bool>())),
            seed in any::<u64>(),
        ) {
            let labels = [3];
            let all = sent(&labels, &tasks);
            let mut rows: Vec<RecordBatch> =
                all.iter().flat_map(|batch| (0..batch.num_rows()).map(|row| batch.slice(row, 1))).collect();
            match &fault {
                Some((at, true)) => drop(rows.remove(at.index(rows.len()))),
                Some((at, false)) => rows.push(rows[at.index(rows.len())].clone()),
                None => {}
            }
            // In any order.
            let mut place = seed | 1;
            rows.sort_by_cached_key(|_| { place = place.wrapping_mul(6364136223846793005).wrapping_add(1); place >> 33 });
            let told = whole(&rows, &labels, 0, tasks.len() as u32);
            let sum: u64 = tasks.iter().flatten().flatten().sum();
            match fault {
                None => prop_assert_eq!(told, Ok(sum as usize)),
                Some(_) => prop_assert!(told.is_err()),
            }
        }
    }
}
