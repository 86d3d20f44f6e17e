//! Includes: mdBook renders a file, an anchor or lines that are not there as nothing, or as the directive.

use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use super::Finding;
use super::page::Page;

/// What a page takes from a file.
#[derive(Debug, PartialEq)]
pub struct Include {
    pub line: usize,
    /// From the project's folder.
    pub file: String,
    pub part: Part,
}

#[derive(Debug, PartialEq)]
pub enum Part {
    Whole,
    /// From this line, to this line or the end.
    Lines(usize, Option<usize>),
    Anchor(String),
}

/// A part of a file with a name: the lines of its first and of its last comment.
#[derive(Debug, PartialEq)]
pub struct Anchor {
    pub name: String,
    pub begins: usize,
    pub ends: Option<usize>,
}

static ANCHOR: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"ANCHOR(_END)?:\s*([\w-]+)").unwrap());

/// The includes of a text on a page of this name.
pub fn includes(page: &Page) -> Vec<Include> {
    let all = page.directives().into_iter().filter(|found| matches!(found.name, "include" | "rustdoc_include"));
    all.map(|found| {
        let (path, part) = found.rest.split_once(':').map_or((found.rest, ""), |(path, part)| (path, part));
        let file = Path::new("book/src").join(&page.name).with_file_name("").join(path.trim());
        Include { line: found.line, file: flat(&file), part: read_part(part.trim()) }
    })
    .collect()
}

/// As mdBook reads it: `:2`, `:2:`, `:2:9`, `::9`, and else a name.
fn read_part(part: &str) -> Part {
    let (first, second) = part.split_once(':').map_or((part, None), |(first, second)| (first, Some(second)));
    match (first.parse::<usize>(), second) {
        (Ok(line), None) => Part::Lines(line, Some(line)),
        (Ok(line), Some(to)) => Part::Lines(line, to.parse().ok()),
        (Err(_), Some(to)) if first.is_empty() => Part::Lines(1, to.parse().ok()),
        (Err(_), _) if first.is_empty() => Part::Whole,
        (Err(_), _) => Part::Anchor(first.to_string()),
    }
}

/// `a/b/../c` is `a/c`.
fn flat(path: &Path) -> String {
    let mut flat = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                flat.pop();
            }
            part => flat.push(part),
        }
    }
    flat.to_string_lossy().into_owned()
}

/// The anchors of a file.
pub fn anchors(text: &str) -> Vec<Anchor> {
    let mut found: Vec<Anchor> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if let Some(comment) = ANCHOR.captures(line) {
            let open = found.iter_mut().find(|anchor| anchor.name == comment[2] && anchor.ends.is_none());
            match (comment.get(1), open) {
                (None, _) => found.push(Anchor { name: comment[2].to_string(), begins: at + 1, ends: None }),
                (Some(_), Some(open)) => open.ends = Some(at + 1),
                (Some(_), None) => {}
            }
        }
    }
    found
}

/// Anchors that are opened twice, or never closed.
pub fn half_open(file: &str, text: &str) -> Vec<Finding> {
    let anchors = anchors(text);
    let mut found = Vec::new();
    for (at, anchor) in anchors.iter().enumerate() {
        let name = &anchor.name;
        if anchor.ends.is_none() {
            let what = format!("anchor `{name}` is never closed. Add `// ANCHOR_END: {name}` below its last line.");
            found.push(Finding::new(file, anchor.begins, what));
        }
        if anchors[..at].iter().any(|other| other.name == *name) {
            let what = format!("anchor `{name}` is here a second time, and would not be shown. Give it another name.");
            found.push(Finding::new(file, anchor.begins, what));
        }
    }
    found
}

