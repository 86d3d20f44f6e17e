//! Between DataFusion's streams and functions that block: polars, and the caller's own.

use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::{DataFusionError, Result};
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchReceiverStream;
use futures::{Future, TryStreamExt};

/// Batches that wait to be taken.
const WAITING: usize = 2;

/// All batches of a stream that have rows.
///
/// # Errors
/// What the stream reports.
pub async fn collect(stream: SendableRecordBatchStream) -> Result<Vec<RecordBatch>> {
    let batches: Vec<RecordBatch> = stream.try_collect().await?;
    Ok(batches.into_iter().filter(|batch| batch.num_rows() > 0).collect())
}

/// Awaits the inputs, then runs `work` on a thread that may block; what it gives out is the stream. When nobody listens
/// any more, `out` reports an error and the stop is pulled.
pub fn in_a_thread<I, W>(schema: SchemaRef, inputs: I, work: W) -> SendableRecordBatchStream
where
    I: Future<Output = Result<Vec<Vec<RecordBatch>>>> + Send + 'static,
    W: FnOnce(Vec<Vec<RecordBatch>>, &(dyn Fn(RecordBatch) -> outgrow::Result<()> + Send + Sync), &Stop) -> Result<()>
        + Send
        + 'static,
{
    let mut stream = RecordBatchReceiverStream::builder(schema, WAITING);
    let sender = stream.tx();
    stream.spawn(async move {
        let inputs = inputs.await?;
        let stop = Stop::default();
        // Pulled when this future is dropped half-way: the task was cancelled.
        let _guard = PullOnDrop(stop.clone());
        let worked = tokio::task::spawn_blocking(move || {
            let out = |batch| {
                let nobody = |_| outgrow::Error::Failure("nobody waits for this any more".into());
                sender.blocking_send(Ok(batch)).map_err(nobody)
            };
            work(inputs, &out, &stop)
        });
        match worked.await {
            Ok(outcome) => outcome,
            Err(error) => Err(DataFusionError::Execution(format!("a worker of this program stopped: {error}"))),
        }
    });
    stream.build()
}

/// What is done when work is no longer wanted, beyond not listening to it.
#[derive(Clone, Default)]
pub struct Stop(Arc<Mutex<Pulled>>);

/// Whether it was, and what is done then.
type Pulled = (bool, Option<Box<dyn Fn() + Send>>);

impl Stop {
    /// Has this done when the stop is pulled; at once, if it was.
    pub fn when_pulled(&self, what: Option<Box<dyn Fn() + Send>>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.1 = what;
        if let (true, Some(what)) = &*state {
            what();
        }
    }

    /// Whether nobody wants the work any more.
    pub fn is_pulled(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }
}

struct PullOnDrop(Stop);

impl Drop for PullOnDrop {
    fn drop(&mut self) {
        let mut state = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = true;
        if let Some(what) = &state.1 {
            what();
        }
    }
}
