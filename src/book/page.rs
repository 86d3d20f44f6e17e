//! A page with every directive replaced by what it asks for.
//!
//! Figures of two machines are never mixed within a workload: its directives on a page are answered by one source, this
//! machine's where that has all of them. The page says at its end whose figures it shows.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use super::directive::{Directive, directives};
use super::points::points;
use super::snippet::dedented;
use super::source::Source;
use super::{block, facts, figure, widgets};
use crate::charts::canvas::escape;
use crate::charts::pick;
use crate::error::{Error, Result};

/// What directives are about when it is not one workload.
const ALL: &str = "all workloads";

/// The page as mdBook is to render it.
///
/// # Errors
/// [`Error::Input`] with the line of the directive that cannot be answered, and why.
pub fn filled(page: &str, sources: &[Source], project: &Path) -> Result<String> {
    let page = &dedented(page);
    let directives = directives(page)?;
    let mut about: BTreeMap<&str, Vec<&Directive>> = BTreeMap::new();
    let mut answers: Vec<(Range<usize>, String)> = Vec::new();
    for directive in &directives {
        match subject(directive)? {
            Some(workload) => about.entry(workload).or_default().push(directive),
            None => answers.push((directive.range.clone(), plain(directive, project)?)),
        }
    }
    let mut whose: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (workload, asked) in about {
        let (source, told) = answered(&asked, workload, sources)?;
        answers.extend(asked.iter().map(|directive| directive.range.clone()).zip(told));
        let records = if workload == ALL { source.records() } else { source.of(workload) };
        whose.entry(source.told(&records)).or_default().push(workload);
    }
    answers.sort_by_key(|(range, _)| range.start);
    let mut filled = String::with_capacity(page.len());
    let mut from = 0;
    for (range, answer) in answers {
        filled += &page[from..range.start];
        filled += &answer;
        from = range.end;
    }
    filled += &page[from..];
    if !whose.is_empty() {
        filled += &provenance(&whose);
    }
    Ok(filled)
}

/// The workload that a directive is about; none for one that asks for no figure.
fn subject(directive: &Directive) -> Result<Option<&str>> {
    let words = directive.words();
    let place = match directive.name.as_str() {
        "figure" | "ratio" => 1,
        "compare" | "words" | "limit" => 0,
        "chart" if words.first().is_some_and(|name| name.starts_with("glance")) => return Ok(Some(ALL)),
        "chart" => 1,
        "glance" | "machine" => return Ok(Some(ALL)),
        "widget" if words.first() == Some(&"amdahl") => return Ok(Some(ALL)),
        _ => return Ok(None),
    };
    let workload = words.get(place).ok_or_else(|| directive.wrong("no workload is named. See the other pages."))?;
    let known = crate::workloads::find(workload).map_err(|error| directive.wrong(error))?;
    Ok(Some(known.name))
}

/// What needs no record.
fn plain(directive: &Directive, project: &Path) -> Result<String> {
    let told = match directive.name.as_str() {
        "given" if !directive.text.is_empty() => Ok(directive.text.clone()),
        "data" => facts::data(&directive.text),
        "exercise" => block::exercise(&directive.text, project),
        "widget" => widgets::widget(&directive.text, &[]),
        _ => Err(Error::input("nothing is asked for.")),
    };
    told.map_err(|error| directive.wrong(error))
}

/// The first source that answers all of these, and its answers.
fn answered<'a>(asked: &[&Directive], workload: &str, sources: &'a [Source]) -> Result<(&'a Source, Vec<String>)> {
    let mut complaint = None;
    for source in sources {
        let told = asked.iter().map(|one| told(one, workload, source).map_err(|error| one.wrong(error)));
        match told.collect() {
            Ok(told) => return Ok((source, told)),
            Err(error) => complaint = Some(error),
        }
    }
    Err(complaint.unwrap_or_else(|| Error::input("there are no records. Make some with `outgrow measure`.")))
}

