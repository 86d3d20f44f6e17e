//! What holds for every page: each is opened once in either theme, and looked at from all sides.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Room, address, axe, pages, room};

const FAINT: &str = include_str!("faint.js");
const WIDE: &str = include_str!("wide.js");
const SMALL: u32 = 400;

/// What was found on all pages, a line each with its page and theme.
#[derive(Default)]
struct Seen {
    pages: usize,
    words_in_pictures: u64,
    complaints: Vec<String>,
    faint: Vec<String>,
    wide: Vec<String>,
    serious: Vec<String>,
}

static LIGHT: LazyLock<Seen> = LazyLock::new(|| look("light", axe::Rules::All));
static NAVY: LazyLock<Seen> = LazyLock::new(|| look("navy", axe::Rules::Colors));

fn look(theme: &str, rules: axe::Rules) -> Seen {
    let room = room().unwrap();
    let tab = room.tab();
    tab.theme(theme);
    let mut seen = Seen::default();
    for page in pages() {
        let told =
            |lines: Vec<String>| lines.into_iter().map(|line| format!("{page}, {theme}: {line}")).collect::<Vec<_>>();
        tab.size(1280, 900);
        tab.open(&address(&page));
        tab.until(&format!("document.documentElement.classList.contains('{theme}')"));
        tab.until("document.querySelector('main h1')?.textContent");
        tab.until("document.querySelectorAll('.chapter li a').length > 20");
        seen.complaints.extend(told(tab.complaints()));
        // What nobody answered is shown as it was written.
        let left = tab.eval("document.querySelector('main').innerText.match(/{{#[^}]*/g) || []");
        seen.complaints.extend(told(lines(&left)));
        seen.serious.extend(told(axe::serious(&tab, rules)));
        seen.words_in_pictures += tab.eval("document.querySelectorAll('main svg text').length").as_u64().unwrap();
        seen.faint.extend(told(lines(&tab.eval(FAINT))));
        tab.size(SMALL, 800);
        seen.wide.extend(told(lines(&tab.eval(WIDE))));
        seen.pages += 1;
    }
    seen
}

fn lines(value: &serde_json::Value) -> Vec<String> {
    value.as_array().unwrap().iter().filter_map(|line| line.as_str()).map(String::from).collect()
}

/// Both themes, looked at once for all tests; none without a browser.
fn both() -> Option<(std::sync::Arc<Room>, [&'static Seen; 2])> {
    let room = room()?;
    // The two tests that run at a time begin with another theme each.
    static TURN: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    match TURN.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 2 {
        0 => drop(LazyLock::force(&LIGHT)),
        _ => drop(LazyLock::force(&NAVY)),
    }
    Some((room, [&LIGHT, &NAVY]))
}

/// Fails with all lines. What is said of several pages is said once.
#[track_caller]
fn nothing(found: [&Vec<String>; 2]) {
    let mut pages: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in found.into_iter().flatten() {
        let (page, what) = line.split_once(": ").unwrap();
        pages.entry(what).or_default().push(page);
    }
    let told = pages.iter().map(|(what, pages)| match pages[..] {
        [first, _, ..] => format!("{first} and {} more: {what}", pages.len() - 1),
        _ => format!("{}: {what}", pages[0]),
    });
    let told: Vec<String> = told.collect();
    assert!(told.is_empty(), "{} findings:\n{}\n", told.len(), told.join("\n"));
}

#[test]
fn every_page_loads_without_a_complaint() {
    let Some((_room, [light, navy])) = both() else { return };
    assert!(light.pages > 20 && light.pages == navy.pages, "{} pages", light.pages);
    nothing([&light.complaints, &navy.complaints]);
}

#[test]
fn words_in_pictures_can_be_read() {
    let Some((_room, [light, navy])) = both() else { return };
    assert!(light.words_in_pictures > 100, "the book has charts");
    nothing([&light.faint, &navy.faint]);
}

#[test]
fn a_small_screen_needs_no_sideways_scroll() {
    let Some((_room, [light, navy])) = both() else { return };
    nothing([&light.wide, &navy.wide]);
}

#[test]
fn nothing_serious_keeps_a_reader_out() {
    let Some((_room, [light, navy])) = both() else { return };
    nothing([&light.serious, &navy.serious]);
}

mod each_of_these_checks_can_fail {
    use super::*;

    /// A page of the book with another body.
    fn with(body: &str, look: impl FnOnce(&crate::browser::tab::Tab)) {
        let Some(room) = room() else { return };
        let tab = room.tab();
        tab.open(&address("404.html"));
        tab.eval(&format!("document.body.innerHTML = {body:?}"));
        look(&tab);
    }

    #[test]
    fn a_complaint() {
        let Some(room) = room() else { return };
        let folder = tempfile::tempdir().unwrap();
        let address = crate::browser::server::serve(folder.path().to_path_buf());
        let tab = room.tab();
        let heard = |body: &str| {
            let page = format!("<!doctype html><link rel=icon href='data:,'>{body}");
            std::fs::write(folder.path().join("index.html"), page).unwrap();
            tab.open(&address);
            tab.complaints()
        };
        assert_eq!(heard("<script>console.log('all well')</script>"), Vec::<String>::new());
        for (wrong, says) in [
            ("<script>console.error('broken')</script>", "broken"),
            ("<script>nothing.at.all()</script>", "nothing is not defined"),
            ("<script>Promise.reject(new Error('in vain'))</script>", "in vain"),
            ("<img src='nowhere.png'>", "404"),
            ("<img src='https://example.org/a.png'>", "ERR_NAME_NOT_RESOLVED"),
        ] {
            let complaints = heard(wrong);
            assert!(complaints.iter().any(|complaint| complaint.contains(says)), "{wrong}: {complaints:?}");
        }
    }

    #[test]
    fn a_faint_word() {
        for (word, below, faint) in [("#333", "none", 0), ("#999", "none", 1), ("#333", "#222", 1), ("#fff", "#222", 0)]
        {
            let picture = format!(
                "<main><svg viewBox='0 0 100 40' style='background: white' width='100'><rect width='100' height='40' \
                 fill='{below}'/><text y='20' fill='{word}'>word</text></svg></main>"
            );
            with(&picture, |tab| assert_eq!(lines(&tab.eval(FAINT)).len(), faint, "{word} on {below}"));
        }
    }

    #[test]
    fn a_wide_page() {
        for (wide, found) in [
            ("<div style='width: 500px; height: 9px'></div>", 1),
            ("<div style='overflow-x: auto'><div style='width: 500px; height: 9px'></div></div>", 0),
        ] {
            with(&format!("<main>{wide}</main>"), |tab| {
                tab.size(SMALL, 800);
                assert_eq!(lines(&tab.eval(WIDE)).len(), found, "{wide}");
            });
        }
    }

    #[test]
    fn a_word_without_contrast() {
        with("<main><h1>A</h1><p style='color: #bbb; background: #fff'>faint</p></main>", |tab| {
            let found = axe::serious(tab, axe::Rules::All);
            assert!(found.iter().any(|line| line.starts_with("color-contrast")), "{found:?}");
        });
    }

    #[test]
    fn they_are_told_once() {
        let (one, other) =
            (vec!["a.html, light: no".to_string()], vec!["a.html, navy: no".into(), "b.html, navy: yes".into()]);
        let said = std::panic::catch_unwind(|| nothing([&one, &other])).unwrap_err();
        let said = said.downcast_ref::<String>().unwrap();
        assert!(said.starts_with("2 findings:\na.html, light and 1 more: no\nb.html, navy: yes"), "{said}");
    }
}
