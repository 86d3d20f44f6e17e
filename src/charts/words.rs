//! What records show, in sentences: who wins, by how much, where it loses, and what is weak.
//!
//! Every figure in them is computed from the records; nothing is known beforehand about who should win.

use super::{pick, units};
use crate::measure::record::Case;
use crate::measure::{Cell, Figures, Record, died_after_s, weak};

/// A paragraph per workload, at its largest size.
pub fn by_workload(records: &[&Record]) -> Vec<String> {
    pick::largest(records).iter().map(|cells| workload(cells)).collect()
}

fn workload(cells: &[Cell]) -> String {
    let case = &cells[0].case;
    let mut of_modes = answered(cells);
    of_modes.sort_by(|this, that| this.1.wall_s.total_cmp(&that.1.wall_s));
    let intro = format!("{} ({})", case.workload, pick::setting(case));
    let Some(((fastest, best), others)) = of_modes.split_first() else {
        return format!("{intro}: no mode gave an answer.");
    };
    let mut text = format!(
        "{intro}: {fastest} is the fastest with {} and {} of memory.",
        units::seconds(best.wall_s),
        units::bytes(best.peak_rss_bytes as f64)
    );
    for (mode, figures) in others {
        let overlap = figures.fastest_s <= best.slowest_s;
        text += &format!(
            " {} took {:.2} times as long{} and {:.2} times the memory.",
            capital(mode),
            figures.wall_s / best.wall_s,
            if overlap { " (runs overlap)" } else { "" },
            figures.peak_rss_bytes as f64 / best.peak_rss_bytes.max(1) as f64
        );
    }
    for cell in cells {
        if let Some(after_s) = died_after_s(&cell.runs) {
            text += &format!(" {} died after {}.", capital(&cell.case.mode), units::seconds(after_s));
        }
    }
    text
}

/// A sentence per limit on memory: who lived and who died.
pub fn limits(records: &[&Record]) -> Vec<String> {
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
            format!("{} ({}, by {by}): {}.", case.workload, pick::setting(case), fates.join("; "))
        })
        .collect()
}

/// For each mode where it was clearly slower than another: that is where it loses. Only runs that do not overlap count,
/// and none that are too short; of these it is told who had the smallest median.
pub fn losses(records: &[&Record]) -> Vec<String> {
    let places = pick::groups(records, pick::mode);
    let (short, places): (Vec<Vec<Cell>>, Vec<Vec<Cell>>) = places
        .into_iter()
        .filter(|cells| cells.len() > 1 && cells[0].case.memory_limit.is_none())
        .partition(|cells| answered(cells).iter().any(|(_, figures)| figures.wall_s < weak::SHORT_S));
    let mut lines = Vec::new();
    for mode in ["eager", "dropin", "partitioned"] {
        let mut lost: Vec<(f64, String, &Case)> = Vec::new();
        let mut of = 0;
        for cells in &places {
            let of_modes = answered(cells);
            let Some((_, own)) = of_modes.iter().find(|(name, _)| *name == mode) else { continue };
            of += 1;
            let best = of_modes.iter().min_by(|this, that| this.1.wall_s.total_cmp(&that.1.wall_s));
            if let Some((winner, best)) = best.filter(|(name, best)| *name != mode && best.slowest_s < own.fastest_s) {
                lost.push((own.wall_s / best.wall_s, winner.to_string(), &cells[0].case));
            }
        }
        lost.sort_by(|this, that| that.0.total_cmp(&this.0));
        match lost.first() {
            None if of > 0 => lines.push(format!("{} was clearly beaten at none of {of} settings.", capital(mode))),
            Some((factor, winner, case)) => lines.push(format!(
                "{} was clearly beaten at {} of {of} settings; most by {winner}, {factor:.1} times as fast: {} with {}.",
                capital(mode),
                lost.len(),
                case.workload,
                pick::setting(case)
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
pub fn weaknesses(records: &[&Record]) -> Vec<String> {
    let groups = pick::groups(records, pick::mode);
    // Sentences of one kind begin alike; the figures in them differ from setting to setting.
    let mut told: Vec<(String, String, usize)> = Vec::new();
    for cells in &groups {
        let modes: Vec<(&str, Vec<&Record>)> =
            cells.iter().map(|cell| (cell.case.mode.as_str(), cell.runs.clone())).collect();
        let mut kinds: Vec<String> = Vec::new();
        for line in weak::warnings(&modes) {
            let kind = line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
            if kinds.contains(&kind) {
                continue;
            }
            match told.iter_mut().find(|known| known.0 == kind) {
                Some(known) => known.2 += 1,
                None => told.push((kind.clone(), line, 1)),
            }
            kinds.push(kind);
        }
    }
    told.sort_by_key(|known| std::cmp::Reverse(known.2));
    told.into_iter().map(|(_, line, count)| format!("{count} of {} settings, such as: {line}", groups.len())).collect()
}

/// The README of a folder of results, in Markdown.
pub fn readme(records: &[&Record], program: &str) -> String {
    let first = records.iter().map(|record| record.started.as_str()).min().unwrap_or_default();
    let last = records.iter().map(|record| record.started.as_str()).max().unwrap_or_default();
    let list = |lines: Vec<String>| match lines.is_empty() {
        true => "Nothing.\n".to_string(),
        false => lines.iter().map(|line| format!("- {line}\n")).collect(),
    };
    format!(
        "# A complete run\n\n\
         {}\n\n\
         Made by `{program}`, which wrote this text too: every figure is computed from `records.jsonl` ({} records from {first} \
         to {last}; a line per run, and each table in `index.html` names the lines it comes from). Open `index.html` for the \
         charts. Figures are this machine's.\n\n\
         ## Who wins\n\n{}\n## Where it loses\n\nOf all settings that were measured, and only where no run of one mode was as \
         fast as any of the other.\n\n{}\n## Under a limit on memory\n\n{}\n## What is weak\n\n{}",
        pick::provenance(records),
        records.len(),
        list(by_workload(records)),
        list(losses(records)),
        list(limits(records)),
        list(weaknesses(records)),
    )
}

fn answered<'a>(cells: &'a [Cell]) -> Vec<(&'a str, Figures)> {
    cells.iter().filter_map(|cell| Some((cell.case.mode.as_str(), Figures::of(&cell.runs)?))).collect()
}

fn capital(mode: &str) -> String {
    let mut letters = mode.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
