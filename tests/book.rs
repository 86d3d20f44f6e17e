//! The book holds what it promises: what it shows is there, runs, and is what is measured and printed now.
//!
//! mdBook renders an include of what is not there as nothing, and builds a page with dead links without a word. What is
//! checked, and the bad pages that each check must find, are in `book/`.

#[path = "book/mod.rs"]
mod checks;
mod support;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use checks::page::Page;
use checks::site::Site;
use checks::*;

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> Option<String> {
    std::fs::read_to_string(project().join(file)).ok()
}

/// The files of a folder of the project and of its folders, by path from the project, in order.
fn files(folder: &str, ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in project().join(folder).read_dir().into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
        match path.is_dir() {
            true => found.extend(files(&name, ending)),
            false if name.ends_with(ending) => found.push(name),
            false => {}
        }
    }
    found.sort();
    found
}

fn page(name: &str) -> Page {
    Page::new(name, read(&format!("book/src/{name}")).unwrap())
}

/// All pages, without the table of contents.
static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| {
    let names = files("book/src", ".md");
    let names = names.iter().filter_map(|file| file.strip_prefix("book/src/"));
    names.filter(|name| *name != "SUMMARY.md").map(page).collect()
});

/// What a check finds on all pages.
fn on_all_pages(check: impl Fn(&Page) -> Vec<Finding>) -> Vec<Finding> {
    PAGES.iter().flat_map(check).collect()
}

#[test]
fn what_is_included_is_there() {
    let mut found = on_all_pages(|page| includes::missing(page, &read));
    for file in files("tests/snippets", ".rs") {
        found.extend(includes::half_open(&file, &read(&file).unwrap()));
    }
    nothing(found);
}

#[test]
fn code_is_taken_from_what_runs() {
    nothing(on_all_pages(blocks::typed));
}

#[test]
fn what_was_made_for_the_book_is_shown() {
    let mut found = shown::unused_printed(&files("book/printed", ".txt"), &PAGES);
    for file in files("tests/snippets", ".rs") {
        found.extend(shown::unused_anchors(&file, &read(&file).unwrap(), &PAGES));
    }
    nothing(found);
}

#[test]
fn figures_come_from_records() {
    nothing(on_all_pages(figures::typed));
}

#[test]
fn directives_are_known() {
    nothing(on_all_pages(directives::unknown));
}

#[test]
fn words_are_plain() {
    nothing(on_all_pages(words::selling));
}

#[test]
fn other_systems_are_cited_with_a_date() {
    let chapters = summary::entries(&page("SUMMARY.md"));
    let chapters: Vec<&str> = summary::chapters(&chapters).map(|entry| entry.page.as_str()).collect();
    let about = |page: &Page| chapters.contains(&page.name.as_str()) || page.name.starts_with("maps/");
    nothing(on_all_pages(|page| if about(page) { words::undated(page) } else { Vec::new() }));
}

#[test]
fn chapters_have_their_parts() {
    let entries = summary::entries(&page("SUMMARY.md"));
    let chapters: Vec<Page> = summary::chapters(&entries).map(|entry| page(&entry.page)).collect();
    assert_eq!(chapters.len(), 9);
    nothing(chapters.iter().flat_map(chapters::parts).collect());
}

#[test]
fn pages_are_in_the_table_of_contents() {
    nothing(summary::apart(&page("SUMMARY.md"), &PAGES));
}

#[test]
fn terms_are_used() {
    let glossary = page("glossary.md");
    assert!(glossary::terms(&glossary).len() >= 10, "the glossary has no terms, or writes them otherwise");
    nothing(glossary::unused_terms(&glossary, &PAGES));
}

#[test]
fn exercises_are_mentioned() {
    let all = outgrow::exercises::all(project()).unwrap();
    let all: Vec<(String, String)> = all
        .iter()
        .map(|exercise| {
            let folder = exercise.folder.strip_prefix(project()).unwrap();
            (exercise.name.clone(), folder.join("README.md").to_string_lossy().into_owned())
        })
        .collect();
    nothing(glossary::unmentioned(&all, &PAGES));
}

