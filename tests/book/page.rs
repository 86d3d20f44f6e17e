//! A page as its checks see it: blocks of code, headings, directives, and the prose between them, each with its line.

use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use regex::Regex;

use super::Finding;

/// A page of the book, as it is written.
pub struct Page {
    /// Its path under book/src.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A block of code.
pub struct Block<'a> {
    pub line: usize,
    /// What stands behind the fence, divided at commas and blanks; nothing for an indented block.
    pub words: Option<Vec<String>>,
    pub text: &'a str,
}

/// A heading.
pub struct Heading {
    pub line: usize,
    pub level: usize,
    pub text: String,
}

/// `{{#name rest}}`.
#[derive(Debug)]
pub struct Directive<'a> {
    pub line: usize,
    pub at: Range<usize>,
    pub name: &'a str,
    pub rest: &'a str,
}

/// Words that belong together, as a paragraph, an item or a cell, with the place of each part.
#[derive(Debug, Default)]
pub struct Prose {
    pub text: String,
    /// Where a part begins here, and where in the page.
    parts: Vec<(usize, usize)>,
}

static DIRECTIVE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(\\?)\{\{\s*#([A-Za-z0-9_-]+)\s*([^{}]*)\}\}").unwrap());
static TAG: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?s)<!--.*?-->|<[^>]*>").unwrap());

impl Page {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// Its path from the project's folder.
    pub fn file(&self) -> String {
        format!("book/src/{}", self.name)
    }

    pub fn finding(&self, line: usize, what: impl Into<String>) -> Finding {
        Finding::new(self.file(), line, what)
    }

    /// The line of a byte.
    pub fn line(&self, at: usize) -> usize {
        1 + self.text[..at].matches('\n').count()
    }

    /// As mdBook reads it, see `mdbook_markdown::new_cmark_parser`.
    pub fn events(&self) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
        events(&self.text)
    }

    pub fn blocks(&self) -> Vec<Block<'_>> {
        let mut found = Vec::new();
        let mut open = None;
        for (event, at) in self.events() {
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    let words = match kind {
                        CodeBlockKind::Indented => None,
                        CodeBlockKind::Fenced(words) => Some(words),
                    };
                    let words = words.map(|words| {
                        words.split([',', ' ']).filter(|word| !word.is_empty()).map(String::from).collect()
                    });
                    open = Some((self.line(at.start), words, None::<Range<usize>>));
                }
                Event::Text(_) => {
                    if let Some((_, _, text)) = &mut open {
                        *text = Some(text.clone().map_or(at.start, |text| text.start)..at.end);
                    }
                }
                Event::End(TagEnd::CodeBlock) => {
                    if let Some((line, words, text)) = open.take() {
                        found.push(Block { line, words, text: text.map_or("", |text| &self.text[text]) });
                    }
                }
                _ => {}
            }
        }
        found
    }

    pub fn headings(&self) -> Vec<Heading> {
        let mut found: Vec<Heading> = Vec::new();
        let mut within = false;
        for (event, at) in self.events() {
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    within = true;
                    found.push(Heading { line: self.line(at.start), level: level as usize, text: String::new() });
                }
                Event::End(TagEnd::Heading(_)) => within = false,
                Event::Text(text) | Event::Code(text) if within => {
                    if let Some(heading) = found.last_mut() {
                        heading.text.push_str(&text);
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// All directives, also those in blocks of code; an escaped one (`\{{#...}}`) is text.
    pub fn directives(&self) -> Vec<Directive<'_>> {
        let found = DIRECTIVE.captures_iter(&self.text).filter(|found| found[1].is_empty());
        found
            .map(|found| {
                let at = found.get(0).map_or(0..0, |whole| whole.range());
                let part = |number| found.get(number).map_or("", |part: regex::Match| part.as_str().trim_end());
                Directive { line: self.line(at.start), at, name: part(2), rest: part(3) }
            })
            .collect()
    }

    /// The page with blanks for its directives: no byte moves.
    pub fn without_directives(&self) -> Page {
        let blanked = DIRECTIVE.replace_all(&self.text, |found: &regex::Captures| blanks(&found[0]));
        Page::new(self.name.clone(), blanked)
    }

    /// What a reader reads: no code, no directives, no tags.
    pub fn prose(&self) -> Vec<Prose> {
        let page = self.without_directives();
        let mut all = Vec::new();
        let mut now = Prose::default();
        let mut code = false;
        for (event, at) in page.events() {
            match event {
                Event::Start(Tag::CodeBlock(_)) => code = true,
                Event::End(TagEnd::CodeBlock) => code = false,
                Event::Text(text) if !code => now.push(&text, at.start),
                Event::Html(html) | Event::InlineHtml(html) => {
                    now.push(&TAG.replace_all(&html, |tag: &regex::Captures| blanks(&tag[0])), at.start)
                }
                // One letter that is no word, so that nothing is read across it.
                Event::Code(_) => now.push("\u{fffc}", at.start),
                Event::SoftBreak | Event::HardBreak => now.push(" ", at.start),
                Event::Start(tag) if !inline(&tag) => all.push(std::mem::take(&mut now)),
                Event::End(tag) if !inline_end(tag) => all.push(std::mem::take(&mut now)),
                _ => {}
            }
        }
        all.push(now);
        all.retain(|prose| !prose.text.trim().is_empty());
        all
    }
}

impl Prose {
    fn push(&mut self, text: &str, at: usize) {
        self.parts.push((self.text.len(), at));
        self.text.push_str(text);
    }

    /// Where in the page a byte of this text is.
    pub fn at(&self, here: usize) -> usize {
        let part = self.parts.iter().rev().find(|(begins, _)| *begins <= here);
        part.map_or(0, |(begins, at)| at + here - begins)
    }
}

fn events(text: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM;
    Parser::new_ext(text, options).into_offset_iter()
}

fn inline(tag: &Tag) -> bool {
    matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. })
}

fn inline_end(tag: TagEnd) -> bool {
    matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image)
}

/// As long, and with the same lines.
fn blanks(text: &str) -> String {
    text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

#[test]
fn a_page_is_read_with_its_lines() {
    let page = Page::new(
        "a.md",
        "# One `two`\n\nIt is **5** ms,\n`6 ms` or {{#given 7 ms}}.\n\n```rust,ignore\nlet a = 8;\n```\n\n<p>nine\n<b>10</b></p>\n\n- \\{{#no x}}\n\n| 11 | 12 |\n|---|---|\n",
    );
    let headings = page.headings();
    assert_eq!((headings[0].line, headings[0].level, headings[0].text.as_str()), (1, 1, "One two"));
    let blocks = page.blocks();
    assert_eq!((blocks[0].line, blocks[0].text), (6, "let a = 8;\n"));
    assert_eq!(blocks[0].words.as_ref().unwrap(), &["rust", "ignore"]);
    let directives = page.directives();
    assert_eq!(directives.len(), 1, "{directives:?}");
    assert_eq!((directives[0].line, directives[0].name, directives[0].rest), (4, "given", "7 ms"));
    let prose = page.prose();
    let texts: Vec<String> =
        prose.iter().map(|prose| prose.text.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(texts, ["One \u{fffc}", "It is 5 ms, \u{fffc} or .", "nine 10", "11", "12"]);
    let ten = prose[2].at(prose[2].text.find("10").unwrap());
    assert_eq!((&page.text[ten..ten + 2], page.line(ten)), ("10", 11));
}
