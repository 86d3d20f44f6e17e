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
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let file = match &arguments[..] {
        [wish, file] if wish == VERDICT => Some(PathBuf::from(file)),
        _ => None,
    };
    told(&answer, file)
}

/// Checks an answer within its limit, and says what came of it.
fn told<E: Exercise>(answer: &E, file: Option<PathBuf>) -> ExitCode {
    watch(false);
    let limited = file.clone();
    std::thread::spawn(move || {
        // Second by second: however long the program was stopped or the machine slept, that counts as one at most.
        for _ in 0..E::LIMIT_S {
            std::thread::sleep(Duration::from_secs(1));
        }
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
    let verdict = judge(answer, &[]);
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

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use outgrow::scratch::TempFolder;

    use super::*;

    struct Endless<const LIMIT_S: u64>;

    impl<const LIMIT_S: u64> Exercise for Endless<LIMIT_S> {
        const LIMIT_S: u64 = LIMIT_S;

        fn check(&self, _check: &mut Check) {
            loop {
                std::thread::park();
            }
        }
    }

    const FILE: &str = "OUTGROW_TEST_VERDICT";

    /// In a process that a test started: the program of an answer, up to its end.
    fn serve<const LIMIT_S: u64>() {
        if let Some(file) = std::env::var_os(FILE) {
            told(&Endless::<LIMIT_S>, Some(file.into()));
        }
    }

    /// Starts this test again, as the program of an answer.
    fn started(test: &str, file: &Path) -> Child {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(format!("program::tests::{test}")).args(["--exact", "--nocapture"]).env(FILE, file);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    #[test]
    fn an_endless_answer_is_stopped_and_told() {
        serve::<1>();
        let folder = TempFolder::new().unwrap();
        let file = folder.path().join("verdict");
        let mut child = started("an_endless_answer_is_stopped_and_told", &file);
        let _held_open = child.stdin.take();
        assert_eq!(child.wait().unwrap().code(), Some(1));
        let verdict: Verdict = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        let reason = &verdict.findings[0].reason;
        assert!(reason.contains("still running after 1 s"), "{reason}");
    }

    #[test]
    fn a_program_ends_with_who_wants_its_verdict() {
        serve::<60>();
        let folder = TempFolder::new().unwrap();
        let file = folder.path().join("verdict");
        let mut child = started("a_program_ends_with_who_wants_its_verdict", &file);
        drop(child.stdin.take());
        assert_eq!(child.wait().unwrap().code(), Some(1));
        // At the limit there would be one.
        assert!(!file.exists());
    }
}
