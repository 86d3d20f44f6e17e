//! The book in a real browser: it loads, is found in, played with and read: in both themes, on a small screen, without
//! scripts, and by those who cannot see it.
//!
//! Chromium is driven from here (`browser/`); where there is none these tests say so and do nothing, unless
//! `OUTGROW_BROWSER=required`.

#[path = "browser/mod.rs"]
mod browser;
