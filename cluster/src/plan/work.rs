//! A unit of work: the function is called on the groups of its rows, here, and what it gives is put into envelopes.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use arrow::buffer::Buffer;
use outgrow::kernels::Groups;
use outgrow::partitioned::{Algo, Done, Function, Sink, Task};
use outgrow::{Error, Result, exchange};
use polars::prelude::DataFrame;
use polars_io::parquet::write::{BatchedWriter, ParquetWriter};

use super::assignment::Assignment;
use super::envelope::{Envelope, Kind, Trailer};
use super::frames;
use super::given::GivenInput;
use super::order::{Order, Sent};
use super::send::BUCKET;

/// Where the rows of a unit are.
pub enum Rows {
    /// Still to be read: ranges of an input.
    Assigned(GivenInput, Vec<Assignment>),
    /// They came by an exchange: the parcels of each input.
    Exchanged(Vec<Vec<Buffer>>),
}

/// Takes the envelopes of a unit, in order.
pub type Out<'a> = &'a (dyn Fn(Envelope) -> Result<()> + Send + Sync);

/// Does the work of a unit.
///
/// # Errors
/// What the function reports, with its name and the group; what reading reports; what `out` does.
pub fn run(order: &Order, unit: u32, rows: Rows, out: Out) -> Result<()> {
    run_as(order, unit, rows, out, &*order.registered()?.function(&order.params)?)
}

/// As [`run`], with another function around the one that is registered.
///
/// # Errors
/// As [`run`].
pub fn run_as(order: &Order, unit: u32, rows: Rows, out: Out, function: &dyn Function) -> Result<()> {
    let (split, sides, ignore, output) = (order.split(), order.sides(), order.ignore()?, order.output()?);
    let packing = Packing::new(unit, out, order.save_in.as_deref());
    let callback = |word: serde_json::Value| Ok(packing.word(&word)?);
    let stop = AtomicBool::new(false);
    let task = Task {
        function,
        name: &order.called,
        signature: Err("it is there already".into()),
        step: false,
        split: &split,
        how: order.how,
        sides: &sides,
        output,
        ignore: &ignore,
        callback: if order.callback { Some(&callback) } else { None },
        stop: Some(&stop),
    };
    match rows {
        Rows::Assigned(given, assignments) => {
            let done = by_place(order, &task, &given, &assignments, &packing)?;
            packing.finish(done, 0)
        }
        Rows::Exchanged(sides) => {
            let sides = sides.into_iter().zip(&order.sent).map(|(parcels, sent)| unpacked(parcels, sent));
            let sides = sides.collect::<Result<Vec<DataFrame>>>()?;
            let bytes = sides.iter().map(|rows| rows.estimated_size() as u64).sum();
            packing.finish(by_bucket(order, &task, unit, sides, &packing)?, bytes)
        }
    }
}

/// The rows of parcels, each a chunk.
fn unpacked(parcels: Vec<Buffer>, sent: &Sent) -> Result<DataFrame> {
    let mut rows = parcels.into_iter().map(|parcel| frames::decode(&parcel));
    let mut all = rows.next().unwrap_or_else(|| frames::decode(&sent.columns))?;
    for rows in rows {
        all.vstack_mut_owned(rows?)?;
    }
    Ok(all)
}

/// Ranges of rows, each a physical partition.
fn by_place(
    order: &Order,
    task: &Task,
    given: &GivenInput,
    assignments: &[Assignment],
    sink: &dyn Sink,
) -> Result<Done> {
    let mut done = Done::default();
    for assignment in assignments {
        let (input, range) = given.open(assignment)?;
        let width = if order.per_row { 1 } else { range.len().max(1) };
        for (at, start) in range.clone().step_by(width).enumerate() {
            let number = assignment.number as usize + at;
            let has_rows = |piece: &Result<DataFrame>| piece.as_ref().map_or(true, |rows| rows.height() > 0);
            let mut pieces = input.pieces(start..range.end.min(start + width)).filter(has_rows).peekable();
            if pieces.peek().is_none() {
                continue;
            }
            if task.function.takes_pieces() && task.split.presort.is_empty() {
                done.add(task.run_pieces(number, None, pieces, sink)?);
                continue;
            }
            let mut rows = input.empty()?;
            for piece in pieces {
                rows.vstack_mut_owned(piece?)?;
            }
            done.add(task.run(number, vec![rows], sink)?);
        }
        if order.call_empty && done.groups == 0 {
            done.add(task.run(0, vec![input.empty()?], sink)?);
        }
    }
    Ok(done)
}

