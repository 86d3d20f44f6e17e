//! Rows by their place: the right ones, and no slice read that holds none of them.

use std::cell::RefCell;

use outgrow::{Error, Result, flights};
use polars::prelude::*;

use crate::inputs::{made_up, shuffled, slices};
use crate::{Check, Exercise, expected};

/// Columns that the slices have.
const COLUMNS: [&str; 3] = ["id", "carrier", "arr_delay"];

/// A table in slices: their row counts are known, and a slice is read when it is asked for.
pub struct Slices {
    counts: Vec<usize>,
    none: DataFrame,
    source: Box<dyn Fn(usize) -> Result<DataFrame>>,
    /// Numbers of the slices that were read, in order.
    read: RefCell<Vec<usize>>,
}

impl Slices {
    /// How many rows each slice has, in order. Nothing is read for it.
    pub fn counts(&self) -> Vec<usize> {
        self.counts.clone()
    }

    /// Reads a slice by its number, from 0: all of its rows.
    ///
    /// # Errors
    /// [`Error::Input`] for a number that no slice has.
    pub fn read(&self, number: usize) -> Result<DataFrame> {
        if number >= self.counts.len() {
            let slices = self.counts.len();
            return Err(Error::input(format!("there is no slice {number}: {slices} slices are numbered from 0")));
        }
        self.read.borrow_mut().push(number);
        (self.source)(number)
    }

    /// The columns, and no row.
    pub fn no_rows(&self) -> DataFrame {
        self.none.clone()
    }

    fn of(slices: Vec<DataFrame>) -> Self {
        let counts = slices.iter().map(DataFrame::height).collect();
        let none = slices[0].clear();
        Self { counts, none, source: Box::new(move |number| Ok(slices[number].clone())), read: RefCell::default() }
    }

    /// The flights of the project: their row groups.
    fn real() -> Result<Self> {
        let files = flights::shipped()?;
        let (counts, none) = (files.row_group_rows(), files.empty(&COLUMNS)?);
        Ok(Self {
            counts,
            none,
            source: Box::new(move |number| files.read_row_group(number, &COLUMNS)),
            read: RefCell::default(),
        })
    }

    fn all(&self) -> usize {
        self.counts.iter().sum()
    }

    /// From which place to which each slice goes.
    fn spans(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let mut end = 0;
        self.counts.iter().map(move |count| {
            end += count;
            end - count..end
        })
    }

    /// Numbers of the slices that hold one of these places.
    fn holding(&self, places: &std::ops::Range<usize>) -> Vec<usize> {
        let held = |span: &std::ops::Range<usize>| span.start.max(places.start) < span.end.min(places.end);
        self.spans().enumerate().filter(|(_, span)| held(span)).map(|(number, _)| number).collect()
    }
}

/// What the attendee writes.
pub struct Answer {
    /// So many rows from a place on.
    pub rows: fn(&Slices, usize, usize) -> Result<DataFrame>,
    /// The last rows.
    pub tail: fn(&Slices, usize) -> Result<DataFrame>,
}

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        let flights = |seed| shuffled(&made_up(40, seed), seed).select(COLUMNS).expect("columns of flights");
        let one = flights(8);
        self.check_slices(check, "", &one, Slices::of(slices(&one)));
        // Nothing to begin with, nothing at the end, and nothing twice in a row.
        let (other, counts) = (flights(9), [0, 7, 1, 0, 0, 20, 12, 0]);
        let places = counts.iter().scan(0, |end, rows| Some(std::mem::replace(end, *end + rows)));
        let cut = places.zip(counts).map(|(from, rows)| other.slice(from as i64, rows)).collect();
        self.check_slices(check, ", where the first and the last slice are empty", &other, Slices::of(cut));
        if check.right_so_far() {
            self.check_real(check);
        }
    }
}

impl Answer {
    fn check_slices(&self, check: &mut Check, of: &str, flights: &DataFrame, table: Slices) {
        // Within a slice, all of one, over a border, over the empty slice, up to the end, beyond it, nothing, everything.
        for (from, count) in [(22, 6), (20, 15), (18, 6), (2, 6), (31, 9), (37, 6), (12, 0), (50, 3), (0, 40)] {
            let case = format!("{count} rows from place {from} on{of}");
            // What was read before an error is not held against the next call.
            table.read.take();
            let Some(answer) = check.call(&case, || (self.rows)(&table, from, count)) else { continue };
            look(check, &case, &table, answer, from..from + count, flights);
        }
        for count in [3, 5, 8, 0, 40, 55] {
            let case = format!("the last {count} rows{of}");
            table.read.take();
            let Some(answer) = check.call(&case, || (self.tail)(&table, count)) else { continue };
            look(check, &case, &table, answer, 40usize.saturating_sub(count)..40, flights);
        }
    }

