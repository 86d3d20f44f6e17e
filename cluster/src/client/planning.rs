//! From a job to a plan: inputs that executors can reach, assignments, and the operators.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::physical_expr::expressions::col;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::{ExecutionPlan, Partitioning};
use outgrow::memory::show_bytes;
use outgrow::partitioned::{Algo, Input, Job, Signature};
use outgrow::{Error, ParquetFiles, Result, exchange};
use polars::prelude::DataFrame;
use polars_io::parquet::write::ParquetWriter;
use tempfile::TempDir;

use crate::plan::assignment::{self, Assignment};
use crate::plan::call_exec::{CallExec, Calling};
use crate::plan::frames;
use crate::plan::given::GivenInput;
use crate::plan::order::{Order, Sent};
use crate::plan::parcel::{UNIT, labels};
use crate::plan::send::Sending;
use crate::plan::send_exec::SendExec;

/// Rows up to so many bytes go along with the plan.
const SENT_ALONG_BYTES: u64 = 8 << 20;

/// Units of work for each slot: so many that a long one does not hold up all others, and few enough that starting them
/// costs little.
const UNITS_PER_SLOT: usize = 8;

/// Tasks that read, for each slot, at most.
const READERS_PER_SLOT: usize = 16;

/// What takes as long as its rows is a task for so many of them at least: to start one takes about as long as this many.
const ROWS_PER_TASK: usize = 250_000;

/// A plan, and what its result must have.
pub struct Planned {
    /// The plan, to be submitted as often as it takes.
    pub plan: Arc<dyn ExecutionPlan>,
    /// How many units of work must be in the result.
    pub units: u32,
    /// Whether rows prove on their way from stage to stage that all of them came, each once.
    pub stamped: bool,
    /// What is said of the exchange in the ledger: rows moved, if there is one.
    pub moved: Option<u64>,
    /// Files of the inputs, which live as long as the plan.
    #[expect(dead_code, reason = "held, not read")]
    pub spooled: Vec<TempDir>,
}

/// An input that executors can reach.
struct Reachable {
    given: GivenInput,
    /// The rows, where they go along.
    frame: Option<DataFrame>,
    /// They were a frame of the caller's, with no places where they are cut by nature.
    uncut: bool,
    /// Ranges of rows that can be read on their own.
    slices: Vec<std::ops::Range<usize>>,
    rows: usize,
    columns: DataFrame,
}

/// Plans the job for so many slots. `shared` is a folder that the executors can read, for rows that are too many to
/// go along.
///
/// # Errors
/// For a function without a name, and for rows that executors cannot reach.
pub fn plan(
    job: &Job,
    signature: Signature,
    slots: usize,
    shared: Option<&Path>,
    save_in: Option<&Path>,
) -> Result<Planned> {
    let mut spooled = Vec::new();
    let inputs = job.inputs.iter().map(|input| reachable(input, shared, &mut spooled)).collect::<Result<Vec<_>>>()?;
    let rows: usize = inputs.iter().map(|input| input.rows).sum();
    let split = job.task.split;
    let by_chance = matches!(split.algo, Algo::Rand { .. }) && !split.per_row;
    let exchanged = !split.keys.is_empty() || inputs.len() > 1 || by_chance;
    let (plan, units, moved) = if exchanged {
        let buckets = match &split.num {
            _ if split.keys.is_empty() && inputs.len() > 1 => 1,
            Some(num) => exchange::at_most(num.value(rows, slots).map_err(Error::input)?)?.max(1),
            None if split.keys.is_empty() => slots,
            // A function of many groups at once takes as long as its rows; one of a single group may take any time.
            None if split.algo == Algo::Coarse => tasks_for(rows, slots, UNITS_PER_SLOT),
            None => UNITS_PER_SLOT * slots,
        };
        let units = buckets.min(UNITS_PER_SLOT * slots);
        let (plan, units) = by_exchange(job, signature, inputs, (buckets, units), slots, save_in)?;
        (plan, units, Some(rows as u64))
    } else {
        let [input] =
            <[Reachable; 1]>::try_from(inputs).map_err(|_| Error::input("a split by place takes one input."))?;
        let (plan, units) = by_place(job, signature, input, slots, save_in)?;
        (plan, units, None)
    };
    Ok(Planned { plan, units, stamped: true, moved, spooled })
}

