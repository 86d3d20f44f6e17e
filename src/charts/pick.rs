//! Which records a chart is drawn from.

use super::units;
use crate::measure::peers::PEERS;
use crate::measure::record::{Case, State};
use crate::measure::{Cell, Record, cells};

/// The modes, in the order of columns, bars and marks.
pub const MODES: [&str; 3] = ["eager", "dropin", "partitioned"];

/// The records of the machine that the newest one comes from: figures of two machines are not mixed.
pub fn one_machine(records: &[Record]) -> Vec<&Record> {
    let newest = records.iter().max_by(|this, that| this.started.cmp(&that.started));
    records.iter().filter(|record| newest.is_some_and(|newest| record.machine == newest.machine)).collect()
}

/// Cases that differ only in what `vary` blanks out, together: `vary` is told to set a field of the case to a fixed value.
///
/// In the order of the records; cells of one group in the order of the modes. Of processes that answered once: runs beside
/// real systems have charts of their own.
pub fn groups<'a>(records: &[&'a Record], vary: impl Fn(&mut Case)) -> Vec<Vec<Cell<'a>>> {
    groups_in(records, None, vary)
}

/// As [`groups`], of the runs in this state.
pub fn groups_in<'a>(records: &[&'a Record], state: Option<State>, vary: impl Fn(&mut Case)) -> Vec<Vec<Cell<'a>>> {
    let mut groups: Vec<(Case, Vec<Cell>)> = Vec::new();
    for cell in cells(records.iter().copied().filter(|record| record.case.state == state)) {
        let mut key = cell.case.clone();
        vary(&mut key);
        match groups.iter_mut().find(|group| group.0 == key) {
            Some(group) => group.1.push(cell),
            None => groups.push((key, vec![cell])),
        }
    }
    groups.iter_mut().for_each(|(_, cells)| {
        one_engine(cells);
        cells.sort_by_key(|cell| rank(&cell.case.mode));
    });
    groups.into_iter().map(|group| group.1).collect()
}

/// A mode has one engine in a group: the default one where it was run, else the one that was run last. Another way to run
/// the same mode is no mode of its own.
fn one_engine(cells: &mut Vec<Cell>) {
    let of_mode = |mode: &str| {
        let cells = cells.iter().filter(|cell| cell.case.mode == mode);
        let best = cells.max_by_key(|cell| (cell.case.engine.is_none(), cell.runs[0].started.as_str()))?;
        best.case.engine.clone()
    };
    let kept: Vec<bool> = cells.iter().map(|cell| cell.case.engine == of_mode(&cell.case.mode)).collect();
    let mut kept = kept.into_iter();
    cells.retain(|_| kept.next().unwrap_or(false));
}

/// Blanks out the mode, and the engine that only one mode has.
pub fn mode(case: &mut Case) {
    case.mode.clear();
    case.engine = None;
}

/// How much a comparison of modes says, to be held against others: the most modes, then runs enough to show how far they
/// differ, then files that everybody has, and of these the most rows and threads.
pub fn telling(cells: &[Cell]) -> impl Ord + use<> {
    let case = &cells[0].case;
    let runs = cells.iter().map(|cell| cell.runs.len()).min().unwrap_or(0);
    let groups = std::cmp::Reverse(case.groups);
    (cells.len().min(3), runs.min(3), case.input.is_none(), case.rows, case.threads, case.cost, groups)
}

/// The comparison of modes without a limit that is the most [`telling`] about each workload.
pub fn largest<'a>(records: &[&'a Record]) -> Vec<Vec<Cell<'a>>> {
    let mut largest: Vec<Vec<Cell>> = Vec::new();
    for group in groups(records, mode).into_iter().filter(|cells| cells[0].case.memory_limit.is_none()) {
        match largest.iter_mut().find(|known| known[0].case.workload == group[0].case.workload) {
            None => largest.push(group),
            Some(known) if telling(known) < telling(&group) => *known = group,
            Some(_) => {}
        }
    }
    largest
}

/// The place of a mode in a chart; after the modes come real systems in their order.
pub fn rank(mode: &str) -> usize {
    let of_peer = || PEERS.iter().position(|peer| peer.to_string() == mode).unwrap_or(PEERS.len());
    MODES.iter().position(|known| *known == mode).unwrap_or_else(|| MODES.len() + of_peer())
}

/// What was run, in words: `10,000,000 rows, 2 threads`.
pub fn setting(cells: &[Cell]) -> String {
    // Cells of one setting have the same words, but for the engine that only one mode has.
    let case = cells.iter().find(|cell| cell.case.engine.is_some()).unwrap_or(&cells[0]);
    setting_of(&case.case)
}

