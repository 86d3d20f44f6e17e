//! What a reader does: searches, chooses a theme, guesses, or has no scripts.

use super::{address, containing, pages, room};

#[test]
fn search_finds_shuffle() {
    let Some(room) = room() else { return };
    let tab = room.tab();
    tab.open(&address("index.html"));
    tab.press("s");
    tab.until("document.activeElement.id === 'mdbook-searchbar'");
    // The index is loaded now; keys are listened to from then on.
    tab.until("window.search && !document.querySelector('#mdbook-searchbar-outer').classList.contains('searching')");
    for letter in ["s", "h", "u", "f", "f", "l", "e"] {
        tab.press(letter);
    }
    tab.until(
        "[...document.querySelectorAll('#mdbook-searchresults li')].some(one => /shuffle/i.test(one.textContent))",
    );
    tab.press("ArrowDown");
    tab.press("Enter");
    tab.until("location.search.includes('highlight=shuffle') && document.querySelector('main mark')");
    assert_eq!(tab.complaints(), Vec::<String>::new());
}

#[test]
fn a_theme_is_chosen_and_kept() {
    let Some(room) = room() else { return };
    let tab = room.tab();
    tab.open(&address("one-core.html"));
    tab.until("document.documentElement.classList.contains('light')");
    let colours = "[getComputedStyle(document.querySelector('main svg text')).fill, \
                   getComputedStyle(document.documentElement).backgroundColor]";
    let light = tab.eval(colours);
    tab.click("#mdbook-theme-toggle");
    tab.click("#mdbook-theme-navy");
    tab.until("document.documentElement.classList.contains('navy')");
    let navy = tab.eval(colours);
    assert!(light[0] != navy[0] && light[1] != navy[1], "a chart keeps its colours: {light} in light, {navy} in navy");
    tab.open(&address("index.html"));
    tab.until("document.documentElement.classList.contains('navy')");
    assert_eq!(tab.complaints(), Vec::<String>::new());
}

#[test]
fn a_prediction_is_opened_by_key_and_by_mouse() {
    let Some(room) = room() else { return };
    let tab = room.tab();
    tab.open(&address("one-core.html"));
    let open = "document.querySelector('details.predict').open";
    assert_eq!(tab.eval(open), false, "a reader guesses before the answer is shown");
    tab.focus("details.predict > summary");
    tab.press("Enter");
    tab.until(open);
    tab.click("details.predict > summary");
    tab.until(&format!("!{open}"));
}

#[test]
fn without_scripts_there_is_a_picture_and_a_way_to_other_pages() {
    let Some(room) = room() else { return };
    let tab = room.tab();
    tab.scripts_off();
    for widget in ["shuffle", "mean-median", "amdahl", "index"] {
        let page = containing(&format!("data-widget=\"{widget}\""));
        tab.open(&address(&page));
        assert!(tab.eval("document.documentElement.classList.contains('js')") == false, "scripts are on");
        let shown = tab.eval(&format!(
            "(() => {{ const still = document.querySelector('[data-widget={widget}] .widget-still'); \
             return [still.querySelector('svg').getBoundingClientRect().height > 50, \
             still.querySelector('figcaption').innerText.length > 20, \
             document.querySelectorAll('[data-widget={widget}] :is(button, input)').length] }})()"
        ));
        assert_eq!(shown, serde_json::json!([true, true, 0]), "{page}: {widget} has no picture without scripts");
    }
    for page in pages() {
        tab.open(&address(&page));
        let ways = tab.eval("[...document.querySelectorAll('main ~ nav a, .nav-chapters')].length");
        assert!(ways.as_u64() >= Some(1), "{page} leads to no other page without scripts");
    }
}