fn by_exchange(
    job: &Job,
    signature: Signature,
    inputs: Vec<Reachable>,
    (buckets, units): (usize, usize),
    slots: usize,
    save_in: Option<&Path>,
) -> Result<(Arc<dyn ExecutionPlan>, u32)> {
    let labels = labels(units).map_err(datafusion)?;
    let empty = inputs.iter().all(|input| input.rows == 0);
    let split = job.task.split;
    let (mut sides, mut sent): (Vec<Arc<dyn ExecutionPlan>>, Vec<Sent>) = (Vec::new(), Vec::new());
    for input in inputs {
        let ranges = joined(&input.slices, tasks_for(input.rows, slots, READERS_PER_SLOT));
        let assignments = ranges.into_iter().enumerate().map(|(task, rows)| input.assigned(task, task, rows));
        let assignments = assignments.collect::<Result<Vec<_>>>()?;
        sent.push(Sent { columns: frames::encode(&input.columns)?, tasks: assignments.len() as u32 });
        let sending = Sending {
            given: input.given,
            keys: split.keys.clone(),
            algo: split.algo,
            buckets: buckets as u64,
            labels: labels.clone(),
        };
        let send = SendExec::new(leaf(&assignments)?, Arc::new(sending));
        let unit = col(UNIT, &send.schema()).map_err(datafusion)?;
        let moved = RepartitionExec::try_new(Arc::new(send), Partitioning::Hash(vec![unit], units));
        sides.push(Arc::new(moved.map_err(datafusion)?));
    }
    let mut order = Order::of(job, signature, buckets as u64, units as u32, sent)?;
    order.call_empty = empty && split.keys.is_empty() && job.inputs.len() == 1;
    order.save_in = save_in.map(Path::to_path_buf);
    let calling = Calling { order, by_place: None, labels };
    Ok((Arc::new(CallExec::new(sides, Arc::new(calling))), units as u32))
}

fn by_place(
    job: &Job,
    signature: Signature,
    input: Reachable,
    slots: usize,
    save_in: Option<&Path>,
) -> Result<(Arc<dyn ExecutionPlan>, u32)> {
    let (split, rows) = (job.task.split, input.rows);
    let ranges = if split.per_row {
        even(rows, UNITS_PER_SLOT * slots)
    } else if let Some(num) = &split.num {
        even(rows, num.value(rows, slots).map_err(Error::input)?)
    } else if input.uncut {
        even(rows, slots)
    } else if split.algo == Algo::Even {
        even(rows, input.slices.len())
    } else {
        input.slices.clone()
    };
    let each = ranges.len().div_ceil(UNITS_PER_SLOT * slots);
    let assignments = ranges.into_iter().enumerate().map(|(number, rows)| {
        let number_of_first = if split.per_row { rows.start } else { number };
        input.assigned(number / each, number_of_first, rows)
    });
    let assignments = assignments.collect::<Result<Vec<_>>>()?;
    let units = assignments.last().map_or(0, |last| last.task as u32 + 1);
    let mut order = Order::of(job, signature, 0, units, Vec::new())?;
    order.call_empty = rows == 0;
    order.save_in = save_in.map(Path::to_path_buf);
    let calling = Calling { order, by_place: Some(input.given), labels: Vec::new() };
    Ok((Arc::new(CallExec::new(vec![leaf(&assignments)?], Arc::new(calling))), units))
}

impl Reachable {
    fn assigned(&self, task: usize, number: usize, rows: std::ops::Range<usize>) -> Result<Assignment> {
        let frame = self.frame.as_ref().map(|frame| frames::encode(&frame.slice(rows.start as i64, rows.len())));
        let rows = rows.start as u64..rows.end as u64;
        Ok(Assignment { task: task as u64, number: number as u64, rows, frame: frame.transpose()? })
    }
}

fn leaf(assignments: &[Assignment]) -> Result<Arc<dyn ExecutionPlan>> {
    let batches = assignment::to_batches(assignments).map_err(datafusion)?;
    Ok(MemorySourceConfig::try_new_exec(&batches, assignment::schema(), None).map_err(datafusion)?)
}

