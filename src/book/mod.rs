//! The book: pages of `book/src`, with what the workbench measured.
//!
//! A page is Markdown with directives. [`directive`] finds them outside of code, [`page`] has each answered by one of the
//! [`source`]s of records, [`figure`] tells a figure in a sentence, [`block`] has tables, charts and exercises, [`facts`]
//! counts rows of the data, [`snippet`] moves code to the margin. [`widgets`] are what a reader plays with: they play back [`traces`] that our engines recorded,
//! and [`points`] that were measured. [`preprocessor`] is what mdBook calls, [`serve`] shows the book while it is written.
//!
//! Nothing is run for a page: records are read, as charts are drawn.

pub mod block;
pub mod directive;
pub mod facts;
pub mod figure;
pub mod page;
pub mod points;
pub mod preprocessor;
pub mod serve;
pub mod snippet;
pub mod source;
pub mod traces;
pub mod widgets;

use std::path::{Path, PathBuf};

use mdbook_driver::MDBook;

use crate::error::{Error, Result};
use crate::flights::home;
use crate::measure::default_records;
use crate::scratch::Replacement;
use preprocessor::Preprocessor;

/// What is built, from what, and where to.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The folder with `book.toml`.
    pub book: PathBuf,
    /// Where the pages go. What is there is replaced if it is a book.
    pub out: PathBuf,
    /// The records of this machine; the file may be missing.
    pub records: PathBuf,
    /// Where a page asks for news, for one that is served; none for pages that are given away.
    pub reload: Option<&'static str>,
}

impl Default for Setting {
    fn default() -> Self {
        let (book, out) = (home().join("book"), home().join("target/book"));
        Self { book, out, records: default_records(), reload: None }
    }
}

/// A book that was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// Where it is: open `index.html` there.
    pub out: PathBuf,
    /// How many pages it has.
    pub pages: usize,
}

/// Builds the book, whole or not at all.
///
/// # Errors
/// [`Error::Input`] with page and line for what cannot be answered, or an `out` that holds something else;
/// [`Error::Failure`] for what mdBook does not like.
pub fn build(setting: &Setting) -> Result<Built> {
    if !setting.book.join("book.toml").is_file() {
        return Err(Error::input(format!(
            "{} holds no book.toml. Set OUTGROW_HOME to the folder of the project.",
            setting.book.display()
        )));
    }
    let draft = Replacement::folder(&setting.out, is_book(&setting.out))?;
    let mut book = MDBook::load(&setting.book).map_err(refused)?;
    let build_dir = std::path::absolute(draft.path()).unwrap_or_else(|_| draft.path().to_path_buf());
    book.config.build.build_dir = build_dir;
    if let Some(reload) = setting.reload {
        book.config.set("output.html.live-reload-endpoint", reload).map_err(refused)?;
    }
    // In the place of the program that book.toml names, which does the same.
    book.with_preprocessor(Preprocessor { records: setting.records.clone(), ..Preprocessor::default() });
    let pages = book.book.chapters().count();
    book.build().map_err(refused)?;
    draft.commit()?;
    Ok(Built { out: setting.out.clone(), pages })
}

/// Our own complaint as it is, mdBook's as a failure.
fn refused(error: mdbook_driver::errors::Error) -> Error {
    error.downcast::<Error>().unwrap_or_else(|error| {
        let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
        Error::Failure(format!("the book cannot be built: {}.", causes.join(": ")))
    })
}

/// Whether a folder holds what mdBook has built: only that is replaced.
fn is_book(folder: &Path) -> bool {
    folder.join(".nojekyll").is_file() && folder.join("index.html").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::TempFolder;

    fn small(page: &str) -> (TempFolder, Setting) {
        let folder = TempFolder::new().unwrap();
        let book = folder.path().join("book");
        std::fs::create_dir_all(book.join("src")).unwrap();
        std::fs::write(book.join("book.toml"), "[preprocessor.outgrow]\ncommand = \"false\"\n").unwrap();
        std::fs::write(book.join("src/SUMMARY.md"), "[A](a.md)\n").unwrap();
        std::fs::write(book.join("src/a.md"), page).unwrap();
        let (out, records) = (folder.path().join("out"), folder.path().join("none.jsonl"));
        (folder, Setting { book, out, records, reload: None })
    }

    #[test]
    fn a_book_is_built_and_replaced_and_nothing_else_is() {
        let (_folder, setting) = small("# A\n\nIt took {{#figure wall aggregation eager rows=1M}}.\n");
        assert_eq!(build(&setting).unwrap().pages, 1);
        let page = std::fs::read_to_string(setting.out.join("index.html")).unwrap();
        assert!(page.contains("class=\"measured\"") && !page.contains("live-reload"), "{page}");
        build(&setting).unwrap();
        std::fs::remove_file(setting.out.join(".nojekyll")).unwrap();
        assert!(build(&setting).unwrap_err().to_string().contains("is not empty"));
    }

    #[test]
    fn a_page_that_cannot_be_filled_is_told_by_name_and_line_and_leaves_nothing() {
        for (page, complaint) in [
            (
                "# A\n\n{{#figure wall aggregation sparkly}}\n",
                "book page a.md: line 3, `{{#figure wall aggregation sparkly}}`",
            ),
            ("# A\n\n{{#include nowhere.rs:a}}\n", "`{{#include nowhere.rs:a}}` cannot be read"),
        ] {
            let (_folder, setting) = small(page);
            let error = build(&setting).unwrap_err().to_string();
            assert!(error.contains(complaint), "{error}");
            assert!(!setting.out.exists());
        }
    }

    #[test]
    fn no_book_is_told() {
        let setting = Setting { book: "nowhere".into(), ..Setting::default() };
        assert!(build(&setting).unwrap_err().to_string().contains("nowhere holds no book.toml"));
    }
}
