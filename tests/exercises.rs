//! The runner of the exercises, on a folder of answers that is nobody's.
//!
//! But for the last test cargo is played by a script: what is tested here is what the runner makes of an answer, and not
//! the answer. The checks themselves are tested in the member `exercises/`.
#![cfg(unix)]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use support::*;
use tempfile::TempDir;

const FIRST: &str = "split-and-combine";

/// Cargo as the runner needs it: a file with an `ERROR` in it does not compile, another becomes a program that says what
/// the file says in its line `VERDICT: ...`, or that just ends.
const CARGO: &str = r#"#!/bin/sh
while [ $# -gt 0 ]; do
  case "$1" in --bin) name="$2";; --manifest-path) folder=$(dirname "$2");; esac
  shift
done
file="$folder/src/bin/$name.rs"
if grep -q ERROR "$file"; then echo "error[E0425]: cannot find it in $name" >&2; exit 101; fi
program="$folder/$name"
printf '#!/bin/sh\n[ "$1" = --verdict ] && sed -n "s/^VERDICT: //p" "%s" > "$2"\n' "$file" > "$program"
chmod +x "$program"
echo "{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"$name\",\"kind\":[\"bin\"]},\"executable\":\"$program\"}"
"#;

const RIGHT: &str = r#"VERDICT: {"looked_at":1,"findings":[],"notes":["It moved 48 rows."]}"#;
const WRONG: &str = r#"VERDICT: {"looked_at":1,"notes":[],"findings":[{"case":"six flights","reason":"This is a mean of means.","tables":{"header":["carrier","mean"],"got":[[{"text":"AA","differs":false},{"text":"25","differs":true}]],"expected":[[{"text":"AA","differs":false},{"text":"30","differs":true}]],"more":0}}]}"#;

/// A folder of answers.
struct Mine {
    folder: TempDir,
}

impl Mine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cargo = folder.path().join("cargo");
        std::fs::write(&cargo, CARGO).unwrap();
        std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = program();
        command.env("OUTGROW_MINE", self.folder.path()).env("CARGO", self.folder.path().join("cargo"));
        command.arg("exercises").args(words).stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Status, and everything that was said.
    fn said(&self, words: &[&str]) -> (Option<i32>, String) {
        let output = self.run(words);
        (output.status.code(), stdout(&output) + &stderr(&output))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("src/bin/{name}.rs"))
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.file(name).parent().unwrap()).unwrap();
        std::fs::write(self.file(name), text).unwrap();
    }
}

#[track_caller]
fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
}

#[test]
fn the_list_says_what_there_is_and_what_is_next() {
    let mine = Mine::new();
    let (code, list) = mine.said(&[]);
    assert_eq!((code, &list), (Some(0), &mine.said(&["list"]).1));
    has(&list, &[FIRST, "first-transform", "0 of ", "cargo run exercises next"]);
    assert!(list.lines().all(|line| line.chars().count() <= 80), "{list}");
    assert!(!list.contains('\u{1b}'));
}

#[test]
fn the_first_check_shows_the_task_and_makes_the_file() {
    let mine = Mine::new();
    let (code, text) = mine.said(&["next"]);
    assert_eq!(code, Some(1));
    has(&text, &["## What to do", "Your file is", "ended before its check did", "cargo run exercises hint"]);
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    let first = mine.file("").parent().unwrap().read_dir().unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(first).unwrap();
    assert!(text.contains("outgrow_exercises::answer!"), "{text}");
}

#[test]
fn a_wrong_answer_is_shown_beside_the_right_one() {
    let mine = Mine::new();
    mine.write(FIRST, WRONG);
    let (code, text) = mine.said(&["check", FIRST]);
    assert_eq!(code, Some(1));
    has(&text, &["With six flights:", "got ", "[25]", "[30]", "This is a mean of means.", "the task", "README.md"]);
    has(&mine.said(&["list"]).1, &["begun"]);
}

