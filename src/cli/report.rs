//! Results as text: the answer, a table of the modes, and what can be read from it.

use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table, presets};
use indicatif::HumanCount;
use polars::prelude::*;

use crate::measure::{Comparison, ModeRuns, Outcome, Plan, Record};
use crate::workloads::Mode;

/// A run shorter than this says more about starting a process than about the work.
const SHORT_S: f64 = 0.05;
/// Runs that differ by more than this share of their median are not to be relied on.
const WIDE: f64 = 0.25;
/// One thread that works all the time needs no more time than this, by its CPU time; beyond, something else ran.
const BUSY: f64 = 1.15;
/// Characters of the longest bar.
const BAR: usize = 10;

/// The first rows of an answer.
pub fn answer(answer: &DataFrame, rows: usize) -> String {
    let mut table = table(answer.columns().iter().map(|column| column.name().to_string()));
    for row in 0..answer.height().min(rows) {
        table.add_row(answer.columns().iter().map(|column| {
            let value = column.get(row).unwrap_or(AnyValue::Null);
            let text = match &value {
                AnyValue::Float64(value) => format!("{value:.3}"),
                AnyValue::String(text) => text.to_string(),
                AnyValue::Null => "null".to_string(),
                other => other.to_string(),
            };
            let align = if value.dtype().is_primitive_numeric() { CellAlignment::Right } else { CellAlignment::Left };
            Cell::new(text).set_alignment(align)
        }));
    }
    let more = answer.height().saturating_sub(rows);
    let rest = if more > 0 { format!("\n  ... and {more} more rows") } else { String::new() };
    format!("{table}{rest}\n")
}

/// Seconds with three digits that matter.
pub fn seconds(seconds: f64) -> String {
    match seconds {
        s if s < 0.1 => format!("{:.1} ms", s * 1e3),
        s if s < 1.0 => format!("{:.0} ms", s * 1e3),
        s if s < 10.0 => format!("{s:.2} s"),
        s => format!("{s:.1} s"),
    }
}

/// `1 run`, `3 runs`.
pub fn count(number: usize, what: &str) -> String {
    format!("{} {what}{}", HumanCount(number as u64), if number == 1 { "" } else { "s" })
}

/// The shortest and the longest of some times, in the unit of the longest.
fn range(from_s: f64, to_s: f64) -> String {
    let to = seconds(to_s);
    let (number, unit) = to.split_once(' ').unwrap_or((&to, ""));
    let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let from = if unit == "ms" { from_s * 1e3 } else { from_s };
    format!("{from:.decimals$}-{number}")
}

/// A table with a row per mode, and below it what can be read from it.
pub fn comparison(plan: &Plan, comparison: &Comparison) -> String {
    let mut table = table(["mode", "wall", "from-to", "", "CPU", "memory", "moved", "answer"].map(String::from));
    let slowest = comparison.modes.iter().filter_map(Figures::of).map(|figures| figures.wall_s).fold(0.0, f64::max);
    for of_mode in &comparison.modes {
        let mode = Cell::new(of_mode.mode).add_attribute(Attribute::Bold);
        match Figures::of(of_mode) {
            Some(figures) => table.add_row([
                mode,
                right(seconds(figures.wall_s)),
                Cell::new(range(figures.fastest_s, figures.slowest_s)),
                Cell::new(bar(figures.wall_s / slowest)),
                right(seconds(figures.cpu_s)),
                right(mebibytes(figures.peak_rss_bytes)),
                right(HumanCount(figures.rows_moved)),
                match of_mode.outcomes.len() - of_mode.records().len() {
                    0 => Cell::new(format!("✓ {}", &figures.digest[..6])),
                    died => Cell::new(format!("✗ {died} died")),
                },
            ]),
            None => table.add_row([mode, right("died")]),
        };
    }
    let mut text = format!("{table}\n");
    text += &match plan.runs {
        1 => "  One run of each mode, in a process of its own: how far runs differ is not known.\n".to_string(),
        runs => format!("  Medians of {runs} runs in turn, each a process of its own.\n"),
    };
    let answered = comparison.modes.iter().filter(|of_mode| !of_mode.records().is_empty()).count();
    text += match (answered, comparison.as_expected) {
        (0, _) => "  No mode gave an answer. Raise the limit, or take fewer rows.\n",
        (1, true) => "  One mode gave an answer, and it is the expected one.\n",
        (1, false) => "  One mode gave an answer, the same one in every run.\n",
        (_, true) => "  All answers agree, with each other and with the expected one.\n",
        (_, false) => "  All answers agree.\n",
    };
    for line in readings(plan, comparison) {
        text += &format!("  {line}\n");
    }
    text
}

