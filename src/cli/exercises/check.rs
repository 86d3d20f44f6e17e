//! One answer, or all of them.

use std::io::IsTerminal;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::{ALL_PASSED, Room, colours, fleeting, shown};
use crate::cli::print::print;
use crate::error::Result;
use crate::exercises::{Attempt, Exercise, State, attempt, fitted, show};

/// Checks one exercise: the one of this name, or the first that has not passed.
pub fn check(room: &mut Room, name: Option<&str>, json: bool) -> Result<ExitCode> {
    let Some(exercise) = room.chosen(name)?.cloned() else {
        let of = room.exercises.len();
        let all = json!({ "outcome": "all passed", "passed": of, "of": of });
        print(&if json { format!("{all}\n") } else { ALL_PASSED.to_string() })?;
        return Ok(ExitCode::SUCCESS);
    };
    if json {
        let (state, passed) = judged(room, &exercise)?;
        print(&format!("{state}\n"))?;
        return Ok(code(passed));
    }
    begin(room, &exercise)?;
    let passed = check_and_tell(room, &exercise)?;
    if passed {
        print(&match room.chosen(None)? {
            None => format!("\n{ALL_PASSED}"),
            Some(next) => format!("\nNext is {}: cargo run exercises next\n", next.name),
        })?;
    }
    Ok(code(passed))
}

/// Puts the file there, and shows the task unless the exercise was checked before: a `reset` puts a file there, too.
pub fn begin(room: &Room, exercise: &Exercise) -> Result<()> {
    let new = room.mine.begin(exercise)?;
    if new || room.progress.entry(exercise).checked.is_empty() {
        print(&format!("{}\nYour file is {}\n\n", fitted(&exercise.task()?), shown(&room.mine.file(exercise))))?;
    }
    Ok(())
}

/// Checks an exercise, shows what came of it, and returns whether it passed.
pub fn check_and_tell(room: &mut Room, exercise: &Exercise) -> Result<bool> {
    let name = &exercise.name;
    if std::io::stderr().is_terminal() {
        eprintln!("checking {name} ...");
    }
    let (outcome, passed) = attempted(room, exercise, false)?;
    let begins = format!("{:02} {name}: ", exercise.number);
    let mut told = match &outcome {
        Attempt::DoesNotCompile(_) => {
            show::wrapped(&format!("{begins}it does not compile yet; what the compiler says is above."), 0)
        }
        Attempt::Died(how) => show::wrapped(&format!("{begins}{how}."), 0),
        Attempt::Checked(verdict) => begins + &show::verdict(verdict, colours()),
    };
    if !passed {
        told += &format!(
            "\n  your file  {}\n  the task   {}\n  a hint     cargo run exercises hint {name}\n  again      cargo run \
             exercises check {name}\n",
            shown(&room.mine.file(exercise)),
            shown(&exercise.folder.join("README.md")),
        );
    }
    print(&told)?;
    Ok(passed)
}

/// Checks all that were begun. An exercise that cannot be checked stops no other.
pub fn check_all(room: &mut Room, json: bool) -> Result<ExitCode> {
    let (mut states, mut passed_all) = (Vec::new(), true);
    for exercise in room.exercises.clone() {
        fleeting(&format!("checking {} ...", exercise.name));
        let (state, passed) = judged(room, &exercise)?;
        fleeting("");
        passed_all &= passed;
        if !json {
            let reason = state["findings"][0]["reason"].as_str().map(str::to_string);
            let reason = reason.or_else(|| Some(state["problem"].as_str()?.lines().next()?.to_string()));
            let text =
                format!("{:02} {}: {}", exercise.number, exercise.name, state["outcome"].as_str().unwrap_or("?"));
            print(&format!("{text}\n{}", reason.map_or_else(String::new, |reason| show::wrapped(&reason, 3))))?;
        }
        states.push(state);
    }
    if json {
        let passed = states.iter().filter(|state| state["outcome"] == "passed").count();
        print(&format!("{}\n", json!({ "passed": passed, "of": states.len(), "exercises": states })))?;
    }
    Ok(code(passed_all))
}

/// What is to be known of an exercise, for programs, and whether it passed. One that was not begun is not built.
fn judged(room: &mut Room, exercise: &Exercise) -> Result<(Value, bool)> {
    let mut state = json!({ "number": exercise.number, "name": exercise.name, "minutes": exercise.minutes });
    let (mut passed, mut outcome) = (false, "not begun");
    if room.progress.state(exercise, &room.mine)? != State::New {
        let tried;
        (tried, passed) = attempted(room, exercise, true)?;
        match tried {
            Attempt::DoesNotCompile(complaint) => {
                outcome = "does not compile";
                state["problem"] = complaint.into();
            }
            Attempt::Died(how) => {
                outcome = "died";
                state["problem"] = how.into();
            }
            Attempt::Checked(verdict) => {
                outcome = if passed { "passed" } else { "not passed" };
                state["findings"] = json!(verdict.findings);
            }
        }
    }
    let entry = room.progress.entry(exercise);
    state["outcome"] = outcome.into();
    state["hints"] = entry.hints.into();
    state["saw_solution"] = entry.saw_solution.into();
    Ok((state, passed))
}

/// Checks an exercise and remembers what came of it; the second is whether it passed.
fn attempted(room: &mut Room, exercise: &Exercise, quiet: bool) -> Result<(Attempt, bool)> {
    // The file may be saved again meanwhile: the verdict is for what was there before. One that cannot be read is for the
    // compiler to complain of.
    let written = room.mine.written(exercise).ok().flatten().unwrap_or_default();
    let outcome = attempt(exercise, &room.mine, quiet)?;
    let passed = matches!(&outcome, Attempt::Checked(verdict) if verdict.passed());
    room.progress.checked(exercise, &written, passed)?;
    Ok((outcome, passed))
}

fn code(passed: bool) -> ExitCode {
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
