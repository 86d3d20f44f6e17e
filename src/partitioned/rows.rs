//! The rows of a physical partition, on their way from the exchange to the function: in memory, or spilled.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use polars::prelude::*;

use super::parcel::{GroupFrames, Parcel, groups_of, groups_of_runs};
use super::section::Section;
use crate::error::Result;
use crate::memory::MemoryBudget;
use crate::spill::{Place, SpillFiles};

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
    /// That it came from: pieces are put in this order.
    slices: Range<usize>,
    rows: usize,
    /// In memory, as they wait.
    held: u64,
    /// As a frame in memory.
    bytes: u64,
    stored: Stored,
}

#[derive(Clone)]
enum Stored {
    /// In memory, for good.
    Kept(Parcel),
    /// In memory, until there are enough to write them together.
    Waiting(Parcel),
    Spilled(Arc<Batch>, Part),
}

/// Pieces of one bucket that were written together: a piece alone is a few rows, and costs as much as many to write.
struct Batch {
    files: Arc<SpillFiles>,
    rows: Place,
    runs: Option<Place>,
    pieces: usize,
}

/// Where in its batch a piece begins, and how many keys it has.
#[derive(Clone, Copy)]
struct Part {
    row: usize,
    run: usize,
    runs: usize,
}

/// What a group takes for each of its columns beside its rows, while it is put together.
const OF_A_COLUMN: u64 = 256;

/// More than this is not written together: who reads piece by piece holds all of a batch.
const BATCH_BYTES: u64 = 4 << 20;

impl Batch {
    /// Writes pieces that wait: all of them with their keys in their rows, or all with keys that are sent once. Those of
    /// slices that follow each other become one.
    fn write(files: &Arc<SpillFiles>, mut waiting: Vec<Piece>) -> Result<Vec<Piece>> {
        waiting.sort_by_key(|piece| piece.slices.start);
        let Some(all) = Parcel::together(&waiting.iter().filter_map(Piece::waits).collect::<Vec<_>>()) else {
            return Ok(Vec::new());
        };
        let runs = all.runs.as_ref().map(|runs| files.write(&runs.frame())).transpose()?;
        let follow = |one: &Piece, next: &Piece| one.slices.end == next.slices.start;
        let pieces = waiting.chunk_by(follow).count();
        let batch = Arc::new(Self { files: files.clone(), rows: files.write(&all.rows.frame())?, runs, pieces });
        let (mut row, mut run) = (0, 0);
        let piece = |same: &[Piece]| {
            let keys = |piece: &Piece| piece.waits()?.runs.as_ref().map(Section::height);
            let (rows, runs) = (same.iter().map(|piece| piece.rows).sum(), same.iter().filter_map(keys).sum());
            let part = Part { row, run, runs };
            (row, run) = (row + rows, run + runs);
            Piece {
                slices: same[0].slices.start..same[same.len() - 1].slices.end,
                rows,
                held: same.iter().map(|piece| piece.held).sum(),
                bytes: same.iter().map(|piece| piece.bytes).sum(),
                stored: Stored::Spilled(batch.clone(), part),
            }
        };
        Ok(waiting.chunk_by(follow).map(piece).collect())
    }

    fn read(&self) -> Result<Parcel> {
        let read = |place| self.files.read(place).map(Section::from);
        Ok(Parcel { rows: read(&self.rows)?, runs: self.runs.as_ref().map(read).transpose()? })
    }

    /// The keys without the rows, where they were sent once.
    fn read_keys(&self) -> Result<Parcel> {
        match &self.runs {
            Some(runs) => Ok(Parcel { rows: DataFrame::empty().into(), runs: Some(self.files.read(runs)?.into()) }),
            None => self.read(),
        }
    }
}

impl Piece {
    fn waits(&self) -> Option<&Parcel> {
        match &self.stored {
            Stored::Waiting(parcel) => Some(parcel),
            _ => None,
        }
    }

    /// How many keys it has, where they were sent once.
    fn runs(&self) -> Option<usize> {
        match &self.stored {
            Stored::Kept(parcel) | Stored::Waiting(parcel) => parcel.runs.as_ref().map(Section::height),
            Stored::Spilled(batch, part) => batch.runs.as_ref().map(|_| part.runs),
        }
    }
}

/// Parcels in the order of their pieces; each batch is read once, and forgotten with its last piece.
struct Parcels {
    pieces: std::vec::IntoIter<Piece>,
    read: fn(&Batch) -> Result<Parcel>,
    open: Vec<(Arc<Batch>, Parcel, usize)>,
}

