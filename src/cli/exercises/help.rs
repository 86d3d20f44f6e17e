//! Hints, and at last a solution.

use std::io::{BufRead, IsTerminal, stdin};

use super::{ALL_PASSED, Room};
use crate::cli::print::print;
use crate::error::{Error, Result};
use crate::exercises::show::wrapped;
use crate::exercises::{State, find, fitted};

/// The task, as it is shown when an exercise is begun.
pub fn task(room: &Room, name: Option<&str>) -> Result<()> {
    match room.chosen(name)? {
        Some(exercise) => print(&format!("{}\n", fitted(&exercise.task()?).trim_end())),
        None => print(ALL_PASSED),
    }
}

/// The next hint; all of them once more when all were seen.
pub fn hint(room: &mut Room, name: Option<&str>) -> Result<()> {
    let Some(exercise) = room.chosen(name)?.cloned() else { return print(ALL_PASSED) };
    let hints = exercise.hints()?;
    if hints.is_empty() {
        return Err(Error::input(format!("{} has no hints. Read its task again.", exercise.name)));
    }
    let seen = room.progress.entry(&exercise).hints;
    let (told, last) = match seen < hints.len() {
        true => (seen..seen + 1, "That was the last one"),
        false => (0..hints.len(), "These are all"),
    };
    let (name, of, end) = (&exercise.name, hints.len(), told.end);
    room.progress.change(&exercise, |entry| entry.hints = end)?;
    let hint = |at: usize| format!("{name}: hint {} of {of}\n\n{}\n", at + 1, fitted(&hints[at]).trim_end());
    let mut text = told.map(hint).collect::<Vec<_>>().join("\n");
    if end == of {
        let more = format!("{last}; `cargo run exercises solution {name}` shows a solution.");
        text += &format!("\n{}", wrapped(&more, 0));
    }
    print(&text)
}

/// A solution, for those who want to see it.
pub fn solution(room: &mut Room, name: &str, yes: bool) -> Result<()> {
    let exercise = find(&room.exercises, name)?.clone();
    let passed = room.progress.state(&exercise, &room.mine)? == State::Passed;
    if !yes && !stdin().is_terminal() {
        let name = &exercise.name;
        return Err(Error::input(format!("nobody can be asked whether to show the solution of {name}. Add --yes.")));
    }
    if !yes {
        let more = if passed { "It has passed." } else { "There are hints, too." };
        print(&format!("Show the solution of {}? {more} [y/N] ", exercise.name))?;
        if !agrees(&mut stdin().lock())? {
            return print("Not shown.\n");
        }
    }
    if !passed {
        room.progress.change(&exercise, |entry| entry.saw_solution = true)?;
    }
    print(&exercise.solution()?)
}

/// Whether the answer is yes. Return alone is no, and so is the end of what can be read.
fn agrees(answers: &mut impl BufRead) -> Result<bool> {
    let mut answer = String::new();
    answers.read_line(&mut answer).map_err(Error::io("cannot read", "stdin".as_ref(), "Add --yes."))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_a_yes() {
        let agrees = |answer: &str| agrees(&mut answer.as_bytes()).unwrap();
        assert!(["y\n", "Y\n", "yes\r\n", " Yes \n", "y"].into_iter().all(agrees));
        assert!(!["n\n", "\n", "", "no\n", "yesterday\n", "\ny\n"].into_iter().any(agrees));
    }
}