/// Includes of what is not there. `read` gives the text of a file, by its path from the project's folder.
pub fn missing(page: &Page, read: &dyn Fn(&str) -> Option<String>) -> Vec<Finding> {
    let wrong = |include: Include| {
        let Include { line, file, part } = include;
        let say = |what: String| Some(page.finding(line, what));
        let Some(text) = read(&file) else {
            return say(format!("there is no file {file}. Mend the path: it starts from the page's folder."));
        };
        let lines = text.lines().count();
        let all = anchors(&text);
        match part {
            Part::Whole if !all.is_empty() => say(format!(
                "{file} whole would show its ANCHOR comments. Include one of its anchors: {}.",
                names(&all)
            )),
            Part::Whole if text.trim().is_empty() => say(format!("{file} is empty. Write it, or include another.")),
            Part::Whole => None,
            Part::Lines(from, to) => {
                let end = to.unwrap_or(lines);
                let fits = from >= 1 && from <= end && end <= lines;
                let range = to.map_or(format!("{from}:"), |to| format!("{from}:{to}"));
                if fits { None } else { say(format!("{file} has {lines} lines, not {range}. Mend the range.")) }
            }
            Part::Anchor(name) => match all.iter().find(|anchor| anchor.name == name) {
                None => say(format!("{file} has no anchor `{name}`. It has: {}.", names(&all))),
                Some(Anchor { ends: None, .. }) => say(format!(
                    "anchor `{name}` in {file} is never closed. Add `// ANCHOR_END: {name}` below its last line."
                )),
                Some(Anchor { begins, ends: Some(ends), .. }) => {
                    let inside = text.lines().skip(*begins).take(ends - begins - 1);
                    let mut code = inside.filter(|line| !line.trim().is_empty() && !ANCHOR.is_match(line));
                    match code.next() {
                        Some(_) => None,
                        None => {
                            say(format!("anchor `{name}` in {file} holds nothing. Put its two comments around it."))
                        }
                    }
                }
            },
        }
    };
    includes(page).into_iter().filter_map(wrong).collect()
}

fn names(anchors: &[Anchor]) -> String {
    let names: Vec<&str> = anchors.iter().map(|anchor| anchor.name.as_str()).collect();
    if names.is_empty() { "none".into() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::super::one;
    use super::*;

    const CODE: &str = "use a;\n// ANCHOR: good\nfn good() {}\n// ANCHOR_END: good\n// ANCHOR: empty\n\n// ANCHOR_END: empty\n// ANCHOR: open\nfn open() {}\n";

    fn found(directive: &str) -> Vec<Finding> {
        let read = |file: &str| match file {
            "src/code.rs" => Some(CODE.to_string()),
            "book/printed/a.txt" => Some("$ a\nb\nc\n".to_string()),
            "src/none.rs" => Some(String::new()),
            _ => None,
        };
        missing(&Page::new("reference/a.md", format!("# A\n\n```rust\n{directive}\n```\n")), &read)
    }

    #[test]
    fn what_is_not_there_is_found() {
        assert_eq!(found("{{#include ../../../src/code.rs:good}}"), []);
        assert_eq!(found("{{#rustdoc_include ../../../src/code.rs:good}}"), []);
        one(&found("{{#include ../../src/code.rs:good}}"), 4, &["no file book/src/code.rs", "Mend the path"]);
        one(&found("{{#include ../../../src/code.rs:god}}"), 4, &["no anchor `god`", "good, empty, open"]);
        one(&found("{{#rustdoc_include ../../../src/code.rs:god}}"), 4, &["no anchor `god`"]);
        one(&found("{{#include ../../../src/code.rs:open}}"), 4, &["never closed", "ANCHOR_END: open"]);
        one(&found("{{#include ../../../src/code.rs:empty}}"), 4, &["holds nothing"]);
        one(&found("{{#include ../../../src/code.rs}}"), 4, &["ANCHOR comments"]);
        one(&found("{{#include ../../../src/none.rs}}"), 4, &["is empty"]);
    }

    #[test]
    fn lines_have_to_be_there() {
        for good in ["", ":1", ":2:3", "::2", ":3:"] {
            assert_eq!(found(&format!("{{{{#include ../../printed/a.txt{good}}}}}")), [], "{good}");
        }
        for bad in [":4", ":0", ":2:4", ":3:2", "::9", ":9:"] {
            one(&found(&format!("{{{{#include ../../printed/a.txt{bad}}}}}")), 4, &["has 3 lines", "Mend the range"]);
        }
    }

    #[test]
    fn anchors_are_closed_and_there_once() {
        one(&half_open("src/code.rs", CODE), 8, &["`open` is never closed"]);
        let twice = "// ANCHOR: a\n// ANCHOR_END: a\n// ANCHOR: a\n// ANCHOR_END: a\n";
        one(&half_open("src/code.rs", twice), 3, &["a second time"]);
    }
}
