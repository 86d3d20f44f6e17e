//! Measured figures that stand for themselves: tables, charts, what they show in words; and the box of an exercise.

use std::path::Path;

use super::figure::Choice;
use super::source::Source;
use crate::charts::canvas::escape;
use crate::charts::{Chart, KINDS, Table, glance, html, pick, units, words};
use crate::error::{Error, Result};
use crate::exercises;
use crate::measure::{Cell, Figures, Record, died_after_s};

/// The modes and real systems of one setting side by side, cold and warm.
fn compare_systems(choice: &[&str], source: &Source, workload: &str) -> Result<String> {
    let records = source.of(workload);
    let state =
        |word: &'static str| choice.iter().map(|one| if *one == "cold" { word } else { one }).collect::<Vec<_>>();
    let cold = Choice::read(&state("cold"), false)?.of(&records)?;
    let warm = Choice::read(&state("warm"), false)?.of(&records)?;
    let mut table = Table::new(["", "start-up", "cold", "from - to", "warm", "CPU", "memory", "answer"]);
    let mut notes = vec![format!("{workload}, {}: medians of {}.", pick::setting(&cold), pick::runs(&cold))];
    for cell in &cold {
        let failed = cell.runs.iter().find(|run| !run.finished());
        let (Some(figures), None) = (Figures::of(&cell.runs), failed) else {
            let outcome = failed.map_or("no run", |run| run.outcome.words());
            notes.extend(failed.and_then(|run| Some(format!("{}: {}.", run.case.mode, run.why.as_deref()?))));
            let nothing = std::iter::repeat_n("-".to_string(), 6);
            table.rows.push([cell.case.mode.clone()].into_iter().chain(nothing).chain([outcome.into()]).collect());
            continue;
        };
        let warm = warm.iter().find(|warm| warm.case.mode == cell.case.mode).and_then(|warm| Figures::of(&warm.runs));
        table.rows.push(vec![
            cell.case.mode.clone(),
            figures.start_s.map_or("-".into(), units::seconds),
            units::seconds(figures.wall_s),
            format!("{} - {}", units::seconds(figures.fastest_s), units::seconds(figures.slowest_s)),
            warm.map_or("-".into(), |warm| units::seconds(warm.wall_s)),
            units::seconds(figures.cpu_s),
            units::bytes(figures.peak_rss_bytes as f64),
            figures.digest.chars().take(6).collect(),
        ]);
    }
    let runs: Vec<&Record> = cold.iter().flat_map(|cell| cell.runs.iter().copied()).collect();
    notes.push(format!("Records {}.", pick::lines(&runs)));
    Ok(block("table", &html::table(&table), &notes.join(" "), &source.told(&runs)))
}

/// The modes of one setting side by side; with the word `cold` real systems beside them, cold and warm.
///
/// # Errors
/// [`Error::Input`] when nobody has run it.
pub fn compare(choice: &[&str], source: &Source, workload: &str) -> Result<String> {
    if choice.contains(&"cold") {
        return compare_systems(choice, source, workload);
    }
    let records = source.of(workload);
    let cells = Choice::read(choice, false)?.of(&records)?;
    let mut table = Table::new(["mode", "wall", "from - to", "CPU", "memory", "rows moved", "answer"]);
    for cell in &cells {
        table.rows.push(row(cell));
    }
    let runs: Vec<&Record> = cells.iter().flat_map(|cell| cell.runs.iter().copied()).collect();
    let mut notes = vec![format!("{workload}, {}: medians of {}.", pick::setting(&cells), pick::runs(&cells))];
    let digests: Vec<String> =
        cells.iter().filter_map(|cell| Figures::of(&cell.runs)).map(|figures| figures.digest).collect();
    if digests.len() > 1 && digests.iter().all(|digest| *digest == digests[0]) {
        notes.push("All answers agree.".into());
    }
    notes.extend(words::warnings(&cells).into_iter().map(|warning| format!("Weak: {}", warning.text)));
    notes.push(format!("Records {}.", pick::lines(&runs)));
    Ok(block("table", &html::table(&table), &notes.join(" "), &source.told(&runs)))
}

