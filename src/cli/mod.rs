//! The command line: a contract that `tests/command_line.rs` holds.
//!
//! Exit status 0 when everything asked for was done, 2 for a request that cannot be carried out as it stands, 1 for
//! everything else that went wrong, an exercise that has not passed among it, 130 for Ctrl-C. Errors are one line on
//! stderr. Only a run that goes beyond its memory limit has no say in how it ends: an allocation is refused, and the
//! program aborts.

mod book;
mod charts;
mod compare;
mod data;
mod exercises;
mod explain;
mod measure;
mod print;
mod progress;
mod report;
mod run;
mod setting;
mod sparkline;
mod sweep;
mod tour;
mod values;

use std::panic::catch_unwind;
use std::process::ExitCode;
use std::sync::Mutex;

use clap::error::ContextKind;
use clap::{Parser, Subcommand};

use crate::error::{Error, Result};
use crate::partitioned::{Engine, EngineByName};
use crate::{memory, scratch};

const EXAMPLES: &str = "\
Examples:
  outgrow                                 the tour: two workloads, three modes
  outgrow compare aggregation --rows 1e7  at ten million rows
  outgrow compare grid-search --modes eager,partitioned --threads 4
  outgrow run aggregation --mode partitioned --answer delays.csv
  outgrow explain median --mode dropin    what it does, step by step
  outgrow charts                          all records as charts, on a page
  outgrow measure                         a complete run, drawn and in words
  outgrow data grow --rows 1e7 --out flights10m
  outgrow exercises                       learn by doing
  outgrow book                            read it, with your own figures

Without a command, outgrow gives the tour.";

/// What happens to dataframe code that outgrows one core, one memory, one machine - measured on this one.
#[derive(Debug, Parser)]
#[command(name = "outgrow", version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Modes side by side on one workload: child processes in turn, answers checked, then a table
    Compare(compare::Args),
    /// One run of one mode, in this process
    Run(run::Args),
    /// Records as charts: SVG files, and a page of all of them that opens from disk
    Charts(charts::Args),
    /// A complete run of everything, with its charts and what they say in words
    Measure(measure::Args),
    /// What a mode does, step by step: tasks, rows moved, and what waits for what
    Explain(explain::Args),
    /// Exercises: tasks, your answers, and checks that say what is wrong with them
    Exercises(exercises::Args),
    /// The book: built with the figures of this machine, and served on it
    Book(book::Args),
    /// Flights: more of them, or from the original CSV files
    Data(data::Args),
}

/// Runs the program with the arguments of this process, and the engines that it knows, of which the first is the default:
/// [`LOCAL_ENGINES`](crate::partitioned::LOCAL_ENGINES), and those that another crate brings along.
pub fn run(engines: &[EngineByName]) -> ExitCode {
    memory::keep_freed();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return explain_usage(&error),
    };
    let engines = Engines { known: engines.to_vec() };
    match &cli.command {
        Some(Command::Run(args)) => args.one.prepare_environment(),
        Some(Command::Explain(args)) => args.one.prepare_environment(),
        _ => {}
    }
    scratch::clean_up_on_ctrl_c();
    keep_panics_to_a_line();
    let done = |outcome: Result<()>| outcome.map(|()| ExitCode::SUCCESS);
    let outcome = catch_unwind(|| match cli.command {
        None => done(tour::tour()),
        Some(Command::Compare(args)) => done(compare::compare(&args, &engines)),
        Some(Command::Run(args)) => done(run::run(&args, &engines)),
        Some(Command::Charts(args)) => done(charts::charts(&args)),
        Some(Command::Measure(args)) => done(measure::measure(&args)),
        Some(Command::Explain(args)) => done(explain::explain(&args, &engines)),
        Some(Command::Exercises(args)) => exercises::exercises(&args),
        Some(Command::Book(args)) => done(book::book(&args)),
        Some(Command::Data(args)) => done(data::data(&args)),
    });
    let (complaint, code) = match outcome {
        Ok(Ok(code)) => return code,
        Ok(Err(error)) => (error.to_string(), if matches!(error, Error::Input(_)) { 2 } else { 1 }),
        Err(_) => {
            let place = LAST_PANIC.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
            (format!("a mistake of this program: {place}. Please report it, with what RUST_BACKTRACE=1 adds."), 1)
        }
    };
    let lines = complaint.lines().map(str::trim).filter(|line| !line.is_empty());
    eprintln!("error: {}", lines.collect::<Vec<_>>().join("; "));
    ExitCode::from(code)
}

/// Where the last panic was, and its message.
static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

/// Panics are caught where they have a meaning (a function of the caller, a damaged file) and told there, in one line.
/// With RUST_BACKTRACE they are told at once as well, as usual.
fn keep_panics_to_a_line() {
    if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
        return;
    }
    std::panic::set_hook(Box::new(|panic| {
        *LAST_PANIC.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = panic.to_string();
    }));
}

/// Help and version as they are; a mistake as one line.
fn explain_usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Nobody is left to be told that the output is closed.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let word = error.get(ContextKind::InvalidSubcommand).map(ToString::to_string);
    match word.and_then(|word| exercises::in_place_of_a_command(&word)) {
        Some(told) => eprintln!("error: {told}"),
        None => eprintln!("{}", in_a_line(&error.render().to_string())),
    }
    ExitCode::from(2)
}

/// A complaint of clap, paragraphs and lists, as sentences in one line. The usage is left to --help.
fn in_a_line(complaint: &str) -> String {
    let paragraphs = complaint.split("\n\n").map(str::trim);
    let sentences = paragraphs.filter(|text| !text.is_empty() && !text.starts_with("Usage:")).map(|paragraph| {
        let (begin, list) = paragraph.split_once('\n').unwrap_or((paragraph, ""));
        let list = list.lines().map(str::trim).collect::<Vec<_>>().join(", ");
        let sentence = format!("{begin} {list}").trim_end().replacen("tip: ", "Tip: ", 1);
        if sentence.ends_with('.') { sentence } else { sentence + "." }
    });
    sentences.collect::<Vec<_>>().join(" ")
}

/// The engines that can be asked for by name.
struct Engines {
    known: Vec<EngineByName>,
}

impl Engines {
    /// The one that is taken where none is named.
    fn default_name(&self) -> &'static str {
        self.known[0].0
    }

    /// Makes the engine of this name, or the default one.
    fn make(&self, name: Option<&str>, threads: usize) -> Result<Box<dyn Engine>> {
        let asked = name.unwrap_or(self.default_name());
        let (name, address) = asked.split_once('=').map_or((asked, None), |(name, address)| (name, Some(address)));
        match self.known.iter().find(|(known, _)| *known == name) {
            Some((_, make)) => make(threads, address),
            None => {
                let names: Vec<&str> = self.known.iter().map(|(name, _)| *name).collect();
                Err(Error::input(format!("no engine `{name}`. Choose one of {}.", names.join(", "))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clap_complains_of_is_a_line_of_sentences() {
        let more = "\n\nUsage: outgrow a\n       outgrow b\n\nFor more information, try '--help'.\n";
        for (complaint, line) in [
            (
                "error: were not provided:\n  --mode <MODE>\n  <NAME>",
                "error: were not provided: --mode <MODE>, <NAME>.",
            ),
            ("error: no 'x'\n  [subcommands: a, b]", "error: no 'x' [subcommands: a, b]."),
            ("error: no 'x'\n\n  tip: there is 'y'", "error: no 'x'. Tip: there is 'y'."),
        ] {
            let expected = format!("{line} For more information, try '--help'.");
            assert_eq!(in_a_line(&format!("{complaint}{more}")), expected);
        }
    }
}
