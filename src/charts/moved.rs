//! Rows and bytes that a mode moved between partitions, by its ledger.

use super::canvas::{Frame, draw};
use super::time::{Bars, ROW};
use super::{Chart, Table, pick, units};
use crate::error::Result;
use crate::measure::{Cell, Record};

/// A chart per workload, at its largest size.
///
/// # Errors
/// As [`canvas::draw`](super::canvas::draw).
pub fn charts(records: &[&Record]) -> Result<Vec<Chart>> {
    pick::largest(records).iter().filter(|cells| cells.iter().any(finished)).map(|cells| chart(cells)).collect()
}

fn finished(cell: &Cell) -> bool {
    cell.runs.iter().any(|run| run.finished())
}

fn chart(cells: &[Cell]) -> Result<Chart> {
    let case = &cells[0].case;
    let runs: Vec<&Record> =
        cells.iter().filter_map(|cell| cell.runs.iter().find(|run| run.finished()).copied()).collect();
    let mut table = Table::new([
        "mode",
        "step",
        "tasks",
        "rows moved",
        "bytes moved",
        "rows gathered",
        "bytes spilled",
        "barrier",
        "line of records",
    ]);
    for run in &runs {
        for step in &run.steps {
            table.rows.push(vec![
                run.case.mode.clone(),
                step.what.clone(),
                units::count(step.tasks as u64),
                units::count(step.rows_moved),
                units::bytes(step.bytes_moved as f64),
                units::count(step.rows_gathered),
                units::bytes(step.bytes_spilled as f64),
                if step.barrier { "yes" } else { "" }.to_string(),
                run.line.to_string(),
            ]);
        }
    }
    let frame = Frame {
        workload: case.workload.clone(),
        title: format!("{}: rows moved per mode", case.workload),
        subtitle: format!("{}. Rows copied from one partition to another, and their bytes.", pick::setting(cells)),
        caption: pick::provenance(&runs),
        height: (ROW + 12) * runs.len() as i32 + 12,
    };
    let sentences: Vec<String> = runs
        .iter()
        .map(|run| {
            format!(
                "{} {} rows, {}",
                run.case.mode,
                units::count(run.rows_moved()),
                units::bytes(run.bytes_moved() as f64)
            )
        })
        .collect();
    let desc = format!("Moved by {} with {}: {}.", case.workload, pick::setting(cells), sentences.join("; "));
    draw("moved", &format!("moved-{}", case.workload), &frame, desc, table, |area| {
        let most = runs.iter().map(|run| run.rows_moved()).max().unwrap_or(0) as f64;
        let text = |run: &Record| units::count(run.rows_moved());
        let widest = runs.iter().map(|run| text(run)).max_by_key(String::len).unwrap_or_default();
        let bars = Bars::new(runs.iter().map(|run| run.case.mode.as_str()), most, &widest).spaced(12);
        for (row, run) in (0..).zip(&runs) {
            let moved = run.rows_moved() as f64;
            bars.bar(area, row, &run.case.mode, moved, &text(run), moved)?;
            let mut remark = units::bytes(run.bytes_moved() as f64);
            let (gathered, spilled) = (run.sum(|step| step.rows_gathered), run.sum(|step| step.bytes_spilled));
            if gathered > 0 {
                remark += &format!(", {} rows gathered in one place", units::count(gathered));
            }
            if spilled > 0 {
                remark += &format!(", {} spilled", units::bytes(spilled as f64));
            }
            bars.remark(area, row, &remark)?;
        }
        Ok(())
    })
}
