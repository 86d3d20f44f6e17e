//! Where figures come from: the records of this machine, and those that come with the project.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use crate::charts::{self, Chart, pick};
use crate::error::{Error, Result};
use crate::measure::record::Machine;
use crate::measure::{Record, machine::machine, read_records};

/// A file of records, of one machine.
#[derive(Debug)]
pub struct Source {
    /// Whether the machine is this one.
    pub here: bool,
    records: Vec<Record>,
    charts: OnceCell<Vec<Chart>>,
}

impl Source {
    /// The records of the newest machine among these.
    pub fn new(records: &[Record], this: &Machine) -> Option<Self> {
        let records: Vec<Record> = pick::one_machine(records).into_iter().cloned().collect();
        let here = records.first()?.machine == *this;
        Some(Self { here, records, charts: OnceCell::new() })
    }

    /// Its records.
    pub fn records(&self) -> Vec<&Record> {
        self.records.iter().collect()
    }

    /// The records of a workload.
    pub fn of(&self, workload: &str) -> Vec<&Record> {
        self.records.iter().filter(|record| record.case.workload == workload).collect()
    }

    /// All that can be drawn of them.
    ///
    /// # Errors
    /// As [`charts::all`].
    pub fn charts(&self) -> Result<&[Chart]> {
        if self.charts.get().is_none() {
            let drawn = charts::all(&self.records)?;
            return Ok(self.charts.get_or_init(|| drawn));
        }
        Ok(self.charts.get().map_or(&[], Vec::as_slice))
    }

    /// Whose figures they are: `this machine: AMD EPYC, ...; 25 Nov 2026`.
    pub fn told(&self, records: &[&Record]) -> String {
        let whose = if self.here { "measured on this machine" } else { "measured for this book" };
        format!("{whose}: {}", pick::provenance(records))
    }
}

/// All files of records: what `compare` and the tour kept, then `results/`, the newest folder first; those of this machine
/// come before all others.
///
/// # Errors
/// [`Error::Input`] when there is no record at all.
pub fn sources(records: &Path, results: &Path) -> Result<Vec<Source>> {
    let mut folders: Vec<PathBuf> =
        results.read_dir().into_iter().flatten().flatten().map(|entry| entry.path().join("records.jsonl")).collect();
    folders.sort();
    let files = std::iter::once(records.to_path_buf()).chain(folders.into_iter().rev());
    let this = machine();
    let mut sources = Vec::new();
    for file in files.filter(|file| file.is_file()) {
        sources.extend(Source::new(&read_records(&file)?.records, &this));
    }
    if sources.is_empty() {
        return Err(Error::input(format!(
            "{} holds no records, and {} neither. Make some with `outgrow measure`.",
            results.display(),
            records.display()
        )));
    }
    sources.sort_by_key(|source| !source.here);
    Ok(sources)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::measure::record::{Case, Process};

    /// Five runs of each mode of a workload, at this many rows.
    pub fn runs(workload: &str, rows: u64, machine: &Machine) -> Vec<Record> {
        let mut records = Vec::new();
        for (place, mode) in ["eager", "dropin", "partitioned"].into_iter().enumerate() {
            for round in 1..=5 {
                let case = Case { workload: workload.into(), mode: mode.into(), rows, threads: 2, ..Case::default() };
                let wall_s = (round as f64 * 0.01 + 1.0) / (place + 1) as f64;
                records.push(Record {
                    version: crate::measure::record::VERSION,
                    started: "2026-11-25T00:00:00Z".into(),
                    round,
                    case,
                    wall_s,
                    cpu_s: Some(1.0),
                    process: Process { wall_s: wall_s + 0.1, peak_rss_bytes: Some(100 << 20), ..Process::default() },
                    digest: Some("d1".into()),
                    machine: machine.clone(),
                    line: records.len() + 1,
                    ..Record::default()
                });
            }
        }
        records
    }

    #[test]
    fn a_source_says_whose_figures_they_are() {
        let this = Machine { cpu: "A chip".into(), cores: 2, ..Machine::default() };
        let records = runs("median", 1000, &this);
        let source = Source::new(&records, &this).unwrap();
        assert!(source.told(&source.records()).starts_with("measured on this machine: A chip, 2 cores"));
        let other = Source::new(&records, &Machine::default()).unwrap();
        assert!(other.told(&other.records()).starts_with("measured for this book"));
        assert!(Source::new(&[], &this).is_none());
    }
}
