//! A check, and what it has found so far.

use outgrow::charts::units::count;
use outgrow::exercises::{Cell, Finding, Tables, Verdict};
use polars::prelude::*;

use crate::expect::Expected;
use crate::panics::caught;

/// What every check.rs implements for its struct `Answer`.
pub trait Exercise {
    /// Seconds after which an answer that is still running is taken for an endless loop.
    const LIMIT_S: u64 = 60;

    /// Holds the answer against several inputs, the smallest first.
    fn check(&self, check: &mut Check);

    /// What [`Check::alone`] runs in a process of its own: a part of the answer on the input of this name. Only what is
    /// within [`counted`](crate::counted()) is measured.
    ///
    /// # Errors
    /// What the answer reports.
    fn alone(&self, case: &str) -> anyhow::Result<DataFrame> {
        anyhow::bail!("nothing of this exercise runs alone, so there is no case `{case}`")
    }
}

/// What a check has found so far.
#[derive(Debug)]
pub struct Check {
    verdict: Verdict,
    /// Arguments with which this program, started again, meets the same answer.
    pub(crate) again: Vec<String>,
}

impl Check {
    pub(crate) fn new(again: &[&str]) -> Self {
        Self { verdict: Verdict::default(), again: again.iter().map(|word| word.to_string()).collect() }
    }

    pub(crate) fn into_verdict(self) -> Verdict {
        self.verdict
    }

    /// Calls a part of the answer. A panic, a `todo!()` or an error becomes a finding, and there is no value.
    pub fn call<T, E: std::fmt::Display>(&mut self, case: &str, part: impl FnOnce() -> Result<T, E>) -> Option<T> {
        caught(part).map_err(|reason| self.find(case, reason)).ok()
    }

    /// Holds a table of the answer against what is [expected](crate::expected). Returns whether it is right.
    pub fn expect(&mut self, case: &str, got: &DataFrame, expected: &Expected) -> bool {
        self.verdict.looked_at += 1;
        let difference = expected.difference(got);
        let right = difference.is_none();
        self.verdict.findings.extend(difference.map(|(reason, tables)| Finding { case: case.into(), reason, tables }));
        right
    }

    /// Demands something else of the answer; the reason says why it does not do. Returns whether it does.
    pub fn require(&mut self, case: &str, holds: bool, reason: impl FnOnce() -> String) -> bool {
        self.verdict.looked_at += 1;
        if !holds {
            self.find(case, reason());
        }
        holds
    }

    /// Holds predictions against what was counted: `(what, prediction, counted, why it is so many)`. They may be `factor`
    /// times too large or too small; 0 has to be 0. What was counted is told for predictions that are right; for others
    /// it is told whether there is more or less.
    pub fn predicted(&mut self, case: &str, factor: f64, predictions: &[(&str, Option<u64>, u64, &str)]) -> bool {
        self.verdict.looked_at += 1;
        if let Some((what, ..)) = predictions.iter().find(|(_, prediction, ..)| prediction.is_none()) {
            self.find(case, format!("This is not written yet: no number is predicted for {what}."));
            return false;
        }
        let near = |prediction: u64, counted: u64| {
            let (less, more) = (prediction.min(counted) as f64, prediction.max(counted) as f64);
            more <= less * factor
        };
        let (mut got, mut expected, mut reasons) = (vec![], vec![], vec![]);
        for (what, prediction, counted, why) in predictions {
            let prediction = prediction.unwrap_or_default();
            let differs = !near(prediction, *counted);
            let truth = match differs {
                false => count(*counted),
                true if prediction < *counted => "more".to_string(),
                true => "less".to_string(),
            };
            let row = |text: String| vec![Cell { text: what.to_string(), differs: false }, Cell { text, differs }];
            got.push(row(count(prediction)));
            expected.push(row(truth));
            if differs {
                reasons.push(format!("{what}: {why}"));
            }
        }
        if reasons.is_empty() {
            return true;
        }
        let header = vec!["what".to_string(), "number".to_string()];
        let tables = Some(Tables { header, got, expected, more: 0 });
        self.verdict.findings.push(Finding { case: case.into(), reason: reasons.join("\n"), tables });
        false
    }

    /// Adds to what a right answer is told.
    pub fn note(&mut self, text: impl Into<String>) {
        self.verdict.notes.push(text.into());
    }

    /// Whether nothing is wrong so far: costs are worth measuring only of right answers.
    pub fn right_so_far(&self) -> bool {
        self.verdict.findings.is_empty()
    }

    pub(crate) fn find(&mut self, case: &str, reason: String) {
        self.verdict.looked_at += 1;
        // The same gap is met with every input.
        if self.verdict.findings.iter().all(|finding| finding.reason != reason || finding.tables.is_some()) {
            self.verdict.findings.push(Finding { case: case.into(), reason, tables: None });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_predicted_have_commas() {
        let mut check = Check::new(&[]);
        let predictions = [("copied", Some(1_000), 673_552, "all columns"), ("moved", Some(1_500), 1_234, "")];
        assert!(!check.predicted("a case", 2.0, &predictions));
        let tables = check.into_verdict().findings.remove(0).tables.unwrap();
        let numbers = |rows: &[Vec<Cell>]| rows.iter().map(|row| row[1].text.clone()).collect::<Vec<_>>();
        assert_eq!(numbers(&tables.got), ["1,000", "1,500"]);
        assert_eq!(numbers(&tables.expected), ["more", "1,234"]);
    }
}
