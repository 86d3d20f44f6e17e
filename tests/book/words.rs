//! Words that sell, or tell a reader that something is simple.

use std::sync::LazyLock;

use regex::Regex;

use super::Finding;
use super::page::Page;

static SELLS: LazyLock<Regex> = LazyLock::new(|| {
    let words =
        "simply|just|easy|easily|effortless(?:ly)?|powerful|blazing(?:ly)?|seamless(?:ly)?|obviously|trivial(?:ly)?";
    Regex::new(&format!(r"(?i)\b(?:{words})\b")).unwrap()
});
static READ: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bread\s+20\d\d-\d\d\b").unwrap());

/// Words to leave out.
pub fn selling(page: &Page) -> Vec<Finding> {
    let mut found = Vec::new();
    for prose in page.prose() {
        for word in SELLS.find_iter(&prose.text) {
            let line = page.line(prose.at(word.start()));
            found.push(page.finding(line, format!("leave out `{}`: it says nothing, or sells.", word.as_str())));
        }
    }
    found
}

/// Links to other systems' pages that do not say, later in their paragraph, when they were read. A paper stays as it is.
pub fn undated(page: &Page) -> Vec<Finding> {
    let links =
        page.text.match_indices("](https://").filter(|(at, _)| !page.text[*at..].starts_with("](https://doi.org/"));
    let undated = links.filter(|(at, _)| {
        let rest = &page.text[*at..];
        !READ.is_match(rest.split("\n\n").next().unwrap_or(rest))
    });
    let what = "a link to another system without its date. Write ([name](https://...), read 2026-11).";
    undated.map(|(at, _)| page.finding(page.line(at), what)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::one;
    use super::*;

    #[test]
    fn words_that_sell_are_found() {
        let found = |text: &str| selling(&Page::new("a.md", format!("# A\n\n{text}\n")));
        assert_eq!(found("Add the columns. `just` do."), []);
        one(&found("Add,\nsimply, the columns."), 4, &["`simply`"]);
        one(&found("Just add them."), 3, &["`Just`"]);
        one(&found("| a |\n|---|\n| easy |"), 5, &["`easy`"]);
    }

    #[test]
    fn a_link_without_its_date_is_found() {
        let found = |text: &str| undated(&Page::new("a.md", format!("# A\n\n{text}\n")));
        assert_eq!(found("As said ([Modin](https://a.org/b), read 2026-11). [here](b.md)"), []);
        assert_eq!(found("Both [a](https://a.org) and [b](https://b.org) say so (both read\n2026-11)."), []);
        assert_eq!(found("([Amdahl 1967](https://doi.org/10.1145/1465482.1465560))"), []);
        one(&found("([a](https://a.org), read 2026-11) and [b](https://b.org)"), 3, &["read 2026-11"]);
        one(&found("[b](https://b.org)\n\n([a](https://a.org), read 2026-11)"), 3, &["read 2026-11"]);
        one(&found("As [Modin](https://a.org/b) says."), 3, &["read 2026-11"]);
    }
}
