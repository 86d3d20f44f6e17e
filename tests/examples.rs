//! Each public item of `partitioned` has an example that runs, or says where one is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

/// The first word of a text that is a name.
fn name(text: &str) -> &str {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).find(|word| !word.is_empty()).unwrap_or_default()
}

/// What `pub use` takes out of its module.
fn exported(module: &str) -> impl Iterator<Item = &str> {
    let uses = module.split("\npub use ").skip(1).map(|rest| rest.split(';').next().unwrap());
    uses.flat_map(|path| path.rsplit("::").next().unwrap().trim_matches(['{', '}']).split(',').map(name))
}

/// The items of a file with their documentation: name, and what stands above it.
fn items(text: &str, exported: &BTreeSet<&str>) -> Vec<(String, String)> {
    let text = text.split("\n#[cfg(test)]").next().unwrap();
    let (mut found, mut docs, mut within, mut in_attribute) = (Vec::new(), String::new(), None, false);
    for line in text.lines() {
        let code = line.trim_start();
        // The book shows from here on: no end of what stands above.
        if code.starts_with("// ANCHOR") {
            continue;
        }
        if code.starts_with("///") || code.starts_with("#[") || in_attribute {
            in_attribute = !code.starts_with("///") && !code.ends_with(']');
            docs.extend([code.trim_start_matches('/').trim(), " "]);
            continue;
        }
        let public = code.strip_prefix("pub ").and_then(|code| {
            let kinds = ["fn ", "struct ", "enum ", "trait ", "type ", "static ", "const "];
            kinds.iter().find_map(|kind| Some((*kind, code.strip_prefix(kind)?)))
        });
        match (line.len() - code.len(), public) {
            (0, Some((kind, rest))) => {
                let item = name(rest);
                if exported.contains(item) {
                    found.push((item.to_string(), docs.clone()));
                }
                within = (kind == "trait ").then_some((item, true));
            }
            (0, None) if code.starts_with("impl") => {
                // Of a type, and not of a trait for one: that one is documented where it is declared.
                let head = code.split('{').next().unwrap();
                let of =
                    head.strip_prefix("impl<").map_or(&head[4..], |rest| rest.split_once("> ").map_or("", |it| it.1));
                within = (!head.contains(" for ")).then_some((name(of), false));
            }
            (4, Some(("fn ", rest))) => match within {
                Some((of, false)) if exported.contains(of) => {
                    found.push((format!("{of}::{}", name(rest)), docs.clone()))
                }
                _ => {}
            },
            (4, None) if code.starts_with("fn ") => match within {
                Some((of, true)) if exported.contains(of) => {
                    found.push((format!("{of}::{}", name(&code[3..])), docs.clone()))
                }
                _ => {}
            },
            _ => {}
        }
        docs.clear();
    }
    found
}

#[test]
fn each_public_item_has_an_example_or_says_where_one_is() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/partitioned");
    let modules = ["mod.rs", "expression/mod.rs"].map(|file| std::fs::read_to_string(folder.join(file)).unwrap());
    let exported: BTreeSet<&str> = modules.iter().flat_map(|module| exported(module)).collect();
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let texts: Vec<String> = paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let items: Vec<_> = texts.iter().flat_map(|text| items(text, &exported)).collect();
    let names: BTreeSet<&str> = items.iter().map(|(name, _)| name.as_str()).collect();
    for known in ["Transform", "Transform::run", "Table::join", "by", "LOCAL_ENGINES", "Engine::execute", "SyntaxError"]
    {
        assert!(names.contains(known), "{known} is not found any more: {names:?}");
    }
    let without: Vec<&str> = items
        .iter()
        .filter(|(_, docs)| !docs.contains("```") && !docs.contains("example at") && !docs.contains("#[doc(hidden)]"))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(without, Vec::<&str>::new(), "each needs an example, or the words \"see the example at ...\"");
}
