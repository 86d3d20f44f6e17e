//! What a run says of itself.

use serde::{Deserialize, Serialize};

use crate::partitioned::Spent;

/// One run of one workload in one mode, as `outgrow run --json` prints it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Name of the workload.
    pub workload: String,
    /// `eager`, `dropin` or `partitioned`.
    pub mode: String,
    /// The engine of a partitioned run; the other modes have none.
    pub engine: Option<String>,
    /// Threads that the run could use.
    pub threads: usize,
    /// Rows of the input.
    pub rows: u64,
    /// Seconds from before reading to the answer.
    pub wall_s: f64,
    /// User and system time of all threads in these seconds.
    pub cpu_s: f64,
    /// The most memory that the process had resident at once, in bytes; 0 where the system does not say.
    pub peak_rss_bytes: u64,
    /// Rows copied from one partition to another.
    pub rows_moved: u64,
    /// Bytes of these rows.
    pub bytes_moved: u64,
    /// Where the time of an engine went that works in other processes; others have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spent: Option<Spent>,
    /// Short form of the answer: equal for equal answers, last digits aside.
    pub digest: String,
}
