//! Real systems beside the modes: time, cold and warm, with start-up drawn apart; and memory.

use super::canvas::{At, Frame, LABEL, MARGIN, SMALL, WIDTH, dot, draw, label, line, ring, text, width};
use super::plot::Axis;
use super::theme::Tone;
use super::time::Bars;
use super::{Chart, Table, pick, units};
use crate::error::Result;
use crate::measure::record::{Case, State};
use crate::measure::{Cell, Figures, Record, cells};

/// Two charts per workload, at its largest size.
///
/// # Errors
/// As [`draw`].
pub fn charts(records: &[&Record]) -> Result<Vec<Chart>> {
    let mut charts = Vec::new();
    for rows in largest(records) {
        charts.push(time(&rows)?);
        charts.push(memory(&rows)?);
    }
    Ok(charts)
}

/// A mode or a system: its cold runs, and its warm ones.
pub struct Row<'a> {
    /// What a user waits for.
    pub cold: Cell<'a>,
    /// What the engine can do; none when it gave no answer.
    pub warm: Option<Cell<'a>>,
}

impl Row<'_> {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.cold.case.mode
    }

    /// Its cold figures, if every run agreed with the others.
    pub fn figures(&self) -> Option<Figures> {
        let all = self.cold.runs.iter().all(|run| run.finished());
        Figures::of(&self.cold.runs).filter(|_| all)
    }

    /// Its warm figures, likewise.
    pub fn warm_figures(&self) -> Option<Figures> {
        self.figures().and(Figures::of(&self.warm.as_ref()?.runs))
    }

    /// Why it has none, in a word or two.
    pub fn fate(&self) -> &'static str {
        self.cold.runs.iter().find(|run| !run.finished()).map_or("", |run| run.outcome.words())
    }
}

/// Of each workload the comparison with the most rows; modes first, then systems in their order.
pub fn largest<'a>(records: &[&'a Record]) -> Vec<Vec<Row<'a>>> {
    let mut groups: Vec<(Case, Vec<Row>)> = Vec::new();
    let (warm, cold): (Vec<_>, Vec<_>) = cells(records.iter().copied().filter(|record| record.case.state.is_some()))
        .into_iter()
        .partition(|cell| cell.case.state == Some(State::Warm));
    for cell in cold {
        let mut key = cell.case.clone();
        pick::mode(&mut key);
        let warm = warm.iter().find(|warm| Case { state: cell.case.state, ..warm.case.clone() } == cell.case).cloned();
        let row = Row { cold: cell, warm };
        match groups.iter_mut().find(|group| group.0.workload == key.workload) {
            Some(group) if group.0 == key => group.1.push(row),
            Some(group) if group.0.rows < key.rows => *group = (key, vec![row]),
            Some(_) => {}
            None => groups.push((key, vec![row])),
        }
    }
    groups.iter_mut().for_each(|(_, rows)| rows.sort_by_key(|row| pick::rank(row.name())));
    groups.into_iter().map(|(_, rows)| rows).collect()
}

/// Pixels of a row.
const LINE: i32 = 26;

