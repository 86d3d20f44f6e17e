//! Who did which task when, in a real execution: skew (long beside short bars), stragglers (one bar that all wait for)
//! and barriers (where a stage ends for everybody).

use super::canvas::{At, Frame, MARGIN, SMALL, WIDTH, draw, label, line, rect, width};
use super::plot::{Axis, every};
use super::theme::Tone;
use super::{Chart, Table, pick, units};
use crate::error::Result;
use crate::measure::Record;
use crate::measure::record::TaskStage;

/// A chart for each workload and mode that had tasks, of the first counted run at the largest size.
///
/// # Errors
/// As [`canvas::draw`](super::canvas::draw).
pub fn charts(records: &[&Record]) -> Result<Vec<Chart>> {
    let runs = pick::largest(records).into_iter().flatten();
    let runs =
        runs.filter_map(|cell| cell.runs.into_iter().find(|run| run.stages.iter().any(|stage| !stage.bars.is_empty())));
    runs.map(chart).collect()
}

const LANE: i32 = 34;
/// Lanes beyond this are not drawn: nobody could see them.
const MOST_LANES: usize = 256;
/// Space above the lanes, for the numbers of the stages.
const TOP: i32 = 20;

fn chart(run: &Record) -> Result<Chart> {
    let case = &run.case;
    let stages: Vec<&TaskStage> = run.stages.iter().filter(|stage| !stage.bars.is_empty()).collect();
    let workers = stages.iter().map(|stage| stage.workers).max().unwrap_or(1).min(MOST_LANES) as i32;
    // A step is noted after its tasks, as a rule; where it was noted before, it is the last one.
    let name_of = |stage: &TaskStage| {
        let step = run.steps.get(stage.step).or(run.steps.last());
        step.map_or("", |step| step.what.as_str()).to_string()
    };
    let mut table =
        Table::new(["stage", "tasks", "from", "to", "longest task", "median task", "workers busy", "line of records"]);
    let mut sentences = Vec::new();
    for (number, stage) in (1..).zip(&stages) {
        sentences.push(format!(
            "stage {number} ({}) took {}, its longest task {}, workers were busy {:.0} % of it",
            name_of(stage),
            units::seconds(stage.to_s - stage.from_s),
            units::seconds(stage.longest_s),
            busy(stage) * 100.0
        ));
        table.rows.push(vec![
            format!("{number}: {}", name_of(stage)),
            units::count(stage.tasks as u64),
            units::seconds(stage.from_s),
            units::seconds(stage.to_s),
            units::seconds(stage.longest_s),
            units::seconds(stage.median_s),
            format!("{:.0} %", busy(stage) * 100.0),
            run.line.to_string(),
        ]);
    }
    let frame = Frame {
        workload: case.workload.clone(),
        title: format!("{}, {}: who did what when", case.workload, case.mode),
        subtitle: format!(
            "{}. One run; a bar is a task, the strong one the longest of its stage; a line is a barrier, with the number of the \
             stage that ends there: all wait for the last task.",
            pick::setting_of(case)
        ),
        caption: pick::provenance(&[run]),
        height: TOP + LANE * workers + 52 + 20 * stages.len() as i32,
    };
    let desc = format!("Tasks of {} in the {} mode: {}.", case.workload, case.mode, sentences.join("; "));
    draw("tasks", &format!("tasks-{}-{}", case.workload, case.mode), &frame, desc, table, |area| {
        let left = MARGIN + width("worker 0", SMALL) + 8;
        let right = WIDTH - MARGIN - 14;
        let end_s = stages.iter().map(|stage| stage.to_s).fold(0.0, f64::max).max(1e-9);
        let at = |seconds: f64| left + (f64::from(right - left) * (seconds / end_s).min(1.0)).round() as i32;
        let tone = Tone::of_mode(&case.mode);
        let foot = TOP + LANE * workers + 4;
        for worker in 0..workers {
            let middle = TOP + LANE * worker + LANE / 2;
            label(area, &format!("worker {}", worker + 1), (left - 8, middle), SMALL, Tone::Soft, At::End)?;
            line(area, &[(left, middle), (right, middle)], Tone::Grid, 1, None)?;
        }
        for stage in &stages {
            for worker in 0..stage.workers.min(MOST_LANES) {
                let top = TOP + LANE * worker as i32 + 5;
                let mut tasks: Vec<_> = stage.bars.iter().filter(|bar| bar.worker == worker).collect();
                tasks.sort_by(|this, that| this.from_s.total_cmp(&that.from_s));
                // Tasks that follow each other within a pixel are drawn as one: a million bars are no picture.
                let mut run: Option<(i32, i32)> = None;
                for task in tasks {
                    let (from, to) = (at(task.from_s), at(task.to_s));
                    if to - from >= 3 {
                        if let Some((from, to)) = run.take() {
                            rect(area, [(from, top), (to.max(from + 1), top + LANE - 10)], tone, 0.4)?;
                        }
                        let opacity = if task.tasks == 1 && task.to_s - task.from_s >= stage.longest_s - 1e-6 {
                            1.0
                        } else {
                            0.55
                        };
                        rect(area, [(from, top), (to - 1, top + LANE - 10)], tone, opacity)?;
                        continue;
                    }
                    run = match run {
                        Some((first, last)) if from <= last + 1 => Some((first, to.max(last))),
                        Some((first, last)) => {
                            rect(area, [(first, top), (last.max(first + 1), top + LANE - 10)], tone, 0.4)?;
                            Some((from, to))
                        }
                        None => Some((from, to)),
                    };
                }
                if let Some((from, to)) = run {
                    rect(area, [(from, top), (to.max(from + 1), top + LANE - 10)], tone, 0.4)?;
                }
            }
            line(area, &[(at(stage.to_s), TOP - 4), (at(stage.to_s), foot)], Tone::Ink, 2, None)?;
        }
        let ends: Vec<i32> = stages.iter().map(|stage| at(stage.to_s)).collect();
        for (x, numbers) in numbered(&ends) {
            let half = width(&numbers, SMALL) / 2;
            label(area, &numbers, (x.min(WIDTH - half - 3), TOP - 12), SMALL, Tone::Ink, At::Middle)?;
        }
        line(area, &[(left, foot), (right, foot)], Tone::Soft, 1, None)?;
        let axis = Axis::linear(end_s, units::seconds_tick);
        let ticks: Vec<(i32, String)> =
            axis.ticks_up_to(end_s).map(|tick| (at(tick), units::seconds_tick(tick))).collect();
        for (x, what) in ticks.iter().step_by(every(&ticks)) {
            let x = (*x).min(WIDTH - width(what, SMALL) / 2 - 3);
            label(area, what, (x, foot + 12), SMALL, Tone::Soft, At::Middle)?;
        }
        let told = (1..).zip(&stages).map(|(number, stage): (usize, _)| {
            let tasks = stage.tasks;
            format!(
                "{number}. {} ({} task{}, busy {:.0} %)",
                name_of(stage),
                units::count(tasks as u64),
                if tasks == 1 { "" } else { "s" },
                busy(stage) * 100.0
            )
        });
        let told: Vec<String> = told.collect();
        let too_long = told.iter().any(|text| width(text, SMALL) > WIDTH - 2 * MARGIN);
        for (number, text) in (0..).zip(&told) {
            let size = if too_long { SMALL - 1 } else { SMALL };
            label(area, text, (MARGIN, foot + 36 + 20 * number), size, Tone::Ink, At::Start)?;
        }
        Ok(())
    })
}

/// Where the numbers of stages that end at these places stand, and how they read: `1`, or `2-4` where they would touch.
fn numbered(ends: &[i32]) -> Vec<(i32, String)> {
    let mut lots: Vec<(i32, usize, usize)> = Vec::new();
    for (number, x) in (1..).zip(ends) {
        match lots.last_mut() {
            Some((before, _, last)) if x - *before < 26 => (*before, *last) = ((*before + x) / 2, number),
            _ => lots.push((*x, number, number)),
        }
    }
    let read = |(x, first, last)| (x, if first == last { format!("{first}") } else { format!("{first}-{last}") });
    lots.into_iter().map(read).collect()
}

/// The share of the workers' time in which they worked.
fn busy(stage: &TaskStage) -> f64 {
    stage.busy_s / ((stage.to_s - stage.from_s) * stage.workers as f64).max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_that_end_together_share_a_label() {
        let numbered = numbered(&[100, 110, 120, 300, 320]);
        assert_eq!(numbered, [(112, "1-3".to_string()), (310, "4-5".to_string())]);
        assert_eq!(super::numbered(&[7, 50]), [(7, "1".to_string()), (50, "2".to_string())]);
    }
}
