//! Code that was included from within a function, moved to the margin.

use super::directive::code;

/// The page with the indentation removed that all lines of a block of Rust share.
pub fn dedented(page: &str) -> String {
    let mut text = String::with_capacity(page.len());
    let mut from = 0;
    for range in code(page).into_iter().filter(|range| page[range.clone()].starts_with("```rust")) {
        text += &page[from..range.start];
        text += &to_the_margin(&page[range.clone()]);
        from = range.end;
    }
    text + &page[from..]
}

/// The first and the last line of a block are its fences.
fn to_the_margin(block: &str) -> String {
    let lines: Vec<&str> = block.split('\n').collect();
    let within = 1..lines.len().saturating_sub(1);
    let indented = |line: &&&str| !line.trim().is_empty();
    let indentation = |line: &&str| line.len() - line.trim_start().len();
    let shared = lines[within.clone()].iter().filter(indented).map(indentation).min().unwrap_or(0);
    let moved = lines.iter().enumerate().map(|(place, line)| match within.contains(&place) {
        true => line.get(shared..).unwrap_or_default(),
        false => line,
    });
    moved.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_lines_share_is_removed_in_rust_alone() {
        let page = "a\n\n```rust\n    let a = 1;\n\n        b\n```\n\n```console\n  $ c\n```\n";
        assert_eq!(dedented(page), "a\n\n```rust\nlet a = 1;\n\n    b\n```\n\n```console\n  $ c\n```\n");
        assert_eq!(dedented("```rust\n```\n"), "```rust\n```\n");
    }
}
