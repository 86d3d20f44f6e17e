//! Time and memory against the number of rows, both axes logarithmic: a straight line is a power of the rows, and its
//! slope is the exponent.

use super::canvas::{Frame, draw};
use super::plot::{Axis, Plot};
use super::theme::Tone;
use super::{Chart, Table, pick, units};
use crate::error::Result;
use crate::measure::{Cell, Figures, Record};

/// Two charts per workload that ran at three sizes or more.
///
/// # Errors
/// As [`canvas::draw`](super::canvas::draw).
pub fn charts(records: &[&Record]) -> Result<Vec<Chart>> {
    let mut charts = Vec::new();
    for series in series(records) {
        charts.push(chart(&series, Figure::Time)?);
        charts.push(chart(&series, Figure::Memory)?);
    }
    Ok(charts)
}

/// For each workload the cases that differ in rows and mode only; of several settings the one with the most sizes, then
/// threads, then work per row.
fn series<'a>(records: &[&'a Record]) -> Vec<Vec<Cell<'a>>> {
    let mut best: Vec<Vec<Cell>> = Vec::new();
    let sizes = |cells: &[Cell]| {
        let mut rows: Vec<u64> = cells.iter().map(|cell| cell.case.rows).collect();
        rows.sort_unstable();
        rows.dedup();
        (rows.len(), cells.len(), cells[0].case.threads, cells[0].case.cost)
    };
    let vary = |case: &mut crate::measure::record::Case| {
        pick::mode(case);
        case.rows = 0;
    };
    for mut cells in pick::groups(records, vary) {
        // No rows have no place on a logarithmic axis.
        cells.retain(|cell| cell.case.rows > 0);
        if cells.is_empty() || sizes(&cells).0 < 3 || cells[0].case.memory_limit.is_some() {
            continue;
        }
        match best.iter_mut().find(|known| known[0].case.workload == cells[0].case.workload) {
            None => best.push(cells),
            Some(known) if sizes(known) < sizes(&cells) => *known = cells,
            Some(_) => {}
        }
    }
    best
}

#[derive(Clone, Copy, PartialEq)]
enum Figure {
    Time,
    Memory,
}

impl Figure {
    fn of(self, figures: &Figures) -> (f64, (f64, f64)) {
        match self {
            Figure::Time => (figures.wall_s, (figures.fastest_s, figures.slowest_s)),
            Figure::Memory => {
                let (low, high) = figures.peak_range_bytes;
                (figures.peak_rss_bytes as f64, (low as f64, high as f64))
            }
        }
    }

    fn axis(self, values: impl Iterator<Item = f64>) -> Axis {
        match self {
            Figure::Time => Axis::log(values, units::seconds_tick),
            Figure::Memory => Axis::log_twos(values, units::bytes_tick),
        }
    }

    fn write(self) -> fn(f64) -> String {
        match self {
            Figure::Time => units::seconds,
            Figure::Memory => units::bytes,
        }
    }
}

