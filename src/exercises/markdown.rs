//! Tasks and hints on a terminal of 80 columns. Markdown can be read as it is; only its lines are too long.

use super::show::wrapped;

/// The text with its paragraphs and list items wrapped; code, tables and headings as they are.
pub fn fitted(markdown: &str) -> String {
    let (mut text, mut open, mut code) = (String::new(), String::new(), false);
    // The empty line at the end closes what is open.
    for line in markdown.lines().chain([""]) {
        let fence = line.starts_with("```");
        let item = line.starts_with("- ") || (number(line) > 0 && (open.is_empty() || marker(&open) > 0));
        let as_it_is = code || fence || line.is_empty() || line.starts_with(['#', '|']);
        code ^= fence;
        if as_it_is || item {
            text += &closed(&open);
            open.clear();
        }
        if !as_it_is {
            open += &format!("{} ", line.trim());
        } else if !(line.is_empty() && (text.is_empty() || text.ends_with("\n\n"))) {
            text += &format!("{line}\n");
        }
    }
    text
}

/// A paragraph or a list item in lines; those of an item hang below its text.
fn closed(open: &str) -> String {
    let (marker, text) = open.split_at(marker(open));
    format!("{marker}{}", wrapped(text, marker.len()).trim_start())
}

/// Letters of what makes a text an item: `- ` or `12. `.
fn marker(text: &str) -> usize {
    if text.starts_with("- ") { 2 } else { number(text) }
}

/// Letters of `12. `. Within a paragraph it may also be how a line happens to begin.
fn number(text: &str) -> usize {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && text[digits..].starts_with(". ") { digits + 2 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_and_items_are_wrapped_and_code_is_not() {
        let long = "word ".repeat(20);
        let code = format!("```rust\nlet {long};\n```");
        let markdown = format!(
            "# Title\n\n*10 minutes. New here: word.*\n\n{long}\nand on\n\n- one\n- {long}\n  more\n\n{code}\n"
        );
        let text = fitted(&markdown);
        assert!(text.starts_with("# Title\n\n*10 minutes. New here: word.*\n\nword "), "{text}");
        assert!(text.contains("word and on\n\n- one\n- word "), "{text}");
        assert!(text.contains("\n  word word word word word more\n\n```rust\n"), "{text}");
        assert!(text.ends_with(&format!("{code}\n\n")), "{text}");
        assert!(text.lines().all(|line| line.starts_with("let") || line.len() <= 80), "{text}");
    }

    #[test]
    fn numbered_items_are_items_and_a_number_within_a_paragraph_is_none() {
        let long = "word ".repeat(20);
        let text =
            fitted(&format!("Three ways:\n\n1. {long}\n   more\n2. two\n10. ten\n\nFlights of\n2013. No more.\n"));
        assert!(text.contains("\n1. word word "), "{text}");
        assert!(text.contains("\n   word word word word word more\n2. two\n10. ten\n\n"), "{text}");
        assert!(text.ends_with("\nFlights of 2013. No more.\n\n"), "{text}");
    }
}
