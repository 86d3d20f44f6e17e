//! Who presses Ctrl-C wants an end of it: the jobs of this process are cancelled on their clusters.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ballista_core::serde::protobuf::CancelJobParams;
use outgrow::scratch;

use super::address::Address;
use crate::{session, tls};

static RUNNING: Mutex<Vec<(Address, String)>> = Mutex::new(Vec::new());

/// How long one waits at most, once for each job.
const PATIENCE: Duration = Duration::from_secs(1);

/// A job that runs; no longer, when this is dropped.
pub struct Running(String);

impl Running {
    /// From now on this job is cancelled on Ctrl-C.
    pub fn new(address: &Address, job: &str) -> Self {
        scratch::set_last_deed(cancel);
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).push((address.clone(), job.to_string()));
        Self(job.to_string())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).retain(|(_, job)| *job != self.0);
    }
}

fn cancel() {
    let running = std::mem::take(&mut *RUNNING.lock().unwrap_or_else(PoisonError::into_inner));
    // One that has nothing to cancel needs no threads.
    let Some(runtime) = (!running.is_empty()).then(session::runtime).and_then(Result::ok) else { return };
    for (address, job_id) in running {
        let cancelled = async {
            let channel = tls::endpoint(&address.to_string()).ok()?.connect().await.ok()?;
            session::scheduler(channel).cancel_job(CancelJobParams { job_id }).await.ok()
        };
        // Who does not answer has nothing to cancel.
        let _ = runtime.block_on(async { tokio::time::timeout(PATIENCE, cancelled).await });
    }
}
