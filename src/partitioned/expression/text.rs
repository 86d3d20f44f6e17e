//! What the grammars have in common: a place in a text, names, and errors that point.

use std::fmt::Display;

/// How deep lists, structs and parentheses may be nested: a reader that recurses must end before its stack does.
const DEPTH: usize = 32;

/// A text that is not of its grammar, and where.
///
/// ```
/// use outgrow::partitioned::expression::Presort;
/// let error = "delay down".parse::<Presort>().unwrap_err();
/// let shown = error.to_string();
/// assert!(shown.ends_with("delay down\n        ^"), "the mark is below the word");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    language: &'static str,
    text: String,
    /// Byte position of the character that is wrong.
    at: usize,
    what: String,
}

impl std::error::Error for SyntaxError {}

impl Display for SyntaxError {
    /// What is wrong, the text on a line of its own, and below it a mark at the character.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let column = self.text[..self.at].chars().count();
        let line: String = self.text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let Self { language, what, .. } = self;
        write!(f, "{language}: {what}, at character {}:\n  {line}\n  {}^", column + 1, " ".repeat(column))
    }
}

/// A place in a text.
pub(super) struct Scanner<'a> {
    language: &'static str,
    text: &'a str,
    /// Byte position of the next character.
    at: usize,
    depth: usize,
}

impl<'a> Scanner<'a> {
    pub fn new(language: &'static str, text: &'a str) -> Self {
        Self { language, text, at: 0, depth: 0 }
    }

    /// Where the next token starts; white space before it is passed over.
    pub fn place(&mut self) -> usize {
        self.at = self.text.len() - self.rest().trim_start().len();
        self.at
    }

    /// Goes back to a [place](Scanner::place).
    pub fn back_to(&mut self, place: usize) {
        self.at = place;
    }

    /// The first character of the next token.
    pub fn peek(&mut self) -> Option<char> {
        self.place();
        self.rest().chars().next()
    }

    /// Takes the next token if it is this character.
    pub fn take(&mut self, wanted: char) -> bool {
        let there = self.peek() == Some(wanted);
        if there {
            self.at += wanted.len_utf8();
        }
        there
    }

    /// Letters, digits and underscores from here on; empty when there are none.
    pub fn word(&mut self) -> &'a str {
        self.place();
        let rest = self.rest();
        let end = rest.find(|c: char| !is_plain(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// A name: a word, or anything in backquotes, where two backquotes stand for one.
    pub fn name(&mut self, or: &str) -> Result<String, SyntaxError> {
        let start = self.place();
        if !self.take('`') {
            return match self.word() {
                "" => Err(self.error(start, format!("expected a column name{or}"))),
                word => Ok(word.to_string()),
            };
        }
        let mut name = String::new();
        loop {
            let Some(end) = self.rest().find('`') else {
                return Err(self.error(start, "this backquote is never closed"));
            };
            name.push_str(&self.rest()[..end]);
            self.at += end + 1;
            if !self.rest().starts_with('`') {
                break;
            }
            name.push('`');
            self.at += 1;
        }
        if name.is_empty() { Err(self.error(start, "a name must not be empty")) } else { Ok(name) }
    }

    /// Reads something that may contain itself.
    pub fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, SyntaxError>) -> Result<T, SyntaxError> {
        let start = self.place();
        if self.depth == DEPTH {
            return Err(self.error(start, format!("nested more than {DEPTH} deep")));
        }
        self.depth += 1;
        let inner = read(self);
        self.depth -= 1;
        inner
    }

    pub fn error(&self, at: usize, what: impl Into<String>) -> SyntaxError {
        SyntaxError { language: self.language, text: self.text.to_string(), at, what: what.into() }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }
}

/// The parts between these characters, where they are outside of backquotes.
pub(crate) fn unquoted(text: &str, at: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '`';
        c == at && !quoted
    })
}

fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A name as [`Scanner::name`] reads it.
pub(super) struct Name<'a>(pub &'a str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.chars().all(is_plain) { f.write_str(self.0) } else { write!(f, "`{}`", self.0.replace('`', "``")) }
    }
}

/// Items with `, ` between them.
pub(super) fn list<T: Display>(
    f: &mut std::fmt::Formatter<'_>,
    items: impl IntoIterator<Item = T>,
) -> std::fmt::Result {
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}
