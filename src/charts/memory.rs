//! Memory over time per mode, with the limit and the moment of death.

use super::canvas::{Frame, cross, dot, draw, ring};
use super::plot::{Axis, Plot};
use super::theme::Tone;
use super::{Chart, Table, pick, units};
use crate::error::Result;
use crate::measure::record::thin;
use crate::measure::{Cell, Record, typical};

/// A chart per workload at its largest size, and one for each limit on memory that it ran under.
///
/// # Errors
/// As [`canvas::draw`](super::canvas::draw).
pub fn charts(records: &[&Record]) -> Result<Vec<Chart>> {
    let mut charts = Vec::new();
    for cells in pick::largest(records) {
        charts.push(chart(&cells, &format!("memory-{}", cells[0].case.workload))?);
    }
    let mut limited: Vec<_> =
        pick::groups(records, pick::mode).into_iter().filter(|cells| cells[0].case.memory_limit.is_some()).collect();
    limited.sort_by_key(|cells| cells[0].case.rows);
    for cells in limited {
        let case = &cells[0].case;
        let bytes = case.memory_limit.as_ref().map_or(0, |limit| limit.bytes);
        let groups = case.groups.map_or(String::new(), |groups| format!("-{groups}-groups"));
        let cost = case.cost.map_or(String::new(), |cost| format!("-cost-{cost}"));
        let place = format!("{}-{}-rows{groups}{cost}-{}-threads", case.workload, case.rows, case.threads);
        charts.push(chart(&cells, &format!("memory-{place}-limit-{}MiB", bytes >> 20))?);
    }
    Ok(charts)
}

