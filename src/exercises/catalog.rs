//! Which exercises there are: the folders under `exercises/`.
//!
//! A folder `03-split-and-combine` is the third exercise, `split-and-combine`. Its README.md begins with a heading, which
//! is the line in the list, and with a line such as `*10 minutes. New here: partial result, combine.*`.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// An exercise, as its folder describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exercise {
    /// Its place in the order.
    pub number: u32,
    /// Its name on the command line.
    pub name: String,
    /// What it is about, in a line.
    pub title: String,
    /// How long it takes, in minutes.
    pub minutes: u32,
    /// Words and functions that a reader meets here for the first time.
    pub introduces: Vec<String>,
    /// Where it is.
    pub folder: PathBuf,
}

/// All exercises of the project in this folder, in order.
///
/// # Errors
/// [`Error::Input`] when there is no folder `exercises` with exercises in it, or a README.md does not begin as it must.
pub fn all(project: &Path) -> Result<Vec<Exercise>> {
    let folder = project.join("exercises");
    let missing = || {
        Error::input(format!("{} holds no exercises. Set OUTGROW_HOME to the folder of the project.", folder.display()))
    };
    let entries = folder.read_dir().map_err(|_| missing())?;
    let mut exercises = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some((number, name)) = name.split_once('-')
            && let Ok(number) = number.parse()
        {
            exercises.push(described(number, name, &path)?);
        }
    }
    exercises.sort_by_key(|exercise| exercise.number);
    if exercises.is_empty() { Err(missing()) } else { Ok(exercises) }
}

fn described(number: u32, name: &str, folder: &Path) -> Result<Exercise> {
    let readme = read(&folder.join("README.md"))?;
    let mut lines = readme.lines();
    let title = lines.next().and_then(|line| line.strip_prefix("# "));
    let about = lines.find(|line| !line.is_empty()).and_then(|line| line.strip_prefix('*')?.strip_suffix(".*"));
    let facts = about.and_then(|about| {
        let (minutes, new) = about.split_once(" minutes. New here: ")?;
        Some((minutes.parse().ok()?, new.split(", ").map(String::from).collect()))
    });
    match (title, facts) {
        (Some(title), Some((minutes, introduces))) => {
            let (name, title) = (name.to_string(), title.to_string());
            Ok(Exercise { number, name, title, minutes, introduces, folder: folder.to_path_buf() })
        }
        _ => Err(Error::input(format!(
            "{} does not begin with `# ...` and `*N minutes. New here: a, b.*`. See exercises/README.md.",
            folder.join("README.md").display()
        ))),
    }
}

/// The exercise of this name or number.
///
/// # Errors
/// [`Error::Input`] with the name that was probably meant.
pub fn find<'a>(exercises: &'a [Exercise], name: &str) -> Result<&'a Exercise> {
    let number = name.parse::<u32>().ok();
    exercises.iter().find(|exercise| exercise.name == name || Some(exercise.number) == number).ok_or_else(|| {
        let meant = meant(exercises, name).map_or_else(String::new, |meant| format!(" Did you mean `{meant}`?"));
        Error::input(format!("no exercise `{name}`.{meant} `cargo run exercises` lists them, by number and name."))
    })
}

/// The name that this is a part of, or that few letters tell from it.
fn meant<'a>(exercises: &'a [Exercise], name: &str) -> Option<&'a str> {
    let names = || exercises.iter().map(|exercise| exercise.name.as_str());
    names().find(|other| name.len() > 2 && other.contains(name)).or_else(|| {
        let (letters, nearest) = names().map(|other| (apart(name, other), other)).min()?;
        (letters <= 1 + name.len() / 4).then_some(nearest)
    })
}

/// How many letters have to be added, removed or replaced to make one text of the other (Levenshtein's distance).
fn apart(this: &str, that: &str) -> usize {
    let that: Vec<char> = that.chars().collect();
    let mut row: Vec<usize> = (0..=that.len()).collect();
    for (at, letter) in this.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (to, other) in that.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[to + 1];
            row[to + 1] = replaced.min(diagonal + 1).min(row[to] + 1);
        }
    }
    row[that.len()]
}

