//! A verdict in words, for a terminal of 80 columns.

use comfy_table::{Cell as ShownCell, CellAlignment, Color, ContentArrangement, Table, presets};
use indicatif::HumanCount;

use super::{Cell, Finding, Tables, Verdict};

/// Characters of the longest line.
pub const WIDTH: usize = 80;

const INDENT: usize = 2;

/// Other inputs that are named.
const CASES: usize = 3;

/// The whole verdict. `colours` is for terminals; marks are there without them too.
///
/// Only the first finding is told in full: the others mostly follow from it.
///
/// ```
/// use outgrow::exercises::{Verdict, show};
/// let verdict = Verdict { looked_at: 3, notes: vec!["It moved 48 rows.".into()], ..Verdict::default() };
/// assert_eq!(show::verdict(&verdict, false), "✓ passed\n  It moved 48 rows.\n");
/// ```
pub fn verdict(verdict: &Verdict, colours: bool) -> String {
    if verdict.passed() {
        let notes: String = verdict.notes.iter().map(|note| wrapped(note, INDENT)).collect();
        return format!("{}\n{notes}", coloured("✓ passed", "32", colours));
    }
    let mut text = format!("{}\n", coloured("✗ not yet", "31", colours));
    match verdict.findings.split_first() {
        None => text += &wrapped("The check looked at nothing: a mistake of this exercise, worth reporting.", INDENT),
        Some((first, others)) => {
            text += &finding(first, colours);
            let mut cases: Vec<&str> = others.iter().map(|finding| finding.case.as_str()).collect();
            cases.retain(|case| *case != first.case);
            cases.dedup();
            // One more fits in the place of saying so.
            let shown = if cases.len() > CASES + 1 { CASES } else { cases.len() };
            let more = match cases.len() - shown {
                0 => String::new(),
                more => format!("; and {more} more"),
            };
            if !cases.is_empty() {
                let cases = cases[..shown].join("; ");
                text += &format!("\n{}", wrapped(&format!("It fails for more: {cases}{more}."), INDENT));
            }
        }
    }
    text
}

fn finding(finding: &Finding, colours: bool) -> String {
    let mut text = wrapped(&format!("With {}:", finding.case), INDENT);
    if let Some(tables) = &finding.tables {
        text += &format!("\n{}\n", both(tables, colours));
    }
    text + &wrapped(&finding.reason, INDENT)
}

/// Both tables side by side, or where there is no room one below the other.
fn both(tables: &Tables, colours: bool) -> String {
    let beside = side_by_side(tables, colours);
    let mut text = match width(&side_by_side(tables, false)) <= WIDTH - INDENT {
        true => indented(&beside),
        false => {
            let got = one("got", &tables.header, &tables.got, Color::Red, colours);
            let expected = one("expected", &tables.header, &tables.expected, Color::Green, colours);
            format!("{}\n{}", indented(&got), indented(&expected))
        }
    };
    if tables.more > 0 {
        let differ = if tables.more == 1 { "differs" } else { "differ" };
        text += &format!("   ... and {} that {differ}\n", count(tables.more, "more row"));
    }
    text
}

fn side_by_side(tables: &Tables, colours: bool) -> String {
    let gap = || std::iter::once(ShownCell::new("  "));
    let mut table = empty(colours);
    let plain = |texts: Vec<String>| texts.into_iter().map(ShownCell::new).collect::<Vec<_>>();
    let header = || plain(tables.header.clone());
    table.add_row(header().into_iter().chain(gap()).chain(header()));
    for (got, expected) in tables.got.iter().zip(&tables.expected) {
        let got = got.iter().map(|cell| shown(cell, Color::Red));
        let expected = expected.iter().map(|cell| shown(cell, Color::Green));
        table.add_row(got.chain(gap()).chain(expected));
    }
    // The titles are no cells: a column is as wide as what is in it. The right half begins after the left one and the gap.
    let columns = table.column_max_content_widths();
    let left: usize = columns.iter().take(tables.header.len() + 1).map(|width| usize::from(*width) + 2).sum();
    format!("{:left$} expected\n{}", " got", table.trim_fmt())
}

fn one(title: &str, header: &[String], rows: &[Vec<Cell>], colour: Color, colours: bool) -> String {
    let mut table = empty(colours);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width((WIDTH - INDENT) as u16);
    table.add_row(header.iter().map(ShownCell::new));
    for row in rows {
        table.add_row(row.iter().map(|cell| shown(cell, colour)));
    }
    format!(" {title}\n{}", table.trim_fmt())
}

fn empty(colours: bool) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    if colours {
        table.enforce_styling()
    } else {
        table.force_no_tty()
    };
    table
}

