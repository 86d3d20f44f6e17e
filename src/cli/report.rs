//! Results as text: the answer, a table of the modes, and what can be read from it.

use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table, presets};
use indicatif::HumanCount;
use polars::prelude::*;

use super::sparkline;
pub use crate::exercises::show::count;
use crate::measure::record::Spent;
use crate::measure::{Comparison, Contender, Figures, Plan, Record, RunsOf, died_after_s, typical, weak};

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

/// The shortest and the longest of some times, in the unit of the longest.
fn range(from_s: f64, to_s: f64) -> String {
    let to = seconds(to_s);
    let (number, unit) = to.split_once(' ').unwrap_or((&to, ""));
    let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let from = if unit == "ms" { from_s * 1e3 } else { from_s };
    format!("{from:.decimals$}-{number}")
}

/// A table with a row for each, and below it what can be read from it.
pub fn comparison(plan: &Plan, comparison: &Comparison) -> String {
    if plan.warm {
        return beside_systems(plan, comparison);
    }
    let header = ["mode", "wall", "from-to", "", "CPU", "memory", "over time", "moved", "answer"];
    let mut table = table(header.map(String::from));
    let slowest = comparison.figures().map(|(_, figures)| figures.wall_s).fold(0.0, f64::max);
    let scale = sparkline::Scale::of(comparison.contenders.iter().filter_map(|one| typical(&one.runs())));
    for one in &comparison.contenders {
        let mode = Cell::new(&one.contender).add_attribute(Attribute::Bold);
        let curve = Cell::new(typical(&one.runs()).map_or_else(String::new, |record| scale.draw(record)));
        match Figures::of(&one.runs()) {
            Some(figures) => table.add_row([
                mode,
                right(seconds(figures.wall_s)),
                Cell::new(range(figures.fastest_s, figures.slowest_s)),
                Cell::new(bar(figures.wall_s / slowest)),
                right(seconds(figures.cpu_s)),
                right(mebibytes(figures.peak_rss_bytes)),
                curve,
                right(HumanCount(figures.rows_moved)),
                match one.records.iter().filter(|record| !record.finished()).count() {
                    0 => Cell::new(format!("✓ {}", figures.digest.chars().take(6).collect::<String>())),
                    died => Cell::new(format!("✗ {died} died")),
                },
            ]),
            None => {
                let peak = one.records.iter().filter_map(|record| record.process.peak_rss_bytes).max();
                let nothing = || Cell::new("");
                table.add_row([
                    mode,
                    right("died"),
                    nothing(),
                    nothing(),
                    nothing(),
                    right(peak.map_or_else(String::new, mebibytes)),
                    curve,
                ])
            }
        };
    }
    let mut text = format!("{table}\n");
    text += &match plan.runs {
        1 => "  One run of each mode, in a process of its own.\n".to_string(),
        runs => format!("  Medians of {runs} runs in turn, each a process of its own.\n"),
    };
    let answered = comparison.figures().count();
    text += match (answered, comparison.as_expected) {
        (0, _) => "  No mode gave an answer. Raise the limit, or take fewer rows.\n",
        (1, true) => "  One mode gave an answer, and it is the expected one.\n",
        (1, false) => "  One mode gave an answer, the same one in every run.\n",
        (_, true) => "  All answers agree, with each other and with the expected one.\n",
        (_, false) => "  All answers agree.\n",
    };
    for line in elsewhere(comparison).into_iter().chain(readings(comparison)) {
        text += &format!("  {line}\n");
    }
    text
}