/// Buckets, each a physical partition: `unit`, and every `units`-th after it.
fn by_bucket(order: &Order, task: &Task, unit: u32, sides: Vec<DataFrame>, sink: &dyn Sink) -> Result<Done> {
    let (unit, units) = (u64::from(unit), u64::from(order.units));
    let count = (order.buckets.saturating_sub(unit)).div_ceil(units) as usize;
    let by_side = sides.into_iter().map(|mut rows| {
        if order.buckets <= units {
            return Ok(vec![rows].into_iter());
        }
        // An input without any row came without buckets.
        let buckets = match rows.height() {
            0 => Vec::new(),
            _ => rows.drop_in_place(BUCKET)?.u32()?.to_vec_null_aware().left().unwrap_or_default(),
        };
        let codes: Vec<u32> = buckets.iter().map(|bucket| (bucket - unit as u32) / units as u32).collect();
        Ok(exchange::deal(&rows, &codes, count)?.into_iter())
    });
    let mut by_side = by_side.collect::<Result<Vec<_>>>()?;
    let mut done = Done::default();
    for at in 0..count {
        let bucket = (unit + at as u64 * units) as usize;
        let sides: Vec<DataFrame> = by_side.iter_mut().filter_map(Iterator::next).collect();
        // A function is never called for a key that no row has; a cross is called for sides without rows.
        let called = sides.iter().any(|rows| rows.height() > 0) || sides.len() > 1 && order.keys.is_empty();
        if called || order.call_empty && bucket == 0 {
            done.add(bucket_of_groups(order, task, bucket, sides, sink)?);
        }
    }
    Ok(done)
}

fn bucket_of_groups(
    order: &Order,
    task: &Task,
    bucket: usize,
    mut sides: Vec<DataFrame>,
    sink: &dyn Sink,
) -> Result<Done> {
    let alone = sides.len() == 1;
    if alone && order.keys.is_empty() && task.function.takes_pieces() && task.split.presort.is_empty() {
        return task.run_pieces(bucket, None, sides.into_iter().map(Ok), sink);
    }
    if !alone || order.algo != Algo::Even || order.keys.is_empty() {
        return task.run(bucket, sides, sink);
    }
    // Every group is a physical partition of its own, with a number that no other bucket gives.
    let rows = sides.remove(0);
    let mut done = Done::default();
    for (at, group) in Groups::of(&rows, &task.split.key_names())?.slices(&rows)?.enumerate() {
        done.add(task.run(bucket + at * order.buckets as usize, vec![group], sink)?);
    }
    Ok(done)
}

/// Most bytes of an envelope, roughly: a message of gRPC takes several of them.
const ENVELOPE_BYTES: usize = 2 << 20;

/// Puts what a unit gives into envelopes.
pub(super) struct Packing<'a> {
    unit: u32,
    execution: u64,
    out: Out<'a>,
    sent: Mutex<(u32, u64)>,
    /// Where rows are written to instead, and the file that has begun.
    file: Option<(&'a Path, Mutex<Option<BatchedWriter<File>>>)>,
}

impl<'a> Packing<'a> {
    pub(super) fn new(unit: u32, out: Out<'a>, save_in: Option<&'a Path>) -> Self {
        let (execution, file) =
            (uuid::Uuid::new_v4().as_u64_pair().0, save_in.map(|folder| (folder, Mutex::default())));
        Self { unit, execution, out, sent: Mutex::default(), file }
    }

    /// The file of this execution: no other has its name.
    fn name(&self) -> String {
        format!("{}-{:016x}.parquet", self.unit, self.execution)
    }

    fn write(&self, folder: &Path, file: &Mutex<Option<BatchedWriter<File>>>, mut rows: DataFrame) -> Result<()> {
        let path = folder.join(self.name());
        let refused = |source| Error::Io {
            what: "an executor cannot write",
            path: path.clone(),
            source,
            next: "Choose a folder that all executors can write, with room for the result",
        };
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = match &mut *file {
            Some(writer) => writer,
            none => {
                let created = File::create(&path).map_err(refused)?;
                none.insert(ParquetWriter::new(created).set_parallel(false).batched(rows.schema())?)
            }
        };
        rows.rechunk_mut();
        writer.write_batch(&rows).map_err(|error| refused(std::io::Error::other(error.to_string())))?;
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).1 += rows.height() as u64;
        Ok(())
    }

    fn send(&self, partition: usize, kind: Kind, payload: Vec<u8>, rows: u64) -> Result<()> {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let place = sent.0;
        *sent = (place + 1, sent.1 + rows);
        let Self { unit, execution, .. } = *self;
        (self.out)(Envelope { unit, execution, place, partition: partition as u64, kind, payload })
    }

    fn word(&self, word: &serde_json::Value) -> Result<()> {
        self.send(0, Kind::Word, word.to_string().into_bytes(), 0)
    }

    pub(super) fn finish(&self, done: Done, received_bytes: u64) -> Result<()> {
        if let Some((_, file)) = &self.file
            && let Some(writer) = file.lock().unwrap_or_else(PoisonError::into_inner).take()
        {
            writer.finish()?;
            self.send(0, Kind::File, self.name().into_bytes(), 0)?;
        }
        let (envelopes, rows) = *self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let trailer = Trailer { envelopes, rows, done, received_bytes, process: std::process::id() };
        let trailer = serde_json::to_vec(&trailer).map_err(|error| Error::Failure(format!("a trailer: {error}")))?;
        self.send(0, Kind::Trailer, trailer, 0)
    }
}

impl Sink for Packing<'_> {
    fn accept(&self, partition: usize, rows: DataFrame) -> Result<()> {
        if let Some((folder, file)) = &self.file {
            return self.write(folder, file, rows);
        }
        let parts = rows.estimated_size().div_ceil(ENVELOPE_BYTES).max(1);
        let height = rows.height().div_ceil(parts).max(1);
        for start in (0..rows.height()).step_by(height) {
            let part = rows.slice(start as i64, height);
            self.send(partition, Kind::Rows, frames::encode(&part)?, part.height() as u64)?;
        }
        Ok(())
    }
}
