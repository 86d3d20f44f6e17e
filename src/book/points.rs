//! Measured speed-ups, for the widget that puts them beside Amdahl's law.

use super::widgets::Point;
use crate::charts::pick;
use crate::measure::{Cell, Figures, Record, typical};
use crate::workloads;

/// For each workload and mode, at its largest size: how many times as fast it is on more threads than on one. Eager uses
/// one thread whatever it is given, and has no point.
pub fn points(records: &[&Record]) -> Vec<Point> {
    let mut points = Vec::new();
    for workload in workloads::ALL {
        let of_it: Vec<&Record> =
            records.iter().copied().filter(|record| record.case.workload == workload.name).collect();
        let growing = pick::groups(&of_it, |case| case.threads = 0);
        for mode in ["dropin", "partitioned"] {
            let meant = |cells: &&Vec<Cell>| {
                let case = &cells[0].case;
                case.mode == mode && case.memory_limit.is_none() && case.input.is_none() && cells.len() > 1
            };
            let largest = growing.iter().filter(meant).max_by_key(|cells| cells[0].case.rows);
            points.extend(largest.into_iter().flat_map(|cells| of_mode(cells)));
        }
    }
    points
}

fn of_mode(cells: &[Cell]) -> Vec<Point> {
    let alone = cells.iter().find(|cell| cell.case.threads == 1).and_then(|cell| Figures::of(&cell.runs));
    let Some(alone) = alone else { return vec![] };
    let point = |cell: &Cell| {
        let figures = Figures::of(&cell.runs)?;
        Some(Point {
            workload: cell.case.workload.clone(),
            mode: cell.case.mode.clone(),
            threads: cell.case.threads,
            wall_s: figures.wall_s,
            speedup: alone.wall_s / figures.wall_s,
            largest_share: typical(&cell.runs).and_then(largest_share),
        })
    };
    cells.iter().filter(|cell| cell.case.threads > 1).filter_map(point).collect()
}

/// The share of rows that the largest task had, in the step that worked on the most rows in several tasks.
fn largest_share(record: &Record) -> Option<f64> {
    let divided = record.steps.iter().filter(|step| step.tasks > 1 && step.rows > 0 && step.largest_task_rows > 0);
    let step = divided.max_by_key(|step| step.rows)?;
    Some(step.largest_task_rows as f64 / step.rows as f64)
}

#[cfg(test)]
mod tests {
    use super::super::source::tests::runs;
    use super::*;
    use crate::measure::record::{Machine, Step};

    #[test]
    fn a_point_is_a_speed_up_over_one_thread() {
        let mut records = runs("median", 1_000, &Machine::default());
        let step = Step { tasks: 4, rows: 100, largest_task_rows: 40, ..Step::default() };
        for mut one in records.clone() {
            one.case.threads = 1;
            one.wall_s *= 1.5;
            records.push(one);
        }
        records.iter_mut().for_each(|record| record.steps = vec![step.clone()]);
        let points = points(&records.iter().collect::<Vec<_>>());
        let told: Vec<_> =
            points.iter().map(|point| (point.mode.as_str(), point.threads, point.largest_share)).collect();
        assert_eq!(told, [("dropin", 2, Some(0.4)), ("partitioned", 2, Some(0.4))]);
        assert!((points[0].speedup - 1.5).abs() < 1e-9);
    }
}