/// Sentences about the figures.
fn readings(plan: &Plan, comparison: &Comparison) -> Vec<String> {
    let mut lines = Vec::new();
    let figures: Vec<(&ModeRuns, Figures)> =
        comparison.modes.iter().filter_map(|of_mode| Some((of_mode, Figures::of(of_mode)?))).collect();
    let too_short = figures.iter().any(|(_, figures)| figures.wall_s < SHORT_S);
    if too_short {
        lines.push(format!("Weak: runs of less than {} are too short to compare. Take more rows.", seconds(SHORT_S)));
    } else if let Some(((base, base_figures), others)) = figures.split_first() {
        for (of_mode, figures) in others {
            let apart = figures.slowest_s < base_figures.fastest_s || base_figures.slowest_s < figures.fastest_s;
            lines.push(format!(
                "{} took {:.2}x the time and {:.2}x the memory of {}{}.",
                of_mode.mode,
                figures.wall_s / base_figures.wall_s,
                figures.peak_rss_bytes as f64 / base_figures.peak_rss_bytes as f64,
                base.mode,
                if apart { "" } else { ", though their runs overlap" },
            ));
        }
    }
    for of_mode in &comparison.modes {
        let died = of_mode.outcomes.len() - of_mode.records().len();
        if died > 0 {
            lines.push(format!(
                "{} ran out of memory in {died} of {} runs, after {}, under a limit of {}.",
                of_mode.mode,
                of_mode.outcomes.len(),
                seconds(died_after(of_mode).unwrap_or(0.0)),
                mebibytes(plan.memory_limit.unwrap_or(0)),
            ));
        }
    }
    if plan.memory_limit.is_some() {
        lines.push("The limit is on private memory asked for; memory is what was resident, with the program.".into());
    }
    for (of_mode, figures) in &figures {
        if of_mode.mode == Mode::Eager && figures.wall_s > BUSY * figures.cpu_s && !too_short {
            lines.push("Weak: one thread waited for its core. Close other programs: this machine is busy.".into());
        }
        let spread = (figures.slowest_s - figures.fastest_s) / figures.wall_s;
        if spread > WIDE && !too_short {
            lines.push(format!(
                "Weak: runs of {} differ by {:.0} % of their median; close other programs or add --runs.",
                of_mode.mode,
                spread * 100.0
            ));
        }
    }
    lines
}

/// Medians and extremes of the runs of a mode.
struct Figures {
    wall_s: f64,
    fastest_s: f64,
    slowest_s: f64,
    cpu_s: f64,
    peak_rss_bytes: u64,
    rows_moved: u64,
    digest: String,
}

impl Figures {
    /// `None` when no run gave an answer.
    fn of(of_mode: &ModeRuns) -> Option<Self> {
        let records = of_mode.records();
        let last = records.last()?;
        let of = |figure: fn(&Record) -> f64| sorted(records.iter().map(|record| figure(record)).collect());
        let wall_s = of(|record| record.wall_s);
        Some(Self {
            wall_s: median(&wall_s),
            fastest_s: wall_s[0],
            slowest_s: wall_s[wall_s.len() - 1],
            cpu_s: median(&of(|record| record.cpu_s)),
            peak_rss_bytes: median(&of(|record| record.peak_rss_bytes as f64)) as u64,
            rows_moved: last.rows_moved,
            digest: last.digest.clone(),
        })
    }
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// The middle one, or the mean of the two in the middle. There is at least one.
fn median(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[half] } else { (sorted[half - 1] + sorted[half]) / 2.0 }
}

fn died_after(of_mode: &ModeRuns) -> Option<f64> {
    let died = of_mode.outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::OutOfMemory { after_s } => Some(*after_s),
        Outcome::Finished(_) => None,
    });
    let died = sorted(died.collect());
    (!died.is_empty()).then(|| median(&died))
}

fn bar(share: f64) -> String {
    "█".repeat(((share * BAR as f64).round() as usize).clamp(1, BAR))
}

/// Bytes as MiB: the same unit in every row.
pub fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / (1u64 << 20) as f64)
}

fn right(text: impl ToString) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn table(header: impl IntoIterator<Item = String>) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(header.into_iter().map(|name| Cell::new(name).add_attribute(Attribute::Dim)));
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        assert_eq!(median(&sorted(vec![3.0, 1.0, 2.0])), 2.0);
        assert_eq!(median(&sorted(vec![4.0, 1.0, 3.0, 2.0])), 2.5);
    }

    #[test]
    fn times_are_told_in_fitting_units() {
        for (time, text) in [(0.0123, "12.3 ms"), (0.456, "456 ms"), (1.234, "1.23 s"), (61.0, "61.0 s")] {
            assert_eq!(seconds(time), text);
        }
    }

    #[test]
    fn a_range_has_the_unit_of_its_end() {
        assert_eq!(range(0.661, 1.104), "0.66-1.10");
        assert_eq!(range(0.0275, 0.0346), "27.5-34.6");
    }

    #[test]
    fn the_smallest_share_still_shows() {
        assert_eq!((bar(0.0).chars().count(), bar(1.0).chars().count()), (1, BAR));
    }
}
