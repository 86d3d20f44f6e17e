//! The worker's side.

use std::io::{BufReader, BufWriter};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use outgrow::{Error, Result};

use super::announced::Announced;
use super::message::{Request, Said, asked, say};
use crate::plan::envelope::Envelope;
use crate::plan::work::run_as;

/// The argument with which this program is a worker; the number of the executor's process follows.
pub const WORKER: &str = "worker-of-an-executor";

/// Does what the executor asks for, until it asks no more or is gone.
pub fn serve(executor: &str) -> ExitCode {
    if let Ok(executor) = executor.parse::<u32>() {
        std::thread::spawn(move || leave_with(executor));
    }
    // Panics of functions are caught, and told by the client.
    std::panic::set_hook(Box::new(|_| {}));
    match serve_all() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::debug!("a worker stops: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve_all() -> Result<()> {
    let broken = |error: std::io::Error| Error::Failure(format!("the executor is gone: {error}"));
    let socket = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned().map_err(broken)?);
    let to = Mutex::new(BufWriter::new(socket.try_clone().map_err(broken)?));
    let mut from = BufReader::new(socket);
    let tell = |said: Said| say(&mut *to.lock().unwrap_or_else(PoisonError::into_inner), &said).map_err(broken);
    while let Some(request) = asked(&mut from)? {
        let done = serve_one(request, &tell);
        tell(done.map_or_else(|error| Said::Failed(error.into()), |()| Said::Done))?;
    }
    Ok(())
}

fn serve_one(request: Request, tell: &(dyn Fn(Said) -> Result<()> + Send + Sync)) -> Result<()> {
    let Request { order, unit, rows, announce } = request;
    let function = order.registered()?.function(&order.params)?;
    let out = |envelope: Envelope| tell(Said::Envelope(envelope));
    // Who cannot be told is gone, and the next envelope will say so.
    let group = |group: String| drop(tell(Said::Group(group)));
    match announce {
        true => run_as(&order, unit, rows, &out, &Announced { of: &*function, tell: &group }),
        false => run_as(&order, unit, rows, &out, &*function),
    }
}

/// A function may run for long, and is of no use to an executor that was killed.
fn leave_with(executor: u32) {
    while std::os::unix::process::parent_id() == executor {
        std::thread::sleep(Duration::from_millis(300));
    }
    std::process::exit(1);
}
