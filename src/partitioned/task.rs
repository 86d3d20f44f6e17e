//! What is done with one physical partition, on whatever machine it lies: find the groups, call the function on each,
//! hold what it gives against the schema.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use polars::prelude::*;

use super::conform::conform;
use super::faults::{ErrorKind, Losses, Panicked};
use super::function::{
    Callback, Cursor, DoesNotFit, Frames, Function, Given, GivenAway, Output, Sides, Signature, Work,
};
use super::sink::{Sink, Stack};
use super::{How, Split};
use crate::error::{Error, Result};
use crate::kernels::{Groups, slices_by_codes};

/// Everything about a call but its rows.
///
/// Who makes one: a call, for its engine. See the example at [`Engine`](super::Engine).
pub struct Task<'a> {
    /// What is called.
    pub function: &'a dyn Function,
    /// Its name, for errors.
    pub name: &'a str,
    /// How another process can call it, or why it cannot, in words.
    pub signature: std::result::Result<Signature, String>,
    /// It is a step that a table takes by itself, such as a join. It has no name in another process: an engine that
    /// calls functions there leaves it to [`Threads`](super::Threads).
    pub step: bool,
    /// How rows are split.
    pub split: &'a Split,
    /// Which groups of a zip are kept; `None` where there is one input, and where several are brought together by key
    /// without being matched.
    pub how: Option<How>,
    /// The names of the inputs of a zip.
    pub sides: &'a [Arc<str>],
    /// What it returns.
    pub output: Arc<Schema>,
    /// Errors that cost a logical partition and not the run. Another process finds them again with [`ErrorKind::named`].
    pub ignore: &'a [ErrorKind],
    /// Receives what the function sends.
    pub callback: Option<&'a Callback<'a>>,
    /// Set by the first logical partition that fails: nothing is called after it. An engine without one calls on.
    pub stop: Option<&'a AtomicBool>,
}

/// What happened in one physical partition.
///
/// See the example at [`Engine`](super::Engine).
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Done {
    /// Logical partitions.
    pub groups: usize,
    /// Rows of all of them.
    pub rows: u64,
    /// Rows of the largest one.
    pub largest_rows: u64,
    /// The largest one, in words.
    pub largest: String,
    /// What was dropped.
    pub losses: Losses,
}

impl Done {
    /// Adds another physical partition.
    ///
    /// ```
    /// use outgrow::partitioned::Done;
    /// let mut all = Done { groups: 2, rows: 50, largest_rows: 40, largest: "for carrier = \"UA\"".into(), ..Done::default() };
    /// all.add(Done { groups: 1, rows: 10, largest_rows: 10, ..Done::default() });
    /// assert_eq!((all.groups, all.rows, all.largest.as_str()), (3, 60, "for carrier = \"UA\""));
    /// ```
    pub fn add(&mut self, other: Done) {
        self.groups += other.groups;
        self.rows += other.rows;
        if other.largest_rows > self.largest_rows || self.largest.is_empty() {
            (self.largest_rows, self.largest) = (other.largest_rows, other.largest);
        }
        self.losses.add(other.losses);
    }
}

impl Task<'_> {
    /// The same task once more, for an engine that hands it on.
    ///
    /// See the example at [`Engine`](super::Engine).
    pub fn again(&self) -> Task<'_> {
        Task { name: self.name, signature: self.signature.clone(), output: self.output.clone(), ..*self }
    }

    /// Runs the function on a physical partition that is in memory: all rows of some groups, one frame for each input.
    ///
    /// See the example at [`Engine`](super::Engine).
    ///
    /// # Errors
    /// [`Error::Function`] with function, key and cause.
    pub fn run(&self, number: usize, sides: Vec<DataFrame>, sink: &dyn Sink) -> Result<Done> {
        self.with(number, sink, |run| match <[DataFrame; 1]>::try_from(sides) {
            Ok([rows]) if self.split.coarse() => run.whole(Given::Frame(self.split.sort(rows)?)),
            Ok([rows]) => {
                let groups = Groups::of(&rows, &self.split.key_names())?;
                run.groups(groups.keys(), groups.slices(&rows)?.map(Ok))
            }
            Err(sides) => match self.how {
                None => run.whole(Given::Sides(self.sides(sides))),
                Some(how) => run.matched(sides, how),
            },
        })
    }

    /// Runs the function on groups that were found already: a row of key values for each, and its rows.
    pub(super) fn run_groups(
        &self,
        number: usize,
        keys: &DataFrame,
        groups: impl Iterator<Item = Result<DataFrame>>,
        sink: &dyn Sink,
    ) -> Result<Done> {
        self.with(number, sink, |run| run.groups(keys, groups))
    }

    /// Runs the function on a physical partition that is one logical partition, piece by piece. `keys` says which
    /// one it is, by a row of key values, where there are keys.
    ///
    /// The pieces are such as [`Input::pieces`](super::Input::pieces) gives: see the example at [`Engine`](super::Engine).
    ///
    /// # Errors
    /// [`Error::Function`]; what reading a piece reports.
    pub fn run_pieces(
        &self,
        number: usize,
        keys: Option<&DataFrame>,
        pieces: impl Iterator<Item = Result<DataFrame>> + Send + 'static,
        sink: &dyn Sink,
    ) -> Result<Done> {
        self.with(number, sink, |run| {
            let cursor = run.cursor(keys.map(|keys| (keys, 0)), 0);
            run.call(Given::Pieces(Frames::new(pieces)), 0, cursor)
        })
    }

    fn with(
        &self,
        number: usize,
        sink: &dyn Sink,
        body: impl FnOnce(&mut Running<'_, '_>) -> Result<()>,
    ) -> Result<Done> {
        let run = || {
            let begun = catch_unwind(AssertUnwindSafe(|| self.function.begin()));
            let work = begun.unwrap_or_else(|panic| Err(panicked(panic))).map_err(|error| {
                self.fault(format!("in its set-up for partition {number}"), format!("{error:#}"), "Look at .on_init()")
            })?;
            let results = Stack::new(self.output.clone());
            let mut run = Running { task: self, work, number, sink, results, done: Done::default() };
            body(&mut run)?;
            run.flush()?;
            Ok(run.done)
        };
        // Whatever went wrong, nobody calls the function again.
        run().inspect_err(|_| {
            self.stop.inspect(|stop| stop.store(true, Ordering::Relaxed));
        })
    }

    fn sides(&self, frames: Vec<DataFrame>) -> Sides {
        Sides(self.sides.iter().cloned().zip(frames).collect())
    }

    pub(super) fn fault(&self, group: String, cause: String, next: &'static str) -> Error {
        Error::Function { function: self.name.to_string(), group, cause, next: next.into() }
    }
}

