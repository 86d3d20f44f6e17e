//! What a plan is, as a number: two plans with the same one give the same rows.

use std::io::Write;
use std::path::Path;

use polars::prelude::*;
use polars_io::SerWriter;
use polars_io::ipc::IpcWriter;

use crate::error::{Error, Result};

/// A digest in the making, of everything that some rows depend on.
///
/// [`Table::checkpoint`](super::Table::checkpoint) makes it.
pub struct Fingerprint(blake3::Hasher);

impl Fingerprint {
    pub(super) fn new() -> Self {
        let mut print = Self(blake3::Hasher::new());
        print.text(concat!("outgrow ", env!("CARGO_PKG_VERSION")));
        print
    }

    /// Adds a word. Each is told apart from its neighbours.
    pub fn text(&mut self, text: &str) {
        self.0.update(&(text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    /// Adds the names, types and values of a frame.
    pub(super) fn frame(&mut self, frame: &DataFrame) -> Result<()> {
        let mut whole = frame.clone();
        whole.rechunk_mut();
        self.text(&format!("{:?}", whole.schema()));
        IpcWriter::new(&mut self.0).with_parallel(false).finish(&mut whole)?;
        Ok(())
    }

    /// Adds a file by name, length and time of its last change: content that changes changes these.
    pub(super) fn file(&mut self, path: &Path) -> Result<()> {
        let refused = |error| Error::io("cannot look at", path, "Is it still there?")(error);
        let about = path.metadata().map_err(refused)?;
        let changed = about.modified().map_err(refused)?;
        self.text(&format!("{} {} {changed:?}", path.canonicalize().map_err(refused)?.display(), about.len()));
        Ok(())
    }

    /// Adds an expression, where its text says all of it.
    pub(super) fn expression(&mut self, expression: &Expr) -> Result<()> {
        let opaque = expression.into_iter().any(|part| {
            let literal = matches!(part, Expr::Literal(value) if !matches!(value, LiteralValue::Scalar(_) | LiteralValue::Dyn(_)));
            literal || matches!(part, Expr::AnonymousFunction { .. } | Expr::SubPlan(..))
        });
        if opaque {
            return Err(Error::input(format!(
                "checkpoint: the expression `{expression}` holds a column of values or a function of its own, which \
                 cannot be compared with an earlier run's. Set the checkpoint before it."
            )));
        }
        self.text(&format!("{expression:?}"));
        Ok(())
    }

    pub(super) fn finish(self) -> String {
        self.0.finalize().to_hex()[..32].to_string()
    }
}

impl Write for Fingerprint {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
