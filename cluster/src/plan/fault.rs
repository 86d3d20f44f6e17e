//! Errors on their way from an executor to the client.
//!
//! DataFusion, executor, scheduler and client each put a sentence before an error, and it arrives as text. So it goes
//! in a form that survives that: as hexadecimal digits in brackets, behind the words for whoever reads a log.

use datafusion::common::DataFusionError;
use outgrow::Error;
use serde::{Deserialize, Serialize};

/// What went wrong, as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// The function failed: see [`Error::Function`].
    Function {
        /// Its name.
        function: String,
        /// For which group.
        group: String,
        /// Why.
        cause: String,
        /// What to do.
        next: String,
    },
    /// The call cannot be carried out as it stands.
    Input(String),
    /// Something else went wrong in doing it.
    Failure(String),
    /// Rows were lost or came twice on their way: to be done again.
    Incomplete(String),
}

const OPEN: &str = "[outgrow ";

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Function { function, group, cause, next } => {
                Fault::Function { function, group, cause, next: next.to_string() }
            }
            Error::Input(message) => Fault::Input(message),
            other => Fault::Failure(other.to_string()),
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Function { function, group, cause, next } => {
                Error::Function { function, group, cause, next: next.into() }
            }
            Fault::Input(message) => Error::Input(message),
            Fault::Failure(message) | Fault::Incomplete(message) => Error::Failure(message),
        }
    }
}

impl From<Fault> for DataFusionError {
    /// An error of execution: Ballista gives up at the first of these, and tries others again.
    fn from(fault: Fault) -> Self {
        let bytes = serde_json::to_vec(&fault).unwrap_or_default();
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        DataFusionError::Execution(format!("{} {OPEN}{digits}]", Error::from(fault)))
    }
}

impl Fault {
    /// The fault that is told somewhere in a message.
    pub fn in_message(message: &str) -> Option<Self> {
        let (_, rest) = message.split_once(OPEN)?;
        let (digits, _) = rest.split_once(']')?;
        let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        let bytes = (0..digits.len()).step_by(2).map(byte).collect::<Option<Vec<u8>>>()?;
        serde_json::from_slice(&bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_survives_what_is_put_around_it() {
        let error = Error::Function {
            function: "fit".into(),
            group: "for carrier = \"UA\"".into(),
            cause: "it panicked: [no] \"flight\"".into(),
            next: "Call it on these rows alone to see why".into(),
        };
        let told = error.to_string();
        let sent = DataFusionError::from(Fault::from(error)).to_string();
        assert!(sent.contains(&told));
        let arrived = Fault::in_message(&format!("Job x failed: {sent:?} (stage 2)")).unwrap();
        assert_eq!(Error::from(arrived).to_string(), told);
        assert_eq!(Fault::in_message("connection refused"), None);
        assert_eq!(Fault::in_message("[outgrow zz]"), None);
    }
}