fn time(rows: &[Row]) -> Result<Chart> {
    let case = &rows[0].cold.case;
    let mut table =
        Table::new(["system", "start-up", "cold, median", "fastest", "slowest", "warm", "CPU", "lines of records"]);
    let mut sentences = Vec::new();
    for row in rows {
        let Some(cold) = row.figures() else {
            sentences.push(format!("{} {}", row.name(), row.fate()));
            let nothing = std::iter::repeat_n("-".to_string(), 6);
            let name = format!("{} ({})", row.name(), row.fate());
            table.rows.push([name].into_iter().chain(nothing).chain([pick::lines(&row.cold.runs)]).collect());
            continue;
        };
        sentences.push(format!("{} {}", row.name(), units::seconds(cold.wall_s)));
        table.rows.push(vec![
            row.name().to_string(),
            cold.start_s.map_or("-".to_string(), units::seconds),
            units::seconds(cold.wall_s),
            units::seconds(cold.fastest_s),
            units::seconds(cold.slowest_s),
            row.warm_figures().map_or("-".to_string(), |warm| units::seconds(warm.wall_s)),
            units::seconds(cold.cpu_s),
            pick::lines(&row.cold.runs),
        ]);
    }
    let setting = pick::setting(&rows.iter().map(|row| row.cold.clone()).collect::<Vec<_>>());
    let frame = Frame {
        workload: case.workload.clone(),
        title: format!("{}: time of real systems, and of the modes", case.workload),
        subtitle: format!(
            "{setting}. Dot: the first answer of a fresh process, after its start-up, with a line from fastest to slowest; \
             ring: its third; upright line: the start-up. Medians; the axis is logarithmic."
        ),
        caption: provenance(rows),
        height: LINE * rows.len() as i32 + 30,
    };
    let desc = format!("Time of {} with {setting}: {}.", case.workload, sentences.join(", "));
    draw("systems", &format!("systems-time-{}", case.workload), &frame, desc, table, |area| {
        let left = MARGIN + rows.iter().map(|row| width(row.name(), LABEL)).max().unwrap_or(0) + 16;
        let right = WIDTH - MARGIN - 16;
        let figures = || rows.iter().filter_map(|row| Some((row.figures()?, row.warm_figures())));
        let values = figures().flat_map(|(cold, warm)| {
            [Some(cold.fastest_s), Some(cold.slowest_s), cold.start_s, warm.map(|warm| warm.wall_s)]
                .into_iter()
                .flatten()
        });
        let axis = Axis::log(values, units::seconds_tick);
        let at = |value: f64| left + (f64::from(right - left) * axis.share(value)).round() as i32;
        let foot = LINE * rows.len() as i32;
        for tick in axis.ticks_up_to(f64::INFINITY) {
            line(area, &[(at(tick), 0), (at(tick), foot)], Tone::Grid, 1, None)?;
            text(area, &units::seconds_tick(tick), (at(tick), foot + 6), SMALL, Tone::Soft, At::Middle)?;
        }
        for (number, row) in (0..).zip(rows) {
            let (y, tone) = (LINE * number + LINE / 2, Tone::of_mode(row.name()));
            label(area, row.name(), (left - 12, y), LABEL, tone, At::End)?;
            let Some(cold) = row.figures() else {
                label(area, row.fate(), (left + 8, y), SMALL, Tone::Alarm, At::Start)?;
                continue;
            };
            if let Some(start_s) = cold.start_s {
                line(area, &[(at(start_s), y - 8), (at(start_s), y + 8)], Tone::Soft, 3, None)?;
            }
            line(area, &[(at(cold.fastest_s), y), (at(cold.slowest_s), y)], tone, 2, None)?;
            if let Some(warm) = row.warm_figures() {
                line(area, &[(at(warm.wall_s), y), (at(cold.wall_s), y)], Tone::Grid, 2, None)?;
                ring(area, (at(warm.wall_s), y), tone)?;
            }
            dot(area, (at(cold.wall_s), y), tone)?;
        }
        Ok(())
    })
}

fn memory(rows: &[Row]) -> Result<Chart> {
    let case = &rows[0].cold.case;
    let answered: Vec<(&Row, Figures)> = rows.iter().filter_map(|row| Some((row, row.figures()?))).collect();
    let mut table = Table::new(["system", "peak memory, median", "lowest", "highest", "lines of records"]);
    let bytes = |bytes: u64| units::bytes(bytes as f64);
    for (row, figures) in &answered {
        let (lowest, highest) = figures.peak_range_bytes;
        let [peak, lowest, highest] = [figures.peak_rss_bytes, lowest, highest].map(bytes);
        table.rows.push(vec![row.name().to_string(), peak, lowest, highest, pick::lines(&row.cold.runs)]);
    }
    let setting = pick::setting(&rows.iter().map(|row| row.cold.clone()).collect::<Vec<_>>());
    let frame = Frame {
        workload: case.workload.clone(),
        title: format!("{}: memory of real systems, and of the modes", case.workload),
        subtitle: format!(
            "{setting}. The most memory at once until the first answer of a process: its own and that of all that it started; \
             a page that several of them share counts once. Medians."
        ),
        caption: provenance(rows),
        height: 46 * answered.len() as i32 + 8,
    };
    let sentences: Vec<String> =
        answered.iter().map(|(row, figures)| format!("{} {}", row.name(), bytes(figures.peak_rss_bytes))).collect();
    let desc = format!("Peak memory of {} with {setting}: {}.", case.workload, sentences.join(", "));
    draw("systems", &format!("systems-memory-{}", case.workload), &frame, desc, table, |area| {
        let most = answered.iter().map(|(_, figures)| figures.peak_rss_bytes).max().unwrap_or(1) as f64;
        let bars = Bars::new(answered.iter().map(|(row, _)| row.name()), most, "0,000.0 MiB");
        for (number, (row, figures)) in (0..).zip(&answered) {
            let peak = figures.peak_rss_bytes as f64;
            bars.bar(area, number, row.name(), peak, &units::bytes(peak), peak)?;
        }
        Ok(())
    })
}

fn provenance(rows: &[Row]) -> String {
    pick::provenance(&rows.iter().flat_map(|row| row.cold.runs.clone()).collect::<Vec<_>>())
}