/// Rows that are kept back before the sink sees them.
const FLUSH_ROWS: usize = 1 << 16;

/// A function at work on one physical partition.
struct Running<'a, 't> {
    task: &'a Task<'t>,
    work: Box<dyn Work + 'a>,
    number: usize,
    sink: &'a dyn Sink,
    results: Stack,
    done: Done,
}

impl<'a> Running<'a, '_> {
    fn cursor<'k>(&self, keys: Option<(&'k DataFrame, usize)>, group: usize) -> Cursor<'k>
    where
        'a: 'k,
    {
        Cursor { keys, physical: self.number, group, callback: self.task.callback }
    }

    /// One call for all rows.
    fn whole(&mut self, rows: Given) -> Result<()> {
        let height = match &rows {
            Given::Frame(rows) => rows.height(),
            Given::Sides(sides) => sides.0.iter().map(|(_, rows)| rows.height()).sum(),
            Given::Pieces(_) => 0,
        };
        let cursor = self.cursor(None, 0);
        self.call(rows, height, cursor)
    }

    /// One call per group.
    fn groups(&mut self, keys: &DataFrame, groups: impl Iterator<Item = Result<DataFrame>>) -> Result<()> {
        for (group, rows) in groups.enumerate() {
            let rows = self.task.split.sort(rows?)?;
            let height = rows.height();
            let cursor = self.cursor(Some((keys, group)), group);
            self.call(Given::Frame(rows), height, cursor)?;
        }
        Ok(())
    }

    /// One call per group that `how` keeps, with its rows of each side.
    fn matched(&mut self, sides: Vec<DataFrame>, how: How) -> Result<()> {
        let split = self.task.split;
        if split.keys.is_empty() {
            let rows = self.task.sides(sides);
            return self.whole(Given::Sides(rows));
        }
        let (keys, by_side) = match_groups(&sides, &split.key_names())?;
        for group in 0..keys.height() {
            let rows: Vec<DataFrame> = by_side.iter().map(|groups| groups[group].clone()).collect();
            if !how.keeps(rows.iter().map(|rows| rows.height() > 0)) {
                continue;
            }
            let height = rows.iter().map(DataFrame::height).sum();
            let rows = rows.into_iter().map(|rows| split.sort(rows)).collect::<PolarsResult<_>>()?;
            let cursor = self.cursor(Some((&keys, group)), group);
            self.call(Given::Sides(self.task.sides(rows)), height, cursor)?;
        }
        Ok(())
    }

    /// Calls the function on one logical partition and keeps what it gives; not after another one has failed, whose
    /// error is the result.
    fn call(&mut self, rows: Given, height: usize, cursor: Cursor) -> Result<()> {
        if self.task.stop.is_some_and(|stop| stop.load(Ordering::Relaxed)) {
            return Ok(());
        }
        let pieces = match &rows {
            Given::Pieces(pieces) => Some(pieces.given_away()),
            _ => None,
        };
        let outcome = self.attempt(rows, cursor);
        let ignored = match &outcome {
            Err(Fault::Own(error)) => self.task.ignore.iter().any(|kind| kind.matches(error)),
            _ => false,
        };
        // What is dropped is all of its rows, however few of them the function looked at.
        pieces.iter().filter(|_| ignored).for_each(GivenAway::drain);
        let height = pieces.as_ref().map_or(height, GivenAway::rows);
        self.done.groups += 1;
        self.done.rows += height as u64;
        if height as u64 > self.done.largest_rows || self.done.largest.is_empty() {
            self.done.largest_rows = height as u64;
            self.done.largest = cursor.describe();
        }
        // What could not be read comes first: the function then failed, or did not, on half of its rows.
        let unread = pieces.and_then(|pieces| pieces.trouble());
        let outcome = match (unread, outcome) {
            (Some(error), _) => Err(error.downcast::<Error>().map_or_else(Fault::of, Fault::Engine)),
            (None, Err(Fault::Own(error))) if ignored => {
                let first = Some(format!("{}: {error:#}", cursor.describe()));
                self.done.losses.add(Losses { partitions: 1, rows: height, first });
                Ok(())
            }
            (None, outcome) => outcome,
        };
        outcome.map_err(|fault| self.fault(&cursor, fault))
    }

    fn attempt(&mut self, rows: Given, cursor: Cursor) -> Result<(), Fault> {
        let output = &self.task.output;
        let given = catch_unwind(AssertUnwindSafe(|| self.work.call(rows, cursor, output)));
        match given.unwrap_or_else(|panic| Err(panicked(panic))).map_err(Fault::of)? {
            Output::Frame(rows) => self.keep(rows),
            Output::Pieces(mut pieces) => {
                let mut next = || {
                    catch_unwind(AssertUnwindSafe(|| pieces.next())).unwrap_or_else(|panic| Some(Err(panicked(panic))))
                };
                if self.task.ignore.is_empty() {
                    while let Some(piece) = next() {
                        self.keep(piece.map_err(Fault::Own)?)?;
                    }
                    return Ok(());
                }
                // A partition that may still be dropped is kept apart until its end.
                let all: Vec<DataFrame> =
                    std::iter::from_fn(next).collect::<anyhow::Result<_>>().map_err(Fault::Own)?;
                all.into_iter().try_for_each(|piece| self.keep(piece))
            }
        }
    }

    fn keep(&mut self, rows: DataFrame) -> Result<(), Fault> {
        let rows = conform(rows, &self.task.output).map_err(Fault::Schema)?;
        self.results.push(rows).map_err(Fault::Engine)?;
        if self.results.height() < FLUSH_ROWS { Ok(()) } else { self.flush().map_err(Fault::Engine) }
    }

    fn flush(&mut self) -> Result<()> {
        let results = std::mem::replace(&mut self.results, Stack::new(self.task.output.clone()));
        if results.height() == 0 { Ok(()) } else { self.sink.accept(self.number, results.into_frame()?) }
    }

    fn fault(&self, cursor: &Cursor, fault: Fault) -> Error {
        let (cause, next) = match fault {
            Fault::Own(error) => (format!("{error:#}"), "Call it on these rows alone to see why"),
            Fault::Schema(cause) => (cause, "Change the function, its struct, or what .schema() promises"),
            Fault::Engine(error) => return error,
        };
        self.task.fault(cursor.describe(), cause, next)
    }
}

