//! What can go wrong, told apart by what it means for the caller.
//!
//! Few variants, by consequence: change what you asked for, change your function, or look at the machine. Every message
//! says what was wrong, the value seen, and what to do next.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// The result of everything in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call did not give an answer.
// ANCHOR: error
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was asked for cannot be done as asked: an unknown column, a bad option,
    /// a wrong file.
    #[error("{0}")]
    Input(String),

    /// The caller's function failed, panicked, or returned what its schema does not allow.
    #[error("function `{function}` failed {group}: {cause}. {next}")]
    Function {
        /// Name of the function, as its type tells it.
        function: String,
        /// The partition it was called for, in words (`for carrier = "UA"`,
        /// `on partition 3`).
        group: String,
        /// The function's own error, or what was wrong with its output.
        cause: String,
        /// What to do about it.
        next: Cow<'static, str>,
    },

    /// The file system refused: a missing file, a full disk, a folder that cannot be
    /// written.
    #[error("{what} {}: {source}. {next}", path.display())]
    Io {
        /// What was being done ("cannot write").
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
        /// What to do about it.
        next: &'static str,
    },

    /// Modes that must agree do not, or an answer differs from the expected one. A fast
    /// wrong answer is no result.
    #[error("{0}")]
    Disagreement(String),

    /// A process that was to be measured gave no answer: it could not be started, or was
    /// stopped.
    #[error("{0}")]
    Failure(String),

    /// The dataframe engine underneath reported an error of its own.
    #[error("the dataframe engine reported: {}. Check the columns and types that were asked for", brief(.0))]
    Polars(#[from] polars::error::PolarsError),
}
// ANCHOR_END: error

impl Error {
    /// Shorthand for [`Error::Input`].
    pub fn input(message: impl Into<String>) -> Self {
        Error::Input(message.into())
    }

    /// Wraps an error of the file system with what was being done and what to do next.
    pub(crate) fn io<'a>(
        what: &'static str,
        path: &'a Path,
        next: &'static str,
    ) -> impl FnOnce(std::io::Error) -> Self + use<'a> {
        let path = path.to_path_buf();
        move |source| Error::Io { what, path, source, next }
    }
}

/// The first line of a message: the dataframe engine's messages go on with advice for its own users.
pub(crate) fn brief(cause: &impl std::fmt::Display) -> String {
    cause.to_string().lines().next().unwrap_or_default().trim_end_matches('.').to_string()
}