/// Rows in memory go along when they are few; others are written to a file in the shared folder. Files stay where they
/// are.
fn reachable(input: &Input, shared: Option<&Path>, spooled: &mut Vec<TempDir>) -> Result<Reachable> {
    let columns = input.empty()?;
    if let Input::Files { files, columns: names } = input {
        let here = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
        let paths = files.paths().iter().map(here).collect();
        let given = GivenInput::Files { paths, columns: names.clone() };
        let (slices, rows) = (filled(input.slices()), files.rows());
        return Ok(Reachable { given, frame: None, uncut: false, slices, rows, columns });
    }
    let uncut = matches!(input, Input::Frame(_));
    let (mut few, mut slices, mut bytes) = (columns.clone(), Vec::new(), 0);
    let mut pieces = input.slices().into_iter().flat_map(|slice| input.pieces(slice));
    for piece in pieces.by_ref() {
        let piece = piece?;
        bytes += piece.estimated_size() as u64;
        slices.push(few.height()..few.height() + piece.height());
        few.vstack_mut_owned(piece)?;
        if bytes > SENT_ALONG_BYTES {
            let folder = shared.ok_or_else(|| {
                Error::input(format!(
                    "these rows take more than {}, too many to send along with the call. Give the engine a folder that all \
                     executors can read (Settings::shared_folder, OUTGROW_SHARED_FOLDER), or save them as Parquet there \
                     and call on the files.",
                    show_bytes(SENT_ALONG_BYTES)
                ))
            })?;
            let path = spool(few, pieces, folder, spooled)?;
            let names = columns.get_column_names_owned().iter().map(ToString::to_string).collect();
            let file = Input::Files { files: ParquetFiles::open_all(&[path])?, columns: names };
            return Ok(Reachable { uncut, ..reachable(&file, shared, spooled)? });
        }
    }
    let (rows, slices) = (few.height(), filled(slices));
    Ok(Reachable { given: GivenInput::SentAlong, frame: Some(few), uncut, slices, rows, columns })
}

/// Writes rows to a file of a folder that goes when the plan does.
pub(super) fn spool(
    first: DataFrame,
    pieces: impl Iterator<Item = Result<DataFrame>>,
    shared: &Path,
    spooled: &mut Vec<TempDir>,
) -> Result<PathBuf> {
    let refused = |source| Error::Io {
        what: "cannot write rows for the executors to",
        path: shared.to_path_buf(),
        source,
        next: "Choose a folder that this process can write and all executors can read, with room for them.",
    };
    let folder = tempfile::Builder::new().prefix("outgrow-rows-").tempdir_in(shared).map_err(refused)?;
    let path = folder.path().join("rows.parquet");
    let file = std::fs::File::create(&path).map_err(refused)?;
    let mut writer = ParquetWriter::new(file).set_parallel(false).batched(first.schema())?;
    for piece in std::iter::once(Ok(first)).chain(pieces) {
        let mut piece = piece?;
        if piece.height() > 0 {
            piece.rechunk_mut();
            writer.write_batch(&piece)?;
        }
    }
    writer.finish()?;
    spooled.push(folder);
    Ok(path)
}

/// Slices that have rows; one when none has.
fn filled(slices: Vec<std::ops::Range<usize>>) -> Vec<std::ops::Range<usize>> {
    let filled: Vec<_> = slices.into_iter().filter(|slice| !slice.is_empty()).collect();
    if filled.is_empty() { std::iter::once(0..0).collect() } else { filled }
}

/// Tasks for work that takes as long as its rows: one for each slot at least, and so many for each at most.
fn tasks_for(rows: usize, slots: usize, most_per_slot: usize) -> usize {
    rows.div_ceil(ROWS_PER_TASK).clamp(slots, most_per_slot * slots)
}

/// Slices that follow each other put together, so that there are at most so many.
fn joined(slices: &[std::ops::Range<usize>], most: usize) -> Vec<std::ops::Range<usize>> {
    let each = slices.len().div_ceil(most.max(1)).max(1);
    slices.chunks(each).map(|some| some[0].start..some[some.len() - 1].end).collect()
}

/// So many ranges, none of which differs by more than a row; at least one.
fn even(rows: usize, count: usize) -> Vec<std::ops::Range<usize>> {
    let count = count.clamp(1, rows.max(1));
    let at = |number: usize| (number as u128 * rows as u128 / count as u128) as usize;
    (0..count).map(|number| at(number)..at(number + 1)).collect()
}

fn datafusion(error: datafusion::error::DataFusionError) -> Error {
    Error::Failure(format!("a plan could not be made: {error}"))
}