impl Fault {
    /// Rows that do not fit structs, or structs that do not fit the schema, are no error of the function's own.
    fn of(error: anyhow::Error) -> Self {
        match error.downcast::<DoesNotFit>() {
            Ok(error) => Fault::Schema(error.to_string()),
            Err(error) => Fault::Own(error),
        }
    }
}

/// Why a logical partition gave no rows.
enum Fault {
    /// The function's own error or panic.
    Own(anyhow::Error),
    /// What it gave is not what was promised.
    Schema(String),
    /// Ours.
    Engine(Error),
}

fn panicked(panic: Box<dyn std::any::Any + Send>) -> anyhow::Error {
    let message = panic.downcast_ref::<String>().map(String::as_str);
    let message = message.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    Panicked(message.to_string()).into()
}

/// The groups of several frames by the same keys: a row of keys for each, and each side's rows of it. A null in a key
/// matches nothing, so such groups have rows on one side only.
fn match_groups(sides: &[DataFrame], keys: &[&str]) -> Result<(DataFrame, Vec<Vec<DataFrame>>)> {
    let mut marked: Vec<&str> = keys.to_vec();
    // Longer than each key, so none of them.
    let marker = format!("side of {}", keys.join(" "));
    marked.push(&marker);
    let mut all = DataFrame::empty();
    for (number, side) in sides.iter().enumerate() {
        let mut keys_of_side = side.select(keys.iter().copied())?;
        let mut null = BooleanChunked::full(PlSmallStr::EMPTY, false, side.height());
        for key in keys_of_side.columns() {
            null = &null | &key.is_null();
        }
        let mark: Vec<i32> = null.iter().map(|null| if null == Some(true) { number as i32 } else { -1 }).collect();
        keys_of_side.with_column(Column::new(marker.as_str().into(), mark))?;
        all = if number == 0 { keys_of_side } else { all.vstack(&keys_of_side)? };
    }
    let groups = Groups::of(&all, &marked)?;
    let mut start = 0;
    let mut by_side = Vec::new();
    for side in sides {
        let codes = &groups.codes()[start..start + side.height()];
        by_side.push(slices_by_codes(side, codes, groups.len())?.collect());
        start += side.height();
    }
    Ok((groups.keys().select(keys.iter().copied())?, by_side))
}
