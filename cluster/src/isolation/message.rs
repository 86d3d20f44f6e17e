//! What executor and worker say to each other through pipes.
//!
//! To the worker: a line of JSON, then the parcels of each input that was exchanged, one after the other. From it:
//! a tag, a length and so many bytes, again and again; [`Said::Done`] or [`Said::Failed`] comes last.

use std::io::{BufRead, Read, Write};

use arrow::buffer::Buffer;
use outgrow::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::plan::assignment::Assignment;
use crate::plan::envelope::{self, Envelope};
use crate::plan::fault::Fault;
use crate::plan::given::GivenInput;
use crate::plan::order::Order;
use crate::plan::work::Rows;

/// The line that comes first.
#[derive(Serialize, Deserialize)]
struct Asked<'a> {
    order: std::borrow::Cow<'a, Order>,
    unit: u32,
    assigned: Option<(GivenInput, Vec<Assignment>)>,
    /// How many bytes each parcel of each input has.
    parcels: Vec<Vec<usize>>,
    announce: bool,
}

/// What a worker is asked for.
pub struct Request {
    pub order: Order,
    pub unit: u32,
    pub rows: Rows,
    /// Say before each group which one it is.
    pub announce: bool,
}

/// What a worker says.
pub enum Said {
    /// Something for the client.
    Envelope(Envelope),
    /// The group that it begins.
    Group(String),
    /// It is done, and waits.
    Done,
    /// The unit failed; it waits.
    Failed(Fault),
}

/// Asks a worker for a unit.
///
/// # Errors
/// When it is gone.
pub fn ask(to: &mut impl Write, order: &Order, unit: u32, rows: &Rows, announce: bool) -> std::io::Result<()> {
    let (assigned, sides) = match rows {
        Rows::Assigned(given, assignments) => (Some((given.clone(), assignments.clone())), [].as_slice()),
        Rows::Exchanged(sides) => (None, sides.as_slice()),
    };
    let parcels = sides.iter().map(|parcels| parcels.iter().map(Buffer::len).collect()).collect();
    let asked = Asked { order: std::borrow::Cow::Borrowed(order), unit, assigned, parcels, announce };
    serde_json::to_writer(&mut *to, &asked)?;
    to.write_all(b"\n")?;
    for parcel in sides.iter().flatten() {
        to.write_all(parcel)?;
    }
    to.flush()
}

/// What is asked for next; `None` when nothing will be.
///
/// # Errors
/// In words, for what is no request.
pub fn asked(from: &mut impl BufRead) -> Result<Option<Request>> {
    let unread = |error: &dyn std::fmt::Display| Error::Failure(format!("a request could not be read: {error}"));
    let mut line = String::new();
    if from.read_line(&mut line).map_err(|error| unread(&error))? == 0 {
        return Ok(None);
    }
    let asked: Asked = serde_json::from_str(&line).map_err(|error| unread(&error))?;
    let rows = match asked.assigned {
        Some((given, assignments)) => Rows::Assigned(given, assignments),
        None => {
            let mut parcel = |length: usize| {
                let mut bytes = Vec::with_capacity(length);
                match from.by_ref().take(length as u64).read_to_end(&mut bytes) {
                    Ok(read) if read == length => Ok(Buffer::from_vec(bytes)),
                    Ok(read) => Err(unread(&format!("{read} of {length} bytes of a parcel came"))),
                    Err(error) => Err(unread(&error)),
                }
            };
            let mut side = |lengths: Vec<usize>| lengths.into_iter().map(&mut parcel).collect::<Result<_>>();
            Rows::Exchanged(asked.parcels.into_iter().map(&mut side).collect::<Result<_>>()?)
        }
    };
    Ok(Some(Request { order: asked.order.into_owned(), unit: asked.unit, rows, announce: asked.announce }))
}

/// Says something to the executor.
///
/// # Errors
/// When it is gone.
pub fn say(to: &mut impl Write, said: &Said) -> std::io::Result<()> {
    let (tag, bytes) = match said {
        Said::Envelope(envelope) => (b'E', envelope::to_bytes(envelope)),
        Said::Group(group) => (b'G', group.as_bytes().to_vec()),
        Said::Done => (b'D', Vec::new()),
        Said::Failed(fault) => (b'F', serde_json::to_vec(fault)?),
    };
    to.write_all(&[tag])?;
    to.write_all(&(bytes.len() as u64).to_le_bytes())?;
    to.write_all(&bytes)?;
    to.flush()
}

/// What a worker says next.
///
/// # Errors
/// When it ended, or says what means nothing.
pub fn said(from: &mut impl Read) -> std::io::Result<Said> {
    let (mut tag, mut length) = ([0], [0; 8]);
    from.read_exact(&mut tag)?;
    from.read_exact(&mut length)?;
    let mut bytes = Vec::new();
    from.take(u64::from_le_bytes(length)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != u64::from_le_bytes(length) {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    match tag[0] {
        b'E' => envelope::of_bytes(&bytes).map(Said::Envelope).ok_or_else(|| std::io::Error::other("no envelope")),
        b'G' => Ok(Said::Group(String::from_utf8_lossy(&bytes).into_owned())),
        b'D' => Ok(Said::Done),
        b'F' => Ok(Said::Failed(serde_json::from_slice(&bytes)?)),
        other => Err(std::io::Error::other(format!("a message of kind {other}"))),
    }
}
