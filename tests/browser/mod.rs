//! The book in a browser: built once, served on this machine, in one chromium that all tests share.

mod axe;
mod chromium;
mod pages;
mod reader;
mod server;
mod tab;
mod widgets;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, Once, Weak};

use chromium::Chromium;
use tab::Tab;

/// What tests share for as long as one of them runs: the last one ends the browser.
pub struct Room {
    pub chromium: Arc<Chromium>,
}

static ROOM: Mutex<Weak<Room>> = Mutex::new(Weak::new());

/// Without records of this machine: the figures are those of the committed results.
static BOOK: LazyLock<Result<(PathBuf, String), String>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let setting = outgrow::book::Setting {
        book: Path::new(env!("CARGO_MANIFEST_DIR")).join("book"),
        out: folder.join("book-in-a-browser"),
        records: folder.join("no-records/records.jsonl"),
        ..Default::default()
    };
    let out = outgrow::book::build(&setting).map_err(|error| error.to_string())?.out;
    let address = server::serve(out.clone());
    Ok((out, address))
});

/// Where the book is: its folder, and its address.
fn book() -> (&'static Path, &'static str) {
    match &*BOOK {
        Ok((folder, address)) => (folder, address),
        Err(error) => panic!("{error}"),
    }
}

/// The browser; none where there is no chromium and nobody asks that there is.
///
/// # Panics
/// Where `OUTGROW_BROWSER=required` and there is none.
pub fn room() -> Option<Arc<Room>> {
    let Some(program) = chromium::find() else {
        let why = missing(std::env::var_os("OUTGROW_BROWSER").is_some_and(|value| value == "required"));
        // Past the test's own capture, once: tests that did nothing say so.
        static TOLD: Once = Once::new();
        TOLD.call_once(|| drop(writeln!(std::io::stderr(), "\nskipped: {why}\n")));
        return None;
    };
    let mut shared = ROOM.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let room = shared.upgrade().unwrap_or_else(|| Arc::new(Room { chromium: Arc::new(Chromium::start(&program)) }));
    *shared = Arc::downgrade(&room);
    Some(room)
}

fn missing(required: bool) -> &'static str {
    let what = "no chromium on this machine, so the book was not tried in a browser. `sudo apt-get install chromium`, or \
                name one: CHROME=/path/to/chrome.";
    assert!(!required, "{what}");
    what
}

impl Room {
    /// A tab of one's own.
    pub fn tab(&self) -> Tab {
        Tab::new(self.chromium.clone())
    }
}

/// The address of a page of the book.
pub fn address(page: &str) -> String {
    format!("{}{page}", book().1)
}

/// The page that has this in its HTML.
pub fn containing(part: &str) -> String {
    let has = |page: &String| std::fs::read_to_string(book().0.join(page)).unwrap().contains(part);
    pages().into_iter().find(has).unwrap_or_else(|| panic!("no page has `{part}`"))
}

/// All pages of the book, as paths.
pub fn pages() -> Vec<String> {
    let mut pages = Vec::new();
    let mut folders = vec![book().0.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(book().0).unwrap().to_string_lossy().into_owned();
            match path.is_dir() {
                true => folders.push(path),
                // The list of pages for browsers without scripts, and the page for an address that there is not.
                false if name.ends_with(".html") && name != "toc.html" && name != "404.html" => pages.push(name),
                false => {}
            }
        }
    }
    pages.sort();
    pages
}

#[test]
fn without_a_browser_a_test_says_so_or_fails() {
    assert!(missing(false).contains("apt-get install chromium"));
    let said = std::panic::catch_unwind(|| missing(true)).unwrap_err();
    assert!(said.downcast_ref::<String>().unwrap().contains("apt-get install chromium"));
}

#[test]
fn no_browser_is_left_behind_by_a_test_that_fails() {
    let Some(program) = chromium::find() else { return };
    let failed = std::panic::catch_unwind(|| {
        let one = Chromium::start(&program);
        one.call("Browser.getVersion", serde_json::json!({}));
        std::panic::panic_any((one.id(), one.profile().to_path_buf()))
    });
    let (id, profile) = *failed.unwrap_err().downcast::<(u32, PathBuf)>().unwrap();
    let group = nix::unistd::Pid::from_raw(id as i32);
    assert_eq!(nix::sys::signal::killpg(group, None), Err(nix::errno::Errno::ESRCH));
    assert!(!profile.exists());
}
