//! Who did which task when, in a real execution: skew (long beside short bars), stragglers (one bar that all wait for)
//! and barriers (where a stage ends for everybody).

use super::canvas::{At, Frame, LABEL, MARGIN, SMALL, WIDTH, draw, label, line, rect, width};
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

fn chart(run: &Record) -> Result<Chart> {
    let case = &run.case;
    let stages: Vec<&TaskStage> = run.stages.iter().filter(|stage| !stage.bars.is_empty()).collect();
    let workers = stages.iter().map(|stage| stage.workers).max().unwrap_or(1) as i32;
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
            "{}. One run; a bar is a task, dark: the longest of its stage; a line is a barrier: all wait for the last task.",
            pick::setting(case)
        ),
        caption: pick::provenance(&[run]),
        height: LANE * workers + 52 + 20 * stages.len() as i32,
    };
    let desc = format!("Tasks of {} in the {} mode: {}.", case.workload, case.mode, sentences.join("; "));
    draw("tasks", &format!("tasks-{}-{}", case.workload, case.mode), &frame, desc, table, |area| {
        let left = MARGIN + width("worker 0", SMALL) + 8;
        let right = WIDTH - MARGIN - 14;
        let end_s = stages.iter().map(|stage| stage.to_s).fold(0.0, f64::max).max(1e-9);
        let at = |seconds: f64| left + (f64::from(right - left) * seconds / end_s).round() as i32;
        let tone = Tone::of_mode(&case.mode);
        let foot = LANE * workers + 4;
        for worker in 0..workers {
            let middle = LANE * worker + LANE / 2;
            label(area, &format!("worker {}", worker + 1), (left - 8, middle), SMALL, Tone::Soft, At::End)?;
            line(area, &[(left, middle), (right, middle)], Tone::Grid, 1, None)?;
        }
        for stage in &stages {
            for worker in 0..stage.workers {
                let top = LANE * worker as i32 + 5;
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
            line(area, &[(at(stage.to_s), 0), (at(stage.to_s), foot)], Tone::Ink, 2, None)?;
        }
        // The numbers of the stages stand at their ends, one below the other where they would touch.
        line(area, &[(left, foot), (right, foot)], Tone::Soft, 1, None)?;
        let axis = Axis::linear(end_s, units::seconds_tick);
        let ticks: Vec<(i32, String)> =
            axis.ticks_up_to(end_s).map(|tick| (at(tick), units::seconds_tick(tick))).collect();
        for (x, what) in ticks.iter().step_by(every(&ticks)) {
            let x = (*x).min(WIDTH - width(what, SMALL) / 2 - 3);
            label(area, what, (x, foot + 12), SMALL, Tone::Soft, At::Middle)?;
        }
        for (number, stage) in (0..).zip(&stages) {
            let tasks = stage.tasks;
            let y = foot + 36 + 20 * number;
            let text = format!(
                "{}. {} ({} task{}, busy {:.0} %)",
                number + 1,
                name_of(stage),
                units::count(tasks as u64),
                if tasks == 1 { "" } else { "s" },
                busy(stage) * 100.0
            );
            let size = if width(&text, LABEL - 1) > WIDTH - 2 * MARGIN { SMALL - 1 } else { LABEL - 1 };
            label(area, &text, (MARGIN, y), size, Tone::Ink, At::Start)?;
        }
        Ok(())
    })
}

/// The share of the workers' time in which they worked.
fn busy(stage: &TaskStage) -> f64 {
    stage.busy_s / ((stage.to_s - stage.from_s) * stage.workers as f64).max(f64::MIN_POSITIVE)
}
