//! What records show, in sentences: who wins, by how much, where it loses, and what is weak.
//!
//! Every figure in them is computed from the records; nothing is known beforehand about who should win.

use super::glance::{self, Entry, Glance};
use super::{pick, units};
use crate::measure::record::Case;
use crate::measure::{Cell, Figures, Record, died_after_s, weak};
use crate::workloads;

/// What there is to say of one workload.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    /// Its name.
    pub workload: String,
    /// What it asks; empty for a workload that this program does not know.
    pub question: &'static str,
    /// What people say about it.
    pub claim: &'static str,
    /// Who wins, and by how much, at its largest size; and at which sizes it is another mode.
    pub figures: Vec<String>,
    /// Under limits on memory: who lived and who died.
    pub limits: Vec<String>,
    /// Why the figures should not be relied on.
    pub weak: Vec<String>,
}

/// The words of each workload, in the order of the records.
pub fn by_workload(records: &[&Record]) -> Vec<Words> {
    let of_largest = |cells: &Vec<Cell>| {
        let name = cells[0].case.workload.as_str();
        let known = workloads::find(name).ok();
        let of_it: Vec<&Record> = records.iter().copied().filter(|record| record.case.workload == name).collect();
        Words {
            workload: name.to_string(),
            question: known.map_or("", |workload| workload.question),
            claim: known.map_or("", |workload| workload.claim),
            figures: [who_wins(cells)].into_iter().chain(elsewhere(&of_it, cells)).collect(),
            limits: limits(&of_it),
            weak: warnings(cells).into_iter().map(|warning| warning.text).collect(),
        }
    };
    pick::largest(records).iter().map(of_largest).collect()
}

/// Sizes at which another mode is the fastest than at the largest one. Only runs count that were repeated, do not overlap,
/// and are not too short.
fn elsewhere(records: &[&Record], largest: &[Cell]) -> Option<String> {
    let fastest = |cells: &[Cell]| {
        let of_modes = answered(cells);
        let best = of_modes.iter().min_by(|this, that| this.1.wall_s.total_cmp(&that.1.wall_s))?;
        let repeated = cells.iter().all(|cell| cell.runs.len() > 1);
        let clear = repeated && of_modes.iter().all(|(mode, figures)| *mode == best.0 || best.1.beats(figures));
        (clear && best.1.wall_s >= weak::SHORT_S).then(|| best.0.to_string())
    };
    let winner = fastest(largest);
    let same_setting = |case: &Case| (case.threads, case.groups, case.cost, case.memory_limit.is_none());
    let mut others: Vec<(u64, String)> = pick::groups(records, pick::mode)
        .iter()
        .filter(|cells| cells.len() > 1 && same_setting(&cells[0].case) == same_setting(&largest[0].case))
        .filter_map(|cells| Some((cells[0].case.rows, fastest(cells)?)))
        .filter(|(_, mode)| Some(mode) != winner.as_ref())
        .collect();
    others.sort();
    let at: Vec<String> = pick::MODES
        .into_iter()
        .filter_map(|mode| {
            let rows = others.iter().filter(|(_, other)| other == mode).map(|(rows, _)| units::count(*rows));
            let rows: Vec<String> = rows.collect();
            (!rows.is_empty()).then(|| format!("{mode} at {}", rows.join(" and ")))
        })
        .collect();
    (!at.is_empty()).then(|| format!("At other sizes another mode is the fastest: {}.", at.join("; ")))
}

fn who_wins(cells: &[Cell]) -> String {
    let mut of_modes = answered(cells);
    of_modes.sort_by(|this, that| this.1.wall_s.total_cmp(&that.1.wall_s));
    let intro = pick::setting(cells);
    let Some(((fastest, best), others)) = of_modes.split_first() else {
        return format!("{intro}: no mode gave an answer.");
    };
    let mut text = format!(
        "{intro}: {fastest} is the fastest with {} and {} of memory.",
        units::seconds(best.wall_s),
        units::bytes(best.peak_rss_bytes as f64)
    );
    for (mode, figures) in others {
        text += &format!(
            " {} took {:.2} times as long{} and {:.2} times the memory.",
            units::capital(mode),
            figures.wall_s / best.wall_s,
            if best.beats(figures) { "" } else { " (runs overlap)" },
            figures.peak_rss_bytes as f64 / best.peak_rss_bytes.max(1) as f64
        );
    }
    text
}