/// Brackets mark what differs, on paper and for eyes that tell no red from green.
fn shown(cell: &Cell, colour: Color) -> ShownCell {
    let number = cell.text.replace(',', "").parse::<f64>().is_ok();
    let shown = match cell.differs {
        true => ShownCell::new(format!("[{}]", cell.text)).fg(colour),
        false => ShownCell::new(&cell.text),
    };
    if number { shown.set_alignment(CellAlignment::Right) } else { shown }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("{:INDENT$}{}\n", "", line.trim_end())).collect()
}

fn width(text: &str) -> usize {
    text.lines().map(|line| line.trim_end().chars().count()).max().unwrap_or(0)
}

fn coloured(text: &str, code: &str, colours: bool) -> String {
    if colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
}

/// So many of something.
///
/// ```
/// use outgrow::exercises::show::count;
/// assert_eq!(count(1, "row"), "1 row");
/// assert_eq!(count(336_776, "row"), "336,776 rows");
/// ```
pub fn count(number: usize, what: &str) -> String {
    format!("{} {what}{}", HumanCount(number as u64), if number == 1 { "" } else { "s" })
}

/// A text in lines of at most [`WIDTH`] characters, all of them indented. A line that begins with a space stays as it is:
/// an error that points at a character points at nothing when its words are moved.
///
/// ```
/// use outgrow::exercises::show::wrapped;
/// assert_eq!(wrapped("a text", 2), "  a text\n");
/// assert_eq!(wrapped("unknown type, at character 4:\n  a: i65\n     ^", 0).lines().last(), Some("     ^"));
/// assert!(wrapped(&"word ".repeat(100), 4).lines().all(|line| line.len() <= 80));
/// ```
pub fn wrapped(text: &str, indent: usize) -> String {
    let mut wrapped = String::new();
    for paragraph in text.lines() {
        let mut line = " ".repeat(indent);
        if paragraph.starts_with(' ') {
            wrapped += &format!("{line}{}\n", paragraph.trim_end());
            continue;
        }
        for word in paragraph.split_whitespace() {
            let begun = line.len() > indent;
            if begun && line.chars().count() + 1 + word.chars().count() > WIDTH {
                wrapped += &format!("{line}\n");
                line = " ".repeat(indent);
            } else if begun {
                line.push(' ');
            }
            line += word;
        }
        wrapped += &format!("{}\n", line.trim_end());
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str, differs: bool) -> Cell {
        Cell { text: text.into(), differs }
    }

    fn wrong() -> Verdict {
        let tables = Tables {
            header: vec!["carrier".into(), "arr_delay".into()],
            got: vec![vec![cell("AA", false), cell("2.5", true)]],
            expected: vec![vec![cell("AA", false), cell("1.75", true)]],
            more: 3,
        };
        let finding = |case: &str| Finding {
            case: case.into(),
            reason: "This is a mean of means.".into(),
            tables: Some(tables.clone()),
        };
        Verdict { looked_at: 2, findings: vec![finding("four flights"), finding("ties")], notes: vec![] }
    }

    #[test]
    fn both_tables_stand_side_by_side_and_differences_are_marked() {
        let expected = "\
✗ not yet
  With four flights:

   got                     expected
   carrier  arr_delay      carrier  arr_delay
   AA           [2.5]      AA          [1.75]
   ... and 3 more rows that differ

  This is a mean of means.

  It fails for more: ties.
";
        assert_eq!(verdict(&wrong(), false), expected);
    }

    #[test]
    fn of_many_other_inputs_a_few_are_named() {
        let told = |others: usize| {
            let mut wrong = wrong();
            wrong.findings.truncate(1);
            let other = wrong.findings[0].clone();
            wrong.findings.extend((1..=others).map(|at| Finding { case: format!("case {at}"), ..other.clone() }));
            verdict(&wrong, false)
        };
        assert!(!told(0).contains("It fails for more"));
        assert!(told(4).ends_with("It fails for more: case 1; case 2; case 3; case 4.\n"), "{}", told(4));
        assert!(told(13).ends_with("It fails for more: case 1; case 2; case 3; and 10 more.\n"), "{}", told(13));
    }

    #[test]
    fn what_is_too_wide_stands_below_and_no_line_is_longer_than_a_terminal() {
        let mut wide = wrong();
        let long = "a-column-with-a-name-that-is-rather-long";
        let tables = wide.findings[0].tables.as_mut().unwrap();
        tables.header = vec![long.into(), long.into()];
        let text = verdict(&wide, false);
        assert!(text.find("[2.5]").unwrap() < text.find("expected").unwrap(), "{text}");
        assert!(width(&text) <= WIDTH, "{text}");
    }

    #[test]
    fn colours_are_for_terminals() {
        assert!(verdict(&wrong(), true).contains("\u{1b}["));
        assert!(!verdict(&wrong(), false).contains('\u{1b}'));
    }
}