impl Parcels {
    fn part(&mut self, batch: &Arc<Batch>, part: Part, rows: usize) -> Result<Parcel> {
        let found = self.open.iter().position(|(open, ..)| Arc::ptr_eq(open, batch));
        let place = match found {
            Some(place) => place,
            None => {
                self.open.push((batch.clone(), (self.read)(batch)?, batch.pieces));
                self.open.len() - 1
            }
        };
        let (_, all, left) = &mut self.open[place];
        let parcel = Parcel {
            rows: all.rows.part(part.row..part.row + rows),
            runs: all.runs.as_ref().map(|runs| runs.part(part.run..part.run + part.runs)),
        };
        *left -= 1;
        if *left == 0 {
            self.open.swap_remove(place);
        }
        Ok(parcel)
    }
}

impl Iterator for Parcels {
    type Item = Result<Parcel>;

    fn next(&mut self) -> Option<Self::Item> {
        let piece = self.pieces.next()?;
        Some(match piece.stored {
            Stored::Kept(parcel) | Stored::Waiting(parcel) => Ok(parcel),
            Stored::Spilled(batch, part) => self.part(&batch, part, piece.rows),
        })
    }
}

impl Rows {
    /// How many rows.
    pub fn height(&self) -> usize {
        self.pieces.iter().map(|piece| piece.rows).sum()
    }

    /// How many bytes they are in memory as a frame.
    pub fn bytes(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.bytes).sum()
    }

    /// How many bytes they are in memory as parcels: fewer where keys are sent once.
    pub fn held(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.held).sum()
    }

    /// How many bytes it takes to work on them group by group.
    ///
    /// Rows are there twice while they are sorted by group. Where keys were sent once, each group is put together while
    /// they are read: they are there once, and a column of each group besides.
    pub fn by_group(&self) -> u64 {
        let runs: Option<Vec<usize>> = self.pieces.iter().map(Piece::runs).collect();
        let of_groups = |runs: Vec<usize>| runs.iter().sum::<usize>() as u64 * self.empty.width() as u64 * OF_A_COLUMN;
        self.held() + runs.map_or(self.held(), of_groups)
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
        let empty = self.empty.clone();
        let nothing = self.pieces.is_empty().then(|| Ok(self.empty.clone()));
        nothing.into_iter().chain(self.parcels().map(move |parcel| parcel?.unpack(&empty)))
    }

    /// The keys of some rows after the other, at least one row for each key that they have.
    pub fn keys(&self, keys: &[&str]) -> impl Iterator<Item = Result<DataFrame>> {
        let of = |parcel: Parcel| Ok(parcel.runs.unwrap_or(parcel.rows).frame().select(keys.iter().copied())?);
        self.clone().read(Batch::read_keys).map(move |parcel| of(parcel?))
    }

    /// One parcel after the other, as they came.
    pub fn parcels(self) -> impl Iterator<Item = Result<Parcel>> + Send {
        self.read(Batch::read)
    }

    fn read(self, read: fn(&Batch) -> Result<Parcel>) -> Parcels {
        Parcels { pieces: self.pieces.into_iter(), read, open: Vec::new() }
    }

    /// The keys of all groups, a row each, and the rows of each group.
    pub fn groups(self, keys: &[&str]) -> Result<(DataFrame, GroupFrames)> {
        let empty = self.empty.clone();
        match self.runs()? {
            Some(runs) => groups_of_runs(&runs, self.parcels(), keys, &empty),
            None => groups_of(&self.load()?, keys),
        }
    }

    /// The keys that were sent once, a row for each time, unless some were sent with each row.
    fn runs(&self) -> Result<Option<DataFrame>> {
        if self.pieces.is_empty() || self.pieces.iter().any(|piece| piece.runs().is_none()) {
            return Ok(None);
        }
        let mut all: Option<DataFrame> = None;
        for parcel in self.clone().read(Batch::read_keys) {
            match (&mut all, parcel?.runs.map(|runs| runs.frame())) {
                (Some(all), Some(runs)) => all.vstack_mut_owned(runs).map(|_| ())?,
                (all, runs) => *all = runs,
            }
        }
        Ok(all)
    }
}

/// Where an exchange puts pieces: bucket by bucket, in memory while there is room, in a file after that.
///
/// What comes first is kept in memory. What comes when that is full waits until there is enough of it; then all that waits
/// is written, what is for one bucket together.
pub struct Buckets<'a> {
    buckets: Vec<Mutex<Vec<Piece>>>,
    room: Room,
    kept: AtomicU64,
    waiting: AtomicU64,
    folder: PathBuf,
    spill: OnceLock<Arc<SpillFiles>>,
    making: Mutex<()>,
    empty: &'a DataFrame,
}