/// A table with a row for each mode and each real system, cold and warm.
fn beside_systems(plan: &Plan, comparison: &Comparison) -> String {
    let header = ["", "start-up", "cold", "from-to", "", "warm", "CPU", "memory", "answer"];
    let mut table = table(header.map(String::from));
    let slowest = comparison.figures().map(|(_, figures)| figures.wall_s).fold(0.0, f64::max);
    let mut whys = Vec::new();
    for one in &comparison.contenders {
        let name = Cell::new(&one.contender).add_attribute(Attribute::Bold);
        let failed = one.records.iter().find(|record| !record.finished());
        let warm: Vec<&Record> = one.warm.iter().collect();
        match (Figures::of(&one.runs()), failed) {
            (Some(figures), None) => table.add_row([
                name,
                right(figures.start_s.map_or_else(String::new, seconds)),
                right(seconds(figures.wall_s)),
                Cell::new(range(figures.fastest_s, figures.slowest_s)),
                Cell::new(bar(figures.wall_s / slowest)),
                right(Figures::of(&warm).map_or_else(String::new, |figures| seconds(figures.wall_s))),
                right(seconds(figures.cpu_s)),
                right(mebibytes(figures.peak_rss_bytes)),
                Cell::new(format!("✓ {}", figures.digest.chars().take(6).collect::<String>())),
            ]),
            (_, failed) => {
                let words = failed.map_or("no run", |record| record.outcome.words());
                if let Some(why) = failed.and_then(|record| record.why.as_deref()) {
                    whys.push(format!("{}, {words}: {why}", one.contender));
                }
                table.add_row([name, Cell::new("")].into_iter().chain([Cell::new(format!("✗ {words}"))]))
            }
        };
    }
    let mut text = format!("{table}\n");
    let processes = count(plan.runs, "process");
    text += &format!(
        "  Medians of {processes} each, in turn. Cold: the first answer of a process, after its start-up; warm: its third.\n"
    );
    let answered = comparison.figures().count();
    text += match comparison.as_expected {
        true => "  All answers that are marked agree, with each other and with the expected one.\n",
        false if answered > 1 => "  All answers that are marked agree.\n",
        false => "",
    };
    for line in
        whys.into_iter().chain(warnings(comparison).into_iter().map(|warning| format!("Weak: {}", warning.text)))
    {
        text += &format!("  {line}\n");
    }
    text
}

/// What engines that work in other processes spent their time on, and what is counted of these processes.
fn elsewhere(comparison: &Comparison) -> Vec<String> {
    let of_one = comparison.figures().filter_map(|(contender, figures)| {
        let mut text = format!("{contender}: {}.", spent(&figures.spent?));
        let beside = comparison.contenders.iter().find(|one| one.contender == *contender)?.records.last()?.beside;
        if let Some(beside) = beside {
            text += &format!(" Memory and CPU are those of {} processes", beside.processes + 1);
            text += &match beside.on_other_machines {
                0 => " together.".to_string(),
                unseen => format!("; {unseen} more, on other machines, are not counted."),
            };
        }
        Some(text)
    });
    of_one.collect()
}

/// `planning 2.1 ms, work 340 ms, fetching 4.0 ms; start-up, before it, 52 ms`.
pub fn spent(spent: &Spent) -> String {
    let [start, planning, work, fetch] = spent.seconds().map(seconds);
    let mut text = format!("planning {planning}, work {work}, fetching {fetch}; start-up, before it, {start}");
    if spent.again > 0 {
        text += &format!("; submitted again {}", count(spent.again as usize, "time"));
    }
    if spent.left_out > 0 {
        text += &format!("; {} left out", count(spent.left_out as usize, "execution"));
    }
    text
}

/// A table with a row per plan, and a column per mode: who was faster where.
pub fn sweep(plans: &[Plan], comparisons: &[Comparison]) -> String {
    let contenders = &plans[0].contenders;
    let made_up = plans.iter().any(|plan| plan.flights.shape().is_some());
    let mut header = vec!["rows".to_string(), "threads".to_string()];
    if made_up {
        header.extend(["groups".to_string(), "cost".to_string()]);
    }
    header.extend(contenders.iter().map(Contender::to_string));
    header.push("fastest".to_string());
    let mut table = table(header);
    for (plan, comparison) in plans.iter().zip(comparisons) {
        let mut row = vec![right(HumanCount(plan.rows)), right(plan.threads)];
        if let Some((groups, cost)) = plan.flights.shape() {
            row.extend([right(HumanCount(groups)), right(HumanCount(cost))]);
        }
        for one in &comparison.contenders {
            let died = one.records.iter().filter(|record| !record.finished()).count();
            row.push(right(match (Figures::of(&one.runs()), died) {
                (None, _) => "died".to_string(),
                (Some(figures), 0) => seconds(figures.wall_s),
                (Some(figures), died) => format!("{died} died, {}", seconds(figures.wall_s)),
            }));
        }
        row.push(Cell::new(fastest(comparison)));
        table.add_row(row);
    }
    let runs = count(plans[0].runs, "run");
    let mut text = format!("{table}\n  Wall times: medians of {runs}. {}\n", agreement(contenders.len(), comparisons));
    for (warning, points) in weak::gathered(comparisons.iter().map(warnings)) {
        text += &format!("  Weak at {points} of {}: {}\n", count(comparisons.len(), "point"), warning.text);
    }
    text
}

