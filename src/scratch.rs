//! Nothing half-written, nothing left behind.
//!
//! Results are written beside their final place and renamed when complete. What is temporary, and every child process,
//! is on one list; Ctrl-C clears the list and ends the program with status 130.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use crate::error::{Error, Result};

/// What has to go when the program is interrupted.
#[derive(Debug, PartialEq)]
enum Leftover {
    Path(PathBuf),
    Process(u32),
}

static LEFTOVERS: Mutex<Vec<Leftover>> = Mutex::new(Vec::new());

fn leftovers() -> std::sync::MutexGuard<'static, Vec<Leftover>> {
    LEFTOVERS.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// From now on Ctrl-C (and SIGTERM) removes what is temporary, stops child processes, and exits with status 130.
///
/// Called once, by the program, at its start; the library never does so by itself, since signals are the program's.
pub fn clean_up_on_ctrl_c() {
    let handler = || {
        // The list stays locked until the exit: no child is started and no folder is made behind our back.
        let list = leftovers();
        // What came last goes first: a process before the group that it is in.
        for leftover in list.iter().rev() {
            match leftover {
                Leftover::Process(id) => kill(*id),
                Leftover::Path(path) => remove(path),
            }
        }
        if let Some(last_deed) = LAST_DEED.get() {
            last_deed();
        }
        let usual = "interrupted: temporary files are removed, finished results are kept.";
        // To nobody, if nobody reads it any more.
        let _ = writeln!(std::io::stderr(), "\n{}", LAST_WORDS.get().unwrap_or(&usual));
        std::process::exit(130);
    };
    // It fails only where a handler is set already; then that one decides.
    let _ = ctrlc::set_handler(handler);
}

/// What is done then beside that.
static LAST_DEED: OnceLock<fn()> = OnceLock::new();

/// From now on Ctrl-C does this, too, after all that is temporary is gone. It should not take longer than one waits for a
/// program to end.
pub fn set_last_deed(deed: fn()) {
    let _ = LAST_DEED.set(deed);
}

/// What is said then in place of the usual.
static LAST_WORDS: OnceLock<&str> = OnceLock::new();

/// From now on Ctrl-C is answered with these words: where it is how one ends, nothing was interrupted.
pub fn set_last_words(words: &'static str) {
    // Set once: the program does one thing.
    let _ = LAST_WORDS.set(words);
}

/// A worker may be writing while its folder is removed; a second look finds what it added.
fn remove(path: &Path) {
    for _ in 0..20 {
        // A control group is a folder whose files cannot be removed, and yet empty.
        let outcome = if path.is_dir() {
            std::fs::remove_dir(path).or_else(|_| std::fs::remove_dir_all(path))
        } else {
            std::fs::remove_file(path)
        };
        if outcome.is_ok() || !path.exists() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[cfg(unix)]
fn kill(id: u32) {
    let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(id as i32), nix::sys::signal::Signal::SIGKILL);
}

#[cfg(not(unix))]
fn kill(_id: u32) {}

/// An entry on the list, taken off when dropped.
#[derive(Debug)]
struct Listed(Leftover);

impl Listed {
    fn path(path: &Path) -> Self {
        leftovers().push(Leftover::Path(path.to_path_buf()));
        Listed(Leftover::Path(path.to_path_buf()))
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        leftovers().retain(|leftover| *leftover != self.0);
    }
}

/// Puts a path on the list: it goes when the program is interrupted, or when what is returned is dropped and removed.
#[must_use = "dropping it takes the path off the list"]
pub fn listed(path: &Path) -> impl Drop + Send + std::fmt::Debug + use<> {
    Listed::path(path)
}

/// Starts a child process that does not outlive an interrupted parent.
///
/// # Errors
/// What the system says when the process cannot be started.
pub fn spawn(command: &mut std::process::Command) -> std::io::Result<(std::process::Child, impl Drop + use<>)> {
    let mut list = leftovers();
    let child = command.spawn()?;
    list.push(Leftover::Process(child.id()));
    let listed = Listed(Leftover::Process(child.id()));
    Ok((child, listed))
}

/// A temporary folder of the system that is gone when this is dropped, or when the program is interrupted.
#[derive(Debug)]
pub struct TempFolder {
    folder: tempfile::TempDir,
    _listed: Listed,
}

impl TempFolder {
    /// Makes one.
    ///
    /// # Errors
    /// [`Error::Io`] when the system's folder for temporary files cannot be written.
    pub fn new() -> Result<Self> {
        Self::made("Set TMPDIR to a folder that can be written.", &std::env::temp_dir())
    }

    /// Makes one inside another folder.
    ///
    /// # Errors
    /// [`Error::Io`] when that cannot be written.
    pub fn inside(folder: &Path) -> Result<Self> {
        Self::made("Choose a folder that can be written.", folder)
    }

    fn made(next: &'static str, inside: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("outgrow-").tempdir_in(inside);
        let folder = folder.map_err(Error::io("cannot make a folder in", inside, next))?;
        let listed = Listed::path(folder.path());
        Ok(Self { folder, _listed: listed })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        // Looks again, which `TempDir` does not: a process that was just ended may have been writing.
        remove(self.path());
    }
}

/// A file or folder that takes its final place, whole, on [`commit`](Replacement::commit), and vanishes otherwise.
#[derive(Debug)]
pub struct Replacement {
    target: PathBuf,
    draft: PathBuf,
    force: bool,
    _listed: Listed,
}

impl Replacement {
    /// A folder to be filled. A folder at `target` is kept unless it is empty or `force` is set.
    ///
    /// # Errors
    /// [`Error::Input`] when something is there, [`Error::Io`] when its parent cannot be written.
    pub fn folder(target: &Path, force: bool) -> Result<Self> {
        if target.exists() && !target.is_dir() {
            return Err(Error::input(format!(
                "{} exists and is no folder. Choose another --out; a file is not replaced, not even with --force.",
                target.display()
            )));
        }
        let empty = target.read_dir().is_ok_and(|mut entries| entries.next().is_none());
        if target.exists() && !empty && !force {
            return Err(Error::input(format!(
                "{} is not empty. Choose another --out, or add --force to replace it.",
                target.display()
            )));
        }
        if is_mount_point(target) {
            return Err(Error::input(format!(
                "{} is where a file system begins, so it cannot be put there whole. Name a folder below it.",
                target.display()
            )));
        }
        let replacement = Self::beside(target, force)?;
        std::fs::create_dir(&replacement.draft).map_err(Error::io(
            "cannot make",
            target,
            "Choose a place that can be written.",
        ))?;
        Ok(replacement)
    }

    /// A file to be written. What is at `target` is kept unless `force` is set.
    ///
    /// # Errors
    /// As [`Replacement::folder`].
    pub fn file(target: &Path, force: bool) -> Result<Self> {
        if target.exists() && !force {
            return Err(Error::input(format!(
                "{} exists. Choose another name, or add --force to replace it.",
                target.display()
            )));
        }
        if target.is_dir() {
            return Err(Error::input(format!("{} is a folder; a file name is needed.", target.display())));
        }
        Self::beside(target, force)
    }

    fn beside(target: &Path, force: bool) -> Result<Self> {
        let name = target.file_name().ok_or_else(|| {
            Error::input(format!("{} names no file or folder that could be made. Give it a name.", target.display()))
        })?;
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        std::fs::create_dir_all(parent).map_err(Error::io(
            "cannot make",
            parent,
            "Choose a place that can be written.",
        ))?;
        static DRAFTS: AtomicUsize = AtomicUsize::new(0);
        let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
        let draft = parent.join(format!(".{}.{}-{number}.partial", name.to_string_lossy(), std::process::id()));
        let listed = Listed::path(&draft);
        Ok(Self { target: target.to_path_buf(), draft, force, _listed: listed })
    }

    /// Where it will be.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.draft
    }

    /// Puts what was written in its final place.
    ///
    /// # Errors
    /// [`Error::Io`] when the system refuses; then the old content stays.
    pub fn commit(self) -> Result<()> {
        let refused = |source| Error::io("cannot replace", &self.target, "Is it in use?")(source);
        if !(self.force && self.target.exists() && self.draft.is_dir()) {
            return std::fs::rename(&self.draft, &self.target).map_err(refused);
        }
        // A folder cannot be renamed over one that holds something: the old one steps aside, and is removed last.
        let old = self.draft.with_extension("old");
        let _listed = Listed::path(&old);
        {
            // While this is held Ctrl-C waits: the old content is never gone before the new one is there.
            let _held = leftovers();
            std::fs::rename(&self.target, &old).map_err(refused)?;
            if let Err(error) = std::fs::rename(&self.draft, &self.target) {
                let _ = std::fs::rename(&old, &self.target);
                return Err(refused(error));
            }
        }
        remove(&old);
        match old.exists() {
            true => {
                Err(Error::io("cannot remove what was replaced,", &old, "Remove it.")(std::io::Error::other("in use")))
            }
            false => Ok(()),
        }
    }
}