/// A sentence per limit on memory: who lived and who died.
fn limits(records: &[&Record]) -> Vec<String> {
    let limited = pick::groups(records, pick::mode).into_iter().filter(|cells| cells[0].case.memory_limit.is_some());
    limited
        .map(|cells| {
            let fates: Vec<String> = cells
                .iter()
                .map(|cell| match (Figures::of(&cell.runs), died_after_s(&cell.runs)) {
                    (None, Some(after_s)) => {
                        format!("{} ran out of memory after {}", cell.case.mode, units::seconds(after_s))
                    }
                    (Some(_), Some(_)) => format!("{} died in some runs and answered in others", cell.case.mode),
                    (Some(figures), None) => {
                        format!("{} answered in {}", cell.case.mode, units::seconds(figures.wall_s))
                    }
                    (None, None) => format!("{} did not run", cell.case.mode),
                })
                .collect();
            let case = &cells[0].case;
            let by = case.memory_limit.as_ref().map_or("", |limit| limit.by.as_str());
            format!("{}, by {by}: {}.", pick::setting(&cells), fates.join("; "))
        })
        .collect()
}

/// For each mode where it was clearly slower than another: that is where it loses. Only runs that do not overlap count,
/// and none that are too short; of these it is told who had the smallest median.
fn losses(records: &[&Record]) -> Vec<String> {
    let places = pick::groups(records, pick::mode);
    let (short, places): (Vec<Vec<Cell>>, Vec<Vec<Cell>>) = places
        .into_iter()
        .filter(|cells| cells.len() > 1 && cells[0].case.memory_limit.is_none())
        .partition(|cells| answered(cells).iter().any(|(_, figures)| figures.wall_s < weak::SHORT_S));
    let mut lines = Vec::new();
    for mode in pick::MODES {
        let mut lost: Vec<(f64, String, &[Cell])> = Vec::new();
        let mut of = 0;
        for cells in &places {
            let of_modes = answered(cells);
            let Some((_, own)) = of_modes.iter().find(|(name, _)| *name == mode) else { continue };
            of += 1;
            let best = of_modes.iter().min_by(|this, that| this.1.wall_s.total_cmp(&that.1.wall_s));
            if let Some((winner, best)) = best.filter(|(name, best)| *name != mode && best.beats(own)) {
                lost.push((own.wall_s / best.wall_s, winner.to_string(), cells));
            }
        }
        lost.sort_by(|this, that| that.0.total_cmp(&this.0));
        match lost.first() {
            None if of > 0 => lines.push(format!("{} was clearly beaten at none of {of} settings.", units::capital(mode))),
            Some((factor, winner, cells)) => lines.push(format!(
                "{} was clearly beaten at {} of {of} settings; most by {winner}, {factor:.1} times as fast: {} with {}.",
                units::capital(mode),
                lost.len(),
                cells[0].case.workload,
                pick::setting(cells)
            )),
            None => {}
        }
    }
    if !short.is_empty() {
        let first = |mode: &str| {
            let fastest = |cells: &&Vec<Cell>| {
                let of_modes = answered(cells);
                let best = of_modes.iter().min_by(|this, that| this.1.wall_s.total_cmp(&that.1.wall_s));
                best.is_some_and(|(name, _)| *name == mode)
            };
            short.iter().filter(fastest).count()
        };
        lines.push(format!(
            "{} more settings have runs of less than {:.0} ms, too short to count; there the smallest median is eager's {} \
             times, dropin's {} times and partitioned's {} times.",
            short.len(),
            weak::SHORT_S * 1e3,
            first("eager"),
            first("dropin"),
            first("partitioned")
        ));
    }
    lines
}

/// How many settings have weak measurements, and why.
fn weaknesses(records: &[&Record]) -> Vec<String> {
    let groups = pick::groups(records, pick::mode);
    let told = weak::gathered(groups.iter().map(|cells| warnings(cells)));
    let told = told
        .into_iter()
        .map(|(warning, count)| format!("{count} of {} settings, such as: {}", groups.len(), warning.text));
    told.chain(records.first().and_then(|record| weak::not_measured(record))).collect()
}

/// Why the runs of a setting should not be relied on.
pub fn warnings(cells: &[Cell]) -> Vec<weak::Warning> {
    let modes: Vec<(&str, Vec<&Record>)> =
        cells.iter().map(|cell| (cell.case.mode.as_str(), cell.runs.clone())).collect();
    weak::warnings(&modes)
}

