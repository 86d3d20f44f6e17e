//! The nine chapters have the same parts in the same order: a reader knows where to find what.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::Finding;
use super::page::{Heading, Page};

const PARTS: [&str; 6] = ["The code", "A prediction", "The measurement", "Why", "The exercise", "To remember"];

/// Parts that are missing, in another order, or without what makes them one.
pub fn parts(page: &Page) -> Vec<Finding> {
    let mut found = Vec::new();
    let headings = page.headings();
    let parts: Vec<&Heading> = headings.iter().filter(|heading| heading.level == 2).collect();
    let names: Vec<&str> = parts.iter().map(|heading| heading.text.as_str()).collect();
    if names != PARTS {
        let at = names.iter().zip(PARTS).position(|(name, part)| *name != part).unwrap_or(names.len().min(PARTS.len()));
        let line = parts.get(at).or(parts.last()).map_or(1, |heading| heading.line);
        let wanted = PARTS.get(at).map_or("no further part".to_string(), |part| format!("`## {part}`"));
        let order = PARTS.join(", ");
        found.push(page.finding(line, format!("here comes {wanted}. A chapter's parts are, in this order: {order}.")));
        return found;
    }
    let between = |at: usize| {
        let starts = parts[at].line;
        (starts, parts.get(at + 1).map_or(usize::MAX, |next| next.line))
    };
    found.extend(question(page, parts[0].line));
    found.extend(predictions(page, between(1)));
    found.extend(remembered(page, between(5)));
    found
}

/// Under the title: the question as a block quote, then why it matters.
fn question(page: &Page, until: usize) -> Option<Finding> {
    let mut seen = Vec::new();
    for (event, _) in page.events().take_while(|(_, at)| page.line(at.start) < until) {
        match event {
            Event::Start(Tag::Heading { .. }) => seen.push("title"),
            Event::Start(Tag::BlockQuote(_)) => seen.push("quote"),
            Event::End(TagEnd::BlockQuote(_)) => seen.push("end"),
            Event::Start(Tag::Paragraph) if seen.last() != Some(&"quote") => seen.push("text"),
            _ => {}
        }
    }
    match &seen[..] {
        ["title", "quote", "end", "text", ..] => None,
        _ => Some(page.finding(
            1,
            "a chapter begins with its title, then a question that a person has (`> ...`), then why it matters.",
        )),
    }
}

/// One to three `details.predict`, each closed.
fn predictions(page: &Page, (from, to): (usize, usize)) -> Vec<Finding> {
    let mut opened = Vec::new();
    let mut closed = 0;
    for (event, at) in page.events() {
        let line = page.line(at.start);
        if let Event::Html(html) | Event::InlineHtml(html) = event
            && (from..to).contains(&line)
        {
            opened.extend(html.matches("<details class=\"predict\">").map(|_| line));
            closed += html.matches("</details>").count();
        }
    }
    let mut found = Vec::new();
    if !(1..=3).contains(&opened.len()) {
        found.push(page.finding(from, format!(
            "{} predictions. Ask one to three, each `<details class=\"predict\"><summary>question</summary>`, an empty \
             line, the answer, an empty line, `</details>`.",
            opened.len()
        )));
    } else if opened.len() != closed {
        let line = *opened.last().unwrap_or(&from);
        found.push(page.finding(line, "a prediction that is not closed. Add an empty line and `</details>`."));
    }
    found
}

/// A list of three items of a line each.
fn remembered(page: &Page, (from, to): (usize, usize)) -> Option<Finding> {
    let mut depth = 0;
    let mut items = Vec::new();
    for (event, at) in page.events().filter(|(_, at)| (from..to).contains(&page.line(at.start))) {
        match event {
            Event::Start(Tag::List(_)) => depth += 1,
            Event::End(TagEnd::List(_)) => depth -= 1,
            Event::Start(Tag::Item) if depth == 1 => items.push(at),
            _ => {}
        }
    }
    let long = items.iter().find(|item| page.text[(*item).clone()].trim().contains('\n'));
    match long {
        _ if items.len() != 3 => {
            let items = items.len();
            Some(page.finding(from, format!("{items} things to remember. List three, a line each.")))
        }
        Some(item) => Some(page.finding(page.line(item.start), "more than a line. Say it in one.")),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::one;
    use super::*;

    const GOOD: &str = "# 1. A\n\n> Why?\n\nBecause.\n\n## The code\n\n### More\n\n## A prediction\n\n<details class=\"predict\"><summary>What?</summary>\n\nThis.\n\n</details>\n\n## The measurement\n\n## Why\n\n## The exercise\n\n## To remember\n\n- One.\n- Two.\n- Three.\n";

    fn with(from: &str, to: &str) -> Vec<Finding> {
        assert!(GOOD.contains(from), "{from}");
        parts(&Page::new("a.md", GOOD.replacen(from, to, 1)))
    }

    #[test]
    fn a_chapter_has_its_parts_in_order() {
        assert_eq!(with("", ""), []);
        one(&with("## Why\n\n", ""), 21, &["`## Why`", "The code, A prediction"]);
        one(&with("## The code", "## Code"), 7, &["`## The code`"]);
        one(&with("## The measurement\n\n## Why", "## Why\n\n## The measurement"), 19, &["`## The measurement`"]);
        one(&with("- Three.\n", "- Three.\n\n## And\n"), 31, &["no further part"]);
        one(&with("\n## To remember\n", "\n"), 23, &["`## To remember`"]);
        one(&parts(&Page::new("a.md", "# 1. A\n")), 1, &["`## The code`"]);
    }

    #[test]
    fn each_part_is_one() {
        one(&with("> Why?\n\n", ""), 1, &["a question"]);
        one(&with("Because.\n\n", ""), 1, &["why it matters"]);
        one(&with("<details class=\"predict\"><summary>What?</summary>", "What?"), 11, &["0 predictions"]);
        one(&with("</details>\n\n", ""), 13, &["not closed"]);
        one(&with("- Three.\n", ""), 25, &["2 things"]);
        one(&with("- Three.\n", "- Three.\n- Four.\n"), 25, &["4 things"]);
        one(&with("- Two.", "- Two\n  lines."), 28, &["more than a line"]);
        assert_eq!(with("- One.\n- Two.\n- Three.\n", "1. One.\n1. Two.\n1. Three.\n"), []);
    }
}
