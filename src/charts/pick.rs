//! Which records a chart is drawn from.

use super::units;
use crate::measure::record::Case;
use crate::measure::{Cell, Record, cells};

/// The records of the machine that the newest one comes from: figures of two machines are not mixed.
pub fn one_machine(records: &[Record]) -> Vec<&Record> {
    let newest = records.iter().max_by(|this, that| this.started.cmp(&that.started));
    records.iter().filter(|record| newest.is_some_and(|newest| record.machine == newest.machine)).collect()
}

/// Cases that differ only in what `vary` blanks out, together: `vary` is told to set a field of the case to a fixed value.
///
/// In the order of the records; cells of one group in the order of the modes.
pub fn groups<'a>(records: &[&'a Record], vary: impl Fn(&mut Case)) -> Vec<Vec<Cell<'a>>> {
    let mut groups: Vec<(Case, Vec<Cell>)> = Vec::new();
    for cell in cells(records.iter().copied()) {
        let mut key = cell.case.clone();
        vary(&mut key);
        match groups.iter_mut().find(|group| group.0 == key) {
            Some(group) => group.1.push(cell),
            None => groups.push((key, vec![cell])),
        }
    }
    groups.iter_mut().for_each(|group| group.1.sort_by_key(|cell| rank(&cell.case.mode)));
    groups.into_iter().map(|group| group.1).collect()
}

/// Blanks out the mode, and the engine that only one mode has.
pub fn mode(case: &mut Case) {
    case.mode.clear();
    case.engine = None;
}

/// The comparison of modes that says most about a workload: without a limit, with the most modes, with runs enough to show
/// how far they differ, and of these the one with the most rows and threads.
pub fn largest<'a>(records: &[&'a Record]) -> Vec<Vec<Cell<'a>>> {
    let mut largest: Vec<Vec<Cell>> = Vec::new();
    let size = |cells: &[Cell]| {
        let case = &cells[0].case;
        let runs = cells.iter().map(|cell| cell.runs.len()).min().unwrap_or(0);
        (cells.len().min(3), runs.min(3), case.rows, case.threads, case.cost, std::cmp::Reverse(case.groups))
    };
    for group in groups(records, mode).into_iter().filter(|cells| cells[0].case.memory_limit.is_none()) {
        match largest.iter_mut().find(|known| known[0].case.workload == group[0].case.workload) {
            None => largest.push(group),
            Some(known) if size(known) < size(&group) => *known = group,
            Some(_) => {}
        }
    }
    largest
}

/// The place of a mode in a chart.
pub fn rank(mode: &str) -> usize {
    ["eager", "dropin", "partitioned"].iter().position(|known| *known == mode).unwrap_or(3)
}

/// The run whose time is the median one, or the nearest below it.
pub fn typical<'a>(cell: &Cell<'a>) -> &'a Record {
    let mut runs = cell.runs.clone();
    runs.sort_by(|this, that| this.wall_s.total_cmp(&that.wall_s));
    runs[(runs.len() - 1) / 2]
}

/// What was run, in words: `10,000,000 rows, 2 threads`.
pub fn setting(case: &Case) -> String {
    let mut words = vec![format!("{} rows", units::count(case.rows))];
    if let Some(groups) = case.groups {
        words.push(format!("{} groups", units::count(groups)));
    }
    if let Some(cost) = case.cost {
        words.push(format!("{} operations per row", units::count(cost)));
    }
    words.push(threads(case.threads));
    if let Some(limit) = &case.memory_limit {
        words.push(format!("limit {}", units::bytes(limit.bytes as f64)));
    }
    words.join(", ")
}

/// `1 thread`, `2 threads`.
pub fn threads(threads: usize) -> String {
    format!("{threads} thread{}", if threads == 1 { "" } else { "s" })
}

/// Machine, date and program of the newest of these records, for a caption.
pub fn provenance(records: &[&Record]) -> String {
    let Some(newest) = records.iter().max_by(|this, that| this.started.cmp(&that.started)) else {
        return String::new();
    };
    let machine = &newest.machine;
    let cores = if machine.cores == 1 { "1 core".to_string() } else { format!("{} cores", machine.cores) };
    let mut text = format!(
        "{}, {cores}, {}, {}; {}",
        machine.cpu.replace("(R)", "").replace("(TM)", ""),
        units::bytes(machine.memory_bytes as f64),
        machine.os,
        units::date(&newest.started)
    );
    if let Some(commit) = &newest.program.commit {
        text += &format!(
            "; commit {}{}",
            &commit[..8.min(commit.len())],
            if newest.program.dirty { ", changed" } else { "" }
        );
    }
    text
}

/// Lines of the records file: `3, 6, 9`.
pub fn lines(runs: &[&Record]) -> String {
    runs.iter().map(|record| record.line.to_string()).collect::<Vec<_>>().join(", ")
}

/// `5 runs`, `1 run`.
pub fn runs(cells: &[Cell]) -> String {
    let most = cells.iter().map(|cell| cell.runs.len()).max().unwrap_or(0);
    format!("{most} run{}", if most == 1 { "" } else { "s" })
}
