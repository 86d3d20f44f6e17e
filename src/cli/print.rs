//! Output on stdout.

use std::io::{ErrorKind, Write};

use crate::error::{Error, Result};

/// Prints a text. Where nobody reads on (`outgrow | head`), the program ends quietly, as other tools do.
///
/// # Errors
/// [`Error::Io`] for an output that cannot be written, such as a file on a full disk.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(141),
        outcome => outcome.map_err(Error::io("cannot print to", "stdout".as_ref(), "Is its disk full?")),
    }
}
