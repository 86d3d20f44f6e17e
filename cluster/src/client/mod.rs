//! The client's side: a job is planned, submitted, watched, and its result has to prove itself.

mod address;
mod engine;
mod interrupted;
mod neighbours;
mod planning;
mod proof;
pub mod rest;
mod settings;
mod sql;
mod submission;
mod undisturbed;

pub use address::{Address, SCHEDULER_PORT, is_loopback};
pub use engine::Ballista;
pub use settings::Settings;
