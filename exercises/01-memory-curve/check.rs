//! What is read off a curve, held against bytes that are counted in processes of their own.

use outgrow::eager as pd;
use outgrow::flights::{self, SHIPPED_ROWS};
use outgrow::memory::show_bytes;
use outgrow::partitioned::Threads;
use outgrow::{ParquetFiles, workloads::aggregation};
use polars::prelude::*;

use crate::{Check, Exercise, counted};

/// The flights of 2013 so many times: a smaller and a larger input.
const TIMES: [u64; 2] = [2, 8];

/// Memory of a laptop.
const LAPTOP: u64 = 16 << 30;

/// A row of the table: two texts of 16 bytes each, and two numbers of 2 bytes each.
const TABLE: u64 = 2 * 16 + 2 * 2;

/// How many times too large or too small a number may be.
const NEAR: f64 = 1.25;

/// The same for what follows from another number of the answer: 16 GiB are 7 % more than 16 GB, and that is to show.
const NEAR_TO_OWN: f64 = 1.04;

/// Bytes per flight that are as good as none: a peak is never quite the same twice.
const AS_GOOD_AS_NONE: u64 = 5;

/// A part of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Before the last rows are read: up to the ring in the chart.
    Reading,
    /// Between the last rows and the answer: from the ring to the dot.
    Working,
    /// After the answer is there.
    Ending,
}

/// What the attendee writes.
pub struct Answer {
    /// Bytes by which eager's peak grows for each flight more.
    pub eager: Option<u64>,
    /// The same for partitioned.
    pub partitioned: Option<u64>,
    /// When eager has its peak.
    pub peak: Option<Phase>,
    /// Flights that eager can work on in 16 GiB.
    pub fit: Option<u64>,
}

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        let case = "your reading of the curves";
        let gaps = [
            ("EAGER", self.eager.is_none()),
            ("PARTITIONED", self.partitioned.is_none()),
            ("PEAK", self.peak.is_none()),
            ("FIT", self.fit.is_none()),
        ];
        if let Some((name, _)) = gaps.iter().find(|(_, gap)| *gap) {
            check.require(case, false, || format!("This is not written yet: {name} is `None`."));
            return;
        }
        let mut alone = |what: &str, times: u64| check.alone(&format!("{what}, {times} times"));
        let mut measured = || {
            let [small, large] = TIMES;
            let (eager, larger) = (alone("eager", small)?, alone("eager", large)?);
            let partitioned = (alone("partitioned", small)?.peak_bytes, alone("partitioned", large)?.peak_bytes);
            let (read, left) = (alone("reading", large)?.peak_bytes, larger.answer.estimated_size() as u64);
            Some(((eager.peak_bytes, larger.peak_bytes), partitioned, read, left))
        };
        let Some((eager, of_pieces, read, left)) = measured() else { return };
        let (rows, peak) = (TIMES[1] * SHIPPED_ROWS as u64, eager.1);
        let (eager, partitioned) = (per_flight(eager), per_flight(of_pieces));
        let phase = if peak > read + read / 20 { Phase::Working } else { Phase::Reading };
        let fit = LAPTOP / eager.max(1);

        let of_eager = self.eager.unwrap_or_default();
        check.require(case, near(of_eager, eager, NEAR), || {
            let why = if of_eager > eager {
                "A peak divided by its flights also counts what the program needs without a single flight. Take the \
                 difference of two peaks, and divide it by the difference of the flights."
                    .to_string()
            } else {
                format!(
                    "The table alone has {TABLE} bytes a row, and the curve goes on rising when the table is there."
                )
            };
            format!("EAGER: {of_eager} bytes a flight are {} than were counted. {why}", more_or_less(of_eager, eager))
        });
        let of_partitioned = self.partitioned.unwrap_or_default();
        check.require(case, of_partitioned <= partitioned + AS_GOOD_AS_NONE, || {
            format!(
                "PARTITIONED: its peak does not grow by {of_partitioned} bytes with each flight. It was {} for {} \
                 flights and {} for {rows}: what a piece of the table takes, however many pieces there are. The rest \
                 of the peak that you read is the program itself.",
                show_bytes(of_pieces.0),
                TIMES[0] * SHIPPED_ROWS as u64,
                show_bytes(of_pieces.1)
            )
        });
        check.require(case, self.peak == Some(phase), || match self.peak {
            Some(Phase::Ending) => format!(
                "PEAK: not at its end. By then the table of {rows} flights is done with, and what is left is the answer, \
                 {}; at the peak {} were in use at once.",
                show_bytes(left),
                show_bytes(peak)
            ),
            _ => format!(
                "PEAK: eager has its peak at another time. When {rows} flights had been read, {} were in use; the most \
                 that were in use at once are {}.",
                show_bytes(read),
                show_bytes(peak)
            ),
        });
        let of_fit = self.fit.unwrap_or_default();
        let [own_fit, in_gigabytes] = [LAPTOP, 16_000_000_000].map(|bytes| bytes / of_eager.max(1));
        check.require(case, near(of_fit, own_fit, NEAR_TO_OWN), || match near(of_fit, in_gigabytes, NEAR_TO_OWN) {
            true => format!(
                "FIT: by your EAGER {of_fit} flights fit into 16 GB of 1,000,000,000 bytes each. A GiB is 1024 x 1024 x 1024 \
                 bytes, and so {} are {LAPTOP} bytes.",
                show_bytes(LAPTOP)
            ),
            false => format!(
                "FIT: by your EAGER {of_fit} flights are {} than fit into {}. Divide it by the bytes that each flight \
                 takes, all in bytes.",
                more_or_less(of_fit, own_fit),
                show_bytes(LAPTOP)
            ),
        });
        check.note(format!(
            "Counted: {eager} bytes a flight for eager, {partitioned} for partitioned; so about {} million flights fit \
             into {} with eager. A row of the table has {TABLE} bytes: the rest is there while the table is grouped. \
             Of {rows} flights, {} were in use when all were read, and {} at the peak.",
            fit / 1_000_000,
            show_bytes(LAPTOP),
            show_bytes(read),
            show_bytes(peak)
        ));
    }

    fn alone(&self, case: &str) -> anyhow::Result<DataFrame> {
        let (what, times) = case.split_once(", ").unwrap_or((case, "1"));
        let times = times.trim_end_matches(" times").parse()?;
        let files = ParquetFiles::open_all(&vec![flights::home().join("datasets/flights.parquet"); times])?;
        let answer = match what {
            "eager" => counted(|| aggregation::eager::answer(&files))?,
            "partitioned" => counted(|| aggregation::partitioned::answer(&files, &Threads::new(2)))?,
            _ => {
                let table = counted(|| pd::read_parquet(&files, &["carrier", "origin", "arr_delay", "distance"]))?;
                df!("rows" => [table.len() as u64])?
            }
        };
        Ok(answer)
    }
}

/// By how much a peak grows with each flight, from those of the smaller and of the larger input.
fn per_flight((small, large): (u64, u64)) -> u64 {
    large.saturating_sub(small) / ((TIMES[1] - TIMES[0]) * SHIPPED_ROWS as u64)
}

fn near(number: u64, counted: u64, times: f64) -> bool {
    let (less, more) = (number.min(counted) as f64, number.max(counted) as f64);
    more <= less * times
}

fn more_or_less(number: u64, counted: u64) -> &'static str {
    if number > counted { "more" } else { "less" }
}
