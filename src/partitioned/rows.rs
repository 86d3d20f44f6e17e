//! The rows of a physical partition, on their way from the exchange to the function: in memory, or spilled.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock};

use polars::prelude::*;

use super::parcel::{GroupFrames, Parcel, groups_of};
use crate::error::Result;
use crate::memory::MemoryBudget;
use crate::spill::{Place, SpillFile};

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Rows in pieces, in order.
#[derive(Clone)]
pub struct Rows {
    pieces: Vec<Piece>,
    empty: DataFrame,
}

#[derive(Clone)]
struct Piece {
    /// Of the slice that it came from: pieces are put in this order.
    order: usize,
    rows: usize,
    /// As a frame in memory.
    bytes: u64,
    stored: Stored,
}

#[derive(Clone)]
enum Stored {
    Held(Parcel),
    Spilled { file: Arc<SpillFile>, rows: Place, runs: Option<Place> },
}

impl Piece {
    fn load(&self) -> Result<Parcel> {
        match &self.stored {
            Stored::Held(parcel) => Ok(parcel.clone()),
            Stored::Spilled { file, rows, runs } => {
                Ok(Parcel { rows: file.read(*rows)?, runs: runs.map(|runs| file.read(runs)).transpose()? })
            }
        }
    }

    /// The keys of its rows, where each is kept once.
    fn runs(&self) -> Result<Option<DataFrame>> {
        match &self.stored {
            Stored::Held(parcel) => Ok(parcel.runs.clone()),
            Stored::Spilled { file, runs, .. } => runs.map(|runs| file.read(runs)).transpose(),
        }
    }
}

impl Rows {
    /// How many rows.
    pub fn height(&self) -> usize {
        self.pieces.iter().map(|piece| piece.rows).sum()
    }

    /// How many bytes they are in memory.
    pub fn bytes(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.bytes).sum()
    }

    /// Their columns, without a row.
    pub fn empty(&self) -> &DataFrame {
        &self.empty
    }

    /// All of them, stacked.
    pub fn load(self) -> Result<DataFrame> {
        let mut all = self.empty.clone();
        self.pieces().try_for_each(|piece| Ok(all.vstack_mut_owned(piece?).map(|_| ())?)).map(|()| all)
    }

    /// One piece after the other; never none.
    pub fn pieces(self) -> impl Iterator<Item = Result<DataFrame>> + Send {
        let nothing = self.pieces.is_empty().then(|| Ok(self.empty.clone()));
        nothing.into_iter().chain(self.pieces.into_iter().map(move |piece| piece.load()?.unpack(&self.empty)))
    }

    /// The keys of each piece, at least one row for each key that it has.
    pub fn keys(&self, keys: &[&str]) -> impl Iterator<Item = Result<DataFrame>> {
        self.pieces.iter().map(|piece| match piece.runs()? {
            Some(runs) => Ok(runs.select(keys.iter().copied())?),
            None => Ok(piece.load()?.rows.select(keys.iter().copied())?),
        })
    }

    /// One parcel after the other, as they came.
    pub fn parcels(self) -> impl Iterator<Item = Result<Parcel>> {
        self.pieces.into_iter().map(|piece| piece.load())
    }

    /// The keys of all groups, a row each, and the rows of each group.
    pub fn groups(self, keys: &[&str]) -> Result<(DataFrame, GroupFrames)> {
        let empty = self.empty.clone();
        groups_of(self.parcels().collect::<Result<_>>()?, keys, &empty)
    }
}

/// Where an exchange puts pieces: bucket by bucket, in memory while there is room, in a file after that.
pub struct Buckets<'a> {
    buckets: Vec<Mutex<Vec<Piece>>>,
    held: AtomicU64,
    room: u64,
    folder: PathBuf,
    spill: OnceLock<Arc<SpillFile>>,
    making: Mutex<()>,
    empty: &'a DataFrame,
}

impl<'a> Buckets<'a> {
    /// So many buckets, and room for so many bytes; `empty` has their columns.
    pub fn new(count: usize, room: u64, budget: &MemoryBudget, empty: &'a DataFrame) -> Self {
        Self {
            buckets: (0..count).map(|_| Mutex::default()).collect(),
            held: AtomicU64::new(0),
            room,
            folder: budget.folder(),
            spill: OnceLock::new(),
            making: Mutex::default(),
            empty,
        }
    }