fn chart(cells: &[Cell], figure: Figure) -> Result<Chart> {
    let case = &cells[0].case;
    let (word, file) = match figure {
        Figure::Time => ("time", "rows-time"),
        Figure::Memory => ("peak memory", "rows-memory"),
    };
    let mut modes: Vec<(String, Vec<Point>)> = Vec::new();
    let mut table = Table::new(["mode", "rows", word, "lowest", "highest", "lines of records"]);
    let mut ordered: Vec<&Cell> = cells.iter().collect();
    ordered.sort_by_key(|cell| (pick::rank(&cell.case.mode), cell.case.rows));
    for cell in ordered {
        let Some(figures) = Figures::of(&cell.runs) else { continue };
        let (value, spread) = figure.of(&figures);
        let write = figure.write();
        table.rows.push(vec![
            cell.case.mode.clone(),
            units::count(cell.case.rows),
            write(value),
            write(spread.0),
            write(spread.1),
            pick::lines(&cell.runs),
        ]);
        let point = Point { rows: cell.case.rows as f64, value, spread };
        match modes.last_mut() {
            Some((mode, points)) if *mode == cell.case.mode => points.push(point),
            _ => modes.push((cell.case.mode.clone(), vec![point])),
        }
    }
    let slopes: Vec<String> = modes
        .iter()
        .filter_map(|(mode, points)| Some(format!("{mode} grows with rows to the power of {:.2}", slope(points)?)))
        .collect();
    let shape = case.groups.zip(case.cost).map_or(String::new(), |(groups, cost)| {
        format!("{} groups, {} operations per row, ", units::count(groups), units::count(cost))
    });
    let frame = Frame {
        workload: case.workload.clone(),
        title: format!("{}: {word} against rows", case.workload),
        subtitle: format!(
            "{shape}{}; medians, with lines from lowest to highest of {}. Both axes logarithmic; ^ is the slope of the last three \
             sizes: 1.00 doubles with the rows.",
            pick::threads(case.threads),
            pick::runs(cells)
        ),
        caption: pick::provenance(&cells.iter().flat_map(|cell| cell.runs.clone()).collect::<Vec<_>>()),
        height: 300,
    };
    let desc = format!("{} of {} against rows: {}.", units::capital(word), case.workload, slopes.join("; "));
    draw("rows", &format!("{file}-{}", case.workload), &frame, desc, table, |area| {
        let all = || modes.iter().flat_map(|(_, points)| points);
        let mut plot = Plot::new(
            area,
            Axis::log(all().map(|point| point.rows), units::short),
            figure.axis(all().flat_map(|point| [point.spread.0, point.spread.1])),
            "rows",
            &modes.iter().map(name).collect::<Vec<_>>(),
        )?;
        for (mode, points) in &modes {
            let line: Vec<(f64, f64)> = points.iter().map(|point| (point.rows, point.value)).collect();
            plot.line(&line, Tone::of_mode(mode), 3, None)?;
            for point in points {
                plot.point((point.rows, point.value), Some(point.spread), mode)?;
            }
        }
        let end = |series: &(String, Vec<Point>)| {
            let last = series.1.last()?;
            Some((name(series), (last.rows, last.value), Tone::of_mode(&series.0)))
        };
        plot.label_ends(modes.iter().filter_map(end).collect())
    })
}

/// The label of a line: the mode, and its slope.
fn name((mode, points): &(String, Vec<Point>)) -> String {
    match slope(points) {
        Some(slope) => format!("{mode} ^{slope:.2}"),
        None => mode.clone(),
    }
}

struct Point {
    rows: f64,
    value: f64,
    spread: (f64, f64),
}

/// The exponent of a power law through the last three points: the slope of a line through their logarithms, by least
/// squares. None with fewer points, or where a figure is 0.
fn slope(points: &[Point]) -> Option<f64> {
    let last = &points[points.len().checked_sub(3)?..];
    let logs: Vec<(f64, f64)> = last.iter().map(|point| (point.rows.ln(), point.value.ln())).collect();
    let mean = |of: fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / logs.len() as f64;
    let (x, y) = (mean(|log| log.0), mean(|log| log.1));
    let covariance: f64 = logs.iter().map(|log| (log.0 - x) * (log.1 - y)).sum();
    let slope = covariance / logs.iter().map(|log| (log.0 - x).powi(2)).sum::<f64>();
    slope.is_finite().then_some(slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_is_the_exponent() {
        let points = |exponent: f64| -> Vec<Point> {
            [1e4, 1e5, 1e6, 1e7]
                .map(|rows: f64| Point { rows, value: 3.0 * rows.powf(exponent), spread: (0.0, 0.0) })
                .into()
        };
        for exponent in [0.0, 0.5, 1.0, 2.0] {
            assert!((slope(&points(exponent)).unwrap() - exponent).abs() < 1e-9);
        }
        assert_eq!(slope(&points(1.0)[..2]), None);
    }
}
