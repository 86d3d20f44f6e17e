//! Exercises: what the runner and the checks share, and the runner's parts.
//!
//! An exercise is a folder under `exercises/` ([`Exercise`]). The attendee works on a copy of its starting file in
//! `mine/` ([`Mine`]), a program of its own: it links the check, calls the attendee's functions, and hands back a
//! [`Verdict`]. [`attempt()`] builds and runs it, [`Progress`] remembers what came of it, [`show`] puts it in words, and
//! [`fitted`] makes tasks and hints fit a terminal. The checks themselves are in the member `exercises/`, which depends
//! on this crate: nothing here knows one of them.

mod attempt;
mod catalog;
mod markdown;
mod mine;
mod progress;
pub mod show;
mod verdict;

pub use attempt::{Attempt, VERDICT, attempt};
pub use catalog::{Exercise, all, find};
pub use markdown::fitted;
pub use mine::Mine;
pub use progress::{Entry, Progress, State};
pub use verdict::{Cell, Finding, Tables, Verdict};
