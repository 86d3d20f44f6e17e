//! Speed-up against threads, beside Amdahl's line: what part of the work did run side by side.

use super::canvas::{Frame, draw};
use super::plot::{Axis, Plot};
use super::theme::Tone;
use super::{Chart, Table, pick, units};
use crate::error::Result;
use crate::measure::record::Case;
use crate::measure::{Cell, Figures, Record};

/// A chart per workload of which a mode ran on one thread and on more; of several sizes the largest.
///
/// # Errors
/// As [`canvas::draw`](super::canvas::draw).
pub fn charts(records: &[&Record]) -> Result<Vec<Chart>> {
    let mut best: Vec<Vec<Cell>> = Vec::new();
    let vary = |case: &mut Case| {
        pick::mode(case);
        case.threads = 0;
    };
    for cells in pick::groups(records, vary) {
        let on_more = |one: &Case| cells.iter().any(|cell| cell.case.mode == one.mode && cell.case.threads > 1);
        let sped_up = |cell: &Cell| cell.case.mode != "eager" && cell.case.threads == 1 && on_more(&cell.case);
        if !cells.iter().any(sped_up) || cells[0].case.memory_limit.is_some() {
            continue;
        }
        match best.iter_mut().find(|known| known[0].case.workload == cells[0].case.workload) {
            None => best.push(cells),
            Some(known) if known[0].case.rows < cells[0].case.rows => *known = cells,
            Some(_) => {}
        }
    }
    best.iter().map(|cells| chart(cells)).collect()
}

/// A mode's times on 1, 2, ... threads.
struct Series<'a> {
    mode: &'a str,
    points: Vec<(usize, Figures, String)>,
}

fn chart(cells: &[Cell]) -> Result<Chart> {
    let mut all: Vec<Series> = Vec::new();
    let mut ordered: Vec<&Cell> = cells.iter().filter(|cell| cell.case.mode != "eager").collect();
    ordered.sort_by_key(|cell| (pick::rank(&cell.case.mode), cell.case.threads));
    for cell in ordered {
        let Some(figures) = Figures::of(&cell.runs) else { continue };
        let point = (cell.case.threads, figures, pick::lines(&cell.runs));
        match all.last_mut() {
            Some(series) if series.mode == cell.case.mode => series.points.push(point),
            _ => all.push(Series { mode: &cell.case.mode, points: vec![point] }),
        }
    }
    all.retain(|series| series.points.len() > 1 && series.points[0].0 == 1);
    let case = &cells[0].case;
    let most = all.iter().flat_map(|series| series.points.iter().map(|point| point.0)).max().unwrap_or(1);
    let mut table = Table::new(["mode", "threads", "wall, median", "speed-up", "Amdahl's line", "lines of records"]);
    let mut sentences = Vec::new();
    for series in &all {
        let parallel = parallel_part(&times(series));
        for (threads, figures, lines) in &series.points {
            table.rows.push(vec![
                series.mode.to_string(),
                threads.to_string(),
                units::seconds(figures.wall_s),
                format!("{:.2}", series.points[0].1.wall_s / figures.wall_s),
                format!("{:.2}", amdahl(parallel, *threads as f64)),
                lines.clone(),
            ]);
        }
        sentences.push(format!("{:.0} % of the work of {} ran side by side", parallel * 100.0, series.mode));
    }
    let mut one_size = case.clone();
    one_size.threads = 0;
    let setting = pick::setting_of(&one_size).replace(", 0 threads", "");
    let frame = Frame {
        workload: case.workload.clone(),
        title: format!("{}: speed-up against threads", case.workload),
        subtitle: format!(
            "{setting}; each mode beside itself on 1 thread, medians of {}. Percent: the part of its work that ran side by \
             side. Dashed: Amdahl's line for that part; grey: ideal.",
            pick::runs(cells)
        ),
        caption: pick::provenance(&cells.iter().flat_map(|cell| cell.runs.clone()).collect::<Vec<_>>()),
        height: 300,
    };
    let desc = format!("Speed-up of {} with {setting}: {}.", case.workload, sentences.join("; "));
    draw("threads", &format!("threads-{}", case.workload), &frame, desc, table, |area| {
        let ticks = (1..=most).filter(|n| most <= 8 || n.is_power_of_two() || *n == most).map(|n| n as f64).collect();
        let aside = (most - 1) as f64 / 10.0;
        let x = Axis::with_ticks(1.0 - aside, most as f64 + aside, ticks, units::short);
        let names: Vec<String> = all.iter().map(name).collect();
        // One odd run does not press all others together: its line is cut off at twice what is ideal.
        let highest = 2.0 * most as f64;
        let fastest = all.iter().flat_map(|series| {
            series.points.iter().map(|(_, figures, _)| series.points[0].1.wall_s / figures.fastest_s)
        });
        let to = fastest.fold(most as f64 * 1.05, f64::max).min(highest);
        let mut plot = Plot::new(area, x, Axis::linear(to, times_as_fast), "threads", &names)?;
        plot.line(&[(1.0, 1.0), (most as f64, most as f64)], Tone::Soft, 1, None)?;
        for series in &all {
            let tone = Tone::of_mode(series.mode);
            let parallel = parallel_part(&times(series));
            let line: Vec<(f64, f64)> = (0..=20)
                .map(|n| 1.0 + (most - 1) as f64 * f64::from(n) / 20.0)
                .map(|threads| (threads, amdahl(parallel, threads)))
                .collect();
            plot.line(&line, tone, 2, Some((7, 5)))?;
            let one = series.points[0].1.wall_s;
            for (threads, figures, _) in &series.points {
                let spread = (one / figures.slowest_s, (one / figures.fastest_s).min(highest));
                plot.point((*threads as f64, one / figures.wall_s), Some(spread), series.mode)?;
            }
        }
        let end = |series: &Series| {
            let (threads, figures, _) = series.points.last()?;
            let at = (*threads as f64, series.points[0].1.wall_s / figures.wall_s);
            Some((name(series), at, Tone::of_mode(series.mode)))
        };
        plot.label_ends(all.iter().filter_map(end).collect())
    })
}