/// Bytes that buckets may hold in memory.
#[derive(Clone, Copy)]
pub struct Room {
    /// For good.
    pub kept: u64,
    /// Until they are written.
    pub waiting: u64,
    /// Of those, when nothing more comes.
    pub left: u64,
}

impl Room {
    /// So many bytes in all, half of them for good; and `more` to wait in until all rows have come.
    pub fn halves(bytes: u64, more: u64) -> Self {
        Self { kept: bytes / 2, waiting: bytes / 2 + more, left: bytes / 2 }
    }
}

impl<'a> Buckets<'a> {
    /// So many buckets, and room for so many bytes; `empty` has their columns.
    pub fn new(count: usize, room: Room, budget: &MemoryBudget, empty: &'a DataFrame) -> Self {
        Self {
            buckets: (0..count).map(|_| Mutex::default()).collect(),
            room,
            kept: AtomicU64::new(0),
            waiting: AtomicU64::new(0),
            folder: budget.folder(),
            spill: OnceLock::new(),
            making: Mutex::default(),
            empty,
        }
    }

    /// Takes what a slice sends, a parcel for each bucket. Returns the bytes of them.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) when pieces do not fit in memory and cannot be spilled.
    pub fn put(&self, slice: usize, parcels: Vec<Parcel>) -> Result<u64> {
        let filled = self.buckets.iter().zip(parcels).filter(|(_, parcel)| parcel.rows.height() > 0);
        let sized: Vec<_> = filled.map(|(bucket, parcel)| (bucket, parcel.bytes(), parcel)).collect();
        let moved = sized.iter().map(|(_, (held, _), _)| held).sum();
        // All parcels of a slice share the memory of one copy: they stay together, or go together.
        let keep = self.kept.fetch_add(moved, Ordering::Relaxed) + moved <= self.room.kept;
        let mut full = false;
        if !keep {
            self.kept.fetch_sub(moved, Ordering::Relaxed);
            // Before another worker can write them, and take them off again.
            full = self.waiting.fetch_add(moved, Ordering::Relaxed) + moved > self.room.waiting;
        }
        for (bucket, (held, bytes), parcel) in sized {
            let rows = parcel.rows.height();
            let stored = if keep { Stored::Kept(parcel) } else { Stored::Waiting(parcel) };
            lock(bucket).push(Piece { slices: slice..slice + 1, rows, held, bytes, stored });
        }
        if full {
            self.write_what_waits(slice)?;
        }
        Ok(moved)
    }

    /// Workers that do so at the same time begin at different buckets.
    fn write_what_waits(&self, begin: usize) -> Result<()> {
        let files = self.files()?;
        let count = self.buckets.len();
        for bucket in (0..count).map(|number| &self.buckets[(begin * 7919 + number) % count]) {
            let waiting: Vec<Piece> = lock(bucket).extract_if(.., |piece| piece.waits().is_some()).collect();
            let (mut batch, mut of_batch, mut once, mut written) = (Vec::new(), 0, false, Vec::new());
            for piece in waiting {
                let Some(parcel) = piece.waits() else { continue };
                self.waiting.fetch_sub(piece.held, Ordering::Relaxed);
                if of_batch + piece.held > BATCH_BYTES || once != parcel.runs.is_some() {
                    written.extend(Batch::write(files, std::mem::take(&mut batch))?);
                    of_batch = 0;
                }
                (of_batch, once) = (of_batch + piece.held, parcel.runs.is_some());
                batch.push(piece);
            }
            written.extend(Batch::write(files, batch)?);
            // Not before: who has the bucket makes all others wait.
            lock(bucket).extend(written);
        }
        Ok(())
    }

    fn files(&self) -> Result<&Arc<SpillFiles>> {
        let _one_at_a_time = lock(&self.making);
        if self.spill.get().is_none() {
            let _ = self.spill.set(Arc::new(SpillFiles::new(&self.folder)?));
        }
        Ok(self.spill.get().expect("it was set just now"))
    }

