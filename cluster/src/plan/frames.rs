//! Frames as bytes: Arrow's IPC format, as polars writes it.

use std::io::{Cursor, Write};

use outgrow::Result;
use polars::prelude::{DataFrame, SerReader, SerWriter};
use polars_io::ipc::{IpcReader, IpcWriter};

/// The frame as bytes.
///
/// # Errors
/// For a type that IPC does not have.
pub fn encode(rows: &DataFrame) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write(rows, &mut bytes)?;
    Ok(bytes)
}

/// Writes the frame as bytes.
///
/// # Errors
/// For a type that IPC does not have; what `to` reports.
pub fn write(rows: &DataFrame, to: &mut impl Write) -> Result<()> {
    let mut rows = rows.clone();
    rows.rechunk_mut();
    Ok(IpcWriter::new(to).finish(&mut rows)?)
}

/// The frame that these bytes are.
///
/// # Errors
/// For bytes that are none.
pub fn decode(bytes: &[u8]) -> Result<DataFrame> {
    Ok(IpcReader::new(Cursor::new(bytes)).finish()?)
}
