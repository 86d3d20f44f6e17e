//! The table of contents: mdBook leaves out what is not in it.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::Finding;
use super::page::Page;

/// A line of the table of contents.
#[derive(Debug, PartialEq)]
pub struct Entry {
    pub line: usize,
    pub title: String,
    /// Its path under book/src.
    pub page: String,
}

pub fn entries(summary: &Page) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    let mut within = false;
    for (event, at) in summary.events() {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                within = true;
                let page = dest_url.trim_start_matches("./").to_string();
                found.push(Entry { line: summary.line(at.start), title: String::new(), page });
            }
            Event::End(TagEnd::Link) => within = false,
            Event::Text(text) | Event::Code(text) if within => {
                if let Some(entry) = found.last_mut() {
                    entry.title.push_str(&text);
                }
            }
            _ => {}
        }
    }
    found
}

/// Those with a number are the chapters of the story.
pub fn chapters(entries: &[Entry]) -> impl Iterator<Item = &Entry> {
    entries.iter().filter(|entry| entry.title.starts_with(|letter: char| letter.is_ascii_digit()))
}

/// Pages that the table of contents leaves out, or calls otherwise than they do; and entries without a page.
pub fn apart(summary: &Page, pages: &[Page]) -> Vec<Finding> {
    let mut found = Vec::new();
    let entries = entries(summary);
    for page in pages {
        let Some(entry) = entries.iter().find(|entry| entry.page == page.name) else {
            found.push(page.finding(1, "this page is not in book/src/SUMMARY.md. Add it there, or remove it."));
            continue;
        };
        let headings = page.headings();
        match headings.first() {
            Some(first) if first.level == 1 && first.text == entry.title => {}
            first => {
                let line = first.map_or(1, |first| first.line);
                found.push(page.finding(line, format!("begin with `# {}`, as SUMMARY.md calls it.", entry.title)));
            }
        }
        for other in headings.iter().skip(1).filter(|heading| heading.level == 1) {
            found.push(page.finding(other.line, "a second title. Make it `##`."));
        }
    }
    for entry in entries.iter().filter(|entry| !pages.iter().any(|page| page.name == entry.page)) {
        found
            .push(summary.finding(entry.line, format!("there is no page {}. Write it, or mend the path.", entry.page)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::one;
    use super::*;

    fn found(pages: &[(&str, &str)]) -> Vec<Finding> {
        let summary = Page::new("SUMMARY.md", "# Summary\n\n[A](a.md)\n\n# Part\n\n- [1. B `c`](b/c.md)\n");
        let pages: Vec<Page> = pages.iter().map(|(name, text)| Page::new(*name, *text)).collect();
        apart(&summary, &pages)
    }

    #[test]
    fn pages_and_contents_are_the_same() {
        let (a, b) = (("a.md", "# A\n"), ("b/c.md", "# 1. B `c`\n\n## D\n"));
        assert_eq!(found(&[a, b]), []);
        one(&found(&[a, b, ("d.md", "# D\n")]), 1, &["not in book/src/SUMMARY.md"]);
        one(&found(&[a]), 7, &["no page b/c.md"]);
        one(&found(&[("a.md", "\n# Aa\n"), b]), 2, &["`# A`"]);
        one(&found(&[("a.md", "Text.\n"), b]), 1, &["`# A`"]);
        one(&found(&[("a.md", "# A\n\n# B\n"), b]), 3, &["a second title"]);
    }

    #[test]
    fn chapters_have_a_number() {
        let summary = Page::new("SUMMARY.md", "[A](a.md)\n\n- [1. B](b.md)\n");
        let entries = entries(&summary);
        assert_eq!(chapters(&entries).map(|entry| entry.page.as_str()).collect::<Vec<_>>(), ["b.md"]);
    }
}
