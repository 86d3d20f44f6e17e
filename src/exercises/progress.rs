//! What came of each exercise so far: a small file in the attendee's folder.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::mine::write;
use super::{Exercise, Mine};
use crate::error::{Error, Result};

/// What came of each exercise so far.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    exercises: BTreeMap<String, Entry>,
    #[serde(skip)]
    file: PathBuf,
}

/// What came of one exercise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Whether the last check passed.
    pub passed: bool,
    /// The file that was checked last, as a BLAKE3 hash.
    pub checked: String,
    /// How many hints were asked for.
    pub hints: usize,
    /// Whether the solution was looked at before the exercise passed.
    #[serde(default)]
    pub saw_solution: bool,
}

/// Where an attendee is with an exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The starting file was not changed.
    New,
    /// It was changed, and has not passed.
    Begun,
    /// It passed as it is.
    Passed,
    /// It passed, and was changed since.
    Changed,
}

impl State {
    /// In a word or two.
    pub fn words(self) -> &'static str {
        match self {
            State::New => "",
            State::Begun => "begun",
            State::Passed => "✓ passed",
            State::Changed => "changed",
        }
    }
}

impl Progress {
    /// Reads it. A file that cannot be understood is set aside, and a note says so.
    ///
    /// # Errors
    /// [`Error::Io`] for a folder that cannot be read or written.
    pub fn read(mine: &Mine) -> Result<(Self, Option<String>)> {
        Self::read_file(mine.folder().join("progress.json"))
    }

    fn read_file(file: PathBuf) -> Result<(Self, Option<String>)> {
        let text = match std::fs::read(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok((Self { file, ..Self::default() }, None));
            }
            Err(error) => return Err(Error::io("cannot read", &file, "Is it yours?")(error)),
        };
        match serde_json::from_slice::<Self>(&text) {
            Ok(progress) => Ok((Self { file, ..progress }, None)),
            Err(cause) => {
                let aside = file.with_extension("damaged.json");
                std::fs::rename(&file, &aside).map_err(Error::io("cannot rename", &file, "Remove it."))?;
                let note = format!(
                    "{} cannot be read ({cause}) and is now {}. Your answers are untouched; check them again with \
                     `check --all`.",
                    file.display(),
                    aside.display()
                );
                Ok((Self { file, ..Self::default() }, Some(note)))
            }
        }
    }

    /// Writes it, whole.
    fn save(&self) -> Result<()> {
        let json = serde_json::to_string_pretty(self).expect("texts, numbers and truth values");
        write(&self.file, format!("{json}\n").as_bytes())
    }

    /// What is known of an exercise.
    pub fn entry(&self, exercise: &Exercise) -> Entry {
        self.exercises.get(&exercise.name).cloned().unwrap_or_default()
    }

    /// Changes what is known of an exercise, and saves it. The file is read again before: beside a `watch`, another
    /// terminal asks for hints.
    ///
    /// # Errors
    /// [`Error::Io`] for a folder that cannot be read or written.
    pub fn change(&mut self, exercise: &Exercise, change: impl FnOnce(&mut Entry)) -> Result<()> {
        // A file that was damaged meanwhile is set aside, and written anew from what is known here.
        if let (now, None) = Self::read_file(self.file.clone())? {
            *self = now;
        }
        change(self.exercises.entry(exercise.name.clone()).or_default());
        self.save()
    }

    /// Notes what the check of this file said, which had these bytes.
    ///
    /// # Errors
    /// [`Error::Io`] for a folder that cannot be written.
    pub fn checked(&mut self, exercise: &Exercise, written: &[u8], passed: bool) -> Result<()> {
        self.change(exercise, |entry| {
            entry.passed = passed;
            entry.checked = hash(written);
        })
    }

    /// Where the attendee is with an exercise.
    ///
    /// # Errors
    /// [`Error::Io`] when the starting file is gone.
    pub fn state(&self, exercise: &Exercise, mine: &Mine) -> Result<State> {
        let entry = self.entry(exercise);
        Ok(match mine.written(exercise) {
            // What cannot be read is somebody's work all the same, and hides no other exercise.
            Err(_) => State::Begun,
            Ok(Some(written)) if entry.passed && entry.checked == hash(&written) => State::Passed,
            Ok(Some(written)) if written != exercise.start()?.as_bytes() => match entry.passed {
                true => State::Changed,
                false => State::Begun,
            },
            _ => State::New,
        })
    }
}

fn hash(written: &[u8]) -> String {
    blake3::hash(written).to_hex().to_string()
}