    fn check_real(&self, check: &mut Check) {
        let case = "the real flights";
        let Some(table) = check.call(case, Slices::real) else { return };
        let flights = crate::inputs::real().select(COLUMNS).expect("columns of flights");
        let (all, middle) = (table.all(), table.all() / 2);
        let Some(answer) = check.call(case, || (self.rows)(&table, middle, 10)) else { return };
        let of_middle = look(check, case, &table, answer, middle..middle + 10, &flights);
        let Some(answer) = check.call(case, || (self.tail)(&table, 10)) else { return };
        let of_end = look(check, case, &table, answer, all - 10..all, &flights);
        let late =
            flights.column("arr_delay").and_then(|delays| Ok(delays.i16()?.gt(60))).expect("a column of flights");
        let late: Vec<u32> =
            table.spans().map(|span| late.slice(span.start as i64, span.len()).sum().unwrap_or(0)).collect();
        check.note(format!(
            "Of {all} flights in {} slices, {of_middle} were read for ten from the middle, and {of_end} for the last ten. \
             Ask for the middle one of the flights that were more than an hour late, and no footer helps: each slice has to \
             be read before it is known that they have {late:?} of them. Counts are known of what lies in files, not of what \
             a filter leaves.",
            table.counts.len(),
        ));
    }
}

/// Holds an answer against the rows at these places, and what was read for it against the slices that hold them. Returns
/// how many rows were read.
fn look(
    check: &mut Check,
    case: &str,
    table: &Slices,
    answer: DataFrame,
    places: std::ops::Range<usize>,
    flights: &DataFrame,
) -> usize {
    let read = table.read.take();
    let places = places.start.min(table.all())..places.end.min(table.all());
    let truth = flights.slice(places.start as i64, places.len());
    let needed = table.holding(&places);
    let mut expected = expected(truth.clone());
    if let Some(reason) = misread(table, &places, &needed, &read, &answer, &truth) {
        expected = expected.mistake(answer.clone(), reason);
    }
    let rows = |numbers: &[usize]| numbers.iter().map(|number| table.counts[*number]).sum::<usize>();
    if check.expect(case, &answer, &expected) {
        check.require(case, rows(&read) <= rows(&needed), || too_much(table, &places, &needed, &read));
    }
    rows(&read)
}

/// Why the rows are others, as far as it shows in what was read.
fn misread(
    table: &Slices,
    places: &std::ops::Range<usize>,
    needed: &[usize],
    read: &[usize],
    answer: &DataFrame,
    truth: &DataFrame,
) -> Option<String> {
    let told = format!(
        "The places {} to {} lie in {}, and your code read {}.",
        places.start,
        places.end.saturating_sub(1),
        named(needed),
        named(read)
    );
    let (given, counts) = (answer.height(), &table.counts);
    let missed = needed.iter().find(|number| !read.contains(number));
    if let Some(missed) = missed
        && given > 0
        && answer.equals_missing(&truth.head(Some(given)))
    {
        return Some(format!(
            "These are the first {given} of {} rows: slice {} ends there, and the rows go on in slice {missed}.",
            truth.height(),
            read.last()?
        ));
    }
    let size = table.all().div_ceil(counts.len());
    let by_division: Vec<usize> = (places.start / size..=places.end.saturating_sub(1) / size).collect();
    if read == by_division && read != needed && !places.is_empty() {
        return Some(format!(
            "{told} That is as if all slices were of one size, {size} rows each. Their row counts are {counts:?}."
        ));
    }
    missed.map(|_| format!("{told} The row counts are {counts:?}."))
}

/// What was read without need, and how that could have been known.
fn too_much(table: &Slices, places: &std::ops::Range<usize>, needed: &[usize], read: &[usize]) -> String {
    let rows = |numbers: &[usize]| numbers.iter().map(|number| table.counts[*number]).sum::<usize>();
    if places.is_empty() {
        let read: Vec<usize> = read.iter().copied().filter(|number| table.counts[*number] > 0).collect();
        return format!("The answer has no row, so nothing has to be read for it. Your code read {}.", named(&read));
    }
    let told = format!("The rows are right, but {} rows were read for {}.", rows(read), places.len());
    let spans: Vec<_> = table.spans().collect();
    // An empty slice costs nothing, and is no example of what does.
    let extra = read.iter().find(|number| !needed.contains(number) && table.counts[**number] > 0);
    let all = spans.iter().enumerate().all(|(number, span)| span.is_empty() || read.contains(&number));
    match extra {
        _ if all && extra.is_some() => format!(
            "{told} Your code read all slices to know where the rows lie. The row counts say it: they are {:?}, so the rows lie \
             in {}.",
            table.counts,
            named(needed)
        ),
        Some(number) if spans[*number].end <= places.start => format!(
            "{told} Your code read slice {number}, which comes before the first row: it ends at place {}, and the rows begin \
             at {}. To pass over it, its count is enough.",
            spans[*number].end.saturating_sub(1),
            places.start
        ),
        Some(number) if spans[*number].start >= places.end => format!(
            "{told} Your code read slice {number}, which begins behind the last row: at place {}, and the last row is at {}.",
            spans[*number].start,
            places.end.saturating_sub(1)
        ),
        _ => format!("{told} Your code read the same slice more than once: {read:?}."),
    }
}

fn named(numbers: &[usize]) -> String {
    let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
    match &numbers[..] {
        [] => "no slice".into(),
        [number] => format!("slice {number}"),
        [others @ .., last] => format!("the slices {} and {last}", others.join(", ")),
    }
}
