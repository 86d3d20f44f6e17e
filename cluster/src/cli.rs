//! The command line, of this program and of yours: client, scheduler, executor and worker are one program, so that all have
//! the same functions.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use outgrow::{Error, Result, scratch};

use crate::start::{self, up};
use crate::{ENGINES, isolation, logger, objects, tls, watch};

const ABOUT: &str = "\
One machine is not enough: the same calls on Apache DataFusion Ballista.

Everything that `outgrow` does, this program does too, with one engine more: run, compare, explain, ...
(outgrow-cluster run --help). Its engine `ballista` is a cluster in this process; `ballista=HOST:PORT` is one that was
started with the commands below.";

const EXAMPLES: &str = "\
Examples:
  outgrow-cluster run grid-search --mode partitioned     a cluster in this process
  outgrow-cluster up --executors 2                       scheduler and executors as processes
  outgrow-cluster run grid-search --mode partitioned --engine ballista=127.0.0.1:50050
  outgrow-cluster top                                    executors, jobs, stages and tasks, live
  outgrow-cluster down";

#[derive(Parser)]
#[command(name = "outgrow-cluster", version, about = ABOUT, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Scheduler and executors as processes of this machine, until Ctrl-C
    Up(up::UpArgs),
    /// Stop what `up` started
    Down(up::DownArgs),
    /// A scheduler, for executors on any host
    Scheduler(start::SchedulerArgs),
    /// An executor, for a scheduler on any host
    Executor(start::ExecutorArgs),
    /// Executors, jobs, stages and tasks, as they are now
    Status(watch::WatchArgs),
    /// The same, live
    Top(watch::WatchArgs),
}

const COMMANDS: [&str; 6] = ["up", "down", "scheduler", "executor", "status", "top"];
const ABOUT_ITSELF: [&str; 4] = ["--help", "-h", "--version", "-V"];

/// All that `outgrow-cluster` does, with the arguments of this process.
pub fn run() -> ExitCode {
    if let Some(ended) = part_of_a_cluster() {
        return ended;
    }
    match std::env::args().nth(1).as_deref() {
        None => cluster(["outgrow-cluster", "--help"].map(String::from).to_vec()),
        Some(asked) if ABOUT_ITSELF.contains(&asked) => cluster(std::env::args().collect()),
        Some(_) => outgrow::cli::run(&ENGINES),
    }
}

/// Does what the first argument of this process says, where that is `up`, `scheduler`, `executor`, ... or the word by which
/// an executor starts its workers; `None` for any other, so that the program goes on.
///
/// A program with functions of its own calls it first thing in `main`, and is then a whole cluster by itself:
/// `your-program up --executors 2`.
///
/// ```no_run
#[doc = include_str!("../examples/your_own.rs")]
/// ```
pub fn part_of_a_cluster() -> Option<ExitCode> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    logger::start();
    objects::read_s3();
    match given.first().map(String::as_str) {
        Some(isolation::WORKER) => Some(isolation::serve(given.get(1).map_or("", String::as_str))),
        Some(command) if COMMANDS.contains(&command) => Some(cluster(std::env::args().collect())),
        _ => None,
    }
}

fn cluster(given: Vec<String>) -> ExitCode {
    let cli = match Cli::try_parse_from(given) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    up::leave_with_parent();
    match tls::speak_if_told().and_then(|()| carry_out(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", error.to_string().lines().map(str::trim).collect::<Vec<_>>().join("; "));
            ExitCode::from(if matches!(error, Error::Input(_)) { 2 } else { 1 })
        }
    }
}

fn carry_out(command: Command) -> Result<()> {
    // An executor answers Ctrl-C by itself: what it works on comes to an end first.
    if !matches!(command, Command::Executor(_)) {
        scratch::clean_up_on_ctrl_c();
    }
    match command {
        Command::Up(args) => up::up(&args),
        Command::Down(args) => up::down(&args),
        Command::Scheduler(args) => start::scheduler(&args),
        Command::Executor(args) => start::executor(&args),
        Command::Status(args) => watch::status(&args),
        Command::Top(args) => watch::top(&args),
    }
}
