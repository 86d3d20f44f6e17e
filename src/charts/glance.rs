//! All workloads at a glance: how far the modes lie apart in each, as a chart, and the figures behind it as tables with
//! a row per workload.

use super::canvas::{At, Drawn, Frame, LABEL, MARGIN, SMALL, WIDTH, draw, label, line, mark, text, width};
use super::pick::MODES;
use super::plot::Axis;
use super::theme::Tone;
use super::{Chart, Table, pick, units};
use crate::error::Result;
use crate::measure::{Cell, Record, median, sorted};

/// Sizes that the tables show, where they were measured; otherwise they show the largest one.
const SIZES: [u64; 2] = [1_000_000, 10_000_000];

/// What a table is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// The time that one waits.
    Wall,
    /// The work of all threads together.
    Cpu,
    /// The most memory that was resident at once.
    Peak,
    /// Rows copied from one partition to another.
    Moved,
}

/// All of them, in the order in which they are shown.
pub const FIGURES: [Figure; 4] = [Figure::Wall, Figure::Cpu, Figure::Peak, Figure::Moved];

impl Figure {
    /// A heading.
    pub fn title(self) -> &'static str {
        match self {
            Figure::Wall => "Time",
            Figure::Cpu => "CPU time of all threads",
            Figure::Peak => "Peak memory",
            Figure::Moved => "Rows moved between partitions",
        }
    }

    fn of(self, record: &Record) -> Option<f64> {
        match self {
            Figure::Wall => Some(record.wall_s),
            Figure::Cpu => record.cpu_s,
            Figure::Peak => record.process.peak_rss_bytes.map(|bytes| bytes as f64),
            Figure::Moved => Some(record.rows_moved() as f64),
        }
    }

    fn write(self, value: f64) -> String {
        match self {
            Figure::Wall | Figure::Cpu => units::seconds(value),
            Figure::Peak => units::bytes(value),
            Figure::Moved => units::count(value as u64),
        }
    }
}

/// The median of some runs, and the smallest and largest of them.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Spread {
    median: f64,
    low: f64,
    high: f64,
}

impl Spread {
    /// Of the runs that gave an answer; none where none did, or where the system does not tell.
    fn of(cell: &Cell, figure: Figure) -> Option<Self> {
        let runs = cell.runs.iter().filter(|run| run.finished());
        let values = sorted(runs.filter_map(|run| figure.of(run)).collect());
        Some(Self { low: *values.first()?, high: *values.last()?, median: median(&values) })
    }
}

/// A table of one figure: a row per workload, and for each size a column per mode.
#[derive(Clone, Debug, PartialEq)]
pub struct Glance {
    /// What it is about.
    pub figure: Figure,
    /// Names of the columns after the first, which is the workload.
    pub header: Vec<String>,
    /// A workload, and what stands in its columns.
    pub rows: Vec<(String, Vec<Entry>)>,
}

/// What stands in a column of a [`Glance`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// The median; empty where it was not run.
    pub median: String,
    /// The smallest and the largest, where they differ.
    pub range: Option<String>,
    /// No run of another mode was as good.
    pub best: bool,
    /// It was run once: nobody knows how far runs differ.
    pub once: bool,
}

