//! Panics of an answer are findings, and its gaps are told by their place.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, Once};

/// What `todo!()` says.
const GAP: &str = "not yet implemented";

static LAST: Mutex<String> = Mutex::new(String::new());

fn last() -> std::sync::MutexGuard<'static, String> {
    LAST.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// From now on the place of the last panic is known; it is printed only with RUST_BACKTRACE, or when `loud`.
pub fn watch(loud: bool) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        let loud = loud || std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
        std::panic::set_hook(Box::new(move |panic| {
            *last() = panic.location().map_or_else(String::new, |place| {
                let file = place.file().rsplit(['/', '\\']).next().unwrap_or_default();
                format!("{file}, line {}", place.line())
            });
            if loud {
                usual(panic);
            }
        }));
    });
}

/// Runs a part of an answer; what goes wrong is returned in words.
pub fn caught<T, E: std::fmt::Display>(work: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    let error = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => format!("{error:#}"),
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            if !text.contains(GAP) {
                return Err(format!("Your code panicked in {}: {text}", last()));
            }
            text
        }
    };
    Err(match error.split_once(GAP) {
        // A gap within a function that an engine called comes back as that call's error.
        Some((_, what)) => {
            let what = what.trim_start_matches(": ").trim_end_matches(". Mend the function and run again");
            let what = if what.is_empty() { "fill in what the task asks for" } else { what };
            format!("This is not written yet ({}): {what}", last())
        }
        None => format!("Your code returned an error: {error}"),
    })
}