/// A file system begins here when the folder lies on another device than the one above it.
#[cfg(unix)]
fn is_mount_point(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: PathBuf| path.metadata().map(|folder| folder.dev());
    matches!((device(folder.into()), device(folder.join(".."))), (Ok(here), Ok(above)) if here != above)
}

#[cfg(not(unix))]
fn is_mount_point(_folder: &Path) -> bool {
    false
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if self.draft.exists() {
            remove(&self.draft);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_appears_only_when_complete() {
        let scratch = TempFolder::new().unwrap();
        let target = scratch.path().join("out");
        let draft = Replacement::folder(&target, false).unwrap();
        std::fs::write(draft.path().join("a"), "1").unwrap();
        assert!(!target.exists());
        draft.commit().unwrap();
        assert_eq!(std::fs::read_to_string(target.join("a")).unwrap(), "1");
        assert_eq!(scratch.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn an_abandoned_draft_vanishes_and_the_old_content_stays() {
        let scratch = TempFolder::new().unwrap();
        let target = scratch.path().join("out");
        std::fs::create_dir(&target).unwrap();
        std::fs::write(target.join("old"), "1").unwrap();
        let error = Replacement::folder(&target, false).unwrap_err().to_string();
        assert!(error.contains("is not empty") && error.contains("--force"), "{error}");
        let draft = Replacement::folder(&target, true).unwrap();
        std::fs::write(draft.path().join("new"), "2").unwrap();
        drop(draft);
        assert!(target.join("old").exists());
        assert_eq!(scratch.path().read_dir().unwrap().count(), 1);
        Replacement::folder(&target, true).unwrap().commit().unwrap();
        assert_eq!(target.read_dir().unwrap().count(), 0);
        assert_eq!(scratch.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn a_place_that_was_taken_meanwhile_is_named() {
        let scratch = TempFolder::new().unwrap();
        let target = scratch.path().join("out");
        let draft = Replacement::file(&target, true).unwrap();
        std::fs::write(draft.path(), "new").unwrap();
        std::fs::create_dir(&target).unwrap();
        let told = draft.commit().unwrap_err().to_string();
        assert!(told.starts_with(&format!("cannot replace {}: ", target.display())), "{told}");
        assert!(told.ends_with("Is it in use?"), "{told}");
        assert_eq!(scratch.path().read_dir().unwrap().count(), 1);
    }
}