    /// Takes what a slice sends, a parcel for each bucket. Returns the bytes of them.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) when a piece does not fit in memory and cannot be spilled.
    pub fn put(&self, slice: usize, parcels: Vec<Parcel>) -> Result<u64> {
        let mut moved = 0;
        for (bucket, parcel) in self.buckets.iter().zip(parcels) {
            let rows = parcel.rows.height();
            if rows == 0 {
                continue;
            }
            let (held, bytes) = parcel.bytes();
            moved += held;
            let stored = if self.held.fetch_add(held, Ordering::Relaxed) + held <= self.room {
                Stored::Held(parcel)
            } else {
                self.held.fetch_sub(held, Ordering::Relaxed);
                let file = self.file()?;
                let runs = parcel.runs.as_ref().map(|runs| file.write(runs)).transpose()?;
                Stored::Spilled { file: file.clone(), rows: file.write(&parcel.rows)?, runs }
            };
            lock(bucket).push(Piece { order: slice, rows, bytes, stored });
        }
        Ok(moved)
    }

    fn file(&self) -> Result<&Arc<SpillFile>> {
        let _one_at_a_time = lock(&self.making);
        if self.spill.get().is_none() {
            let _ = self.spill.set(Arc::new(SpillFile::new(&self.folder)?));
        }
        Ok(self.spill.get().expect("it was set just now"))
    }

    /// Bytes that were written to the file.
    pub fn spilled(&self) -> u64 {
        self.spill.get().map_or(0, |file| file.bytes())
    }

    /// The rows of each bucket, in the order of their slices.
    pub fn into_rows(self) -> Vec<Rows> {
        let empty = self.empty;
        let rows = self.buckets.into_iter().map(|pieces| {
            let mut pieces = pieces.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
            pieces.sort_by_key(|piece| piece.order);
            Rows { pieces, empty: empty.clone() }
        });
        rows.collect()
    }
}

/// Memory that workers take turns with: who needs more than is left waits until others are done. Who needs more than
/// there is at all works alone.
pub struct Pool {
    room: u64,
    taken: Mutex<u64>,
    given_back: Condvar,
}

impl Pool {
    /// So many bytes.
    pub fn new(room: u64) -> Self {
        Self { room, taken: Mutex::new(0), given_back: Condvar::new() }
    }

    /// Waits for room for so many bytes; it is given back when the value is dropped.
    pub fn take(&self, bytes: u64) -> Taken<'_> {
        let mut taken = lock(&self.taken);
        while *taken > 0 && *taken + bytes > self.room {
            taken = self.given_back.wait(taken).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        *taken += bytes;
        Taken { pool: self, bytes }
    }
}

/// Room that was taken.
pub struct Taken<'a> {
    pool: &'a Pool,
    bytes: u64,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *lock(&self.pool.taken) -= self.bytes;
        self.pool.given_back.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_back_in_the_order_of_slices_from_memory_and_file() {
        let budget = MemoryBudget::of("1MiB").unwrap();
        let rows = |from: i64| df!("n" => (from..from + 4).collect::<Vec<_>>()).unwrap();
        let empty = rows(0).clear();
        let buckets = Buckets::new(2, 40, &budget, &empty);
        for slice in [2, 0, 1] {
            buckets.put(slice, [rows(4 * slice as i64), empty.clone()].map(Parcel::plain).into()).unwrap();
        }
        assert!(buckets.spilled() > 0);
        let [first, second] = buckets.into_rows().try_into().unwrap_or_else(|_| panic!("two buckets"));
        assert_eq!((first.height(), first.bytes(), second.height()), (12, 96, 0));
        assert_eq!(first.clone().pieces().count(), 3);
        assert!(first.load().unwrap().equals(&df!("n" => (0i64..12).collect::<Vec<_>>()).unwrap()));
        assert_eq!(second.pieces().map(|piece| piece.unwrap().height()).collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn room_is_shared_and_more_than_all_of_it_is_had_alone() {
        let pool = Pool::new(10);
        drop((pool.take(6), pool.take(4)));
        drop(pool.take(100));
        let working = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let _taken = pool.take(6);
                    assert_eq!(working.fetch_add(1, Ordering::SeqCst), 0);
                    std::thread::yield_now();
                    working.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!(*lock(&pool.taken), 0);
    }
}