/// The README of a folder of results, in Markdown.
pub fn readme(records: &[&Record], program: &str) -> String {
    let first = records.iter().map(|record| record.started.as_str()).min().unwrap_or_default();
    let last = records.iter().map(|record| record.started.as_str()).max().unwrap_or_default();
    let list = |lines: Vec<String>| match lines.is_empty() {
        true => "Nothing.\n".to_string(),
        false => lines.iter().map(|line| format!("- {line}\n")).collect(),
    };
    let words = by_workload(records);
    let of_all = |lines: fn(&Words) -> Vec<String>| list(words.iter().flat_map(lines).collect());
    let glance: String = glance::tables(records).iter().map(markdown).collect();
    format!(
        "# A complete run\n\n\
         {}\n\n\
         Made by `{program}`, which wrote this text too: every figure is computed from `records.jsonl` ({} records from {first} \
         to {last}; a line per run, and the table beside each chart in `index.html` names the lines it comes from). Open `index.html` for the \
         charts. Figures are this machine's.\n\n\
         {glance}## Who wins\n\n{}\n## Where it loses\n\nOf all settings that were measured, and only where no run of one mode was as \
         fast as any of the other.\n\n{}\n## Under a limit on memory\n\n{}\n## What is weak\n\n{}",
        pick::provenance(records),
        records.len(),
        of_all(|words| vec![in_a_line(words)]),
        list(losses(records)),
        of_all(|words| words.limits.iter().map(|line| format!("**{}**, {line}", words.workload)).collect()),
        list(weaknesses(records)),
    )
}

/// What is asked, what people say, and who wins.
fn in_a_line(words: &Words) -> String {
    let asked = match (words.question, words.claim) {
        ("", _) => String::new(),
        (question, claim) => format!(" {question} People say: \"{claim}\""),
    };
    format!("**{}**.{asked} {}", words.workload, words.figures.join(" "))
}

/// A table in Markdown: the clear winner is bold.
fn markdown(table: &Glance) -> String {
    let entry = |entry: &Entry| match entry {
        Entry { median, .. } if median.is_empty() => "-".to_string(),
        Entry { median, best: true, .. } => format!("**{median}**"),
        Entry { median, .. } => median.clone(),
    };
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let header = line([vec!["workload".to_string()], table.header.clone()].concat());
    let rule = format!("|---|{}\n", "--:|".repeat(table.header.len()));
    let rows = table
        .rows
        .iter()
        .map(|(workload, entries)| line([vec![workload.clone()], entries.iter().map(entry).collect()].concat()));
    format!(
        "## {}\n\n{header}{rule}{}\n{}\n\n",
        table.figure.title(),
        rows.collect::<String>(),
        reading(table, " How far runs differ is in `index.html`.")
    )
}

/// How a table is to be read; `more` is said where runs differ.
pub fn reading(table: &Glance, more: &str) -> String {
    let mut text = String::from(match table.figure {
        glance::Figure::Wall => "Wall time from before reading to the answer: medians.",
        glance::Figure::Cpu => "User and system time of all threads in that time: medians.",
        glance::Figure::Peak => "The most memory that was resident at once, in the whole process: medians.",
        glance::Figure::Moved => {
            "Rows copied from one partition to another, partial results included; eager has one partition."
        }
    });
    let entries = || table.rows.iter().flat_map(|(_, entries)| entries);
    if entries().any(|entry| entry.best) {
        text += " Bold: no run of another mode was as good.";
    }
    if entries().all(|entry| entry.once || entry.median.is_empty()) {
        return text + " One run each, so that nobody knows how far runs differ.";
    }
    let once: Vec<String> = table
        .rows
        .iter()
        .flat_map(|(workload, entries)| {
            let sizes = entries.chunks(3).zip(table.header.chunks(3));
            let once = sizes.filter(|(entries, _)| entries.iter().any(|entry| entry.once));
            once.map(move |(_, header)| format!("{workload} at {}", header[0].replace(": eager", "")))
        })
        .collect();
    if !once.is_empty() {
        text += &format!(" One run each, so that nobody knows how far runs differ: {}.", once.join(", "));
    }
    if entries().any(|entry| entry.range.is_some()) {
        text += more;
    }
    if entries().any(|entry| entry.median.is_empty()) {
        text += " -: not run.";
    }
    text
}

fn answered<'a>(cells: &'a [Cell]) -> Vec<(&'a str, Figures)> {
    cells.iter().filter_map(|cell| Some((cell.case.mode.as_str(), Figures::of(&cell.runs)?))).collect()
}