fn chart(cells: &[Cell], name: &str) -> Result<Chart> {
    let case = &cells[0].case;
    let limit = case.memory_limit.as_ref();
    let runs: Vec<&Record> = cells.iter().filter_map(|cell| typical(&cell.runs)).collect();
    let mut table = Table::new([
        "mode",
        "peak memory",
        "lowest peak",
        "highest peak",
        "begin",
        "read until",
        "answer at",
        "end",
        "outcome",
        "page faults",
        "bytes of files read",
        "line of records",
    ]);
    let at = |seconds: Option<f64>| seconds.map_or("-".to_string(), units::seconds);
    let mut sentences = Vec::new();
    for (cell, run) in cells.iter().zip(&runs) {
        let peaks = cell.runs.iter().filter_map(|run| run.process.peak_rss_bytes);
        let peak = run.process.peak_rss_bytes.map_or("unknown".to_string(), |bytes| units::bytes(bytes as f64));
        let fate = if run.finished() { "answer" } else { "out of memory" };
        sentences.push(format!(
            "{} {} at most, {fate} after {}",
            run.case.mode,
            peak,
            units::seconds(run.process.wall_s)
        ));
        table.rows.push(vec![
            run.case.mode.clone(),
            peak,
            peaks.clone().min().map_or("-".to_string(), |bytes| units::bytes(bytes as f64)),
            peaks.max().map_or("-".to_string(), |bytes| units::bytes(bytes as f64)),
            at(run.phases.map(|phases| phases.begin_s)),
            at(run.phases.map(|phases| phases.read_s)),
            at(run.phases.map(|phases| phases.work_s)),
            units::seconds(run.process.wall_s),
            fate.to_string(),
            run.process.minor_faults.map_or("-".to_string(), units::count),
            units::bytes(run.file_bytes_read as f64),
            run.line.to_string(),
        ]);
    }
    let with_limit =
        limit.map_or(String::new(), |limit| format!(" under a limit of {}", units::bytes(limit.bytes as f64)));
    let mut reading =
        "Resident memory of the process: strong the run of median time, pale the others. Ring: last rows read; dot: answer \
         there; end: answer handed over"
            .to_string();
    if let Some(limit) = limit {
        reading += &format!("; cross: death by the limit ({})", limit.by);
        reading += if limit.by == "RLIMIT_DATA" {
            ", which counts memory asked for, touched or not"
        } else {
            ", which does not count pages of the program that others have in memory too"
        };
    }
    let frame = Frame {
        workload: case.workload.clone(),
        title: format!("{}: memory over time{with_limit}", case.workload),
        subtitle: format!("{}. {reading}.", pick::setting(cells)),
        caption: pick::provenance(&runs),
        height: 290,
    };
    let desc =
        format!("Memory over time of {} with {}: {}.", case.workload, pick::setting(cells), sentences.join("; "));
    draw("memory", name, &frame, desc, table, |area| {
        let all = || cells.iter().flat_map(|cell| &cell.runs);
        let end_s = all().map(|run| run.process.wall_s).fold(0.0, f64::max);
        let highest = all().flat_map(|run| run.curve.iter().map(|point| point.1)).max().unwrap_or(1);
        let highest = highest.max(limit.map_or(0, |limit| limit.bytes)) as f64;
        let mut plot = Plot::new(
            area,
            Axis::linear(end_s, units::seconds_tick),
            Axis::bytes(highest * 1.06, units::bytes_tick),
            "time since the process began",
            &[],
        )?;
        if let Some(limit) = limit {
            plot.limit(limit.bytes as f64)?;
        }
        let mut ends = Vec::new();
        // The others first: what is strong lies above.
        for cell in cells {
            for run in cell.runs.iter().filter(|run| !runs.iter().any(|typical| std::ptr::eq(*typical, **run))) {
                plot.pale_line(&curve(run), Tone::of_mode(&run.case.mode))?;
            }
        }
        for run in &runs {
            let tone = Tone::of_mode(&run.case.mode);
            let points = curve(run);
            plot.line(&points, tone, 3, None)?;
            let height = |at_s: f64| between(&points, at_s);
            if let Some(phases) = run.phases {
                let read = plot.at(phases.read_s, height(phases.read_s));
                ring(area, read, tone)?;
                dot(area, plot.at(phases.work_s, height(phases.work_s)), tone)?;
            }
            let last = points.last().copied().unwrap_or_default();
            let mut text = run.case.mode.clone();
            if !run.finished() {
                let (x, y) = plot.at(last.0, last.1);
                cross(area, (x, y), Tone::Alarm)?;
                plot.labels.avoid([x - 8, y - 8, x + 8, y + 8]);
                text += &format!(" died after {}", units::seconds(run.process.wall_s));
            }
            let peak = points.iter().copied().max_by(|this, that| this.1.total_cmp(&that.1)).unwrap_or_default();
            ends.push((text, if run.finished() { peak } else { last }, tone));
        }
        // Labels last: they keep clear of each other, and stand on top of the lines.
        for (text, at, tone) in ends {
            let (x, y) = plot.at(at.0, at.1);
            plot.labels.avoid([x - 6, y - 6, x + 6, y + 6]);
            plot.label(&text, at, tone)?;
        }
        if let Some(limit) = limit {
            plot.name_limit(limit.bytes as f64, &format!("limit {}", units::bytes(limit.bytes as f64)))?;
        }
        Ok(())
    })
}

fn curve(run: &Record) -> Vec<(f64, f64)> {
    // No more points than pixels.
    thin(&run.curve, 240).into_iter().map(|(at_s, bytes)| (at_s, bytes as f64)).collect()
}

/// The height of a line through points at a moment.
fn between(points: &[(f64, f64)], at_s: f64) -> f64 {
    let after = points.partition_point(|point| point.0 < at_s);
    match (points.get(after.wrapping_sub(1)), points.get(after)) {
        (Some(before), Some(after)) => {
            before.1 + (after.1 - before.1) * (at_s - before.0) / (after.0 - before.0).max(f64::MIN_POSITIVE)
        }
        (Some(only), None) | (None, Some(only)) => only.1,
        (None, None) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_lies_on_its_line() {
        let points = [(0.0, 0.0), (2.0, 8.0), (4.0, 8.0)];
        for (at_s, height) in [(-1.0, 0.0), (0.0, 0.0), (0.5, 2.0), (3.0, 8.0), (9.0, 8.0)] {
            assert_eq!(between(&points, at_s), height);
        }
        assert_eq!(between(&[], 1.0), 0.0);
    }
}
