//! CSV text, in pieces that can be read independently, and the one type that all pieces give a column.
//!
//! A piece sees only its own rows: `7` is a number there, though the column has an `x` elsewhere. So types are found in
//! all pieces first and made one; only then are values read.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use polars::prelude::*;
use polars_io::csv::read::{CsvParseOptions, CsvReadOptions, NullValues};

use crate::error::{Error, Result, brief};

/// What pandas takes for a missing value.
const MISSING: [&str; 17] = [
    "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL",
    "NaN", "None", "n/a", "null",
];

/// A CSV file in memory: its header, and its rows in pieces.
#[derive(Debug)]
pub struct CsvText {
    name: String,
    text: String,
    header: Vec<PlSmallStr>,
    /// Where the pieces begin and end, and the line that each begins with, from 1.
    pieces: Vec<(std::ops::Range<usize>, usize)>,
}

impl CsvText {
    /// Reads a file and cuts it between rows into at most `pieces` pieces.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that cannot be read; [`Error::Input`] for one that is not UTF-8, has no header or two
    /// columns of one name, or a row with more or fewer values than the header.
    pub fn open(path: &str, pieces: usize) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(Error::io("cannot read", Path::new(path), "Is it there?"))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            Error::input(format!(
                "{path} is not UTF-8: line {line} has the byte 0x{:02x}. Convert it (iconv -f latin1 -t utf8).",
                error.as_bytes()[at]
            ))
        })?;
        let text = match text.strip_prefix('\u{feff}') {
            Some(without_mark) => without_mark.to_string(),
            None => text,
        };
        let mut rows = RowEnds::new(&text);
        let header_row = rows.next();
        let header_row = header_row.filter(|row| !text[row.start..row.end].trim().is_empty());
        let Some(header_row) = header_row else {
            return Err(Error::input(format!("{path} is empty. A CSV file begins with the names of its columns.")));
        };
        let header = names(&text[header_row.start..header_row.end], path)?;
        let body = header_row.next;
        let piece = (text.len() - body).div_ceil(pieces.max(1)).max(1);
        let mut cut = Vec::new();
        let (mut start, mut start_line) = (body, header_row.next_line);
        for row in rows {
            let empty = row.end == row.start;
            if !empty && row.values != header.len() {
                return Err(Error::input(format!(
                    "{path}, line {}: {} values under {} column names. Give every row a value per column; put a text \
                     with commas in quotes.",
                    row.line,
                    row.values,
                    header.len()
                )));
            }
            if row.next - start >= piece {
                cut.push((start..row.next, start_line));
                (start, start_line) = (row.next, row.next_line);
            }
        }
        if start < text.len() || cut.is_empty() {
            cut.push((start..text.len(), start_line));
        }
        Ok(Self { name: path.to_string(), text, header, pieces: cut })
    }

    /// How many pieces there are; at least one.
    pub fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// The types of the columns, as one piece sees them.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn infer(&self, piece: usize) -> Result<Schema> {
        // What is missing everywhere in a piece has no type there; a text that is missing is none either.
        let read = self.read_as(piece, None)?;
        let dtype = |column: &Column| if column.is_full_null() { DataType::Null } else { column.dtype().clone() };
        Ok(read.columns().iter().map(|column| Field::new(column.name().clone(), dtype(column))).collect())
    }

    /// One piece, with these types.
    ///
    /// # Errors
    /// [`Error::Input`] for a value that is not of its type.
    pub fn read(&self, piece: usize, schema: &Schema) -> Result<DataFrame> {
        self.read_as(piece, Some(schema))
    }

    fn read_as(&self, piece: usize, schema: Option<&Schema>) -> Result<DataFrame> {
        let (range, line) = &self.pieces[piece];
        let missing = MISSING.iter().map(|text| (*text).into()).collect();
        let parse = CsvParseOptions::default().with_null_values(Some(NullValues::AllColumns(missing)));
        let mut options = CsvReadOptions::default()
            .with_has_header(false)
            .with_n_threads(Some(1))
            .with_infer_schema_length(None)
            .with_raise_if_empty(false)
            .with_parse_options(parse);
        let texts: Schema = self.header.iter().map(|name| Field::new(name.clone(), DataType::String)).collect();
        let body = &self.text.as_bytes()[range.clone()];
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(DataFrame::empty_with_schema(schema.unwrap_or(&texts)));
        }
        options = match schema {
            Some(schema) => options.with_schema(Some(Arc::new(schema.clone()))),
            None => options,
        };
        let reader = options.into_reader_with_file_handle(Cursor::new(body));
        let mut frame = reader.finish().map_err(|cause| {
            Error::input(format!("{}, from line {line}: {}. Check the rows there.", self.name, brief(&cause)))
        })?;
        frame.set_column_names(&self.header)?;
        Ok(frame)
    }
}