fn row(cell: &Cell) -> Vec<String> {
    let mode = cell.case.mode.clone();
    let Some(figures) = Figures::of(&cell.runs) else {
        let after = died_after_s(&cell.runs).map_or(String::new(), units::seconds);
        let peak = cell.runs.iter().filter_map(|run| run.process.peak_rss_bytes).max().unwrap_or(0);
        let died = format!("died after {after}");
        return vec![mode, died, "-".into(), "-".into(), units::bytes(peak as f64), "-".into(), "none".into()];
    };
    vec![
        mode,
        units::seconds(figures.wall_s),
        format!("{} - {}", units::seconds(figures.fastest_s), units::seconds(figures.slowest_s)),
        units::seconds(figures.cpu_s),
        units::bytes(figures.peak_rss_bytes as f64),
        units::count(figures.rows_moved),
        figures.digest.chars().take(6).collect(),
    ]
}

/// A chart, with its figures in a fold.
///
/// # Errors
/// [`Error::Input`] that lists the charts of this kind that there are.
pub fn chart(kind: &str, workload: &str, words: &[&str], source: &Source) -> Result<String> {
    let charts = source.charts()?;
    let of_kind: Vec<&Chart> =
        charts.iter().filter(|chart| (chart.kind, chart.workload.as_str()) == (kind, workload)).collect();
    // A chart of runs under a limit is one of its own: it is asked for by that word.
    let limited = words.contains(&"limit");
    let meant = |chart: &&&Chart| {
        words.iter().all(|word| chart.name.contains(word)) && (limited || !chart.name.contains("limit"))
    };
    let chart = of_kind.iter().find(meant).ok_or_else(|| {
        let names: Vec<&str> = of_kind.iter().map(|chart| chart.name.as_str()).collect();
        let there = if names.is_empty() { "none".to_string() } else { names.join(", ") };
        Error::input(format!(
            "no such chart is in the records. Of kind `{kind}` (kinds: {}) and workload `{workload}` there are: {there}.",
            KINDS.join(", ")
        ))
    })?;
    Ok(drawn(chart, source))
}

/// The chart of all workloads of this name: `glance-time`.
///
/// # Errors
/// [`Error::Input`] when there is none.
pub fn chart_of_all(name: &str, source: &Source) -> Result<String> {
    let chart = source.charts()?.iter().find(|chart| chart.name == name && covers(source));
    chart.map(|chart| drawn(chart, source)).ok_or_else(|| {
        Error::input(format!("no chart `{name}` of all workloads is in the records. Make them with `outgrow measure`."))
    })
}

fn drawn(chart: &Chart, source: &Source) -> String {
    let figures = format!(
        "{}<details><summary>Its figures, and the records they come from</summary>\n<p>{}</p>\n{}</details>",
        chart.svg_without_style(),
        escape(&chart.desc),
        html::table(&chart.table)
    );
    let of_it = if chart.workload.is_empty() { source.records() } else { source.of(&chart.workload) };
    block("chart", &figures, "", &source.told(&of_it))
}

/// What the records of a workload show, in sentences.
///
/// # Errors
/// [`Error::Input`] when there are none.
pub fn in_words(source: &Source, workload: &str) -> Result<String> {
    let records = source.of(workload);
    let all = words::by_workload(&records);
    let of_it = all.first().ok_or_else(|| Error::input(format!("no runs of `{workload}` are in the records.")))?;
    let lines = of_it.figures.iter().chain(&of_it.limits);
    let lines: String = lines.map(|line| format!("<p>{}</p>\n", escape(line))).collect();
    Ok(format!("<div class=\"words\">\n{lines}</div>"))
}

