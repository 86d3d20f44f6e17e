//! `cargo run`, `cargo test`, the programs of the exercises and the cluster ask for the same features of every dependency
//! that they share: so it is compiled once, and an attendee's first check takes seconds. `one-build/Cargo.toml` is where
//! what is missing is asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Every package that these ones are built with, and its features.
fn with_features(packages: &[&str], edges: &str) -> BTreeMap<String, BTreeSet<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["tree", "--offline", "--locked", "--prefix", "none"]);
    command.args(["--format", "{p} [{f}]", "--edges", edges]);
    command.args(packages.iter().flat_map(|package| ["--package", package]));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        // A package that was listed before has a star.
        if let Some((package, features)) = line.trim_end_matches(" (*)").split_once(" [") {
            found.entry(package.to_string()).or_default().insert(features.to_string());
        }
    }
    found
}

#[test]
fn run_test_an_exercise_and_the_cluster_compile_the_same() {
    let tests = with_features(&["outgrow", "outgrow-exercises"], "normal,dev");
    assert!(tests.keys().any(|package| package.starts_with("polars-core v")), "{tests:#?}");
    // What runs while others compile may have a variant of its own beside the shared one.
    for alone in [&["outgrow"][..], &["mine"], &["outgrow-cluster"]] {
        let apart = with_features(alone, "normal")
            .into_iter()
            .filter(|(package, features)| tests.get(package).is_some_and(|in_tests| features.is_disjoint(in_tests)));
        let apart: Vec<_> = apart.map(|(package, features)| (tests[&package].clone(), package, features)).collect();
        assert!(apart.is_empty(), "{alone:?} compiles what `cargo test` compiles otherwise: {apart:#?}");
    }
}
