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

    /// What the attendee has written, in bytes: a file that is no UTF-8 is work, too. `None` before the exercise was
    /// begun.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that is there and cannot be read.
    pub fn written(&self, exercise: &Exercise) -> Result<Option<Vec<u8>>> {
        let file = self.file(exercise);
        match std::fs::read(&file) {
            Ok(written) => Ok(Some(written)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("cannot read", &file, "Is it yours?")(error)),
        }
    }

    /// Puts the starting file where the attendee works on it, unless there is one. Returns whether it is new.
    ///
    /// # Errors
    /// [`Error::Io`] for a folder that cannot be written.
    pub fn begin(&self, exercise: &Exercise) -> Result<bool> {
        match self.file(exercise).exists() {
            true => Ok(false),
            false => write(&self.file(exercise), exercise.start()?.as_bytes()).map(|()| true),
        }
    }

    /// Puts the starting file back. What was there is kept, and where is returned; `None` where nothing was changed.
    ///
    /// # Errors
    /// [`Error::Io`] for a folder that cannot be written.
    pub fn reset(&self, exercise: &Exercise) -> Result<Option<PathBuf>> {
        let start = exercise.start()?;
        let kept = match self.written(exercise)? {
            Some(written) if written != start.as_bytes() => {
                let now = chrono::DateTime::from_timestamp(crate::timeline::unix_s() as i64, 0).unwrap_or_default();
                let dated = |more: &str| {
                    let name = format!("{}-{}{more}.rs", exercise.name, now.format("%Y-%m-%d-%H%M%S"));
                    self.folder.join("kept").join(name)
                };
                let free = std::iter::once(String::new()).chain((2..).map(|number| format!("-{number}")));
                let kept = free.map(|more| dated(&more)).find(|path| !path.exists()).expect("numbers do not end");
                write(&kept, &written)?;
                Some(kept)
            }
            _ => None,
        };
        write(&self.file(exercise), start.as_bytes())?;
        Ok(kept)
    }
}

/// Writes a file that is there whole or not at all.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let draft = Replacement::file(path, true)?;
    std::fs::write(draft.path(), bytes).map_err(Error::io("cannot write", path, "Is its folder yours, with room?"))?;
    draft.commit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exercises::{Progress, State};

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
        write(&exercise.folder.join("exercise.rs"), b"start").unwrap();
        let mine = Mine { folder: folder.path().join("mine") };
        assert_eq!((mine.begin(&exercise).unwrap(), mine.begin(&exercise).unwrap()), (true, false));
        assert_eq!(mine.reset(&exercise).unwrap(), None);
        let mut kept = Vec::new();
        // The last one is Latin-1.
        for written in [&b"first"[..], b"second", b"// \xe9"] {
            std::fs::write(mine.file(&exercise), written).unwrap();
            kept.push(mine.reset(&exercise).unwrap().unwrap());
            assert_eq!(std::fs::read(kept.last().unwrap()).unwrap(), written);
            assert_eq!(mine.written(&exercise).unwrap().unwrap(), b"start");
        }
        assert!(kept[0] != kept[1] && kept[0].exists(), "{kept:?}");
        // What cannot be read is not replaced.
        std::fs::remove_file(mine.file(&exercise)).unwrap();
        std::fs::create_dir(mine.file(&exercise)).unwrap();
        assert!(mine.reset(&exercise).unwrap_err().to_string().contains("cannot read"));
        assert_eq!(Progress::default().state(&exercise, &mine).unwrap(), State::Begun);
    }
}