/// A table per figure, of flights that were shipped or grown; none where there are no such records.
pub fn tables(records: &[&Record]) -> Vec<Glance> {
    let groups: Vec<Vec<Cell>> = pick::groups(records, pick::mode)
        .into_iter()
        .filter(|cells| {
            let case = &cells[0].case;
            case.memory_limit.is_none() && case.input.is_none() && case.groups.is_none()
        })
        .collect();
    let measured = |rows: u64| groups.iter().any(|cells| cells[0].case.rows == rows);
    let largest = groups.iter().map(|cells| cells[0].case.rows).max();
    let mut sizes: Vec<u64> = SIZES.into_iter().filter(|rows| measured(*rows)).collect();
    if sizes.is_empty() {
        sizes.extend(largest);
    }
    let mut workloads: Vec<&str> = Vec::new();
    for cells in groups.iter().filter(|cells| sizes.contains(&cells[0].case.rows)) {
        if !workloads.contains(&cells[0].case.workload.as_str()) {
            workloads.push(&cells[0].case.workload);
        }
    }
    if workloads.is_empty() {
        return vec![];
    }
    // Of several numbers of threads the largest, as everywhere.
    let at = |workload: &str, rows: u64| {
        let of_it =
            groups.iter().filter(|cells| (cells[0].case.workload.as_str(), cells[0].case.rows) == (workload, rows));
        of_it.max_by_key(|cells| (cells.len(), cells[0].case.threads))
    };
    let header: Vec<String> = sizes
        .iter()
        .flat_map(|rows| {
            MODES.map(
                |mode| if mode == MODES[0] { format!("{} rows: {mode}", units::count(*rows)) } else { mode.into() },
            )
        })
        .collect();
    let table = |figure: Figure| {
        let row = |workload: &&str| {
            let entries = sizes.iter().flat_map(|rows| entries(at(workload, *rows), figure));
            (workload.to_string(), entries.collect())
        };
        Glance { figure, header: header.clone(), rows: workloads.iter().map(row).collect() }
    };
    FIGURES.into_iter().map(table).collect()
}

fn entries(cells: Option<&Vec<Cell>>, figure: Figure) -> [Entry; 3] {
    let cell = |mode: &str| cells.and_then(|cells| cells.iter().find(|cell| cell.case.mode == mode));
    let spreads = MODES.map(|mode| cell(mode).and_then(|cell| Spread::of(cell, figure)));
    let once = |at: usize| cell(MODES[at]).is_some_and(|cell| cell.runs.len() == 1);
    std::array::from_fn(|at| {
        let Some(spread) = spreads[at] else { return Entry::default() };
        let others = || spreads.iter().enumerate().filter(|(other, _)| *other != at).filter_map(|(_, spread)| *spread);
        Entry {
            median: figure.write(spread.median),
            range: (spread.low < spread.high)
                .then(|| format!("{} to {}", figure.write(spread.low), figure.write(spread.high))),
            // Eager has no partitions: that it moves nothing is no merit.
            best: figure != Figure::Moved
                && !once(at)
                && others().count() > 0
                && others().all(|other| spread.high < other.low),
            once: once(at),
        }
    })
}

/// A chart for time and one for memory, beside eager, of all workloads at their largest size; none for a single one.
///
/// # Errors
/// As [`canvas::draw`](super::canvas::draw).
pub fn charts(records: &[&Record]) -> Result<Vec<Chart>> {
    let largest = pick::largest(records);
    [Figure::Wall, Figure::Peak].into_iter().filter_map(|figure| chart(&largest, figure).transpose()).collect()
}

/// A workload: its name, and a mode's figure beside eager's.
struct Row<'a> {
    cells: &'a [Cell<'a>],
    shares: Vec<(&'a Cell<'a>, Spread, Spread)>,
}

