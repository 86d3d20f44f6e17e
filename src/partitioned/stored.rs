//! Rows that were computed and wait for the next step: in memory while they are few, in a temporary file beyond that.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use polars::prelude::*;

use super::Input;
use super::sink::{Sink, Stack};
use crate::error::Result;
use crate::ledger::{self, Step};
use crate::memory::MemoryBudget;
use crate::spill::{Place, SpillFiles};
use crate::workers;

/// Computed rows, in pieces that can be read one at a time.
///
/// Tables make them of what does not fit in memory: see the example at
/// [`Table::memory_budget`](super::Table::memory_budget). An engine reads them as any [`Input`].
#[derive(Clone)]
pub struct Stored {
    pieces: Arc<[Piece]>,
    empty: DataFrame,
}

#[derive(Clone)]
struct Piece {
    rows: usize,
    at: At,
}

#[derive(Clone)]
enum At {
    Memory(DataFrame),
    File(Arc<SpillFiles>, Place),
}

impl Stored {
    pub(super) fn empty(&self) -> DataFrame {
        self.empty.clone()
    }

    /// Rows of each piece.
    pub(super) fn rows(&self) -> impl Iterator<Item = usize> {
        self.pieces.iter().map(|piece| piece.rows)
    }

    pub(super) fn read(&self, number: usize) -> Result<DataFrame> {
        match &self.pieces[number].at {
            At::Memory(rows) => Ok(rows.clone()),
            At::File(file, place) => file.read(place),
        }
    }
}

/// Takes rows from any worker at any time and keeps them for the next step.
pub(super) struct Store {
    schema: SchemaRef,
    room: u64,
    folder: PathBuf,
    held: AtomicU64,
    file: Mutex<Option<Arc<SpillFiles>>>,
    by_partition: Mutex<Vec<(usize, Piece)>>,
}

/// What waits between two steps may take this part of the memory that each of them may take.
const SHARE: u64 = 8;

/// Rows of a piece that is made of smaller ones.
const PIECE_ROWS: usize = 1 << 16;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Store {
    pub fn new(schema: SchemaRef, memory: &MemoryBudget) -> Self {
        let (room, folder) = (memory.bytes / SHARE, memory.folder());
        Self { schema, room, folder, held: AtomicU64::new(0), file: Mutex::default(), by_partition: Mutex::default() }
    }

    /// All rows that it was given, in the order of the partitions.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn take(&self) -> Result<Input> {
        let mut by_partition = std::mem::take(&mut *lock(&self.by_partition));
        by_partition.sort_by_key(|(partition, _)| *partition);
        let mut pieces = Vec::new();
        let mut small = Stack::new(self.schema.clone());
        for (_, piece) in by_partition {
            match piece.at {
                // Few rows of each of many partitions become one piece.
                At::Memory(rows) => {
                    small.push(rows)?;
                    if small.height() >= PIECE_ROWS {
                        pieces.push(Piece::of(&mut small, &self.schema)?);
                    }
                }
                At::File(..) => {
                    if small.height() > 0 {
                        pieces.push(Piece::of(&mut small, &self.schema)?);
                    }
                    pieces.push(piece);
                }
            }
        }
        if small.height() > 0 {
            pieces.push(Piece::of(&mut small, &self.schema)?);
        }
        let empty = DataFrame::empty_with_schema(&self.schema);
        if let Some(file) = lock(&self.file).as_ref() {
            let rows = pieces.iter().map(|piece| piece.rows as u64).sum();
            let what = "keep rows for the next step".to_string();
            ledger::note(Step { what, tasks: pieces.len(), rows, bytes_spilled: file.bytes(), ..Step::default() });
            return Ok(Input::Stored(Stored { pieces: pieces.into(), empty }));
        }
        let mut all = empty;
        for piece in pieces {
            if let At::Memory(rows) = piece.at {
                all.vstack_mut_owned(rows)?;
            }
        }
        Ok(Input::Frame(all))
    }

    fn file(&self) -> Result<Arc<SpillFiles>> {
        let mut file = lock(&self.file);
        let opened = match file.take() {
            Some(opened) => opened,
            None => Arc::new(SpillFiles::new(&self.folder)?),
        };
        Ok(file.insert(opened).clone())
    }
}

/// Reads an input whose rows must be counted or read again, as `workers` threads.
///
/// # Errors
/// What reading reports; [`Error::Io`](crate::Error::Io) when rows do not fit in memory and cannot be written.
pub(super) fn keep(input: &Input, memory: &MemoryBudget, workers: usize) -> Result<Input> {
    let store = Store::new(input.empty()?.schema().clone(), memory);
    let slices = input.slices();
    workers::run(workers, slices.len(), |slice| {
        input.pieces(slices[slice].clone()).try_for_each(|piece| store.accept(slice, piece?))
    })?;
    store.take()
}

