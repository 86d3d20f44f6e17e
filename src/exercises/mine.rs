//! The attendee's folder: answers as programs, earlier versions, and progress. Nothing of it is in the repository.

use std::path::{Path, PathBuf};

use super::Exercise;
use crate::error::{Error, Result};
use crate::scratch::Replacement;

/// Where the attendee's answers are: the package `mine` of the project.
#[derive(Clone, Debug)]
pub struct Mine {
    folder: PathBuf,
}

impl Mine {
    /// `OUTGROW_MINE` if it is set, else the folder `mine` of the project.
    pub fn of(project: &Path) -> Self {
        Self { folder: std::env::var_os("OUTGROW_MINE").map_or_else(|| project.join("mine"), PathBuf::from) }
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The attendee's file for this exercise; cargo finds it there and makes a program of it.
    pub fn file(&self, exercise: &Exercise) -> PathBuf {
        self.folder.join("src/bin").join(format!("{}.rs", exercise.name))
    }

    /// What the attendee has written; `None` before the exercise was begun.
    pub fn text(&self, exercise: &Exercise) -> Option<String> {
        std::fs::read_to_string(self.file(exercise)).ok()
    }

    /// Puts the starting file where the attendee works on it, unless there is one. Returns whether it is new.
    ///
    /// # Errors
    /// [`Error::Io`] for a folder that cannot be written.
    pub fn begin(&self, exercise: &Exercise) -> Result<bool> {
        match self.file(exercise).exists() {
            true => Ok(false),
            false => write(&self.file(exercise), &exercise.start()?).map(|()| true),
        }
    }

    /// Puts the starting file back. What was there is kept, and where is returned; `None` where nothing was changed.
    ///
    /// # Errors
    /// [`Error::Io`] for a folder that cannot be written.
    pub fn reset(&self, exercise: &Exercise) -> Result<Option<PathBuf>> {
        let start = exercise.start()?;
        let kept = match self.text(exercise) {
            Some(text) if text != start => {
                let now = chrono::DateTime::from_timestamp(crate::timeline::unix_s() as i64, 0).unwrap_or_default();
                let dated = |more: &str| {
                    let name = format!("{}-{}{more}.rs", exercise.name, now.format("%Y-%m-%d-%H%M%S"));
                    self.folder.join("kept").join(name)
                };
                let free = std::iter::once(String::new()).chain((2..).map(|number| format!("-{number}")));
                let kept = free.map(|more| dated(&more)).find(|path| !path.exists()).expect("numbers do not end");
                write(&kept, &text)?;
                Some(kept)
            }
            _ => None,
        };
        write(&self.file(exercise), &start)?;
        Ok(kept)
    }
}

/// Writes a file that is there whole or not at all.
pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    let draft = Replacement::file(path, true)?;
    std::fs::write(draft.path(), text).map_err(Error::io("cannot write", path, "Is its folder yours, with room?"))?;
    draft.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reset_keeps_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let exercise = Exercise {
            number: 3,
            name: "split".into(),
            title: String::new(),
            minutes: 5,
            introduces: vec![],
            folder: folder.path().join("exercises/03-split"),
        };
        write(&exercise.folder.join("exercise.rs"), "start").unwrap();
        let mine = Mine { folder: folder.path().join("mine") };
        assert_eq!((mine.begin(&exercise).unwrap(), mine.begin(&exercise).unwrap()), (true, false));
        assert_eq!(mine.reset(&exercise).unwrap(), None);
        let mut kept = Vec::new();
        for text in ["first", "second"] {
            std::fs::write(mine.file(&exercise), text).unwrap();
            kept.push(mine.reset(&exercise).unwrap().unwrap());
            assert_eq!(std::fs::read_to_string(kept.last().unwrap()).unwrap(), text);
            assert_eq!(mine.text(&exercise).unwrap(), "start");
        }
        assert!(kept[0] != kept[1] && kept[0].exists(), "{kept:?}");
    }
}
