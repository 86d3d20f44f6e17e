//! Who answers a question: a mode of ours, or a real system.

use super::peers::Peer;
use crate::partitioned::Processes;
use crate::workloads::Mode;

/// Who answers a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Contender {
    /// A mode or a system.
    pub who: Who,
    /// The engine of the partitioned mode, if it is not the threads of this machine: `serial`, `ballista=127.0.0.1:50050`.
    pub engine: Option<String>,
    /// Who works for that engine already, and is measured with it.
    pub processes: Processes,
}

/// A mode of ours, or a real system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// A mode.
    Mode(Mode),
    /// A system, by its script in `peers/`.
    Peer(Peer),
}

impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Who::Mode(mode) => mode.fmt(f),
            Who::Peer(peer) => peer.fmt(f),
        }
    }
}

impl From<Mode> for Contender {
    /// The mode as it is by itself.
    fn from(mode: Mode) -> Self {
        Self { who: Who::Mode(mode), engine: None, processes: Processes::default() }
    }
}

impl From<Peer> for Contender {
    fn from(peer: Peer) -> Self {
        Self { who: Who::Peer(peer), engine: None, processes: Processes::default() }
    }
}

impl std::fmt::Display for Contender {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match &self.engine {
            None => self.who.fmt(f),
            Some(engine) => write!(f, "{} on {engine}", self.who),
        }
    }
}
