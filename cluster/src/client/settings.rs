//! What a client may choose.

use std::path::PathBuf;
use std::time::Duration;

/// How a client behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How often a call is submitted, at most.
    pub attempts: u32,
    /// How long a scheduler may be silent, and executors missing, before that is an error.
    pub patience: Duration,
    /// How long nobody may work on a job before it is submitted again.
    pub idle: Duration,
    /// A folder that this process can write and all executors can read, for rows that are too many to send along.
    pub shared_folder: Option<PathBuf>,
    /// Whether Ballista plans again as it goes.
    pub adaptive: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            attempts: 4,
            patience: Duration::from_secs(20),
            idle: Duration::from_secs(15),
            shared_folder: std::env::var_os("OUTGROW_SHARED_FOLDER").map(PathBuf::from),
            adaptive: false,
        }
    }
}
