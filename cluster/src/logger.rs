//! What Ballista and this crate log: lines on stderr, from warnings on, or from the level that `RUST_LOG` names.

use std::time::SystemTime;

use log::{LevelFilter, Log, Metadata, Record};

struct Lines;

impl Log for Lines {
    fn enabled(&self, metadata: &Metadata) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record) {
        if self.enabled(record.metadata()) {
            let time = chrono::DateTime::<chrono::Utc>::from(SystemTime::now()).format("%H:%M:%S%.3f");
            eprintln!("{time} {} {}: {}", record.level(), record.target(), record.args());
        }
    }

    fn flush(&self) {}
}

/// Starts to log.
pub fn start() {
    let level = std::env::var("RUST_LOG").ok().and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::Warn);
    // Whoever brought a logger along keeps it.
    if log::set_logger(&Lines).is_ok() {
        log::set_max_level(level);
    }
}
