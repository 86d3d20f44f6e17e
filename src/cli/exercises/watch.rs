//! Checks again whenever a file is saved.
//!
//! Twenty small files are read five times a second: that works in containers, on network drives and with every editor,
//! where notifications of the system do not always.

use std::collections::HashMap;
use std::process::ExitCode;
use std::time::Duration;

use super::check::check_and_tell;
use super::{ALL_PASSED, Room};
use crate::cli::print::print;
use crate::error::Result;
use crate::exercises::Exercise;

const LOOK: Duration = Duration::from_millis(200);

/// Checks the exercise of this name, or the first that has not passed, and from then on each that is saved. Ends with
/// Ctrl-C, or when all have passed.
pub fn watch(room: &mut Room, name: Option<&str>) -> Result<ExitCode> {
    let mut due = room.chosen(name)?.cloned();
    let mut seen = texts(room);
    loop {
        if let Some(exercise) = due.take() {
            // A file that the check puts there is nothing that was saved.
            let text = room.mine.text(&exercise).or(exercise.start().ok());
            seen.insert(exercise.name.clone(), text);
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
        due = saved(room, &mut seen);
    }
}

fn texts(room: &Room) -> HashMap<String, Option<String>> {
    room.exercises.iter().map(|exercise| (exercise.name.clone(), room.mine.text(exercise))).collect()
}

/// An exercise whose file is another than before, and is so for two looks: an editor may still be writing.
fn saved(room: &Room, seen: &mut HashMap<String, Option<String>>) -> Option<Exercise> {
    let is_new = |exercise: &&Exercise| {
        let text = room.mine.text(exercise);
        text.is_some() && seen.get(&exercise.name) != Some(&text)
    };
    let exercise = room.exercises.iter().find(is_new)?;
    let text = room.mine.text(exercise);
    std::thread::sleep(LOOK / 2);
    (room.mine.text(exercise) == text).then(|| exercise.clone())
}
