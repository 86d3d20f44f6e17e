//! Worker processes that wait for work, and what is done when one dies.

use std::io::{BufReader, BufWriter};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use outgrow::{Error, Result};

use super::message::{Said, ask, said};
use super::worker::WORKER;
use crate::plan::blocking::Stop;
use crate::plan::order::Order;
use crate::plan::work::{Out, Rows};

/// Workers that wait.
#[derive(Default)]
pub struct Pool {
    waiting: Mutex<Vec<Worker>>,
}

/// How a worker died before it was done.
struct Died {
    how: String,
    group: Option<String>,
}

enum Ended {
    Done,
    /// The unit failed, and the worker waits for the next.
    Failed(Error),
    /// Nobody wants the rest.
    Unwanted(Error),
    Died,
}

impl Pool {
    /// Does the work of a unit in a worker; a second time when it dies, to see at which group.
    ///
    /// # Errors
    /// As [`work::run`](crate::plan::work::run); that the worker died, and where.
    pub fn run(&self, order: &Order, unit: u32, rows: &Rows, out: Out, stop: &Stop) -> Result<()> {
        let Err(first) = self.attempt(order, unit, rows, out, stop, false)? else { return Ok(()) };
        let called = &order.called;
        log::warn!("a worker died in unit {unit} of `{called}` ({}): it is run again, group by group", first.how);
        let Err(again) = self.attempt(order, unit, rows, out, stop, true)? else { return Ok(()) };
        Err(Error::Function {
            function: called.clone(),
            group: again.group.unwrap_or_else(|| "before its first group".into()),
            cause: format!("it ended its process ({})", again.how),
            next: "Call it on these rows alone to see why; a process that was killed may have run out of memory".into(),
        })
    }

    fn attempt(
        &self,
        order: &Order,
        unit: u32,
        rows: &Rows,
        out: Out,
        stop: &Stop,
        announce: bool,
    ) -> Result<Result<(), Died>> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut worker = waiting.map_or_else(Worker::start, Ok)?;
        let process = worker.process.id();
        stop.when_pulled(Some(Box::new(move || end(process))));
        let mut group = None;
        let ended = match ask(&mut worker.to, order, unit, rows, announce) {
            Ok(()) => listen(&mut worker, out, &mut group),
            Err(_) => Ended::Died,
        };
        stop.when_pulled(None);
        match ended {
            Ended::Done => {
                self.keep(worker);
                Ok(Ok(()))
            }
            Ended::Failed(error) => {
                self.keep(worker);
                Err(error)
            }
            Ended::Unwanted(error) => {
                worker.end();
                Err(error)
            }
            Ended::Died if stop.is_pulled() => {
                worker.end();
                Err(Error::Failure("the task was cancelled".into()))
            }
            Ended::Died => Ok(Err(Died { how: worker.end(), group })),
        }
    }

    fn keep(&self, worker: Worker) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
    }
}

fn listen(worker: &mut Worker, out: Out, group: &mut Option<String>) -> Ended {
    loop {
        match said(&mut worker.from) {
            Ok(Said::Envelope(envelope)) => {
                if let Err(error) = out(envelope) {
                    return Ended::Unwanted(error);
                }
            }
            Ok(Said::Group(begun)) => *group = Some(begun),
            Ok(Said::Done) => return Ended::Done,
            Ok(Said::Failed(fault)) => return Ended::Failed(fault.into()),
            Err(_) => return Ended::Died,
        }
    }
}

/// A process, and a socket to it: its standard input. What a function prints goes where the executor prints.
struct Worker {
    process: Child,
    to: BufWriter<UnixStream>,
    from: BufReader<UnixStream>,
}

impl Worker {
    fn start() -> Result<Self> {
        let refused = |error| Error::Failure(format!("a worker process could not be started: {error}"));
        let (ours, theirs) = UnixStream::pair().map_err(refused)?;
        let mut command = Command::new(std::env::current_exe().map_err(refused)?);
        command.arg(WORKER).arg(std::process::id().to_string()).stdin(Stdio::from(OwnedFd::from(theirs)));
        let process = command.spawn().map_err(refused)?;
        Ok(Self { process, to: BufWriter::new(ours.try_clone().map_err(refused)?), from: BufReader::new(ours) })
    }

    /// Ends it, if it has not ended; how it ended, in words.
    fn end(mut self) -> String {
        // A moment for one that is just dying: its own reason is the better one.
        for _ in 0..20 {
            match self.process.try_wait() {
                Ok(None) => std::thread::sleep(std::time::Duration::from_millis(5)),
                _ => break,
            }
        }
        // It may be gone already.
        let _ = self.process.kill();
        match self.process.wait() {
            Ok(status) => match (status.signal(), status.code()) {
                (Some(number), _) => match Signal::try_from(number) {
                    Ok(signal) => format!("signal {signal}"),
                    Err(_) => format!("signal {number}"),
                },
                (None, Some(code)) => format!("exit status {code}"),
                (None, None) => status.to_string(),
            },
            Err(error) => error.to_string(),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        waiting.into_iter().for_each(|worker| {
            worker.end();
        });
    }
}

fn end(process: u32) {
    // It may be gone already.
    let _ = kill(Pid::from_raw(process as i32), Signal::SIGKILL);
}
