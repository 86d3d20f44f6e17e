//! Predictions of rows moved, held against the ledger of a real run.

use outgrow::dropin as pd;
use outgrow::{Result, flights, ledger};

use crate::{Check, Exercise};

/// What the attendee writes: rows that are copied from one partition to another.
pub struct Answer {
    /// By the first ten rows.
    pub first_rows: Option<u64>,
    /// By the largest delay of each carrier.
    pub largest_delay: Option<u64>,
    /// By the difference to the row before.
    pub difference: Option<u64>,
    /// By a sort.
    pub sorted: Option<u64>,
    /// By a sort, and then the last flight of each carrier.
    pub worst_flights: Option<u64>,
}

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        let case = "the real flights";
        let Some([first_rows, largest_delay, difference, sorted, worst_flights]) = check.call(case, counted) else {
            return;
        };
        let predictions = [
            ("FIRST_ROWS", self.first_rows, first_rows, "the first rows lie together, and the index says where."),
            (
                "LARGEST_DELAY",
                self.largest_delay,
                largest_delay,
                "a partition knows its own largest delays, a row per carrier; only these have to meet.",
            ),
            (
                "DIFFERENCE",
                self.difference,
                difference,
                "only the first row of a partition looks at a row beyond it: one row per border between two partitions.",
            ),
            (
                "SORTED",
                self.sorted,
                sorted,
                "a row may belong into any partition, so each of them is sent to its place.",
            ),
            (
                "WORST_FLIGHTS",
                self.worst_flights,
                worst_flights,
                "the sort has moved every row already; of what each partition keeps then, few rows have to meet.",
            ),
        ];
        if check.predicted(case, 2.0, &predictions) {
            check.note(format!(
                "Counted: {first_rows}, {largest_delay}, {difference}, {sorted} and {worst_flights} rows. LARGEST_DELAY is \
                 {largest_delay} and not 16 x 5, because a carrier has no row in a partition in which it has no flight. The \
                 worst flight of each carrier can be had without its sort: LARGEST_DELAY knows the delays already."
            ));
        }
    }
}

/// Rows moved by each of the lines.
fn counted() -> Result<[u64; 5]> {
    let flights = pd::read_parquet(&flights::shipped()?, &["carrier", "arr_delay"])?;
    let moved = |line: &dyn Fn() -> Result<usize>| {
        let (done, ledger) = ledger::record(line);
        done.map(|_rows| ledger.rows_moved())
    };
    let sorted = || flights.sort_values(&["arr_delay"], &[true]);
    Ok([
        moved(&|| Ok(flights.head(10).len()))?,
        moved(&|| flights.groupby(&["carrier"]).agg(&[("worst", "arr_delay", pd::Agg::Max)]).map(|frame| frame.len()))?,
        moved(&|| flights.col("arr_delay")?.diff(1).map(|column| column.len()))?,
        moved(&|| sorted().map(|frame| frame.len()))?,
        moved(&|| sorted()?.drop_duplicates(&["carrier"], pd::Keep::Last).map(|frame| frame.len()))?,
    ])
}
