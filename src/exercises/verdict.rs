//! What a check has to say about an answer.

use serde::{Deserialize, Serialize};

/// Whether an answer is right, and what about it is not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// How many times the answer was held against something: one that was never looked at has not passed.
    pub looked_at: usize,
    /// What is wrong, the most telling first.
    pub findings: Vec<Finding>,
    /// What a right answer is told: what it cost, and what the costly way would have been.
    pub notes: Vec<String>,
}

impl Verdict {
    /// Whether the answer is right.
    ///
    /// ```
    /// use outgrow::exercises::Verdict;
    /// assert!(!Verdict::default().passed());
    /// assert!(Verdict { looked_at: 1, ..Verdict::default() }.passed());
    /// ```
    pub fn passed(&self) -> bool {
        self.looked_at > 0 && self.findings.is_empty()
    }
}

/// Something that is wrong with an answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The input for which it shows.
    pub case: String,
    /// Why it is wrong, in words.
    pub reason: String,
    /// What the answer gave, and what was expected.
    pub tables: Option<Tables>,
}

/// Two small tables with the same columns, row beside row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tables {
    /// Names of the columns.
    pub header: Vec<String>,
    /// Rows of the answer.
    pub got: Vec<Vec<Cell>>,
    /// Rows that were expected.
    pub expected: Vec<Vec<Cell>>,
    /// How many more rows differ.
    pub more: usize,
}

/// A value as text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The value.
    pub text: String,
    /// Whether the other table has another one.
    pub differs: bool,
}