fn row<'a>(cells: &'a [Cell<'a>], figure: Figure) -> Option<Row<'a>> {
    let eager = Spread::of(cells.iter().find(|cell| cell.case.mode == MODES[0])?, figure)?.median;
    // Beside nothing there are no shares.
    if eager <= 0.0 {
        return None;
    }
    let shares = cells.iter().filter_map(|cell| {
        let spread = Spread::of(cell, figure)?;
        let beside = |value: f64| value / eager;
        let share = Spread { median: beside(spread.median), low: beside(spread.low), high: beside(spread.high) };
        Some((cell, spread, share))
    });
    let shares: Vec<_> = shares.collect();
    (shares.len() > 1).then_some(Row { cells, shares })
}

const LINE: i32 = 30;

fn chart(largest: &[Vec<Cell>], figure: Figure) -> Result<Option<Chart>> {
    let rows: Vec<Row> = largest.iter().filter_map(|cells| row(cells, figure)).collect();
    if rows.len() < 2 {
        return Ok(None);
    }
    let (word, name) = match figure {
        Figure::Wall => ("time", "glance-time"),
        _ => ("peak memory", "glance-memory"),
    };
    let mut table =
        Table::new(["workload", "setting", "mode", word, "lowest", "highest", "beside eager", "lines of records"]);
    let mut sentences = Vec::new();
    for row in &rows {
        let case = &row.cells[0].case;
        for (cell, spread, share) in &row.shares {
            table.rows.push(vec![
                case.workload.clone(),
                pick::setting(row.cells),
                cell.case.mode.clone(),
                figure.write(spread.median),
                figure.write(spread.low),
                figure.write(spread.high),
                times(share.median),
                pick::lines(&cell.runs),
            ]);
        }
        let others: Vec<String> = row
            .shares
            .iter()
            .filter(|(cell, _, _)| cell.case.mode != MODES[0])
            .map(|(cell, _, share)| format!("{} {}", cell.case.mode, times(share.median)))
            .collect();
        sentences.push(format!("{}: {}", case.workload, others.join(", ")));
    }
    let all: Vec<Cell> = rows.iter().flat_map(|row| row.cells.iter().cloned()).collect();
    let frame = Frame {
        workload: String::new(),
        title: format!("All workloads: {word} beside eager"),
        subtitle: format!(
            "Each at its largest size: {}. Medians, with lines from lowest to highest run; 0.5x is half of eager's {word}. The \
             axis is logarithmic.",
            sizes(&rows)
        ),
        caption: pick::provenance(&all.iter().flat_map(|cell| cell.runs.clone()).collect::<Vec<_>>()),
        height: 28 + LINE * rows.len() as i32 + 30,
    };
    let desc = format!("{} beside that of eager. {}.", units::capital(word), sentences.join("; "));
    let drawn = draw("glance", name, &frame, desc, table, |area| {
        let mut x = MARGIN;
        for mode in MODES {
            mark(area, (x + 6, 10), mode, 5)?;
            label(area, mode, (x + 18, 10), LABEL, Tone::of_mode(mode), At::Start)?;
            x += width(mode, LABEL) + 40;
        }
        let left = MARGIN + rows.iter().map(|row| width(&row.cells[0].case.workload, SMALL)).max().unwrap_or(0) + 16;
        let right = WIDTH - MARGIN - 16;
        let values = rows.iter().flat_map(|row| row.shares.iter().flat_map(|(_, _, share)| [share.low, share.high]));
        let axis = Axis::log_twos(values, times);
        let at = |share: f64| left + (f64::from(right - left) * axis.share(share)).round() as i32;
        let (top, foot) = (28, 28 + LINE * rows.len() as i32);
        for tick in axis.ticks_up_to(f64::INFINITY) {
            let tone = if tick == 1.0 { Tone::Soft } else { Tone::Grid };
            line(area, &[(at(tick), top), (at(tick), foot)], tone, 1, None)?;
            text(area, &times(tick), (at(tick), foot + 6), SMALL, Tone::Soft, At::Middle)?;
        }
        for (number, row) in (0..).zip(&rows) {
            let y = top + LINE * number + LINE / 2;
            label(area, &row.cells[0].case.workload, (left - 14, y), SMALL, Tone::Ink, At::End)?;
            one_row(area, row, y, at)?;
        }
        Ok(())
    })?;
    Ok(Some(drawn))
}

/// Marks of a workload, from its best to its worst, with a line between them.
fn one_row(area: &super::canvas::Area, row: &Row, y: i32, at: impl Fn(f64) -> i32) -> Drawn {
    let medians = || row.shares.iter().map(|(_, _, share)| share.median);
    let (from, to) = (medians().fold(f64::INFINITY, f64::min), medians().fold(0.0, f64::max));
    line(area, &[(at(from), y), (at(to), y)], Tone::Grid, 3, None)?;
    for (cell, _, share) in &row.shares {
        let tone = Tone::of_mode(&cell.case.mode);
        line(area, &[(at(share.low), y), (at(share.high), y)], tone, 2, None)?;
        mark(area, (at(share.median), y), &cell.case.mode, 5)?;
    }
    Ok(())
}

/// `10,000,000 rows (grid-search 1,000,000), 2 threads`.
fn sizes(rows: &[Row]) -> String {
    let of = |row: &Row| row.cells[0].case.rows;
    let most_common =
        rows.iter().map(of).max_by_key(|size| (rows.iter().filter(|row| of(row) == *size).count(), *size));
    let most_common = most_common.unwrap_or(0);
    let others: Vec<String> = rows
        .iter()
        .filter(|row| of(row) != most_common)
        .map(|row| format!("{} {}", row.cells[0].case.workload, units::count(of(row))))
        .collect();
    let others = if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) };
    let threads = rows[0].cells[0].case.threads;
    let same = rows.iter().all(|row| row.cells[0].case.threads == threads);
    let on = if same { format!(", {}", pick::threads(threads)) } else { String::new() };
    format!("{} rows{others}{on}", units::count(most_common))
}