impl Exercise {
    /// Whether its answers are programs of a cluster, which DataFusion is compiled for: a file `cluster` in its folder says
    /// so.
    pub fn needs_cluster(&self) -> bool {
        self.folder.join("cluster").is_file()
    }

    /// The task, as Markdown.
    ///
    /// # Errors
    /// [`Error::Io`] when the file is gone.
    pub fn task(&self) -> Result<String> {
        read(&self.folder.join("README.md"))
    }

    /// The starting file.
    ///
    /// # Errors
    /// [`Error::Io`] when the file is gone.
    pub fn start(&self) -> Result<String> {
        read(&self.folder.join("exercise.rs"))
    }

    /// A right answer.
    ///
    /// # Errors
    /// [`Error::Io`] when the file is gone.
    pub fn solution(&self) -> Result<String> {
        read(&self.folder.join("solution.rs"))
    }

    /// The hints, step by step: in the file a line `---` divides them.
    ///
    /// # Errors
    /// [`Error::Io`] when the file is gone.
    pub fn hints(&self) -> Result<Vec<String>> {
        let text = read(&self.folder.join("hints.md"))?;
        Ok(text.split("\n---\n").map(|hint| hint.trim().to_string()).filter(|hint| !hint.is_empty()).collect())
    }
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(Error::io("cannot read", path, "Restore it from the repository."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exercise_is_described_by_the_first_lines_of_its_task() {
        let folder = tempfile::tempdir().unwrap();
        let exercise = folder.path().join("exercises/03-split-and-combine");
        std::fs::create_dir_all(&exercise).unwrap();
        std::fs::create_dir_all(folder.path().join("exercises/src")).unwrap();
        std::fs::write(exercise.join("README.md"), "# A title\n\n*10 minutes. New here: part, whole.*\n").unwrap();
        std::fs::write(exercise.join("hints.md"), "One.\n\n---\n\nTwo.\nMore.\n").unwrap();
        let all = all(folder.path()).unwrap();
        assert_eq!((all[0].number, all[0].minutes, all[0].title.as_str()), (3, 10, "A title"));
        assert_eq!(all[0].introduces, ["part", "whole"]);
        assert_eq!(all[0].hints().unwrap(), ["One.", "Two.\nMore."]);
        assert!(!all[0].needs_cluster());
        std::fs::write(exercise.join("cluster"), "").unwrap();
        assert!(all[0].needs_cluster());
        assert_eq!(find(&all, "03").unwrap(), find(&all, "split-and-combine").unwrap());
        let refused = |name: &str| find(&all, name).unwrap_err().to_string();
        for near in ["split", "splitandcombine", "03-split-and-combine", "split-and-comibne"] {
            assert!(refused(near).contains("Did you mean `split-and-combine`?"), "{}", refused(near));
        }
        assert!(!refused("joins").contains("Did you mean") && !refused("4").contains("Did you mean"));
    }

    #[test]
    fn texts_are_as_far_apart_as_letters_have_to_change() {
        for (this, that, letters) in [("", "abc", 3), ("abc", "abc", 0), ("abc", "bc", 1), ("kitten", "sitting", 3)] {
            assert_eq!((apart(this, that), apart(that, this)), (letters, letters));
        }
    }

    #[test]
    fn a_task_that_begins_otherwise_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(all(folder.path()).unwrap_err().to_string().contains("OUTGROW_HOME"));
        let exercise = folder.path().join("exercises/03-x");
        std::fs::create_dir_all(&exercise).unwrap();
        std::fs::write(exercise.join("README.md"), "# A title\n\nText.\n").unwrap();
        assert!(all(folder.path()).unwrap_err().to_string().contains("does not begin with"));
    }
}
