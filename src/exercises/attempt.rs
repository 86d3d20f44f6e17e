//! The attendee's program is built and run.

use std::collections::VecDeque;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{Exercise, Mine, Verdict};
use crate::error::{Error, Result};
use crate::scratch::{self, TempFolder};

/// The argument after which an attendee's program is told where to put its verdict, as JSON. Such a program ends when
/// its stdin does: with whoever asked for the verdict.
pub const VERDICT: &str = "--verdict";

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Attempt {
    /// It is no program yet; what the compiler says is here, or has been shown already.
    DoesNotCompile(String),
    /// It ended before its check did: how, in words, and what it said last where nobody saw it.
    Died(String),
    /// It was checked.
    Checked(Verdict),
}

/// Builds and runs the attendee's program for this exercise, and nothing else. When `quiet`, nothing is printed: neither
/// what the compiler says nor what the program does.
///
/// # Errors
/// [`Error::Failure`] when cargo or the program cannot be started.
pub fn attempt(exercise: &Exercise, mine: &Mine, quiet: bool) -> Result<Attempt> {
    let program = match build(exercise, mine, quiet)? {
        Ok(program) => program,
        Err(complaint) => return Ok(Attempt::DoesNotCompile(complaint)),
    };
    let folder = TempFolder::new()?;
    let verdict = folder.path().join("verdict.json");
    let mut command = Command::new(&program);
    // A program that is killed removes nothing: what it had for a time goes with our folder.
    command.arg(VERDICT).arg(&verdict).env("TMPDIR", folder.path()).stdin(Stdio::piped());
    // A panic of an answer is a finding. Who wants its backtrace runs the program itself: `cargo run -p mine --bin NAME`.
    command.env("RUST_BACKTRACE", "0");
    if quiet {
        command.stdout(Stdio::null()).stderr(Stdio::piped());
    }
    let (mut child, _listed) = start(&mut command)?;
    // Held open until the end: the program ends when its stdin does, and so with us.
    let stdin = child.stdin.take();
    let words = child.stderr.take().map_or_else(String::new, last_words);
    let ended = child.wait().map_err(Error::io("cannot wait for", &program, "Check again."))?;
    drop(stdin);
    let text = std::fs::read(&verdict).unwrap_or_default();
    Ok(match serde_json::from_slice(&text) {
        Ok(verdict) => Attempt::Checked(verdict),
        Err(_) if words.is_empty() => Attempt::Died(format!("the program ended before its check did ({ended})")),
        Err(_) => Attempt::Died(format!("the program ended before its check did ({ended}): {words}")),
    })
}

/// The end of what a program says, its last three lines in one. No more is kept: an endless loop may print for a minute.
fn last_words(mut stderr: impl Read) -> String {
    let (mut bytes, mut chunk) = (VecDeque::new(), [0; 4096]);
    while let Ok(count @ 1..) = stderr.read(&mut chunk) {
        bytes.extend(&chunk[..count]);
        bytes.drain(..bytes.len().saturating_sub(chunk.len()));
    }
    let text = String::from_utf8_lossy(bytes.make_contiguous());
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(3)..].join("; ")
}

/// Builds one program of the package; the error is what the compiler says, which has been shown unless `quiet`.
fn build(exercise: &Exercise, mine: &Mine, quiet: bool) -> Result<std::result::Result<PathBuf, String>> {
    // Under `cargo run` the variable names the very cargo that built this program.
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--message-format", "json-render-diagnostics", "--bin", &exercise.name]);
    cargo.arg("--manifest-path").arg(mine.folder().join("Cargo.toml"));
    // What `cargo run` says of this program is not said of the answer; build scripts that look at it (ring's) would run
    // again, and all that depends on them would be compiled again.
    let of_this = std::env::vars_os().map(|(name, _)| name).filter(|name| of_a_package(&name.to_string_lossy()));
    of_this.for_each(|name| _ = cargo.env_remove(name));
    if exercise.needs_cluster() {
        cargo.args(["--features", "cluster"]);
    }
    if exercise.needs_cluster() && !quiet {
        // Cargo says how far it is: there is time to ask.
        eprintln!("building {} with DataFusion: some minutes the first time, then seconds", exercise.name);
    } else {
        cargo.arg("--quiet");
    }
    if let Some((folder, profile)) = std::env::current_exe().ok().as_deref().and_then(built_in) {
        // Beside this program lie its dependencies, compiled.
        cargo.arg("--target-dir").arg(folder).args(["--profile", profile]);
    }
    cargo.stdin(Stdio::null()).stdout(Stdio::piped());
    if quiet {
        cargo.stderr(Stdio::piped());
    }
    let (child, _listed) = start(&mut cargo)?;
    let output = child.wait_with_output().map_err(Error::io("cannot wait for", "cargo".as_ref(), "Check again."))?;
    if !output.status.success() {
        return Ok(Err(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let mut executable = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let ours = message["target"]["name"] == exercise.name.as_str() && message["target"]["kind"][0] == "bin";
        ours.then(|| message["executable"].as_str().map(PathBuf::from)).flatten()
    });
    executable.next().map(Ok).ok_or_else(|| {
        Error::Failure(format!("cargo built `{}` and does not say where it is. Update cargo.", exercise.name))
    })
}

/// Whether cargo tells a program by this variable which package it is of.
fn of_a_package(name: &str) -> bool {
    ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|begins| name.starts_with(begins))
}

/// The target folder that a program of cargo lies in, and the profile that it was built with.
fn built_in(program: &Path) -> Option<(&Path, &str)> {
    let of_profile = program.parent()?;
    let target = of_profile.parent()?;
    let profile = match of_profile.file_name()?.to_str()? {
        "debug" => "dev",
        other => other,
    };
    target.join("CACHEDIR.TAG").is_file().then_some((target, profile))
}

/// Starts a process that does not outlive an interrupted parent.
fn start(command: &mut Command) -> Result<(Child, impl Drop + use<>)> {
    scratch::spawn(command).map_err(|cause| {
        let program = command.get_program().to_string_lossy();
        Error::Failure(format!("cannot start {program}: {cause}. Is cargo there (https://rustup.rs)?"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_folder_is_that_of_this_program() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("debug/outgrow");
        assert_eq!(built_in(&program), None);
        std::fs::write(folder.path().join("CACHEDIR.TAG"), "").unwrap();
        assert_eq!(built_in(&program), Some((folder.path(), "dev")));
    }

    #[test]
    fn what_a_package_is_called_is_told_from_settings_of_cargo() {
        assert!(of_a_package("CARGO_MANIFEST_DIR") && of_a_package("CARGO_PKG_VERSION"));
        assert!(!of_a_package("CARGO_HOME") && !of_a_package("CARGO_TARGET_DIR") && !of_a_package("CARGO"));
    }

    #[test]
    fn the_last_words_are_few() {
        let said = format!("{}one\n\ntwo\nthree\nlast words, \u{e9}\n", "word ".repeat(10_000));
        assert_eq!(last_words(said.as_bytes()), "two; three; last words, \u{e9}");
        assert_eq!(last_words(&b""[..]), "");
    }
}