#[test]
fn progress_outlives_the_program_and_knows_the_file() {
    let mine = Mine::new();
    mine.write(FIRST, RIGHT);
    let (code, text) = mine.said(&["check", "3"]);
    assert_eq!(code, Some(0), "{text}");
    has(&text, &["✓ passed", "It moved 48 rows.", "Next is"]);
    has(&mine.said(&["list"]).1, &["✓ passed", "1 of "]);
    mine.write(FIRST, &format!("{RIGHT}\n// changed"));
    has(&mine.said(&["list"]).1, &["changed", "0 of "]);
}

#[test]
fn damaged_progress_is_set_aside_and_told() {
    let mine = Mine::new();
    std::fs::write(mine.folder.path().join("progress.json"), "{\"exercises\": [").unwrap();
    let output = mine.run(&["list"]);
    assert!(output.status.success());
    has(&stderr(&output), &["note: ", "progress.json cannot be read", "progress.damaged.json"]);
    assert!(mine.folder.path().join("progress.damaged.json").exists());
    assert_eq!(stderr(&mine.run(&["list"])), "");
}

#[test]
fn what_does_not_compile_stops_nothing_else() {
    let mine = Mine::new();
    mine.write(FIRST, "ERROR");
    mine.write("first-transform", RIGHT);
    let (code, text) = mine.said(&["check", FIRST]);
    assert_eq!(code, Some(1));
    has(&text, &["error[E0425]", "does not compile yet"]);
    assert_eq!(mine.said(&["check", "first-transform"]).0, Some(0));

    let output = mine.run(&["check", "--all", "--json"]);
    assert_eq!((output.status.code(), stderr(&output)), (Some(1), String::new()));
    let all: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(all["passed"], 1);
    assert_eq!(all["of"], all["exercises"].as_array().unwrap().len());
    let of = |name: &str| {
        all["exercises"].as_array().unwrap().iter().find(|exercise| exercise["name"] == name).unwrap().clone()
    };
    assert_eq!(of(FIRST)["outcome"], "does not compile");
    assert!(of(FIRST)["problem"].as_str().unwrap().contains("E0425"));
    assert_eq!((&of("first-transform")["outcome"], &of("first-transform")["number"]), (&"passed".into(), &12.into()));
    assert_eq!(of("larger-than-memory")["outcome"], "not begun");
    assert!(!mine.file("larger-than-memory").exists());

    let (code, text) = mine.said(&["check", "--all"]);
    assert_eq!(code, Some(1));
    has(&text, &["first-transform: passed", "larger-than-memory: not begun"]);
}

#[test]
fn one_exercise_can_be_had_as_json() {
    let mine = Mine::new();
    mine.write(FIRST, WRONG);
    let output = mine.run(&["check", FIRST, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let state: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&state["outcome"], &state["hints"]), (&"not passed".into(), &0.into()));
    assert_eq!(state["findings"][0]["reason"], "This is a mean of means.");
}

#[test]
fn hints_come_one_at_a_time() {
    let mine = Mine::new();
    let hint = || mine.said(&["hint", FIRST]).1;
    let hints = [hint(), hint(), hint(), hint()];
    has(&hints[0], &["hint 1 of 3"]);
    has(&hints[1], &["hint 2 of 3"]);
    has(&hints[2], &["hint 3 of 3", "solution split-and-combine"]);
    assert_eq!(hints[2], hints[3]);
}

#[test]
fn a_solution_is_shown_only_to_who_wants_it() {
    let mine = Mine::new();
    let output = mine.run(&["solution", FIRST]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(2), String::new()));
    has(&stderr(&output), &["error: ", "Add --yes"]);
    let (code, text) = mine.said(&["solution", FIRST, "--yes"]);
    assert_eq!(code, Some(0));
    has(&text, &["fn whole("]);
}

#[test]
fn a_reset_keeps_what_was_written() {
    let mine = Mine::new();
    mine.write(FIRST, "my own");
    let (code, text) = mine.said(&["reset", FIRST]);
    assert_eq!(code, Some(0));
    has(&text, &["is the starting file again", "kept"]);
    assert!(std::fs::read_to_string(mine.file(FIRST)).unwrap().contains("outgrow_exercises::answer!"));
    let kept: Vec<_> = mine.folder.path().join("kept").read_dir().unwrap().flatten().collect();
    assert_eq!(std::fs::read_to_string(kept[0].path()).unwrap(), "my own");
}