/// A figure of all workloads, beside each other.
///
/// # Errors
/// [`Error::Input`] for a figure that there is no table of.
pub fn at_a_glance(figure: &str, source: &Source) -> Result<String> {
    let figure = match figure {
        "time" => glance::Figure::Wall,
        "cpu" => glance::Figure::Cpu,
        "memory" => glance::Figure::Peak,
        "moved" => glance::Figure::Moved,
        _ => return Err(Error::input(format!("no table `{figure}`. Choose one of time, cpu, memory, moved."))),
    };
    let records = source.records();
    let tables = glance::tables(&records);
    let of_it = tables.iter().find(|table| table.figure == figure && covers(source));
    let of_it = of_it.ok_or_else(|| Error::input("not all workloads are in the records. Run `outgrow measure`."))?;
    let reading = words::reading(of_it, " Small: the least and the most of all runs.");
    Ok(block("table", &html::glance(of_it, escape), &reading, &source.told(&records)))
}

/// Whether a source has runs of every workload: only then are they put beside each other.
pub fn covers(source: &Source) -> bool {
    crate::workloads::ALL.iter().all(|workload| !source.of(workload.name).is_empty())
}

/// A figure with what it shows and whose figures it has. A blank line would end the block of HTML in Markdown.
fn block(class: &str, content: &str, caption: &str, whose: &str) -> String {
    let html = format!(
        "<figure class=\"measurement {class}\">\n{content}\n<figcaption>{} <span class=\"whose\">{}</span></figcaption>\n</figure>",
        escape(caption),
        escape(&units::capital(whose))
    );
    let lines: Vec<&str> = html.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.join("\n")
}

/// What an exercise is about, and how to begin it.
///
/// # Errors
/// [`Error::Input`] for a name that no exercise has.
pub fn exercise(name: &str, project: &Path) -> Result<String> {
    let all = exercises::all(project)?;
    let exercise = exercises::find(&all, name)?;
    let task = exercise.task()?;
    let mut blocks = task.split("\n\n").filter(|text| !text.starts_with('#') && !text.starts_with('*'));
    let mut about = blocks.next().unwrap_or_default().trim().to_string();
    if about.ends_with(':') {
        about += &format!("\n\n{}", blocks.next().unwrap_or_default());
    }
    Ok(format!(
        "<div class=\"exercise\">\n\n**Exercise {}: {}** ({} minutes)\n\n{}\n\n```console\n$ cargo run exercises check {}\n```\n\n</div>",
        exercise.number,
        exercise.title,
        exercise.minutes,
        about.trim(),
        exercise.name
    ))
}

#[cfg(test)]
mod tests {
    use super::super::source::tests::runs;
    use super::*;
    use crate::measure::record::Machine;

    fn source() -> Source {
        let machine = Machine { cpu: "A <chip>".into(), cores: 2, ..Machine::default() };
        Source::new(&runs("median", 1_000_000, &machine), &machine).unwrap()
    }

    #[test]
    fn a_comparison_says_whose_it_is_and_has_no_blank_line() {
        let table = compare(&["rows=1M"], &source(), "median").unwrap();
        for part in [
            "<td>eager</td><td>1.03 s</td>",
            "All answers agree.",
            "Measured on this machine: A &lt;chip&gt;",
            "Records 1, 2",
        ] {
            assert!(table.contains(part), "{part} is not in {table}");
        }
        assert!(!table.contains("\n\n"));
    }

    #[test]
    fn a_chart_is_found_by_kind_workload_and_words() {
        let drawing = chart("time", "median", &[], &source()).unwrap();
        assert!(drawing.contains("<svg") && !drawing.contains("<style") && !drawing.contains("\n\n"));
        let error = chart("time", "median", &["limit"], &source()).unwrap_err().to_string();
        assert!(error.contains("there are: time-median"), "{error}");
        let error = chart_of_all("glance-time", &source()).unwrap_err().to_string();
        assert!(error.contains("outgrow measure"), "one workload is not all: {error}");
    }

    #[test]
    fn words_and_tables_are_computed() {
        assert!(in_words(&source(), "median").unwrap().contains("partitioned is the fastest"));
        assert!(in_words(&source(), "z-score").is_err());
        assert!(at_a_glance("size", &source()).unwrap_err().to_string().contains("Choose one of time, cpu"));
        assert!(at_a_glance("time", &source()).unwrap_err().to_string().contains("outgrow measure"));
    }
}