/// As [`setting`], of one case.
pub fn setting_of(case: &Case) -> String {
    let mut words = vec![format!("{} rows", units::count(case.rows))];
    if let Some(input) = &case.input {
        words.push(format!("files {input}"));
    }
    if let Some(groups) = case.groups {
        words.push(format!("{} groups", units::count(groups)));
    }
    if let Some(cost) = case.cost {
        words.push(format!("{} operations per row", units::count(cost)));
    }
    words.push(threads(case.threads));
    if let Some(engine) = &case.engine {
        words.push(format!("engine {engine}"));
    }
    if let Some(limit) = &case.memory_limit {
        words.push(format!("limit {}", units::bytes(limit.bytes as f64)));
    }
    words.join(", ")
}

/// `1 thread`, `2 threads`.
pub fn threads(threads: usize) -> String {
    format!("{threads} thread{}", if threads == 1 { "" } else { "s" })
}

/// Machine, dates and programs of these records, which are of one machine, for a caption.
pub fn provenance(records: &[&Record]) -> String {
    let mut records = records.to_vec();
    records.sort_by(|this, that| this.started.cmp(&that.started));
    let (Some(first), Some(last)) = (records.first(), records.last()) else { return String::new() };
    let (from, to) = (units::date(&first.started), units::date(&last.started));
    let when = if from == to { to } else { format!("{from} to {to}") };
    let machine = &last.machine;
    let cores = if machine.cores == 1 { "1 core".to_string() } else { format!("{} cores", machine.cores) };
    let text = format!(
        "{}, {cores}, {}, {}; {when}",
        machine.cpu.replace("(R)", "").replace("(TM)", ""),
        units::bytes(machine.memory_bytes as f64),
        machine.os,
    );
    let mut commits: Vec<String> = Vec::new();
    for commit in records.iter().filter_map(|record| commit(record)) {
        if !commits.contains(&commit) {
            commits.push(commit);
        }
    }
    match &commits[..] {
        [] => text,
        [one] => format!("{text}; commit {one}"),
        [first, second] => format!("{text}; commits {first} and {second}"),
        many => format!("{text}; {} commits, {} to {}", many.len(), many[0], many[many.len() - 1]),
    }
}

/// `ac8b8ebf`, or `ac8b8ebf, changed`.
fn commit(record: &Record) -> Option<String> {
    let changed = if record.program.dirty { ", changed" } else { "" };
    Some(record.program.commit.as_ref()?.chars().take(8).collect::<String>() + changed)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::record::Program;

    fn record(started: &str, commit: &str) -> Record {
        let program = Program { commit: Some(commit.into()), ..Program::default() };
        Record { started: started.into(), program, round: 1, ..Record::default() }
    }

    fn told(records: &[Record]) -> String {
        let text = provenance(&records.iter().collect::<Vec<_>>());
        text.split_once("; ").unwrap().1.to_string()
    }

    #[test]
    fn a_caption_names_all_dates_and_commits() {
        let mut records = vec![record("2026-11-22T23:00:00Z", "0123456789ab")];
        assert_eq!(told(&records), "22 Nov 2026; commit 01234567");
        records.insert(0, record("2026-11-23T01:00:00Z", "ac8b8ebf3e0b"));
        assert_eq!(told(&records), "22 Nov 2026 to 23 Nov 2026; commits 01234567 and ac8b8ebf");
        records.push(Record { program: Program { dirty: true, ..records[0].program.clone() }, ..records[0].clone() });
        assert_eq!(told(&records), "22 Nov 2026 to 23 Nov 2026; 3 commits, 01234567 to ac8b8ebf, changed");
    }

    #[test]
    fn a_mode_has_one_engine() {
        let case = |mode: &str, engine: Option<&str>| Case {
            mode: mode.into(),
            engine: engine.map(String::from),
            ..Case::default()
        };
        let day = |day: u32, case: Case| Record { case, ..record(&format!("2026-11-0{day}T00:00:00Z"), "") };
        let engines = |records: &[Record]| -> Vec<Vec<Option<String>>> {
            let groups = groups(&records.iter().collect::<Vec<_>>(), mode);
            groups.into_iter().map(|cells| cells.into_iter().map(|cell| cell.case.engine).collect()).collect()
        };
        let mut records = vec![
            day(3, case("partitioned", Some("serial"))),
            day(2, case("partitioned", Some("spark"))),
            day(1, case("eager", None)),
        ];
        assert_eq!(engines(&records), [vec![None, Some("serial".to_string())]], "the last one");
        records.push(day(1, case("partitioned", None)));
        assert_eq!(engines(&records), [vec![None, None]], "the default one");
        let alone = cells(&records[..1]);
        assert_eq!(setting(&alone), "0 rows, 0 threads, engine serial");
    }
}
