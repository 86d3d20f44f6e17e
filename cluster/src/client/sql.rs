//! Questions in SQL: DataFusion plans them, Ballista divides them, and the result proves itself like any other.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use datafusion::prelude::{ParquetReadOptions, SessionContext};
use outgrow::ledger::{self, Step};
use outgrow::partitioned::{Input, Sql};
use outgrow::{Error, ParquetFiles, Result};
use polars::prelude::DataFrame;
use tempfile::TempDir;

use super::engine::Ballista;
use super::planning::{Planned, spool};
use crate::plan::envelope::Kind;
use crate::plan::frames;
use crate::plan::seal_exec::SealExec;
use crate::session;

impl Sql for Ballista {
    fn query(&self, files: &ParquetFiles, table: &str, sql: &str) -> Result<DataFrame> {
        let began = Instant::now();
        let mut spooled = Vec::new();
        let paths = whole(files, self.settings.shared_folder.as_deref(), &mut spooled)?;
        let planned = self.runtime.block_on(async {
            let config = session::config(&self.settings).with_target_partitions(4 * self.slots);
            let context = SessionContext::new_with_state(session::state(config)?);
            let rows = context.read_parquet(paths, ParquetReadOptions::default()).await?;
            context.register_table(table, rows.into_view())?;
            let plan = context.sql(sql).await?.create_physical_plan().await?;
            Ok(Planned { plan: Arc::new(SealExec::new(plan)), units: 1, stamped: false, moved: None, spooled })
        });
        let unplanned = |error: datafusion::error::DataFusionError| {
            Error::input(format!("this query cannot be planned: {error}. The query: {}", sql.trim()))
        };
        let planned = planned.map_err(unplanned)?;
        self.spend(|spent| spent.planning_s += began.elapsed().as_secs_f64());
        let proven = self.runtime.block_on(self.proven("sql", &planned))?;
        let mut answer = DataFrame::empty();
        for envelope in proven.executions.iter().flat_map(|execution| &execution.envelopes) {
            if envelope.kind == Kind::Rows {
                let rows = frames::decode(&envelope.payload)?;
                answer = if answer.width() == 0 { rows } else { answer.vstack(&rows)? };
            }
        }
        ledger::note(Step {
            what: "answer a query on executors".into(),
            tasks: 1,
            rows: files.rows() as u64,
            ..Step::default()
        });
        Ok(answer)
    }
}

/// Where the rows are, as files that are read to their end: those that are cut are written anew.
fn whole(files: &ParquetFiles, shared: Option<&Path>, spooled: &mut Vec<TempDir>) -> Result<Vec<String>> {
    let mut paths = files.paths().to_vec();
    if ParquetFiles::open_all(&paths)?.rows() != files.rows() {
        let folder = shared.ok_or_else(|| {
            Error::input(
                "SQL reads files to their end, and these are cut. Give the engine a folder that all executors can read \
                 (OUTGROW_SHARED_FOLDER), or write the rows to files of their own.",
            )
        })?;
        let names = files.schema().iter_names().map(ToString::to_string).collect();
        let input = Input::Files { files: files.clone(), columns: names };
        let pieces = input.slices().into_iter().flat_map(|slice| input.pieces(slice));
        paths = vec![spool(input.empty()?, pieces, folder, spooled)?];
    }
    let here = |path: PathBuf| path.canonicalize().unwrap_or(path).display().to_string();
    Ok(paths.into_iter().map(here).collect())
}
