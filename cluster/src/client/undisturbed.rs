//! Whether anything happened to a job whose rows carry no stamps: a query that DataFusion planned.
//!
//! When an executor is lost and a stage is done again, Ballista 55 may count rows twice in the stage that follows
//! (`cluster/upstream/duplicated-partitions.md`). The result of the last stage proves itself; what went on before is known
//! only from its consequences. So an answer counts when each executor that was there at the beginning still answers, at
//! once and at its own port, and when each stage has read as many rows as those before it have written.

use std::time::Duration;

use tokio::net::TcpStream;

use super::address::Address;
use super::rest::{self, Executor, Stage};

/// How long an executor may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether a job that is called completed was disturbed.
///
/// # Errors
/// In words: what happened, or why it cannot be told.
pub async fn undisturbed(scheduler: &Address, job: &str, executors: &[Executor]) -> Result<(), String> {
    for executor in executors {
        let answer = tokio::time::timeout(PATIENCE, TcpStream::connect((executor.host.as_str(), executor.port))).await;
        if !matches!(answer, Ok(Ok(_))) {
            return Err(format!("executor {} was there at the beginning, and answers no more", executor.id));
        }
    }
    let stages = rest::stages(scheduler, job).await.map_err(|error| error.to_string())?;
    conserved(&stages.stages)
}

/// Holds rows that were read to rows that were written, as far as plans tell: a stage that reads both files and other
/// stages says only how many rows came from either.
fn conserved(stages: &[Stage]) -> Result<(), String> {
    let reads = |stage: &Stage, what: &str| stage.stage_plan.as_deref().unwrap_or_default().contains(what);
    let of_files = |stage: &Stage| reads(stage, "DataSourceExec");
    let of_stages = |stage: &Stage| reads(stage, "ShuffleReaderExec");
    if stages.iter().any(|stage| of_files(stage) == of_stages(stage)) {
        return Ok(());
    }
    let last = stages.iter().filter_map(|stage| stage.stage_id.parse::<u64>().ok()).max();
    let before = stages.iter().filter(|stage| stage.stage_id.parse().ok() != last);
    let written: usize = before.map(|stage| stage.output_rows).sum();
    let read: usize = stages.iter().filter(|stage| of_stages(stage)).map(|stage| stage.input_rows).sum();
    match written == read {
        true => Ok(()),
        false => Err(format!("its stages wrote {written} rows for each other, and read {read}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(id: u32, plan: &str, input_rows: usize, output_rows: usize) -> Stage {
        let (stage_id, stage_status, stage_plan) = (id.to_string(), "Successful".into(), Some(plan.into()));
        Stage { stage_id, stage_status, input_rows, output_rows, stage_plan, tasks: vec![] }
    }

    #[test]
    fn rows_that_are_read_are_those_that_were_written() {
        let of = |read: usize| {
            conserved(&[
                stage(1, "ShuffleWriterExec\n  DataSourceExec: files", 1_000, 40),
                stage(2, "ShuffleWriterExec\n  ShuffleReaderExec", read, 20),
                stage(3, "ShuffleWriterExec\n  ShuffleReaderExec", 20, 20),
            ])
        };
        assert_eq!(of(40), Ok(()));
        assert_eq!(of(46), Err("its stages wrote 60 rows for each other, and read 66".into()));
        let mixed = [stage(1, "DataSourceExec", 9, 9), stage(2, "DataSourceExec\nShuffleReaderExec", 100, 1)];
        assert_eq!(conserved(&mixed), Ok(()), "not known");
    }
}