/// The label of a line: the mode, and the part of its work that ran side by side.
fn name(series: &Series) -> String {
    format!("{} {:.0} %", series.mode, parallel_part(&times(series)) * 100.0)
}

fn times_as_fast(speed_up: f64) -> String {
    format!("{}x", units::short(speed_up))
}

fn times(series: &Series) -> Vec<(f64, f64)> {
    series.points.iter().map(|(threads, figures, _)| (*threads as f64, figures.wall_s)).collect()
}

/// Amdahl's law: how many times as fast on so many threads, when a part of the work (0 to 1) runs side by side.
/// Amdahl 1967, <https://doi.org/10.1145/1465482.1465560>.
fn amdahl(parallel: f64, threads: f64) -> f64 {
    1.0 / (1.0 - parallel + parallel / threads)
}

/// The part of the work that ran side by side, from times on 1, 2, ... threads: least squares for
/// `time(n) / time(1) = 1 - p (1 - 1/n)`, held between 0 and 1.
fn parallel_part(times: &[(f64, f64)]) -> f64 {
    let one = times.first().map_or(1.0, |first| first.1);
    let (mut above, mut below) = (0.0, 0.0);
    for (threads, time) in times {
        let gain = 1.0 - 1.0 / threads;
        above += gain * (1.0 - time / one);
        below += gain * gain;
    }
    if below > 0.0 { (above / below).clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_is_found_again_in_times_that_follow_the_law() {
        for part in [0.0, 0.5, 0.9, 1.0] {
            let times: Vec<(f64, f64)> = [1.0, 2.0, 4.0, 8.0].map(|n| (n, 3.0 / amdahl(part, n))).into();
            assert!((parallel_part(&times) - part).abs() < 1e-12);
        }
        assert_eq!(parallel_part(&[(1.0, 1.0), (2.0, 1.5)]), 0.0);
        assert_eq!(amdahl(1.0, 8.0), 8.0);
    }
}