#[test]
fn printed_text_is_what_is_printed_now() {
    let bless = std::env::var_os(printed::BLESS).is_some_and(|value| value == "1");
    let mut found = Vec::new();
    for file in files("book/printed", ".txt") {
        let text = read(&file).unwrap();
        let words = match printed::command(&file, &text) {
            Ok(words) => words,
            Err(finding) => {
                found.push(finding);
                continue;
            }
        };
        let folder = tempfile::tempdir().unwrap();
        let mut command = support::program();
        command.args(&words).stdin(std::process::Stdio::null()).current_dir(project());
        command.env("OUTGROW_RECORDS", folder.path().join("records")).env("OUTGROW_MINE", folder.path().join("mine"));
        command.env("COLUMNS", "80").env("NO_COLOR", "1").env_remove("CLICOLOR_FORCE");
        let output = command.output().unwrap();
        let now = printed::now(&text, &support::stdout(&output));
        if let Some(finding) = printed::stale(&file, &text, &now) {
            match bless && !support::stdout(&output).trim().is_empty() {
                true => std::fs::write(project().join(&file), now).unwrap(),
                false => found.push(Finding { what: finding.what + &support::stderr(&output), ..finding }),
            }
        }
    }
    nothing(found);
}

/// The book, built once for these tests, without records of this machine.
static BUILT: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("book");
    let setting = outgrow::book::Setting {
        book: project().join("book"),
        out: out.clone(),
        records: no_records(),
        ..Default::default()
    };
    outgrow::book::build(&setting).map_err(|error| error.to_string())?;
    Ok(out)
});

fn built() -> Site {
    match &*BUILT {
        Ok(folder) => Site::read(folder),
        Err(error) => panic!("{error}"),
    }
}

/// A file of records that is not there.
fn no_records() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-records/records.jsonl")
}

#[test]
fn links_lead_somewhere() {
    let site = built();
    let found = links::dead(&site).into_iter().map(|finding| at_its_source(finding, &site));
    nothing(found.collect());
}

/// A finding in a built page, told of the page as it is written, where that has what the line of the built one has.
fn at_its_source(finding: Finding, site: &Site) -> Finding {
    let name = format!("{}.md", finding.file.trim_end_matches(".html"));
    let Some(page) = PAGES.iter().find(|page| page.name == name) else { return finding };
    let built = &site.pages[&finding.file].text;
    let line = links::written(&finding, built, &page.text);
    let what = format!("{} (built: {}:{})", finding.what, finding.file, finding.line);
    page.finding(line, what)
}

#[test]
fn plain_mdbook_builds_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let book = project().join("book");
    let mut config = mdbook_driver::config::Config::from_disk(book.join("book.toml")).unwrap();
    // As `book.toml` says, without cargo around it.
    let command: String = config.get("preprocessor.outgrow.command").unwrap().unwrap();
    let asked = command.split_once(" -- ").expect("the preprocessor is run by `cargo run ... -- WORDS`").1;
    let records = no_records();
    let records = records.parent().unwrap().display();
    let program = env!("CARGO_BIN_EXE_outgrow");
    let home = project().display();
    let command = format!("env 'OUTGROW_RECORDS={records}' 'OUTGROW_HOME={home}' '{program}' {asked}");
    config.set("preprocessor.outgrow.command", command).unwrap();
    config.build.build_dir = folder.path().to_path_buf();
    mdbook_driver::MDBook::load_with_config(&book, config).unwrap().build().unwrap();
    nothing(same::differences(&built(), &Site::read(folder.path())));
}

/// What a server on this machine answers.
fn asked(address: &str, path: &str) -> String {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_served_book_follows_the_records_and_goes_with_ctrl_c() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().unwrap();
    let records = folder.path().join("records");
    let mut command = support::program();
    command.args(["book", "serve", "--port", "0"]).env("OUTGROW_RECORDS", &records).env("TMPDIR", folder.path());
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = told.next().unwrap().unwrap();
    let address = first.split("http://").nth(1).and_then(|rest| rest.split('/').next()).unwrap().to_string();
    let page = asked(&address, "/divided.html");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("__reload"), "{page}");
    assert!(asked(&address, "/nowhere.html").starts_with("HTTP/1.1 404"));
    std::fs::create_dir(&records).unwrap();
    std::fs::write(records.join("records.jsonl"), "").unwrap();
    assert_eq!(told.next().unwrap().unwrap(), "Built again: records.jsonl changed.");
    assert!(asked(&address, "/divided.html").starts_with("HTTP/1.1 200"));
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(child.id() as i32), nix::sys::signal::Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(folder.path().read_dir().unwrap().count(), 1, "the records alone are left");
}
