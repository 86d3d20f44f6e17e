//! Progress bars: on stderr, and only where it is a terminal.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar for work of so much weight, with the time that is left.
pub fn weights(weight: u64, what: &str) -> ProgressBar {
    bar(weight, "{prefix} {bar:24} {msg} {eta} left", what)
}

/// A bar for rows that are written.
pub fn rows(rows: u64, what: &str) -> ProgressBar {
    bar(rows, "{prefix} {bar:24} {human_pos}/{human_len} rows {eta} left", what)
}

/// A sign of life for work whose end is not known; `None` where stderr is no terminal, as in a measured run.
pub fn alive(what: &str) -> Option<ProgressBar> {
    if !std::io::stderr().is_terminal() {
        return None;
    }
    let spinner = ProgressBar::new_spinner().with_message(what.to_string());
    let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
    spinner.set_style(style.expect("a template of this file can be read"));
    spinner.enable_steady_tick(Duration::from_millis(100));
    Some(spinner)
}

fn bar(length: u64, template: &str, what: &str) -> ProgressBar {
    let bar = ProgressBar::new(length).with_prefix(what.to_string());
    bar.set_style(ProgressStyle::with_template(template).expect("a template of this file can be read"));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
