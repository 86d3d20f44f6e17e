//! What several runs of one case say together: medians and extremes.

use super::record::{Case, Record, Spent};

/// Runs of one case.
#[derive(Clone, Debug)]
pub struct Cell<'a> {
    /// What was run.
    pub case: Case,
    /// The counted runs of the newest sweep that ran it, by round.
    pub runs: Vec<&'a Record>,
}

/// Puts records of the same case together, in the order in which cases were first met. Where several sweeps have run a
/// case the newest one counts alone: figures of two days are not mixed. Runs that warmed up are left out.
pub fn cells<'a>(records: impl IntoIterator<Item = &'a Record>) -> Vec<Cell<'a>> {
    let mut cells: Vec<Cell> = Vec::new();
    for record in records.into_iter().filter(|record| record.round > 0) {
        match cells.iter_mut().find(|cell| cell.case == record.case) {
            None => cells.push(Cell { case: record.case.clone(), runs: vec![record] }),
            Some(cell) if (&cell.runs[0].sweep, &cell.runs[0].plan) == (&record.sweep, &record.plan) => {
                cell.runs.push(record);
            }
            Some(cell) => {
                // Sweeps are told apart by their first run; a later line is not always a later sweep.
                if record.started >= cell.runs[0].started {
                    cell.runs = vec![record];
                }
            }
        }
    }
    cells.iter_mut().for_each(|cell| cell.runs.sort_by_key(|record| record.round));
    cells
}

/// Medians and extremes of the runs of one case that gave an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Seconds from before reading to the answer: the median.
    pub wall_s: f64,
    /// Seconds before that, from the start of the process; none where it is not known.
    pub start_s: Option<f64>,
    /// The fastest run.
    pub fastest_s: f64,
    /// The slowest run.
    pub slowest_s: f64,
    /// Seconds of all threads.
    pub cpu_s: f64,
    /// The most memory resident at once.
    pub peak_rss_bytes: u64,
    /// The smallest and the largest of these peaks.
    pub peak_range_bytes: (u64, u64),
    /// Rows copied from one partition to another, in the last run.
    pub rows_moved: u64,
    /// Bytes of these rows.
    pub bytes_moved: u64,
    /// Where the time went of an engine that works in other processes: a median each, and all that was done again.
    pub spent: Option<Spent>,
    /// Short form of the answer.
    pub digest: String,
}

impl Figures {
    /// `None` when no run gave an answer.
    pub fn of(runs: &[&Record]) -> Option<Self> {
        let finished: Vec<&&Record> = runs.iter().filter(|record| record.finished()).collect();
        let of = |figure: fn(&Record) -> f64| sorted(finished.iter().map(|record| figure(record)).collect());
        let last = finished.last()?;
        let wall = of(|record| record.wall_s);
        let peak = of(|record| record.process.peak_rss_bytes.unwrap_or(0) as f64);
        Some(Self {
            wall_s: median(&wall),
            start_s: {
                let starts: Option<Vec<f64>> =
                    finished.iter().map(|record| record.phases.map(|phases| phases.begin_s)).collect();
                starts.map(|starts| median(&sorted(starts)))
            },
            fastest_s: wall[0],
            slowest_s: wall[wall.len() - 1],
            cpu_s: median(&of(|record| record.cpu_s.unwrap_or(0.0))),
            peak_rss_bytes: median(&peak) as u64,
            peak_range_bytes: (peak[0] as u64, peak[peak.len() - 1] as u64),
            rows_moved: last.rows_moved(),
            bytes_moved: last.bytes_moved(),
            spent: spent(&finished.iter().filter_map(|record| record.spent).collect::<Vec<_>>()),
            digest: last.digest.clone().unwrap_or_default(),
        })
    }

    /// Whether every run was faster than every one of the other: as long as their runs overlap, it may be chance.
    pub fn beats(&self, other: &Self) -> bool {
        self.slowest_s < other.fastest_s
    }
}

fn spent(runs: &[Spent]) -> Option<Spent> {
    let of = |seconds: fn(&Spent) -> f64| median(&sorted(runs.iter().map(seconds).collect()));
    (!runs.is_empty()).then(|| Spent {
        start_s: of(|run| run.start_s),
        planning_s: of(|run| run.planning_s),
        work_s: of(|run| run.work_s),
        fetch_s: of(|run| run.fetch_s),
        again: runs.iter().map(|run| run.again).sum(),
        left_out: runs.iter().map(|run| run.left_out).sum(),
    })
}

/// The median of the seconds after which runs died of their memory limit; none when none did.
pub fn died_after_s(runs: &[&Record]) -> Option<f64> {
    let died = sorted(runs.iter().filter(|record| !record.finished()).map(|record| record.wall_s).collect());
    (!died.is_empty()).then(|| median(&died))
}

/// The run whose time is the median one, or the nearest below it; none of none.
pub fn typical<'a>(runs: &[&'a Record]) -> Option<&'a Record> {
    let mut runs = runs.to_vec();
    runs.sort_by(|this, that| this.wall_s.total_cmp(&that.wall_s));
    runs.get(runs.len().checked_sub(1)? / 2).copied()
}

/// From the smallest to the largest.
pub fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// The middle one of sorted values, or the mean of the two in the middle. There must be at least one.
pub fn median(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[half] } else { (sorted[half - 1] + sorted[half]) / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::record::Outcome;

    fn record(sweep: &str, started: &str, round: usize, wall_s: f64) -> Record {
        Record { sweep: sweep.into(), started: started.into(), round, wall_s, ..Record::default() }
    }

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        assert_eq!(median(&sorted(vec![3.0, 1.0, 2.0])), 2.0);
        assert_eq!(median(&sorted(vec![4.0, 1.0, 3.0, 2.0])), 2.5);
    }

    #[test]
    fn the_newest_sweep_counts_and_its_warm_up_does_not() {
        let records = [
            record("old", "2026-01-01T00:00:00Z", 1, 9.0),
            record("new", "2026-02-01T00:00:00Z", 0, 9.0),
            record("new", "2026-02-01T00:00:01Z", 2, 2.0),
            record("new", "2026-02-01T00:00:02Z", 1, 1.0),
            record("old", "2026-01-01T00:00:00Z", 2, 9.0),
        ];
        let cells = cells(&records);
        assert_eq!(cells.len(), 1);
        assert_eq!(cells[0].runs.iter().map(|record| record.wall_s).collect::<Vec<_>>(), [1.0, 2.0]);
        assert_eq!(Figures::of(&cells[0].runs).unwrap().wall_s, 1.5);
    }

    #[test]
    fn the_typical_run_is_the_one_in_the_middle() {
        let runs = [record("", "", 1, 3.0), record("", "", 2, 1.0), record("", "", 3, 2.0), record("", "", 4, 9.0)];
        let of = |runs: &[Record]| typical(&runs.iter().collect::<Vec<_>>()).map(|record| record.wall_s);
        assert_eq!((of(&runs[..3]), of(&runs), of(&[])), (Some(2.0), Some(2.0), None));
    }

    #[test]
    fn runs_that_died_have_no_part_in_the_figures() {
        let died = Record { outcome: Outcome::OutOfMemory, ..record("", "", 1, 5.0) };
        let finished = record("", "", 2, 1.0);
        assert_eq!(Figures::of(&[&died]), None);
        assert_eq!(Figures::of(&[&died, &finished]).unwrap().slowest_s, 1.0);
        assert_eq!(died_after_s(&[&died, &finished]), Some(5.0));
        assert_eq!(died_after_s(&[&finished]), None);
    }
}
