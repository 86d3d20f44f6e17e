//! What the book is held to. A check is a function of names and texts that gives findings; beside each are the bad pages
//! that it must find.

pub mod blocks;
pub mod chapters;
pub mod directives;
pub mod figures;
pub mod glossary;
pub mod includes;
pub mod links;
pub mod page;
pub mod printed;
pub mod same;
pub mod shown;
pub mod site;
pub mod summary;
pub mod words;

use std::fmt;

/// Something that a page promises and does not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The file, from the project's folder.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub what: String,
}

impl Finding {
    pub fn new(file: impl Into<String>, line: usize, what: impl Into<String>) -> Self {
        Self { file: file.into(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// Fails with all that was found.
#[track_caller]
pub fn nothing(found: Vec<Finding>) {
    let lines: Vec<String> = found.iter().map(Finding::to_string).collect();
    assert!(lines.is_empty(), "the book does not hold this {} times:\n{}\n", lines.len(), lines.join("\n"));
}

/// For the checks' own tests: there is one finding, on this line, that says all of these.
#[cfg(test)]
#[track_caller]
pub fn one(found: &[Finding], line: usize, parts: &[&str]) {
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].line, line, "{found:#?}");
    for part in parts {
        assert!(found[0].what.contains(part), "`{part}` is not in: {}", found[0].what);
    }
}

#[test]
fn a_finding_names_page_and_line() {
    let finding = Finding::new("book/src/index.md", 3, "no. Do this.");
    assert_eq!(finding.to_string(), "book/src/index.md:3: no. Do this.");
    nothing(Vec::new());
    let said = std::panic::catch_unwind(|| nothing(vec![finding])).unwrap_err();
    assert!(said.downcast_ref::<String>().unwrap().contains("book/src/index.md:3: no. Do this."));
}
