//! `outgrow exercises`: what there is, what is next, and whether an answer is right.

mod check;
mod help;
mod list;
mod watch;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::Subcommand;

use super::print::print;
use crate::error::Result;
use crate::exercises::{Exercise, Mine, Progress, State, all, find, show};
use crate::flights::home;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  outgrow exercises\n  outgrow exercises next\n  \
                        outgrow exercises check split-and-combine\n  outgrow exercises hint 3\n\n\
                        Your answers are in mine/src/bin/, a file per exercise; the tasks in exercises/.")]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// All exercises, and how far you are
    #[command(visible_alias = "progress")]
    List,
    /// Check the first exercise that has not passed
    Next,
    /// The task once more
    Task {
        /// Name or number [default: the first that has not passed]
        name: Option<String>,
    },
    /// Build and run your answer, and see whether it is right
    #[command(after_help = "Examples:\n  outgrow exercises check split-and-combine\n  outgrow exercises check 3\n  \
                            outgrow exercises check --all --json")]
    Check {
        /// Name or number [default: the first that has not passed]
        name: Option<String>,
        /// Check all that were begun
        #[arg(long, conflicts_with = "name")]
        all: bool,
        /// One JSON object, for programs: of the exercise, or with --all of all of them
        #[arg(long)]
        json: bool,
    },
    /// The next hint; after the last one all of them
    Hint {
        /// Name or number [default: the first that has not passed]
        name: Option<String>,
    },
    /// A right answer; you are asked whether you want to see it
    Solution {
        /// Name or number
        name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Check again whenever you save
    Watch {
        /// Name or number [default: the first that has not passed, and then the next one]
        name: Option<String>,
    },
    /// Put the starting file back; what you wrote is kept in mine/kept/
    Reset {
        /// Name or number
        name: String,
    },
}

/// The exercises, the attendee's folder, and what came of them so far.
struct Room {
    exercises: Vec<Exercise>,
    mine: Mine,
    progress: Progress,
}

impl Room {
    fn enter() -> Result<Self> {
        let project = home();
        let mine = Mine::of(&project);
        let (progress, note) = Progress::read(&mine)?;
        if let Some(note) = note {
            eprintln!("note: {note}");
        }
        Ok(Self { exercises: all(&project)?, mine, progress })
    }

    /// The exercise of this name, or the first that has not passed; `None` when all have.
    fn chosen(&self, name: Option<&str>) -> Result<Option<&Exercise>> {
        if let Some(name) = name {
            return find(&self.exercises, name).map(Some);
        }
        for exercise in &self.exercises {
            if self.progress.state(exercise, &self.mine)? != State::Passed {
                return Ok(Some(exercise));
            }
        }
        Ok(None)
    }
}

pub fn exercises(args: &Args) -> Result<ExitCode> {
    let mut room = Room::enter()?;
    let done = |outcome: Result<()>| outcome.map(|()| ExitCode::SUCCESS);
    match args.command.as_ref().unwrap_or(&Command::List) {
        Command::List => done(print(&list::list(&room)?)),
        Command::Next => check::check(&mut room, None, false),
        Command::Check { name: None, all: true, json } => check::check_all(&mut room, *json),
        Command::Check { name, json, .. } => check::check(&mut room, name.as_deref(), *json),
        Command::Task { name } => done(help::task(&room, name.as_deref())),
        Command::Hint { name } => done(help::hint(&mut room, name.as_deref())),
        Command::Solution { name, yes } => done(help::solution(&mut room, name, *yes)),
        Command::Watch { name } => watch::watch(&mut room, name.as_deref()),
        Command::Reset { name } => done(reset(&room, name)),
    }
}

/// What to say to who gives an exercise where a command belongs.
pub fn in_place_of_a_command(word: &str) -> Option<String> {
    find(&all(&home()).ok()?, word).ok()?;
    Some(format!("`{word}` is an exercise, not a command. To check it: cargo run exercises check {word}"))
}

const ALL_PASSED: &str = "All exercises have passed. `cargo run exercises check --all` looks once more.\n";

fn reset(room: &Room, name: &str) -> Result<()> {
    let exercise = find(&room.exercises, name)?;
    let kept = room.mine.reset(exercise)?;
    let file = shown(&room.mine.file(exercise));
    let told = match kept {
        Some(kept) => format!("{file} is the starting file again; what was there is in {}.", shown(&kept)),
        None => format!("{file} is the starting file."),
    };
    print(&show::wrapped(&told, 0))
}

/// A path as one would type it here.
fn shown(path: &std::path::Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}

/// Where colours can be seen, and nobody asked for none.
fn colours() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// A line that is replaced by what comes next; nothing where there is no terminal.
fn fleeting(text: &str) {
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[2K{text}");
        let _ = std::io::stderr().flush();
    }
}
