//! A part of an answer in a process of its own: what memory it needs, and whether it lives under a cap.
//!
//! The process is this very program, started again: an environment variable says what to do, and a temporary folder is
//! where it leaves the table and what it counted.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use outgrow::memory::show_bytes;
use outgrow::scratch::{self, TempFolder};
use polars::prelude::*;
use polars_io::parquet::read::ParquetReader;
use polars_io::parquet::write::ParquetWriter;
use serde::{Deserialize, Serialize};

use crate::counted::{Counts, counts_of};
use crate::panics::caught;
use crate::{Check, Exercise};

const ORDER: &str = "OUTGROW_EXERCISES_ALONE";

/// What the process is asked for.
#[derive(Serialize, Deserialize)]
struct Order {
    case: String,
    cap: Option<u64>,
    folder: std::path::PathBuf,
}

/// What it says beside the table.
#[derive(Default, Serialize, Deserialize)]
struct Report {
    peak_bytes: u64,
    allocations: u64,
    error: Option<String>,
}

/// What a part of an answer gave in a process of its own.
#[derive(Clone, Debug)]
pub struct Alone {
    /// The table that it returned.
    pub answer: DataFrame,
    /// The most bytes that it had in use at once within [`counted()`], beyond those before.
    pub peak_bytes: u64,
    /// How often it asked for memory within [`counted()`].
    pub allocations: u64,
}

impl Check {
    /// Runs [`Exercise::alone`] for this case in a process of its own. What goes wrong there becomes a finding, and there
    /// is nothing to return.
    pub fn alone(&mut self, case: &str) -> Option<Alone> {
        self.started(case, None, &|_| String::new())
    }

    /// As [`Check::alone`], and no more than `cap` bytes may be in use at once within [`counted()`]. Where they are, the
    /// case runs once more without a cap, and `why` says by what it gives what the memory was for.
    pub fn alone_under(&mut self, case: &str, cap: u64, why: impl Fn(&Alone) -> String) -> Option<Alone> {
        self.started(case, Some(cap), &why)
    }

    fn started(&mut self, case: &str, cap: Option<u64>, why: &dyn Fn(&Alone) -> String) -> Option<Alone> {
        let folder = self.call(case, TempFolder::new)?;
        let order = Order { case: case.into(), cap, folder: folder.path().to_path_buf() };
        let started = || -> anyhow::Result<_> {
            let stderr = File::create(folder.path().join("stderr"))?;
            let mut command = Command::new(std::env::current_exe()?);
            command.args(&self.again).env(ORDER, serde_json::to_string(&order)?).env("RUST_BACKTRACE", "0");
            // Whatever ends it, what it leaves behind goes with our folder.
            command.env("TMPDIR", folder.path());
            command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(stderr);
            let (mut child, _listed) = scratch::spawn(&mut command)?;
            // Held open until the end: the process ends with us.
            let stdin = child.stdin.take();
            let status = child.wait()?;
            drop(stdin);
            Ok(status)
        };
        let status = started();
        let status = self.call(case, || status)?;
        let report = || serde_json::from_slice::<Report>(&std::fs::read(folder.path().join("report")).ok()?).ok();
        match report() {
            Some(Report { error: Some(error), .. }) => self.find(case, error),
            Some(Report { peak_bytes, allocations, .. }) => {
                let answer = self.call(case, || read(&folder.path().join("answer")))?;
                return Some(Alone { answer, peak_bytes, allocations });
            }
            None => {
                let words = std::fs::read_to_string(folder.path().join("stderr")).unwrap_or_default();
                let asked = refused(&words);
                let reason = match asked.zip(cap) {
                    Some((bytes, cap)) => {
                        let why = self.alone(case).map(|uncapped| why(&uncapped)).unwrap_or_default();
                        let (cap, bytes) = (show_bytes(cap), show_bytes(bytes));
                        format!("Your code ran out of memory: under a cap of {cap}, {bytes} more were asked for. {why}")
                    }
                    None => format!("Your code ended its process ({status}): {}", words.trim()),
                };
                self.find(case, reason.trim_end().into());
            }
        }
        None
    }
}

/// The bytes that a process was refused, by its last words. Threads that are refused at a time speak into each other.
fn refused(words: &str) -> Option<u64> {
    words.split("memory allocation of ").skip(1).find_map(|rest| rest.split(' ').next()?.parse().ok())
}

static CAP: OnceLock<Option<u64>> = OnceLock::new();
static COUNTS: OnceLock<Counts> = OnceLock::new();

/// Within [`Exercise::alone`]: counts the memory that `work` asks for and has in use at once, under the cap of the case.
/// Inputs are made before, what is looked at is looked at afterwards.
pub fn counted<T>(work: impl FnOnce() -> T) -> T {
    let (value, counts) = counts_of(CAP.get().copied().flatten(), work);
    // A second part of the same process would hide the first.
    COUNTS.set(counts).expect("counted once in a process");
    value
}

/// In a process that was started for it: does what was asked for, and ends.
pub(crate) fn serve(answer: &impl Exercise) {
    let Some(order) = std::env::var(ORDER).ok().and_then(|order| serde_json::from_str::<Order>(&order).ok()) else {
        return;
    };
    crate::program::end_with_parent();
    let _ = CAP.set(order.cap);
    let done = caught(|| answer.alone(&order.case))
        .and_then(|answer| write(&answer, &order.folder.join("answer")).map_err(|error| error.to_string()));
    let Counts { peak_bytes, allocations } = COUNTS.get().copied().unwrap_or_default();
    let report = Report { peak_bytes, allocations, error: done.err() };
    let written = serde_json::to_vec(&report).map(|json| std::fs::write(order.folder.join("report"), json));
    std::process::exit(if matches!(written, Ok(Ok(()))) { 0 } else { 1 });
}

fn write(answer: &DataFrame, path: &Path) -> PolarsResult<()> {
    ParquetWriter::new(File::create(path)?).finish(&mut answer.clone()).map(|_| ())
}

fn read(path: &Path) -> PolarsResult<DataFrame> {
    ParquetReader::new(File::open(path)?).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_is_read_from_last_words() {
        assert_eq!(refused("memory allocation of 4096 bytes failed"), Some(4096));
        let at_a_time = "memory allocation of memory allocation of 170752 bytes failed\n125952 bytes failed";
        assert_eq!(refused(at_a_time), Some(170_752));
        assert_eq!(refused("a panic"), None);
    }

    struct Dies;

    impl Exercise for Dies {
        fn check(&self, check: &mut Check) {
            check.alone("a case");
        }

        fn alone(&self, _case: &str) -> anyhow::Result<DataFrame> {
            let folder = TempFolder::new()?;
            eprintln!("left: {}", folder.path().display());
            std::process::abort();
        }
    }

    #[test]
    fn what_a_process_leaves_when_it_dies_is_removed() {
        let again = ["alone::tests::what_a_process_leaves_when_it_dies_is_removed", "--exact", "--nocapture"];
        let verdict = crate::judge(&Dies, &again);
        let reason = &verdict.findings[0].reason;
        assert!(reason.contains("Your code ended its process (signal: 6"), "{reason}");
        let (_, left) = reason.split_once("left: ").unwrap();
        assert!(!Path::new(left).exists(), "{left}");
    }
}
