//! Checks again whenever a file is saved.
//!
//! Small files are read five times a second: that works in containers, on network drives and with every editor,
//! where notifications of the system do not always.

use std::collections::HashMap;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use super::check::{begin, check_and_tell};
use super::{ALL_PASSED, Room};
use crate::cli::print::print;
use crate::error::Result;
use crate::exercises::{Exercise, show};
use crate::scratch;

const LOOK: Duration = Duration::from_millis(200);

/// A file as it was saved. Without the time, one that is saved unchanged would not be checked again; the time alone is
/// too coarse on some drives.
type Saved = Option<(Vec<u8>, Option<SystemTime>)>;

/// Checks the exercise of this name, or the first that has not passed, and from then on each that is saved. Ends with
/// Ctrl-C, or when all have passed.
pub fn watch(room: &mut Room, name: Option<&str>) -> Result<ExitCode> {
    let mut due = room.chosen(name)?.cloned();
    let mut seen: HashMap<String, Saved> =
        room.exercises.iter().map(|exercise| (exercise.name.clone(), saved(room, exercise))).collect();
    if due.is_none() {
        return print(ALL_PASSED).map(|()| ExitCode::SUCCESS);
    }
    scratch::set_last_words("no longer watching.");
    loop {
        if let Some(exercise) = due.take() {
            // A file that is put there by us is nothing that was saved; what is saved during the check is.
            begin(room, &exercise)?;
            seen.insert(exercise.name.clone(), saved(room, &exercise));
            let passed = check_and_tell(room, &exercise)?;
            match room.chosen(None)? {
                None => return print(&format!("\n{ALL_PASSED}")).map(|()| ExitCode::SUCCESS),
                // The next one is shown at once: its file is there to be changed.
                Some(next) if passed && name.is_none() => {
                    print("\n")?;
                    due = Some(next.clone());
                    continue;
                }
                Some(_) => print("\nWaiting for you to save a file in mine/src/bin/; Ctrl-C ends this.\n")?,
            }
        }
        std::thread::sleep(LOOK);
        due = changed(room, &seen);
        if let Some(exercise) = &due {
            // A line from side to side: above it is what was said of the file as it was before.
            let saved = format!("── {} was saved ", exercise.name);
            print(&format!("\n{saved:─<width$}\n\n", width = show::WIDTH))?;
        }
    }
}

/// One that cannot be read just now, or is not there, is looked at again.
fn saved(room: &Room, exercise: &Exercise) -> Saved {
    let written = room.mine.written(exercise).ok().flatten()?;
    Some((written, room.mine.file(exercise).metadata().and_then(|file| file.modified()).ok()))
}

/// An exercise whose file is another than before, and is so for two looks: an editor may still be writing.
fn changed(room: &Room, seen: &HashMap<String, Saved>) -> Option<Exercise> {
    let is_new = |exercise: &&Exercise| {
        let saved = saved(room, exercise);
        saved.is_some() && seen.get(&exercise.name) != Some(&saved)
    };
    let exercise = room.exercises.iter().find(is_new)?;
    let now = saved(room, exercise);
    std::thread::sleep(LOOK / 2);
    (saved(room, exercise) == now).then(|| exercise.clone())
}