impl Piece {
    fn of(small: &mut Stack, schema: &SchemaRef) -> Result<Self> {
        let rows = std::mem::replace(small, Stack::new(schema.clone())).into_frame()?;
        Ok(Self { rows: rows.height(), at: At::Memory(rows) })
    }
}

impl Sink for Store {
    fn accept(&self, partition: usize, rows: DataFrame) -> Result<()> {
        let (height, bytes) = (rows.height(), rows.estimated_size() as u64);
        let at = if self.held.fetch_add(bytes, Ordering::Relaxed) + bytes <= self.room {
            At::Memory(rows)
        } else {
            self.held.fetch_sub(bytes, Ordering::Relaxed);
            let file = self.file()?;
            let place = file.write(&rows)?;
            At::File(file, place)
        };
        lock(&self.by_partition).push((partition, Piece { rows: height, at }));
        Ok(())
    }
}

#[cfg(feature = "streaming")]
mod query {
    //! The result of a query that is never held whole: the batches of the streaming engine, as they come.

    use super::*;

    /// Rows of a batch.
    const BATCH: usize = 1 << 17;

    impl Store {
        /// Runs the query with the streaming engine.
        ///
        /// # Errors
        /// What the query reports; [`Error::Io`](crate::Error::Io) when its batches cannot be written.
        pub fn query(mut query: LazyFrame, memory: &MemoryBudget) -> Result<Input> {
            let store = Arc::new(Self::new(query.collect_schema()?, memory));
            let into = store.clone();
            let keep = PlanCallback::new(move |batch: DataFrame| {
                into.accept(0, batch).map_err(|error| polars_err!(ComputeError: "{error}"))?;
                Ok(false)
            });
            let batches = query.sink_batches(keep, true, std::num::NonZeroUsize::new(BATCH))?;
            batches.collect_with_engine(Engine::Streaming)?;
            store.take()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(from: i64, count: i64) -> DataFrame {
        df!("n" => (from..from + count).collect::<Vec<_>>(), "t" => vec!["a text of more than twelve bytes"; count as usize]).unwrap()
    }

    #[test]
    fn rows_come_back_in_the_order_of_partitions_from_memory_and_file() {
        for (budget, spills) in [("1MiB", true), ("1GiB", false)] {
            let store = Store::new(rows(0, 0).schema().clone(), &MemoryBudget::of(budget).unwrap());
            for (partition, from, count) in
                [(2, 1_012, 3_000), (1, 10, 1_000), (0, 0, 10), (1, 1_010, 2), (3, 4_012, 1)]
            {
                store.accept(partition, rows(from, count)).unwrap();
            }
            let (input, ledger) = ledger::record(|| store.take().unwrap());
            assert_eq!(ledger.steps.iter().any(|step| step.bytes_spilled > 0), spills);
            assert_eq!((matches!(input, Input::Stored(_)), input.rows()), (spills, Some(4_013)));
            assert!(input.collect().unwrap().equals(&rows(0, 4_013)));
        }
    }

    /// As in files whose row groups are not all filled.
    #[test]
    fn a_chain_loses_no_rows_behind_pieces_without_any() {
        let of = |pieces: &[DataFrame]| {
            let pieces = pieces.iter().map(|rows| Piece { rows: rows.height(), at: At::Memory(rows.clone()) });
            Input::Stored(Stored { pieces: pieces.collect(), empty: rows(0, 0) })
        };
        let chain = Input::Chain(vec![
            of(&[rows(0, 0), rows(0, 5)]),
            of(&[rows(5, 5), rows(0, 0), rows(10, 7)]),
            of(&[rows(0, 0)]),
            of(&[rows(0, 0), rows(17, 1), rows(0, 0)]),
        ]);
        assert_eq!(chain.slices().len(), 4);
        assert!(chain.collect().unwrap().equals(&rows(0, 18)));
        let pieces = chain.pieces(9..18).map(|piece| piece.unwrap().height());
        assert_eq!(pieces.collect::<Vec<_>>(), [1, 7, 1]);
    }

    #[test]
    fn no_rows_have_the_columns() {
        let store = Store::new(rows(0, 0).schema().clone(), &MemoryBudget::of("1MiB").unwrap());
        assert!(store.take().unwrap().collect().unwrap().equals(&rows(0, 0)));
    }
}
