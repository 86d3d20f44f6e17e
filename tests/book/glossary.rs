//! Words and exercises that are there for the pages: each is used by one.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::Finding;
use super::page::Page;

/// A word of the glossary, with its line.
pub fn terms(glossary: &Page) -> Vec<(usize, String)> {
    let headings = glossary.headings().into_iter().filter(|heading| heading.level > 1);
    let mut found: Vec<(usize, String)> = headings.map(|heading| (heading.line, heading.text)).collect();
    let mut within = false;
    for (event, at) in glossary.events() {
        match event {
            Event::Start(Tag::DefinitionListTitle) => {
                within = true;
                found.push((glossary.line(at.start), String::new()));
            }
            Event::End(TagEnd::DefinitionListTitle) => within = false,
            Event::Text(text) | Event::Code(text) if within => {
                if let Some((_, term)) = found.last_mut() {
                    term.push_str(&text);
                }
            }
            _ => {}
        }
    }
    // Headings of one letter divide the glossary.
    found.retain(|(_, term)| term.chars().count() > 1);
    found
}

/// Terms that no other page uses.
pub fn unused_terms(glossary: &Page, pages: &[Page]) -> Vec<Finding> {
    let texts: Vec<String> =
        pages.iter().filter(|page| page.name != glossary.name).map(|page| spaced(&page.text)).collect();
    let mut found = Vec::new();
    for (line, term) in terms(glossary) {
        // `Exchange (shuffle)` and `exchange / shuffle` are two words for one.
        let mut words = term.split(['(', ')', '/', ',']).map(spaced).filter(|word| !word.trim().is_empty());
        if !words.any(|word| texts.iter().any(|text| text.contains(word.trim_end()))) {
            found.push(glossary.finding(
                line,
                format!(
                    "no other page uses the term `{term}`. Use it where it is meant, with a link to it, or remove it."
                ),
            ));
        }
    }
    found
}

/// Exercises that no page mentions.
pub fn unmentioned(exercises: &[(String, String)], pages: &[Page]) -> Vec<Finding> {
    let named = |name: &str| {
        pages.iter().any(|page| {
            page.text.match_indices(name).any(|(at, _)| {
                let letter =
                    |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '-');
                let after = page.text[at + name.len()..].chars().next();
                !letter(after) && !letter(page.text[..at].chars().next_back())
            })
        })
    };
    let all = exercises.iter().filter(|(name, _)| !named(name));
    all.map(|(name, file)| {
        let what =
            format!("no page mentions this exercise. Write {{{{#exercise {name}}}}} in the chapter it belongs to.");
        Finding::new(file, 1, what)
    })
    .collect()
}

/// Lower case, a blank before each word, none of it letters of Markdown.
fn spaced(text: &str) -> String {
    let letters: String = text.chars().map(|letter| if letter.is_alphanumeric() { letter } else { ' ' }).collect();
    let words: Vec<String> = letters.to_lowercase().split_whitespace().map(|word| format!(" {word}")).collect();
    words.concat()
}

#[cfg(test)]
mod tests {
    use super::super::one;
    use super::*;

    fn glossary() -> Page {
        Page::new(
            "glossary.md",
            "# Glossary\n\n## E\n\n### Exchange (shuffle)\n\nSkew.\n\n### Skew\n\nstraggler\n: late\n",
        )
    }

    #[test]
    fn terms_are_headings_and_definitions() {
        assert_eq!(
            terms(&glossary()).iter().map(|(line, term)| (*line, term.as_str())).collect::<Vec<_>>(),
            [(5, "Exchange (shuffle)"), (9, "Skew"), (11, "straggler")]
        );
    }

    #[test]
    fn an_unused_term_is_found() {
        let used = |text: &str| unused_terms(&glossary(), &[glossary(), Page::new("a.md", text)]);
        assert_eq!(used("# A\n\nTwo *shuffles*, [skew](glossary.md#skew) and\nStragglers.\n"), []);
        one(&used("# A\n\nAn exchange, a straggler, askew.\n"), 9, &["`Skew`", "remove it"]);
        one(&used("# A\n\nSkew, a straggler.\n"), 5, &["`Exchange (shuffle)`"]);
    }

    #[test]
    fn an_exercise_that_no_page_mentions_is_found() {
        let exercises = [("presort".to_string(), "exercises/14-presort/README.md".to_string())];
        let found = |text: &str| unmentioned(&exercises, &[Page::new("a.md", text)]);
        assert_eq!(found("# A\n\n{{#exercise presort}}\n"), []);
        assert_eq!(found("# A\n\n`cargo run exercises task presort`\n"), []);
        one(&found("# A\n\nnot-presort and presorted\n"), 1, &["{{#exercise presort}}"]);
    }
}
