//! What mdBook asks of a preprocessor: the chapters, with every directive of ours answered.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::errors::Error as BookError;
use mdbook_preprocessor::{PreprocessorContext, parse_input};

use super::page::filled;
use super::source::{Source, sources};
use crate::error::{Error, Result};
use crate::flights::home;
use crate::measure::default_records;

/// The name by which `book.toml` knows it.
pub const NAME: &str = "outgrow";

/// Fills in figures, tables, charts and widgets.
#[derive(Clone, Debug)]
pub struct Preprocessor {
    /// The records of this machine; the file may be missing.
    pub records: PathBuf,
    /// Folders of complete runs.
    pub results: PathBuf,
    /// The project, with its exercises.
    pub project: PathBuf,
}

impl Default for Preprocessor {
    fn default() -> Self {
        Self { records: default_records(), results: home().join("results"), project: home() }
    }
}

impl Preprocessor {
    /// Answers every directive of every chapter.
    ///
    /// # Errors
    /// [`Error::Input`] with the page and line of a directive that cannot be answered, or of an include whose file is not
    /// there.
    pub fn fill(&self, book: &mut Book) -> Result<()> {
        let sources = sources(&self.records, &self.results)?;
        let mut outcome = Ok(());
        book.for_each_chapter_mut(|chapter| {
            if outcome.is_ok() {
                let path = chapter.source_path.clone().unwrap_or_default();
                match self.page(&chapter.content, &path, &sources) {
                    Ok(content) => chapter.content = content,
                    Err(error) => outcome = Err(error),
                }
            }
        });
        outcome
    }

    fn page(&self, content: &str, path: &Path, sources: &[Source]) -> Result<String> {
        let told = |what: String| Error::input(format!("book page {}: {what}", path.display()));
        // mdBook has put in what is included before; what is left could not be read.
        for left in ["{{#include", "{{#rustdoc_include"] {
            if let Some(at) = content.find(&format!("\n{left}")) {
                let line = content[at + 1..].lines().next().unwrap_or_default();
                return Err(told(format!("`{line}` cannot be read. Is the file there?")));
            }
        }
        filled(content, sources, &self.project).map_err(|error| told(error.to_string()))
    }
}

impl mdbook_preprocessor::Preprocessor for Preprocessor {
    fn name(&self) -> &str {
        NAME
    }

    fn run(&self, _: &PreprocessorContext, mut book: Book) -> Result<Book, BookError> {
        self.fill(&mut book)?;
        Ok(book)
    }
}

/// The same as a program that `mdbook` starts: a book on `from`, the filled book on `to`.
///
/// # Errors
/// [`Error::Input`] for an input that is no book, and as [`Preprocessor::fill`].
pub fn as_a_program(from: impl Read, to: impl Write) -> Result<()> {
    let (_, mut book) = parse_input(from).map_err(|error| {
        Error::input(format!(
            "the input is not what mdbook gives to a preprocessor ({error}). It starts this by itself."
        ))
    })?;
    Preprocessor::default().fill(&mut book)?;
    serde_json::to_writer(to, &book).map_err(|error| Error::Failure(format!("cannot hand the book back: {error}.")))
}