#[test]
fn names_that_are_not_there_are_told_with_those_that_are() {
    let mine = Mine::new();
    for words in [&["check", "joins"][..], &["hint", "joins"], &["solution", "joins"], &["reset", "99"]] {
        let output = mine.run(words);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(stderr(&output).lines().count(), 1);
        has(&stderr(&output), &["error: no exercise `", FIRST, "or its number"]);
    }
    let nowhere = mine.command(&["list"]).env("OUTGROW_HOME", mine.folder.path()).output().unwrap();
    assert_eq!(nowhere.status.code(), Some(2));
    has(&stderr(&nowhere), &["holds no exercises", "OUTGROW_HOME"]);
    let no_cargo = mine.command(&["check", FIRST]).env("CARGO", "/nowhere/cargo").output().unwrap();
    assert_eq!(no_cargo.status.code(), Some(1));
    has(&stderr(&no_cargo), &["error: cannot start /nowhere/cargo", "rustup"]);
}

/// What a child has said so far, until it has said this so often.
fn until(path: &Path, part: &str, times: usize) -> String {
    for _ in 0..600 {
        let text = std::fs::read_to_string(path).unwrap();
        if text.matches(part).count() >= times {
            return text;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("`{part}` was never said: {}", std::fs::read_to_string(path).unwrap());
}

#[test]
fn watch_checks_again_when_a_file_is_saved_and_ends_with_ctrl_c() {
    let mine = Mine::new();
    let said = mine.folder.path().join("said");
    let out = std::fs::File::create(&said).unwrap();
    let mut child = mine.command(&["watch"]).stdout(out).stderr(Stdio::null()).spawn().unwrap();
    until(&said, "Waiting for you to save", 1);
    mine.write(FIRST, WRONG);
    until(&said, "Waiting for you to save", 2);
    mine.write(FIRST, RIGHT);
    // The first that has not passed is checked at the beginning, and again at once when another has.
    let text = until(&said, "01 memory-curve: ", 2);
    has(&text, &["This is a mean of means.", "✓ passed"]);
    assert!(!text.contains('\u{1b}'), "{text}");
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(child.id() as i32), nix::sys::signal::Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

/// With the real cargo, in a project that is this one but for the answers.
#[test]
fn an_answer_is_built_and_checked_and_a_broken_one_beside_it_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    for linked in ["src", "benches", "examples", "tests", "datasets", "exercises"] {
        std::os::unix::fs::symlink(project.join(linked), folder.path().join(linked)).unwrap();
    }
    for copied in ["Cargo.toml", "Cargo.lock"] {
        std::fs::copy(project.join(copied), folder.path().join(copied)).unwrap();
    }
    let mine = folder.path().join("mine");
    std::fs::create_dir_all(mine.join("src/bin")).unwrap();
    std::fs::copy(project.join("mine/src/lib.rs"), mine.join("src/lib.rs")).unwrap();
    // Another package than the developer's, so that neither takes the other's program for its own.
    let manifest = std::fs::read_to_string(project.join("mine/Cargo.toml")).unwrap();
    std::fs::write(mine.join("Cargo.toml"), manifest.replace("name = \"mine\"", "name = \"mine-tested\"")).unwrap();
    std::fs::write(mine.join("src/bin/first-transform.rs"), "this is no Rust").unwrap();
    let check = || {
        let mut command = program();
        command.env("OUTGROW_HOME", folder.path()).env("CARGO_NET_OFFLINE", "true").stdin(Stdio::null());
        let output = command.args(["exercises", "check", FIRST]).output().unwrap();
        (output.status.code(), stdout(&output) + &stderr(&output))
    };
    let (code, text) = check();
    assert_eq!(code, Some(1), "{text}");
    has(&text, &["Your file is", "This is a mean of means. AA has", "got ", "It fails for more: "]);
    std::fs::copy(project.join("exercises/03-split-and-combine/solution.rs"), mine.join(format!("src/bin/{FIRST}.rs")))
        .unwrap();
    let (code, text) = check();
    assert_eq!(code, Some(0), "{text}");
    has(&text, &["✓ passed", "Of 336776 flights"]);
}