fn times(share: f64) -> String {
    format!("{}x", units::trimmed_digits(share))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::record::{Case, Process};

    fn record(mode: &str, rows: u64, round: usize, wall_s: f64) -> Record {
        let process = Process { peak_rss_bytes: Some(1 << 30), ..Process::default() };
        let case = Case { workload: "median".into(), mode: mode.into(), rows, threads: 2, ..Case::default() };
        Record { round, wall_s, cpu_s: Some(2.0 * wall_s), case, process, ..Record::default() }
    }

    #[test]
    fn a_table_has_the_round_sizes_and_the_clear_winner() {
        let mut records = Vec::new();
        for rows in [336_776, 1_000_000, 10_000_000] {
            for round in 1..=3 {
                let slower = 1.0 + 0.1 * round as f64;
                records.push(record("eager", rows, round, 2.0 * slower));
                records.push(record("dropin", rows, round, 1.0 * slower));
                records.push(record("partitioned", rows, round, if rows > 1_000_000 { 1.05 } else { 0.5 }));
            }
        }
        let tables = tables(&records.iter().collect::<Vec<_>>());
        assert_eq!(tables.iter().map(|table| table.figure).collect::<Vec<_>>(), FIGURES);
        assert_eq!(tables[0].header.len(), 6);
        assert_eq!(tables[0].header[3], "10,000,000 rows: eager");
        let (workload, entries) = &tables[0].rows[0];
        assert_eq!(workload, "median");
        let medians: Vec<&str> = entries.iter().map(|entry| entry.median.as_str()).collect();
        assert_eq!(medians, ["2.40 s", "1.20 s", "500 ms", "2.40 s", "1.20 s", "1.05 s"]);
        assert_eq!(entries[0].range.as_deref(), Some("2.20 s to 2.60 s"));
        assert_eq!(
            entries.iter().map(|entry| entry.best).collect::<Vec<_>>(),
            [false, false, true, false, false, true]
        );
        assert_eq!(tables[1].rows[0].1[0].median, "4.80 s");
        assert!(tables[3].rows[0].1.iter().all(|entry| !entry.best && entry.median == "0"));
    }

    #[test]
    fn a_winner_whose_runs_overlap_is_none_and_what_was_not_run_is_empty() {
        let records = [record("eager", 5, 1, 1.0), record("eager", 5, 2, 1.2), record("dropin", 5, 1, 1.1)];
        let tables = tables(&records.iter().collect::<Vec<_>>());
        assert_eq!(tables[0].header[0], "5 rows: eager");
        let entries = &tables[0].rows[0].1;
        assert!(entries.iter().all(|entry| !entry.best), "{entries:?}");
        assert_eq!((entries[1].once, &entries[2]), (true, &Entry::default()));
        assert!(!entries[0].once);
        assert_eq!(super::tables(&[]), []);
    }
}
