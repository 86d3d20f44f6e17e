//! `cargo run`, `cargo test` and the programs of the exercises ask for the same features of every dependency: so it is
//! compiled once, and an attendee's first check takes seconds.

use std::collections::BTreeSet;
use std::process::Command;

fn with_features(packages: &[&str], edges: &str) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["tree", "--offline", "--locked", "--prefix", "none"]);
    command.args(["--no-dedupe", "--format", "{p} [{f}]", "--edges", edges]);
    command.args(packages.iter().flat_map(|package| ["--package", package]));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().filter(|line| !line.is_empty()).map(String::from).collect()
}

#[test]
fn run_test_and_an_exercise_compile_the_same() {
    let tests = with_features(&["outgrow", "outgrow-exercises"], "normal,dev");
    for alone in [&["outgrow"][..], &["mine"]] {
        let apart: Vec<String> =
            with_features(alone, "normal").into_iter().filter(|line| !line.starts_with("mine ")).collect();
        let apart: Vec<&String> = apart.iter().filter(|line| !tests.contains(*line)).collect();
        assert!(apart.is_empty(), "{alone:?} compiles what `cargo test` compiles otherwise: {apart:#?}");
    }
}
