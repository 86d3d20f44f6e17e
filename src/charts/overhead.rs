//! What one more group costs: rows and work stay the same, only the number of groups grows.

use super::canvas::{Frame, draw};
use super::plot::{Axis, Plot};
use super::theme::Tone;
use super::{Chart, Table, pick, units};
use crate::error::Result;
use crate::measure::record::Case;
use crate::measure::{Cell, Figures, Record};

/// A chart for the cheapest function that was swept over groups, at the most rows.
///
/// # Errors
/// As [`canvas::draw`](super::canvas::draw).
pub fn charts(records: &[&Record]) -> Result<Vec<Chart>> {
    let by_groups = |case: &mut Case| {
        pick::mode(case);
        case.groups = case.groups.map(|_| 0);
    };
    let sweeps = pick::groups(records, by_groups).into_iter().filter(|cells| {
        cells[0].case.groups.is_some()
            && cells[0].case.memory_limit.is_none()
            && series(cells).iter().any(|s| s.points.len() > 1)
    });
    let best = sweeps.min_by_key(|cells| {
        let case = &cells[0].case;
        (case.cost, std::cmp::Reverse((case.rows, case.threads)))
    });
    best.map(|cells| chart(&cells)).into_iter().collect()
}

/// What a group costs a mode.
struct Series {
    mode: String,
    points: Vec<Point>,
}

struct Point {
    groups: u64,
    wall_s: f64,
    /// Seconds per group beyond those of the fewest groups; lowest and highest by the spread of the runs.
    per_group_s: f64,
    spread_s: (f64, f64),
    lines: String,
}

/// A point for each number of groups whose time stands out from that of the fewest groups.
fn series(cells: &[Cell]) -> Vec<Series> {
    let mut all = Vec::new();
    for mode in pick::MODES {
        let mut of_mode: Vec<(&Cell, Figures)> = cells
            .iter()
            .filter(|cell| cell.case.mode == mode)
            .filter_map(|cell| Some((cell, Figures::of(&cell.runs)?)))
            .collect();
        of_mode.sort_by_key(|(cell, _)| cell.case.groups);
        let Some(((first, base), rest)) = of_mode.split_first() else { continue };
        let fewest = first.case.groups.unwrap_or(0);
        let more = rest.iter().filter(|(cell, _)| cell.case.groups > first.case.groups);
        let points = more.filter(|(_, figures)| base.beats(figures)).map(|(cell, figures)| {
            let groups = cell.case.groups.unwrap_or(0);
            let per_group = |wall_s: f64, base_s: f64| (wall_s - base_s) / (groups - fewest) as f64;
            Point {
                groups,
                wall_s: figures.wall_s,
                per_group_s: per_group(figures.wall_s, base.wall_s),
                spread_s: (per_group(figures.fastest_s, base.slowest_s), per_group(figures.slowest_s, base.fastest_s)),
                lines: pick::lines(&cell.runs),
            }
        });
        all.push(Series { mode: mode.to_string(), points: points.collect() });
    }
    all
}

/// The last point of a line: groups, and seconds per group.
fn last(series: &Series) -> Option<(f64, f64)> {
    series.points.last().map(|point| (point.groups as f64, point.per_group_s))
}

/// The label of a line: the mode, and what a group costs it in the end.
fn name(series: &Series) -> String {
    format!("{} {}", series.mode, last(series).map_or(String::new(), |at| units::seconds(at.1)))
}

fn chart(cells: &[Cell]) -> Result<Chart> {
    let case = &cells[0].case;
    let all = series(cells);
    let fewest = cells.iter().filter_map(|cell| cell.case.groups).min().unwrap_or(1);
    let mut table =
        Table::new(["mode", "groups", "wall, median", "per group", "lowest", "highest", "lines of records"]);
    for series in &all {
        for point in &series.points {
            table.rows.push(vec![
                series.mode.clone(),
                units::count(point.groups),
                units::seconds(point.wall_s),
                units::seconds(point.per_group_s),
                units::seconds(point.spread_s.0),
                units::seconds(point.spread_s.1),
                point.lines.clone(),
            ]);
        }
    }
    let sentences: Vec<String> =
        all.iter().filter_map(|series| Some(format!("{} {}", series.mode, units::seconds(last(series)?.1)))).collect();
    let frame = Frame {
        workload: case.workload.clone(),
        title: format!("{}: what one more group costs", case.workload),
        subtitle: format!(
            "{} rows, {} operations per row, {}: time beyond that of {fewest} groups, divided by the groups. Points that \
             stand out from the spread of {}.",
            units::count(case.rows),
            units::count(case.cost.unwrap_or(0)),
            pick::threads(case.threads),
            pick::runs(cells)
        ),
        caption: pick::provenance(&cells.iter().flat_map(|cell| cell.runs.clone()).collect::<Vec<_>>()),
        height: 300,
    };
    let desc = format!("Time per group at the most groups: {}.", sentences.join(", "));
    draw("overhead", &format!("overhead-{}", case.workload), &frame, desc, table, |area| {
        let points = || all.iter().flat_map(|series| &series.points);
        let mut plot = Plot::new(
            area,
            Axis::log(points().map(|point| point.groups as f64), units::short),
            Axis::log(points().flat_map(|point| [point.spread_s.0, point.spread_s.1]), units::seconds_tick),
            "groups",
            &all.iter().map(name).collect::<Vec<_>>(),
        )?;
        for series in &all {
            let tone = Tone::of_mode(&series.mode);
            let line: Vec<(f64, f64)> =
                series.points.iter().map(|point| (point.groups as f64, point.per_group_s)).collect();
            plot.line(&line, tone, 3, None)?;
            for point in &series.points {
                let at = (point.groups as f64, point.per_group_s);
                plot.point(at, Some(point.spread_s), &series.mode)?;
            }
        }
        let end = |series: &Series| Some((name(series), last(series)?, Tone::of_mode(&series.mode)));
        plot.label_ends(all.iter().filter_map(end).collect())
    })
}