fn told(directive: &Directive, workload: &str, source: &Source) -> Result<String> {
    let words = directive.words();
    // The words without the workload, which is the first or the second.
    let without: Vec<&str> = words.iter().copied().filter(|word| *word != workload).collect();
    match directive.name.as_str() {
        "figure" => figure::figure(&without, &source.of(workload)),
        "ratio" => figure::ratio(&without, &source.of(workload)),
        "limit" => figure::limit(&source.of(workload)),
        "compare" => block::compare(&without, source, workload),
        "words" => block::in_words(source, workload),
        "chart" if workload == ALL => block::chart_of_all(&directive.text, source),
        "chart" => block::chart(words[0], workload, &words[2..], source),
        "glance" => block::at_a_glance(&directive.text, source),
        "machine" if block::covers(source) => Ok(escape(&pick::provenance(&source.records()))),
        "widget" if block::covers(source) => widgets::widget(&directive.text, &points(&source.records())),
        _ => Err(Error::input("not all workloads are in the records. Run `outgrow measure`.")),
    }
}

/// Whose figures a page shows, and how to get one's own.
fn provenance(whose: &BTreeMap<String, Vec<&str>>) -> String {
    let lines =
        whose.iter().map(|(whose, workloads)| format!("<li>{}: {}</li>\n", workloads.join(", "), escape(whose)));
    format!(
        "\n\n<aside class=\"from\" aria-label=\"Where these figures come from\">\n<p>Figures on this page:</p>\n<ul>\n{}</ul>\n\
         <p>Rest the pointer on a figure to see the runs it comes from. <code>cargo run measure</code> measures all of them on your \
         machine, <code>cargo run compare NAME</code> one; the book then shows yours.</p>\n</aside>\n",
        lines.collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::super::source::tests::runs;
    use super::*;
    use crate::measure::record::Machine;

    fn sources() -> Vec<Source> {
        let this = Machine { cpu: "Here".into(), cores: 2, ..Machine::default() };
        let other = Machine { cpu: "There".into(), cores: 8, ..Machine::default() };
        let mut committed = runs("median", 1_000, &other);
        committed.extend(runs("median", 1_000_000, &other));
        committed.extend(runs("z-score", 1_000, &other));
        [runs("median", 1_000, &this), committed].iter().map(|records| Source::new(records, &this).unwrap()).collect()
    }

    fn page(text: &str) -> Result<String> {
        filled(text, &sources(), "nowhere".as_ref())
    }

    #[test]
    fn this_machine_answers_where_it_can_answer_all() {
        let here = page("It took {{#figure wall median eager rows=1k}}.").unwrap();
        assert!(here.contains(">1.03 s</span>.") && here.contains("median: measured on this machine: Here"), "{here}");
        let mixed = page("{{#figure wall median eager rows=1k}} {{#figure wall median eager rows=1M}}").unwrap();
        assert!(mixed.contains("There") && !mixed.contains("Here"), "one workload, one machine: {mixed}");
        let both = page("{{#figure wall median eager rows=1k}} {{#figure wall z-score eager}}").unwrap();
        assert!(both.contains("<li>median: measured on this") && both.contains("<li>z-score: measured for"), "{both}");
    }

    #[test]
    fn a_page_without_figures_is_left_as_it_is() {
        assert_eq!(page("# A\n\n`{{#figure x}}` {{#given 60 minutes}}").unwrap(), "# A\n\n`{{#figure x}}` 60 minutes");
    }

    #[test]
    fn what_cannot_be_answered_is_told_with_its_line() {
        for (text, complaint) in [
            ("\n{{#figure wall median eager rows=7}}", "line 2, `{{#figure wall median eager rows=7}}`: no such run"),
            ("{{#figure wall}}", "no workload is named"),
            ("{{#words mean}}", "no workload `mean`"),
            ("{{#glance time}}", "outgrow measure"),
            ("{{#given}}", "nothing is asked for"),
        ] {
            let error = page(text).unwrap_err().to_string();
            assert!(error.contains(complaint), "{text}: {error}");
        }
    }
}