    /// The rows of each bucket, in the order of their slices; and how many bytes were written to the file.
    ///
    /// # Errors
    /// As [`Buckets::put`].
    pub fn into_rows(self) -> Result<(Vec<Rows>, u64)> {
        if self.waiting.load(Ordering::Relaxed) > self.room.left {
            self.write_what_waits(0)?;
        }
        let empty = self.empty;
        let rows = self.buckets.into_iter().map(|pieces| {
            let mut pieces = pieces.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
            pieces.sort_by_key(|piece| piece.slices.start);
            Rows { pieces, empty: empty.clone() }
        });
        Ok((rows.collect(), self.spill.get().map_or(0, |files| files.bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::Groups;

    /// Slices come in any order, and so do keys that are sent once and keys that are not.
    #[test]
    fn pieces_come_back_in_the_order_of_slices_from_memory_and_file() {
        let budget = MemoryBudget::of("1MiB").unwrap();
        let slice = |number: usize| {
            let rows = number as i64 * 100..number as i64 * 100 + 100;
            let key =
                rows.clone().map(|row| if number.is_multiple_of(3) { row.to_string() } else { (row % 2).to_string() });
            df!("key" => key.collect::<Vec<_>>(), "n" => rows.collect::<Vec<_>>()).unwrap()
        };
        for keys_alone in [false, true] {
            let slice = |number| if keys_alone { slice(number).select(["key"]).unwrap() } else { slice(number) };
            let empty = slice(0).clear();
            let mut all = empty.clone();
            (0..9).for_each(|number| all.vstack_mut(&slice(number)).map(|_| ()).unwrap());
            let groups = |frames: GroupFrames| {
                let mut frames: Vec<String> = frames.map(|frame| format!("{:?}", frame.unwrap())).collect();
                frames.sort();
                frames
            };
            let (_, expected) = groups_of(&all, &["key"]).unwrap();
            let expected = groups(expected);
            for (kept, waiting, left) in [
                (0, 0, 0),
                (3_000, 0, 0),
                (2_000, 1_000, 1_000),
                (0, 5_000, 0),
                (0, 1 << 20, 0),
                (0, 1 << 20, 1 << 20),
                (1 << 20, 0, 0),
            ] {
                let buckets = Buckets::new(2, Room { kept, waiting, left }, &budget, &empty);
                for number in [4, 0, 1, 5, 3, 2, 8, 7, 6] {
                    let parcels = Parcel::split(&slice(number), &["key"], 2, 0, true).unwrap();
                    assert!(parcels[0].runs.is_some() || number.is_multiple_of(3));
                    buckets.put(number, parcels).unwrap();
                }
                let (buckets, spilled) = buckets.into_rows().unwrap();
                assert_eq!(spilled == 0, kept.max(left) == 1 << 20);
                let mut found = Vec::new();
                for rows in buckets {
                    let keys = rows.keys(&["key"]).map(|keys| Groups::of(&keys.unwrap(), &["key"]).unwrap().len());
                    assert!(keys.sum::<usize>() > 0);
                    let pieces: Vec<DataFrame> = rows.clone().pieces().map(|piece| piece.unwrap()).collect();
                    assert_eq!(pieces.iter().map(DataFrame::height).sum::<usize>(), rows.height());
                    if !keys_alone {
                        let first = |piece: &DataFrame| piece.column("n").unwrap().i64().unwrap().get(0).unwrap() / 100;
                        assert!(pieces.iter().map(first).is_sorted());
                    }
                    found.extend(groups(rows.groups(&["key"]).unwrap().1));
                }
                found.sort();
                assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn rows_whose_keys_were_sent_once_are_there_once_while_they_are_worked_on() {
        let slice = df!("key" => vec!["UA"; 10_000], "n" => (0..10_000i64).collect::<Vec<_>>()).unwrap();
        let empty = slice.clear();
        for (once, more) in [(true, 2 * OF_A_COLUMN), (false, 24 * 10_000)] {
            let budget = MemoryBudget::of("1MiB").unwrap();
            let buckets = Buckets::new(1, Room { kept: 0, waiting: 0, left: 0 }, &budget, &empty);
            buckets.put(0, Parcel::split(&slice, &["key"], 1, 0, once).unwrap()).unwrap();
            let rows = buckets.into_rows().unwrap().0.remove(0);
            assert_eq!(rows.by_group() - rows.held(), more);
        }
    }

    #[test]
    fn no_rows_are_one_piece_with_the_columns() {
        let empty = df!("n" => [0i64]).unwrap().clear();
        let buckets = Buckets::new(1, Room::halves(0, 0), &MemoryBudget::of("1MiB").unwrap(), &empty);
        let rows = buckets.into_rows().unwrap().0.remove(0);
        assert_eq!(rows.pieces().map(|piece| piece.unwrap().shape()).collect::<Vec<_>>(), [(0, 1)]);
    }
}
