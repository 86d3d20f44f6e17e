//! Directives: those that there are, and closed.

use outgrow::book::directive::NAMES;

use super::Finding;
use super::page::Page;

/// Those of mdBook that we use.
const INCLUDES: [&str; 2] = ["include", "rustdoc_include"];

/// Directives that nobody would replace.
pub fn unknown(page: &Page) -> Vec<Finding> {
    let mut found = Vec::new();
    let all = page.directives();
    for directive in &all {
        if !NAMES.contains(&directive.name) && !INCLUDES.contains(&directive.name) {
            let all = [&INCLUDES[..], &NAMES].concat().join(", ");
            let what = format!("there is no directive `{}`. There are: {all}.", directive.name);
            found.push(page.finding(directive.line, what));
        }
    }
    for block in page.blocks() {
        let lines = block.line..=block.line + block.text.lines().count();
        for directive in all.iter().filter(|directive| lines.contains(&directive.line)) {
            if NAMES.contains(&directive.name) {
                let what = format!("`{}` is not answered in a block of code. Put it outside.", directive.name);
                found.push(page.finding(directive.line, what));
            }
        }
    }
    for (at, _) in page.text.match_indices("{{") {
        let read = all.iter().any(|directive| directive.at.contains(&at));
        let escaped = page.text[..at].ends_with('\\');
        // `{{` in code may be code; `{{#` and `{{ #` never are.
        let meant = page.text[at + 2..].trim_start_matches(' ').starts_with('#');
        if !read && !escaped && meant {
            let line = page.line(at);
            let what = "a directive that is not closed on its line, or has no name. Write {{#name words}}.";
            found.push(page.finding(line, what));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::one;
    use super::*;

    fn found(text: &str) -> Vec<Finding> {
        unknown(&Page::new("a.md", format!("# A\n\n{text}\n")))
    }

    #[test]
    fn an_unknown_or_open_directive_is_found() {
        assert_eq!(found("{{#figure wall median eager}}, {{#machine}}, \\{{#no such}}, `{{a}}`"), []);
        one(&found("{{#figur wall median eager}}"), 3, &["`figur`", "figure, ratio"]);
        one(&found("It is\n{{#figure wall median eager}."), 4, &["not closed"]);
        one(&found("```text\n{{#machine}}\n```"), 4, &["in a block of code"]);
        one(&found("{{#}}"), 3, &["has no name"]);
        one(&found("```rust\n{{#includes a.rs}}\n```"), 4, &["`includes`"]);
    }
}
