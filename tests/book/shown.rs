//! What was made for the book is shown by it.

use super::Finding;
use super::includes::{Part, anchors, includes};
use super::page::Page;

/// Files of printed text that no page includes.
pub fn unused_printed(files: &[String], pages: &[Page]) -> Vec<Finding> {
    let shown: Vec<String> = pages.iter().flat_map(includes).map(|include| include.file).collect();
    let unused = files.iter().filter(|file| !shown.contains(file));
    unused.map(|file| Finding::new(file, 1, "no page includes this printed text. Include it, or remove it.")).collect()
}

/// Anchors of a file that no page includes.
pub fn unused_anchors(file: &str, text: &str, pages: &[Page]) -> Vec<Finding> {
    let all: Vec<_> = pages.iter().flat_map(includes).filter(|include| include.file == file).collect();
    let shown = |name: &str| all.iter().any(|include| matches!(&include.part, Part::Anchor(shown) if shown == name));
    let unused = anchors(text).into_iter().filter(|anchor| !shown(&anchor.name));
    unused
        .map(|anchor| {
            let what = format!("no page shows the anchor `{}`. Include it, or remove its comments.", anchor.name);
            Finding::new(file, anchor.begins, what)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::one;
    use super::*;

    #[test]
    fn what_no_page_shows_is_found() {
        let page = |text: &str| [Page::new("reference/a.md", format!("# A\n\n```console\n{text}\n```\n"))];
        let printed = ["book/printed/a.txt".to_string()];
        assert_eq!(unused_printed(&printed, &page("{{#include ../../printed/a.txt:2:3}}")), []);
        one(&unused_printed(&printed, &page("{{#include ../../printed/b.txt}}")), 1, &["no page includes"]);
        let code = "fn a() {\n    // ANCHOR: b\n    let b = 1;\n    // ANCHOR_END: b\n}\n";
        let anchors = |text: &str| unused_anchors("tests/snippets/a.rs", code, &page(text));
        assert_eq!(anchors("{{#include ../../../tests/snippets/a.rs:b}}"), []);
        one(&anchors("{{#include ../../../tests/snippets/a.rs:c}}"), 2, &["anchor `b`", "remove its comments"]);
        one(&anchors("{{#include ../../../tests/snippets/c.rs:b}}"), 2, &["anchor `b`"]);
    }
}
