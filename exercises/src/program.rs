//! The program that an attendee's file becomes.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use outgrow::exercises::{VERDICT, Verdict, show};

use crate::panics::{caught, watch};
use crate::{Check, Exercise, alone};

/// Checks an answer. `again` are the arguments with which this program, started again, comes to this very call.
pub fn judge<E: Exercise>(answer: &E, again: &[&str]) -> Verdict {
    // In a program the panics are quiet already; in a test they belong to its output.
    watch(true);
    alone::serve(answer);
    let mut check = Check::new(again);
    let done = caught(|| {
        answer.check(&mut check);
        Ok::<_, String>(())
    });
    if let Err(reason) = done {
        check.find("this answer", reason);
    }
    check.into_verdict()
}

/// Checks an answer and says what came of it: to the runner, where it asks for that, else on the terminal.
pub fn run<E: Exercise>(answer: E) -> ExitCode {
    watch(false);
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let file = match &arguments[..] {
        [wish, file] if wish == VERDICT => Some(PathBuf::from(file)),
        _ => None,
    };
    let limited = file.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(E::LIMIT_S));
        let mut check = Check::new(&[]);
        let reason = format!(
            "Your code was still running after {} s and was stopped. Is there a loop without an end?",
            E::LIMIT_S
        );
        check.find("this answer", reason);
        let _ = tell(&check.into_verdict(), limited.as_deref());
        std::process::exit(1);
    });
    if file.is_some() {
        end_with_parent();
    }
    let verdict = judge(&answer, &[]);
    match tell(&verdict, file.as_deref()) {
        Ok(()) if verdict.passed() => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: the verdict cannot be written: {error}");
            ExitCode::FAILURE
        }
    }
}

fn tell(verdict: &Verdict, file: Option<&Path>) -> std::io::Result<()> {
    match file {
        Some(file) => std::fs::write(file, serde_json::to_vec(verdict)?),
        None => {
            print!("{}", show::verdict(verdict, std::io::stdout().is_terminal()));
            Ok(())
        }
    }
}

/// Ends this process when stdin does: whoever started it holds the other end.
pub(crate) fn end_with_parent() {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(1);
    });
}
