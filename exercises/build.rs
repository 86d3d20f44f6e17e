//! Registers the exercises: a folder with a check.rs is one, and nothing is listed by hand.
//!
//! The library gets a module per check, the tests a module per exercise with its starting file, solution and wrong
//! answers, and a test of each; but for exercises on a cluster.

use std::path::{Path, PathBuf};

fn main() {
    // Asked when it runs: a build folder that clones share may hold this program as another clone compiled it.
    // And where its files are: a test has a project whose exercises are a link to these, and shares this folder, too.
    let folder = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let folder = folder.canonicalize().expect("cargo found it");
    // By its full name, so that this runs again where a build folder was used by another clone, whose files lie elsewhere.
    println!("cargo::rerun-if-changed={}", folder.display());
    let (mut checks, mut tries) = (String::new(), String::new());
    for exercise in entries(&folder).into_iter().filter(|path| path.join("check.rs").is_file()) {
        let folder_name = exercise.file_name().expect("a folder has a name").to_string_lossy().into_owned();
        // The template is tested like the others, and listed nowhere.
        let name = folder_name.split_once('-').map_or(folder_name.as_str(), |(_, name)| name);
        let module = name.replace('-', "_");
        checks += &module_at(&module, &exercise.join("check.rs"));
        // Its answers need DataFusion, which is not compiled here: cluster/tests/exercises.rs tries them.
        if exercise.join("cluster").is_file() {
            continue;
        }
        tries += &format!("#[allow(unused, clippy::all)]\nmod {module} {{\n");
        tries += &test(&module, "starts", &exercise.join("exercise.rs"));
        tries += &test(&module, "passes", &exercise.join("solution.rs"));
        // What an editor leaves beside a file is no answer.
        let wrong = entries(&exercise.join("wrong"));
        for wrong in wrong.into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "rs")) {
            tries += &test(&module, "rejects", &wrong);
        }
        tries += "}\n";
    }
    assert!(!checks.is_empty(), "{} has no folder with a check.rs", folder.display());
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    std::fs::write(out.join("checks.rs"), checks).expect("cargo's folder can be written");
    std::fs::write(out.join("tries.rs"), tries).expect("cargo's folder can be written");
}

/// A module for a try, and a test that calls what the tests know under this name.
fn test(exercise: &str, call: &str, path: &Path) -> String {
    let module = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
    let test = format!("{call}_{module}");
    let call =
        format!("crate::{call}({module}::handed_over(), {:?}, \"{exercise}::{test}\")", path.display().to_string());
    format!("{}#[test]\nfn {test}() {{\n{call}\n}}\n", module_at(&module, path))
}

fn module_at(name: &str, path: &Path) -> String {
    format!("#[path = {:?}]\npub mod {name};\n", path.display().to_string())
}

/// What a folder holds, in order of name.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries
}