/// Which mode is the fastest, and by how much.
fn fastest(comparison: &Comparison) -> String {
    let mut of_modes: Vec<(&Contender, Figures)> = comparison.figures().collect();
    of_modes.sort_by(|this, that| this.1.wall_s.total_cmp(&that.1.wall_s));
    match &of_modes[..] {
        [(mode, best), (_, next), ..] => {
            let clear = of_modes[1..].iter().all(|(_, figures)| best.beats(figures));
            let overlap = if clear { "" } else { ", runs overlap" };
            format!("{mode}, by {:.2}x{overlap}", next.wall_s / best.wall_s)
        }
        [(mode, _)] => mode.to_string(),
        [] => "none".to_string(),
    }
}

/// What is known of the answers of a sweep over so many modes: those of a mode that died are missing.
fn agreement(modes: usize, comparisons: &[Comparison]) -> &'static str {
    let answered = || comparisons.iter().map(|comparison| comparison.figures().count());
    match (answered().min().unwrap_or(0), answered().max().unwrap_or(0)) {
        (_, 0) => "No mode gave an answer. Raise the limit, or take fewer rows.",
        (_, 1) => "One mode at most gave an answer at each point, the same one in every run.",
        (fewest, _) if fewest == modes => "All answers agree.",
        _ => "All answers that were given agree; a mode that died has none.",
    }
}

fn warnings(comparison: &Comparison) -> Vec<weak::Warning> {
    let names: Vec<String> = comparison.contenders.iter().map(|one| one.contender.to_string()).collect();
    let modes: Vec<(&str, Vec<&Record>)> =
        names.iter().map(String::as_str).zip(comparison.contenders.iter().map(RunsOf::runs)).collect();
    weak::warnings(&modes)
}

/// Sentences about the figures.
fn readings(comparison: &Comparison) -> Vec<String> {
    let mut lines = Vec::new();
    let of_modes: Vec<(&Contender, Figures)> = comparison.figures().collect();
    if let Some(((base, base_figures), others)) = of_modes.split_first()
        && of_modes.iter().all(|(_, figures)| figures.wall_s >= weak::SHORT_S)
    {
        for (mode, figures) in others {
            let apart = figures.beats(base_figures) || base_figures.beats(figures);
            lines.push(format!(
                "{mode} took {:.2}x the time and {:.2}x the memory of {base}{}.",
                figures.wall_s / base_figures.wall_s,
                figures.peak_rss_bytes as f64 / base_figures.peak_rss_bytes as f64,
                if apart { "" } else { ", though their runs overlap" },
            ));
        }
    }
    let mut limited_by = None;
    for one in &comparison.contenders {
        let limit = one.records.iter().find_map(|record| record.case.memory_limit.clone());
        limited_by = limited_by.or(limit.as_ref().map(|limit| limit.by.clone()));
        let died = one.records.iter().filter(|record| !record.finished()).count();
        if let (Some(after_s), Some(limit)) = (died_after_s(&one.runs()), limit) {
            lines.push(format!(
                "{} ran out of memory in {died} of {} runs, after {}, under a limit of {}.",
                one.contender,
                one.records.len(),
                seconds(after_s),
                mebibytes(limit.bytes),
            ));
        }
    }
    match limited_by.as_deref() {
        Some("RLIMIT_DATA") => lines.push(
            "The limit (RLIMIT_DATA) is on private memory asked for; memory is what was resident, with the program."
                .into(),
        ),
        Some(group) => {
            lines.push(format!("The limit ({group}) is on resident memory; the kernel ends who goes beyond."))
        }
        None => {}
    }
    lines.extend(warnings(comparison).into_iter().map(|warning| format!("Weak: {}", warning.text)));
    let first = comparison.contenders.iter().find_map(|one| one.records.first());
    lines.extend(first.and_then(weak::not_measured));
    lines
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