/// The types that hold the values of all pieces: text where they have nothing else in common.
pub fn joint_types(pieces: &[Schema]) -> Schema {
    let mut joint = pieces.first().cloned().unwrap_or_default();
    for piece in &pieces[1..] {
        for (name, dtype) in piece.iter() {
            let Some(known) = joint.get_mut(name) else { continue };
            if known == dtype || *dtype == DataType::Null {
                continue;
            }
            *known = match (&*known, dtype) {
                (DataType::Null, found) => found.clone(),
                (known, found) if known.is_primitive_numeric() && found.is_primitive_numeric() => DataType::Float64,
                _ => DataType::String,
            };
        }
    }
    // Of a column that is missing everywhere nothing is known but that pandas makes it numbers.
    joint.iter_values_mut().filter(|dtype| **dtype == DataType::Null).for_each(|dtype| *dtype = DataType::Float64);
    joint
}

fn names(row: &str, path: &str) -> Result<Vec<PlSmallStr>> {
    let mut names: Vec<PlSmallStr> = Vec::new();
    let mut quoted = false;
    let mut name = String::new();
    for letter in row.chars().chain([',']) {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => names.push(std::mem::take(&mut name).into()),
            letter => name.push(letter),
        }
    }
    for (at, name) in names.iter().enumerate() {
        if names[..at].contains(name) {
            return Err(Error::input(format!("{path} has two columns `{name}`. Rename one in its first line.")));
        }
    }
    Ok(names)
}

/// One row of the text: where it is, and how many values it has.
struct Row {
    start: usize,
    /// Before the line break.
    end: usize,
    /// After the line break.
    next: usize,
    line: usize,
    next_line: usize,
    values: usize,
}

/// Goes through a text row by row; a line break in quotes ends no row.
struct RowEnds<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
}

impl<'a> RowEnds<'a> {
    fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), at: 0, line: 1 }
    }
}

impl Iterator for RowEnds<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        if self.at >= self.text.len() {
            return None;
        }
        let (start, line) = (self.at, self.line);
        let mut quoted = false;
        let mut values = 1;
        let mut end = self.text.len();
        let mut next = end;
        for (at, byte) in self.text.iter().enumerate().skip(start) {
            match byte {
                b'"' => quoted = !quoted,
                b',' if !quoted => values += 1,
                b'\n' => {
                    self.line += 1;
                    if !quoted {
                        end = if at > start && self.text[at - 1] == b'\r' { at - 1 } else { at };
                        next = at + 1;
                        break;
                    }
                }
                _ => {}
            }
        }
        self.at = next;
        Some(Row { start, end, next, line, next_line: self.line, values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &[u8], pieces: usize) -> Result<CsvText> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.csv");
        std::fs::write(&path, text).unwrap();
        CsvText::open(path.to_str().unwrap(), pieces)
    }

    fn read(text: &[u8], pieces: usize) -> Result<DataFrame> {
        let csv = open(text, pieces)?;
        let types = joint_types(&(0..csv.pieces()).map(|piece| csv.infer(piece)).collect::<Result<Vec<_>>>()?);
        crate::labels::stack((0..csv.pieces()).map(|piece| csv.read(piece, &types)).collect::<Result<Vec<_>>>()?)
    }

    #[test]
    fn pieces_give_what_the_whole_gives() {
        let text = b"a,b,c,d\n1,x,1.5,\n2,\"y,\nz\",2,\n3,7,NA,\n4,8,9,\n";
        let whole = read(text, 1).unwrap();
        assert_eq!(whole.dtypes(), [DataType::Int64, DataType::String, DataType::Float64, DataType::Float64]);
        assert_eq!(whole.height(), 4);
        for pieces in 2..6 {
            assert!(read(text, pieces).unwrap().equals_missing(&whole), "{pieces} pieces");
        }
    }

    #[test]
    fn what_is_no_table_is_refused_by_line() {
        for (text, parts) in [
            (&b"a,b\n1,2\n3\n"[..], "line 3: 1 values under 2 column names"),
            (b"a,b\n1,2,3\n", "line 2: 3 values under 2 column names"),
            (b"a\nx\n\xff\n", "not UTF-8: line 3 has the byte 0xff"),
            (b"", "is empty"),
            (b"a,a\n1,2\n", "two columns `a`"),
        ] {
            let message = open(text, 2).unwrap_err().to_string();
            assert!(message.contains(parts), "{message}");
        }
    }

    #[test]
    fn a_header_alone_is_a_table_without_rows() {
        let table = read(b"a,b\n", 3).unwrap();
        assert_eq!((table.height(), table.width()), (0, 2));
    }
}
