//! What a page asks for: `{{#figure wall aggregation eager rows=10M}}` and its like, outside of code.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::error::{Error, Result};

/// The names of all directives. Others, such as mdBook's `include`, are left alone.
pub const NAMES: [&str; 12] = [
    "figure", "ratio", "compare", "chart", "words", "glance", "machine", "limit", "exercise", "widget", "given", "data",
];

/// A directive in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// One of [`NAMES`].
    pub name: String,
    /// What stands after the name.
    pub text: String,
    /// Its line, from 1.
    pub line: usize,
    /// Where it stands in the page, in bytes.
    pub range: Range<usize>,
}

impl Directive {
    /// What stands after the name, word by word.
    pub fn words(&self) -> Vec<&str> {
        self.text.split_whitespace().collect()
    }

    /// The complaint that something is wrong with it.
    pub fn wrong(&self, what: impl std::fmt::Display) -> Error {
        Error::input(format!("line {}, `{{{{#{} {}}}}}`: {what}", self.line, self.name, self.text))
    }
}

/// All directives of a page, in order. Those in code are text.
///
/// # Errors
/// [`Error::Input`] for a directive that is not closed on its line.
pub fn directives(page: &str) -> Result<Vec<Directive>> {
    let code = code(page);
    let mut found = Vec::new();
    for (start, _) in page.match_indices("{{#") {
        let rest = &page[start + 3..];
        let name: String = rest.chars().take_while(|letter| letter.is_ascii_alphabetic() || *letter == '-').collect();
        let escaped = page[..start].ends_with('\\');
        if escaped || !NAMES.contains(&name.as_str()) || code.iter().any(|range| range.contains(&start)) {
            continue;
        }
        let line = page[..start].matches('\n').count() + 1;
        let line_end = rest.find('\n').unwrap_or(rest.len());
        let Some(end) = rest[..line_end].find("}}") else {
            return Err(Error::input(format!("line {line}: `{{{{#{name}` has no `}}}}` on its line. Close it there.")));
        };
        let text = rest[name.len()..end].trim().to_string();
        found.push(Directive { name, text, line, range: start..start + 3 + end + 2 });
    }
    Ok(found)
}

/// Where code is: blocks and spans.
pub fn code(page: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut began = None;
    for (event, range) in Parser::new(page).into_offset_iter() {
        match event {
            Event::Code(_) => ranges.push(range),
            Event::Start(Tag::CodeBlock(_)) => began = Some(range.start),
            Event::End(TagEnd::CodeBlock) => ranges.extend(began.take().map(|start| start..range.end)),
            _ => {}
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_found_outside_of_code() {
        let page = "# A\n\n{{#figure wall median eager}} and `{{#ratio x}}`\n\n```console\n{{#chart time}}\n```\n\
                    \\{{#given no}} {{#include x}} {{#machine}}";
        let found = directives(page).unwrap();
        let told: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.words(), one.line)).collect();
        assert_eq!(told, [("figure", vec!["wall", "median", "eager"], 3), ("machine", vec![], 8)]);
        assert_eq!(&page[found[0].range.clone()], "{{#figure wall median eager}}");
    }

    #[test]
    fn one_that_is_not_closed_is_told_with_its_line() {
        let error = directives("a\n\n{{#given 60\nminutes}}").unwrap_err().to_string();
        assert!(error.contains("line 3: `{{#given` has no `}}`"), "{error}");
    }
}
