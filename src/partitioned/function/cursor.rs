//! Where in the call a function is.

use polars::prelude::*;

use crate::error::{Error, Result};
use crate::kernels::column;

/// Key values and numbers of the partition at hand, and a way to send word to the caller.
///
/// A function that wants one takes it as its last argument.
#[derive(Clone, Copy)]
pub struct Cursor<'a> {
    pub(in super::super) keys: Option<(&'a DataFrame, usize)>,
    pub(in super::super) physical: usize,
    pub(in super::super) group: usize,
    pub(in super::super) callback: Option<&'a Callback<'a>>,
}

/// What receives the values that workers send.
pub(in super::super) type Callback<'c> = dyn Fn(serde_json::Value) -> anyhow::Result<()> + Send + Sync + 'c;

impl<'a> Cursor<'a> {
    /// The value of a key column in this group.
    ///
    /// # Errors
    /// [`Error::Input`] when the call has no such key, or the function sees more than one group at once (`coarse`).
    pub fn key(&self, name: &str) -> Result<AnyValue<'a>> {
        let (keys, row) = self.keys.ok_or_else(|| {
            let why = "the rows at hand belong to no single group";
            Error::input(format!("cursor: no key `{name}`: {why}. Split with by([\"{name}\"]), and not coarse."))
        })?;
        Ok(column(keys, name)?.get(row)?)
    }

    /// Number of the physical partition: what one worker does in one go.
    pub fn physical_partition(&self) -> usize {
        self.physical
    }

    /// Number of the logical partition (the group) within the physical one, from 0.
    pub fn group(&self) -> usize {
        self.group
    }

    /// Sends a value to the callback of the call, now; without a callback it does nothing.
    ///
    /// # Errors
    /// When the value cannot be written as JSON, or is not what the callback takes.
    pub fn send(&self, value: &impl serde::Serialize) -> anyhow::Result<()> {
        match self.callback {
            Some(callback) => callback(serde_json::to_value(value)?),
            None => Ok(()),
        }
    }

    /// `for carrier = "UA", origin = "EWR"`, or `on partition 3`.
    pub(in super::super) fn describe(&self) -> String {
        let Some((keys, row)) = self.keys else { return format!("on partition {}", self.physical) };
        let values = keys.columns().iter().map(|key| match key.get(row) {
            Ok(value) => format!("{} = {value}", key.name()),
            Err(_) => format!("{} = ?", key.name()),
        });
        format!("for {}", values.collect::<Vec<_>>().join(", "))
    }
}
