//! The runner of the exercises, on a folder of answers that is nobody's.
//!
//! But for the last test cargo is played by a script: what is tested here is what the runner makes of an answer, and not
//! the answer. The checks themselves are tested in the member `exercises/`.
#![cfg(unix)]

#[path = "support/mine.rs"]
mod mine;
mod support;

use std::path::Path;
use std::process::Stdio;

use mine::*;
use outgrow::exercises::{Exercise, fitted};
use support::*;

const FIRST: &str = "split-and-combine";

fn exercises() -> Vec<Exercise> {
    outgrow::exercises::all(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn the_list_says_what_there_is_and_what_is_next() {
    let mine = Mine::new();
    let (code, list) = mine.said(&[]);
    assert_eq!((code, &list), (Some(0), &mine.said(&["list"]).1));
    has(&list, &[FIRST, "first-transform", "0 of ", "cargo run exercises next"]);
    fits(&list);
    assert!(!list.contains('\u{1b}'));
}

#[test]
fn the_first_check_shows_the_task_and_makes_the_file() {
    let mine = Mine::new();
    let (code, text) = mine.said(&["next"]);
    assert_eq!(code, Some(1));
    has(
        &text,
        &[
            "minutes. New here: ",
            "## What to do",
            "Your file is",
            "ended before its check did",
            "cargo run exercises hint",
        ],
    );
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
fn the_task_is_shown_until_there_was_a_check_and_whenever_it_is_asked_for() {
    let mine = Mine::new();
    let (file, task) = ("Your file is", "## What to do");
    assert_eq!(mine.said(&["reset", FIRST]).0, Some(0));
    has(&mine.said(&["check", FIRST]).1, &[task, file]);
    assert!(!mine.said(&["check", FIRST]).1.contains(task));
    let (code, text) = mine.said(&["task", FIRST]);
    assert_eq!(code, Some(0));
    has(&text, &[task]);
    fits(&text);
    // Without a name it is that of the first that has not passed.
    assert_ne!(mine.said(&["task"]).1, text);
}

#[test]
fn progress_outlives_the_program_and_knows_the_file() {
    let mine = Mine::new();
    mine.write(FIRST, RIGHT);
    let (code, text) = mine.said(&["check", "3"]);
    assert_eq!(code, Some(0), "{text}");
    has(&text, &["✓ passed", "It moved 48 rows.", "Next is"]);
    let list = mine.said(&["list"]).1;
    has(&list, &["✓ passed", "1 of "]);
    fits(&list);
    mine.write(FIRST, format!("{RIGHT}\n// changed"));
    has(&mine.said(&["list"]).1, &["changed", "0 of "]);
}

#[test]
fn when_all_have_passed_every_command_says_so() {
    let mine = Mine::new();
    for exercise in exercises() {
        mine.write(&exercise.name, RIGHT);
    }
    let all = mine.json(&["check", "--all", "--json"]);
    assert_eq!((&all["passed"], &all["of"]), (&all["of"], &exercises().len().into()));
    for words in [&["list"][..], &["next"], &["check"], &["task"], &["hint"], &["watch"]] {
        let (code, text) = mine.said(words);
        assert_eq!(code, Some(0), "{text}");
        has(&text, &["All exercises have passed."]);
        fits(&text);
    }
    let all = mine.json(&["check", "--json"]);
    assert_eq!((&all["outcome"], &all["passed"]), (&"all passed".into(), &all["of"]));
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
fn one_on_a_cluster_is_built_with_the_cluster_and_that_is_told() {
    let mine = Mine::new();
    let asked = |name: &str| {
        mine.write(name, format!("BUILD: echo \"asked: $asked\" >&2\n{RIGHT}"));
        stderr(&mine.run(&["check", name]))
    };
    has(&asked("two-executors"), &["building two-executors with DataFusion: some minutes", " --features cluster"]);
    let other = asked(FIRST);
    has(&other, &["asked: build ", " --quiet"]);
    assert!(!other.contains("cluster") && !other.contains("DataFusion"), "{other}");
}

#[test]
fn an_answer_panics_without_backtraces() {
    let mine = Mine::new();
    mine.write(FIRST, format!("RUN: echo \"backtrace: $RUST_BACKTRACE\"\n{RIGHT}"));
    let output = mine.command(&["check", FIRST]).env("RUST_BACKTRACE", "1").output().unwrap();
    has(&stdout(&output), &["backtrace: 0\n", "✓ passed"]);
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
fn a_program_that_dies_is_told_with_its_last_words_and_leaves_nothing() {
    let mine = Mine::new();
    mine.write(FIRST, "RUN: mkdir $TMPDIR/left; echo in $TMPDIR; echo no room left >&2; kill -9 $$");
    let run = |words: &[&str]| {
        let output = mine.command(words).env("TMPDIR", mine.temporary()).output().unwrap();
        assert_eq!((output.status.code(), mine.temporary().read_dir().unwrap().count()), (Some(1), 0), "{output:?}");
        (stdout(&output), stderr(&output))
    };
    let (said, complaint) = run(&["check", FIRST]);
    has(
        &said,
        &[
            "in /",
            "/outgrow-",
            "03 split-and-combine: the program ended before its check did (signal: 9\n(SIGKILL)).\n",
        ],
    );
    assert_eq!(complaint, "no room left\n");
    let (said, complaint) = run(&["check", FIRST, "--json"]);
    let state: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&state["outcome"], complaint.as_str()), (&"died".into(), ""));
    has(state["problem"].as_str().unwrap(), &["(signal: 9 (SIGKILL)): no room left"]);
}

#[test]
fn hints_come_one_at_a_time_and_then_all_at_once() {
    let mine = Mine::new();
    let hint = || mine.said(&["hint", FIRST]).1;
    let hints = [hint(), hint(), hint(), hint(), hint()];
    has(&hints[0], &["hint 1 of 3"]);
    has(&hints[1], &["hint 2 of 3"]);
    has(&hints[2], &["hint 3 of 3", "That was the last one", "solution split-and-combine"]);
    has(&hints[3], &[&hints[0], &hints[1], "hint 3 of 3", "These are all", "solution split-and-combine"]);
    assert_eq!(hints[3], hints[4]);
    assert_eq!(mine.json(&["check", FIRST, "--json"])["hints"], 3);
    hints.iter().for_each(|hint| fits(hint));
}

#[test]
fn all_hints_fit_a_terminal() {
    for exercise in exercises() {
        for hint in exercise.hints().unwrap() {
            fits(&fitted(&hint));
        }
    }
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
    mine.write(FIRST, RIGHT);
    assert_eq!(mine.json(&["check", FIRST, "--json"])["saw_solution"], true);
}

#[test]
fn a_solution_that_is_seen_after_a_pass_is_not_held_against_anybody() {
    let mine = Mine::new();
    mine.write(FIRST, RIGHT);
    mine.run(&["check", FIRST]);
    mine.run(&["solution", FIRST, "--yes"]);
    assert_eq!(mine.json(&["check", FIRST, "--json"])["saw_solution"], false);
}

#[test]
fn a_reset_keeps_what_was_written() {
    let mine = Mine::new();
    // In Latin-1, which an editor may write.
    mine.write(FIRST, b"// \xe9");
    has(&mine.said(&["list"]).1, &["begun"]);
    let (code, text) = mine.said(&["reset", FIRST]);
    assert_eq!(code, Some(0));
    has(&text, &["starting file again", "kept"]);
    assert!(std::fs::read_to_string(mine.file(FIRST)).unwrap().contains("outgrow_exercises::answer!"));
    let kept: Vec<_> = mine.folder.path().join("kept").read_dir().unwrap().flatten().collect();
    assert_eq!(std::fs::read(kept[0].path()).unwrap(), b"// \xe9");
}

#[test]
fn a_name_that_is_not_there_is_told_with_the_one_that_is_like_it() {
    let mine = Mine::new();
    for words in [&["check", "joins"][..], &["hint", "joins"], &["solution", "joins"], &["reset", "99"]] {
        let output = mine.run(words);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(stderr(&output).lines().count(), 1);
        has(&stderr(&output), &["error: no exercise `", "`. `cargo run exercises` lists them"]);
    }
    has(&mine.said(&["check", "pressort"]).1, &["no exercise `pressort`. Did you mean `presort`? "]);
    let nowhere = mine.command(&["list"]).env("OUTGROW_HOME", mine.folder.path()).output().unwrap();
    assert_eq!(nowhere.status.code(), Some(2));
    has(&stderr(&nowhere), &["holds no exercises", "OUTGROW_HOME"]);
    let no_cargo = mine.command(&["check", FIRST]).env("CARGO", "/nowhere/cargo").output().unwrap();
    assert_eq!(no_cargo.status.code(), Some(1));
    has(&stderr(&no_cargo), &["error: cannot start /nowhere/cargo", "rustup"]);
}

#[test]
fn a_request_that_lacks_something_is_told_what_in_a_sentence() {
    for exercise in ["3", "presort"] {
        refused(&["exercises", exercise], 2, &["is an exercise", &format!("cargo run exercises check {exercise}")]);
    }
    refused(&["exercises", "solution"], 2, &["were not provided: <NAME>. For more information, try '--help'."]);
    refused(&["exercises", "chekc"], 2, &["subcommand 'chekc'. Tip: a similar subcommand exists: 'check'. For more"]);
}

#[test]
fn watch_checks_again_when_a_file_is_saved_and_ends_with_ctrl_c() {
    let mine = Mine::new();
    let (mut child, said) = mine.watch();
    mine.write(FIRST, WRONG);
    until(&said, "Waiting for you to save", 2);
    // Who saves wants to know, even where nothing was changed.
    mine.write(FIRST, WRONG);
    until(&said, "Waiting for you to save", 3);
    mine.write(FIRST, RIGHT);
    // The first that has not passed is checked at the beginning, and again at once when another has.
    let text = until(&said, "01 memory-curve: ", 2);
    has(&text, &["── split-and-combine was saved ──", "This is a mean of means.", "✓ passed"]);
    assert!(!text.contains('\u{1b}'), "{text}");
    interrupt(&child.0);
    assert_eq!(child.0.wait().unwrap().code(), Some(130));
    let text = std::fs::read_to_string(said).unwrap();
    has(&text, &["\nno longer watching.\n"]);
}

#[test]
fn watch_keeps_what_another_terminal_does_meanwhile() {
    let mine = Mine::new();
    let (child, said) = mine.watch();
    has(&mine.said(&["hint", FIRST]).1, &["hint 1 of 3"]);
    mine.run(&["solution", FIRST, "--yes"]);
    mine.write(FIRST, WRONG);
    until(&said, "Waiting for you to save", 2);
    drop(child);
    has(&mine.said(&["hint", FIRST]).1, &["hint 2 of 3"]);
    assert_eq!(mine.json(&["check", FIRST, "--json"])["saw_solution"], true);
}

#[test]
fn ctrl_c_ends_a_build_and_an_answer_and_leaves_nothing() {
    for stage in ["BUILD", "RUN"] {
        let mine = Mine::new();
        let begun = mine.folder.path().join("begun");
        std::fs::write(&begun, "").unwrap();
        // Who outlives the runner holds its stderr open until it says so.
        let long = "for tenth in $(seq 100); do sleep 0.1; done; echo outlived >&2";
        mine.write(FIRST, format!("{stage}: echo begun > '{}'; {long}", begun.display()));
        let mut command = mine.command(&["check", FIRST]);
        let command = command.env("TMPDIR", mine.temporary()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        until(&begun, "begun", 1);
        interrupt(&child);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        assert_eq!(stderr(&output), "\ninterrupted: temporary files are removed, finished results are kept.\n");
        assert_eq!(mine.temporary().read_dir().unwrap().count(), 0);
    }
}

/// With the real cargo, in a project that is this one but for the answers.
#[test]
fn an_answer_is_built_and_checked_and_a_broken_one_beside_it_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    for linked in ["src", "benches", "examples", "tests", "datasets", "exercises", "cluster", "one-build"] {
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
