//! Blocks of code: what stands in one is taken from what runs, or says that it is not.

use std::sync::LazyLock;

use regex::Regex;

use super::Finding;
use super::page::{Block, Page};

static INCLUDE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\{\{#(?:rustdoc_)?include\s+([^\s:}]+)[^}]*\}\}$").unwrap());

/// Folders whose files are run by tests.
const RUN: [&str; 6] = ["src/", "tests/", "examples/", "exercises/", "benches/", "cluster/examples/"];

/// Blocks that are typed by hand.
pub fn typed(page: &Page) -> Vec<Finding> {
    let wrong = |block: &Block| {
        let say = |what: &str| Some(page.finding(block.line, what));
        let Some(words) = &block.words else {
            return say("a block without a fence. Fence it with ``` and a language.");
        };
        let has = |word: &str| words.iter().any(|other| other == word);
        match words.first().map(String::as_str) {
            None => say("a fence without a language. Say which: rust, python, console, text, toml."),
            Some("rust") if has("illustration") && !has("ignore") => {
                say("an illustration is not run: write ```rust,ignore,illustration.")
            }
            Some("rust") if has("illustration") => None,
            Some("rust") => match outside(block.text, |path| {
                path.ends_with(".rs") && RUN.iter().any(|folder| path.trim_start_matches("../").starts_with(folder))
            }) {
                None => None,
                Some(line) => say(&format!(
                    "Rust typed by hand: `{line}`. Include it by anchor from a file that tests run (as \
                     tests/snippets/*.rs), or mark the block ```rust,ignore,illustration."
                )),
            },
            Some("console") => {
                let printed = |path: &str| path.contains("printed/") && path.ends_with(".txt");
                let output = block.text.lines().filter(|line| !line.starts_with("$ ") && !line.starts_with('#'));
                let output: Vec<&str> = output.collect();
                match outside(&output.join("\n"), printed) {
                    None => None,
                    Some(line) => say(&format!(
                        "printed text typed by hand: `{line}`. Put it into book/printed/NAME.txt under its command, \
                         and include that. Commands alone begin with `$ `."
                    )),
                }
            }
            Some(_) => None,
        }
    };
    page.blocks().iter().filter_map(wrong).collect()
}

/// The first line that is no include of such a file.
fn outside(text: &str, good: impl Fn(&str) -> bool) -> Option<&str> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.find(|line| !INCLUDE.captures(line).is_some_and(|include| good(&include[1])))
}

#[cfg(test)]
mod tests {
    use super::super::one;
    use super::*;

    fn found(block: &str) -> Vec<Finding> {
        typed(&Page::new("a.md", format!("# A\n\n{block}\n")))
    }

    #[test]
    fn rust_is_included_or_says_that_it_is_an_illustration() {
        assert_eq!(
            found("```rust\n{{#include ../../src/a.rs:b}}\n\n{{#include ../../tests/snippets/a.rs:c}}\n```"),
            []
        );
        assert_eq!(found("```rust,ignore,illustration\nlet a = pd.magic();\n```"), []);
        assert_eq!(found("```python\na = 1\n```"), []);
        one(&found("```rust\nlet a = 1;\n```"), 3, &["typed by hand: `let a = 1;`", "illustration"]);
        one(&found("```rust,ignore\nlet a = 1;\n```"), 3, &["typed by hand"]);
        one(&found("```rust\n{{#include ../../src/a.rs:b}}\nlet a = 1;\n```"), 3, &["`let a = 1;`"]);
        one(&found("```rust\n{{#include a.rs}}\n```"), 3, &["typed by hand"]);
        one(&found("```rust,illustration\nlet a = 1;\n```"), 3, &["rust,ignore,illustration"]);
        one(&found("```\nlet a = 1;\n```"), 3, &["without a language"]);
        one(&found("    let a = 1;"), 3, &["without a fence"]);
        one(&found("- item\n\n  ```rust\n  let a = 1;\n  ```"), 5, &["typed by hand"]);
    }

    #[test]
    fn printed_text_is_included() {
        assert_eq!(found("```console\n$ cargo run\n```"), []);
        assert_eq!(found("```console\n# On Debian\n$ cargo run\n{{#include ../printed/a.txt:2:9}}\n```"), []);
        one(&found("```console\n$ cargo run\nAll well.\n```"), 3, &["`All well.`", "book/printed/NAME.txt"]);
        one(&found("```console\n{{#include ../../README.md}}\n```"), 3, &["typed by hand"]);
    }
}
