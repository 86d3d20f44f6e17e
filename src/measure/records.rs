//! Files of records: lines are appended one per run, and read with whatever damage they have taken.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::record::{Record, VERSION};
use crate::error::{Error, Result};
use crate::flights;

/// The file to which `compare` appends unless told otherwise: `records/records.jsonl` of the project, or of the folder
/// that `OUTGROW_RECORDS` names.
pub fn default_records() -> PathBuf {
    let folder = std::env::var_os("OUTGROW_RECORDS").map_or_else(|| flights::home().join("records"), PathBuf::from);
    folder.join("records.jsonl")
}

/// Lines of a file, and what was wrong with others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Records {
    /// The records, each with the number of its line.
    pub records: Vec<Record>,
    /// A sentence per line that was skipped.
    pub skipped: Vec<String>,
}

/// Reads a file of records. A damaged line is skipped and told, never fatal.
///
/// # Errors
/// [`Error::Io`] when the file cannot be read.
pub fn read_records(path: &Path) -> Result<Records> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let cannot = Error::io("cannot read the records", path, "Make some with `outgrow compare aggregation`.");
    let text = std::fs::read(path).map_err(cannot)?;
    let mut all = Records::default();
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match (serde_json::from_slice::<Versioned>(line), serde_json::from_slice::<Record>(line)) {
            (Ok(Versioned { version: VERSION }), Ok(record)) => match record.check() {
                Ok(()) => all.records.push(Record { line: number, ..record }),
                Err(what) => all.skipped.push(format!(
                    "line {number} of {} is damaged ({what} is none that a run can have): it is left out.",
                    path.display()
                )),
            },
            (Ok(Versioned { version }), _) if version != VERSION => all.skipped.push(format!(
                "line {number} of {} has version {version}, and this program reads version {VERSION}: it is left out.",
                path.display()
            )),
            (_, outcome) => all.skipped.push(format!(
                "line {number} of {} is damaged ({}): it is left out.",
                path.display(),
                outcome.err().map_or("no version".to_string(), |cause| cause.to_string()),
            )),
        }
    }
    Ok(all)
}

/// A file that records are appended to.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Opens the file, making it and its folder where they are missing.
    ///
    /// # Errors
    /// [`Error::Io`] when that is refused.
    pub fn open(path: &Path) -> Result<Self> {
        let cannot = || Error::io("cannot keep records in", path, "Name another file with --records.");
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(cannot())?;
        }
        let file = OpenOptions::new().create(true).read(true).append(true).open(path).map_err(cannot())?;
        Ok(Self { path: path.to_path_buf(), file })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a record, in one write: another process may append to the same file. After a line that was torn by a
    /// crash it starts a new one.
    ///
    /// # Errors
    /// [`Error::Io`] for a full disk.
    pub fn append(&mut self, record: &Record) -> Result<()> {
        let mut line = serde_json::to_string(record).expect("a record has only text and finite numbers");
        line.push('\n');
        let written = self.ends_in_the_middle().and_then(|torn| {
            let lines = if torn { format!("\n{line}") } else { line };
            // One call of the system: `write_all` goes on after a short write, as on a full disk, and then fails.
            self.file.write_all(lines.as_bytes())?;
            self.file.sync_data()
        });
        written.map_err(Error::io("cannot keep a record in", &self.path, "Is its disk full?"))
    }

    fn ends_in_the_middle(&mut self) -> std::io::Result<bool> {
        match self.file.seek(SeekFrom::End(-1)) {
            Ok(_) => {}
            // Nothing is before the beginning: the file is empty.
            Err(error) if error.kind() == ErrorKind::InvalidInput => return Ok(false),
            Err(error) => return Err(error),
        }
        let mut last = [0];
        self.file.read_exact(&mut last)?;
        Ok(last != *b"\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::TempFolder;

    fn record(round: usize) -> Record {
        let started = "2026-11-22T21:30:00Z".into();
        let mut record = Record { version: VERSION, started, round, wall_s: 0.5, ..Record::default() };
        (record.process.wall_s, record.case.threads) = (0.6, 1);
        record
    }

    #[test]
    fn records_are_read_in_the_order_of_their_lines() {
        let folder = TempFolder::new().unwrap();
        let path = folder.path().join("new/records.jsonl");
        for round in 0..3 {
            Journal::open(&path).unwrap().append(&record(round)).unwrap();
        }
        let all = read_records(&path).unwrap();
        assert_eq!(all.skipped, [""; 0]);
        assert_eq!(
            all.records.iter().map(|record| (record.line, record.round)).collect::<Vec<_>>(),
            [(1, 0), (2, 1), (3, 2)]
        );
    }

    #[test]
    fn damage_is_told_and_skipped() {
        let folder = TempFolder::new().unwrap();
        let path = folder.path().join("records.jsonl");
        let mut journal = Journal::open(&path).unwrap();
        journal.append(&record(1)).unwrap();
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"version\": 1, \"sta").unwrap();
        journal.append(&record(2)).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let impossible = text.lines().next().unwrap().replace("\"wall_s\":0.5", "\"wall_s\":-0.5");
        std::fs::write(&path, format!("{text}{{\"version\": 99}}\n\n\u{fffd}\n[]\n{impossible}\n")).unwrap();
        let all = read_records(&path).unwrap();
        assert_eq!(all.records.iter().map(|record| record.round).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(all.skipped.len(), 5, "{:?}", all.skipped);
        assert!(all.skipped[4].contains("its wall time"), "{:?}", all.skipped);
        assert!(all.skipped[0].contains("line 2") && all.skipped[0].contains("damaged"), "{:?}", all.skipped);
        assert!(all.skipped[1].contains("line 4") && all.skipped[1].contains("version 99"), "{:?}", all.skipped);
    }

    #[test]
    fn a_file_that_cannot_be_kept_is_an_error_that_says_what_to_do() {
        let folder = TempFolder::new().unwrap();
        std::fs::write(folder.path().join("file"), "").unwrap();
        let error = Journal::open(&folder.path().join("file/records.jsonl")).unwrap_err().to_string();
        assert!(error.contains("cannot keep records in") && error.contains("with --records"), "{error}");
    }

    #[test]
    fn no_file_is_an_error_that_says_what_to_do() {
        let error = read_records("nowhere/records.jsonl".as_ref()).unwrap_err().to_string();
        assert!(error.contains("nowhere/records.jsonl") && error.contains("outgrow compare"), "{error}");
    }
}
