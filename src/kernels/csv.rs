//! CSV text, in pieces that can be read independently, and the one type that all pieces give a column.
//!
//! A piece sees only its own rows: `7` is a number there, though the column has an `x` elsewhere. So types are found in
//! all pieces first and made one; only then are values read.

use std::borrow::Cow;
use std::io::Cursor;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use polars::prelude::*;
use polars_io::csv::read::{CsvParseOptions, CsvReadOptions, NullValues};

use crate::error::{Error, Result, brief};

/// What pandas takes for a missing value (its `STR_NA_VALUES`), in quotes or not.
const MISSING: [&str; 19] = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
];

/// A CSV file in memory: its header, and its rows in pieces.
#[derive(Debug)]
pub struct CsvText {
    name: String,
    text: String,
    header: Vec<PlSmallStr>,
    /// Where the pieces begin and end, and the line that each begins with, from 1.
    pieces: Vec<(Range<usize>, usize)>,
    /// Lines without anything, which are no rows; in order.
    blank: Vec<Range<usize>>,
}

impl CsvText {
    /// Reads a file and cuts it between rows into at most `pieces` pieces.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that cannot be read; [`Error::Input`] for one that is not UTF-8, has no header or two
    /// columns of one name, a row with more or fewer values than the header, or a quotation mark where none can be.
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
        let header_row = rows.by_ref().find(|row| !row.is_blank(&text));
        let Some(header_row) = header_row else {
            return Err(Error::input(format!("{path} is empty. A CSV file begins with the names of its columns.")));
        };
        let header = names(&text[header_row.start..header_row.end], path)?;
        let body = header_row.next;
        let piece = (text.len() - body).div_ceil(pieces.max(1)).max(1);
        let (mut cut, mut blank) = (Vec::new(), Vec::new());
        let (mut start, mut start_line) = (body, header_row.next_line);
        for row in std::iter::once(header_row).chain(rows) {
            if row.stray {
                return Err(Error::input(format!(
                    "{path}, line {}: a quotation mark is where none can be. Put the whole value in quotes, and write each \
                     quotation mark in it twice.",
                    row.line
                )));
            }
            if row.is_blank(&text) {
                blank.push(row.start..row.next);
            } else if row.values != header.len() {
                return Err(Error::input(format!(
                    "{path}, line {}: {} values under {} column names. Give every row a value per column; put a text \
                     with commas in quotes.",
                    row.line,
                    row.values,
                    header.len()
                )));
            }
            if row.next >= start + piece {
                cut.push((start..row.next, start_line));
                (start, start_line) = (row.next, row.next_line);
            }
        }
        if start < text.len() || cut.is_empty() {
            cut.push((start..text.len(), start_line));
        }
        Ok(Self { name: path.to_string(), text, header, pieces: cut, blank })
    }

    /// How many pieces there are; at least one.
    pub fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// One piece as texts, null where a value is missing: [`types`] finds what they are, and [`typed`] makes it of them.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn texts(&self, piece: usize) -> Result<DataFrame> {
        let body = self.body(piece);
        let texts: Schema = self.header.iter().map(|name| Field::new(name.clone(), DataType::String)).collect();
        if body.is_empty() {
            return Ok(DataFrame::empty_with_schema(&texts));
        }
        let missing = MISSING.iter().map(|text| (*text).into()).collect();
        let parse = CsvParseOptions::default().with_null_values(Some(NullValues::AllColumns(missing)));
        let options = CsvReadOptions::default()
            .with_has_header(false)
            .with_n_threads(Some(1))
            .with_schema(Some(Arc::new(texts)))
            .with_parse_options(parse);
        options.into_reader_with_file_handle(Cursor::new(body)).finish().map_err(|cause| {
            let line = self.pieces[piece].1;
            Error::input(format!("{}, from line {line}: {}. Check the rows there.", self.name, brief(&cause)))
        })
    }

    /// The text of one piece, without its blank lines.
    fn body(&self, piece: usize) -> Cow<'_, [u8]> {
        let (range, _) = &self.pieces[piece];
        let text = self.text.as_bytes();
        let first = self.blank.partition_point(|blank| blank.start < range.start);
        let blank: Vec<_> = self.blank[first..].iter().take_while(|blank| blank.start < range.end).collect();
        if blank.is_empty() {
            return Cow::Borrowed(&text[range.clone()]);
        }
        let mut body = Vec::with_capacity(range.len());
        let mut from = range.start;
        for blank in blank {
            body.extend_from_slice(&text[from..blank.start]);
            from = blank.end;
        }
        body.extend_from_slice(&text[from..range.end]);
        Cow::Owned(body)
    }
}

/// The types of the columns, as one piece sees them; [`joint_types`] makes those of all pieces one.
///
/// # Errors
/// What the dataframe engine reports.
pub fn types(texts: &DataFrame) -> Result<Schema> {
    texts.columns().iter().map(|column| Ok(Field::new(column.name().clone(), narrowest(column.str()?)))).collect()
}

/// The texts of one piece, with the types that hold the values of all.
///
/// # Errors
/// What the dataframe engine reports.
pub fn typed(texts: &DataFrame, schema: &Schema) -> Result<DataFrame> {
    let columns = texts.columns().iter().zip(schema.iter_values()).map(|(column, dtype)| {
        let (name, texts) = (column.name().clone(), column.str()?);
        Ok(match dtype {
            DataType::Int64 => {
                Int64Chunked::from_iter_options(name, texts.iter().map(|text| whole(text?))).into_column()
            }
            DataType::Float64 => {
                Float64Chunked::from_iter_options(name, texts.iter().map(|text| decimal(text?))).into_column()
            }
            DataType::Boolean => {
                BooleanChunked::from_iter_options(name, texts.iter().map(|text| truth(text?))).into_column()
            }
            _ => column.clone(),
        })
    });
    Ok(DataFrame::new(texts.height(), columns.collect::<Result<Vec<_>>>()?)?)
}

/// The type that holds some texts: whole numbers, numbers, truth values, or texts. Null where nothing is known, `u64`
/// where whole numbers are too large for 64 bits: with others they may be decimals, alone they are texts.
fn narrowest(texts: &StringChunked) -> DataType {
    let mut joint = DataType::Null;
    for text in texts.iter().flatten() {
        joint = both(&joint, &type_of(text));
        if joint == DataType::String {
            break;
        }
    }
    joint
}

fn type_of(text: &str) -> DataType {
    let digits = |text: &str| text.trim().trim_start_matches(['+', '-']).bytes().all(|byte| byte.is_ascii_digit());
    match () {
        () if whole(text).is_some() => DataType::Int64,
        () if decimal(text).is_some() && digits(text) => DataType::UInt64,
        () if decimal(text).is_some() => DataType::Float64,
        () if truth(text).is_some() => DataType::Boolean,
        () => DataType::String,
    }
}

fn whole(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

fn decimal(text: &str) -> Option<f64> {
    // pandas knows a few ways to write NaN, which are missing already; others are texts.
    text.trim().parse().ok().filter(|number: &f64| !number.is_nan())
}

fn truth(text: &str) -> Option<bool> {
    let is = |word| text.eq_ignore_ascii_case(word);
    if is("true") { Some(true) } else { is("false").then_some(false) }
}

/// The type that holds what two others hold.
fn both(one: &DataType, other: &DataType) -> DataType {
    match (one, other) {
        (one, other) if one == other => one.clone(),
        (DataType::Null, found) | (found, DataType::Null) => found.clone(),
        (DataType::Float64, number) | (number, DataType::Float64) if number.is_primitive_numeric() => DataType::Float64,
        (one, other) if one.is_primitive_numeric() && other.is_primitive_numeric() => DataType::UInt64,
        _ => DataType::String,
    }
}

/// The types that hold the values of all pieces: text where they have nothing else in common.
pub fn joint_types(pieces: &[Schema]) -> Schema {
    let mut joint = pieces.first().cloned().unwrap_or_default();
    for piece in &pieces[1..] {
        joint.iter_values_mut().zip(piece.iter_values()).for_each(|(known, found)| *known = both(known, found));
    }
    joint.iter_values_mut().for_each(|dtype| match dtype {
        // Of a column that is missing everywhere nothing is known but that pandas makes it numbers.
        DataType::Null => *dtype = DataType::Float64,
        DataType::UInt64 => *dtype = DataType::String,
        _ => {}
    });
    joint
}

fn names(row: &str, path: &str) -> Result<Vec<PlSmallStr>> {
    let mut names: Vec<PlSmallStr> = Vec::new();
    let mut quoted = false;
    let mut name = String::new();
    let mut letters = row.chars().chain([',']).peekable();
    while let Some(letter) = letters.next() {
        match letter {
            // A quotation mark twice stands for itself.
            '"' if quoted && letters.next_if_eq(&'"').is_some() => name.push('"'),
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
    /// Whether a quotation mark neither begins nor ends a value.
    stray: bool,
}

impl Row {
    fn is_blank(&self, text: &str) -> bool {
        self.values == 1 && text[self.start..self.end].bytes().all(|byte| matches!(byte, b' ' | b'\t'))
    }
}

/// Where in a value a byte is.
#[derive(Clone, Copy, PartialEq)]
enum At {
    Start,
    Bare,
    Quoted,
    /// After a quotation mark, which was the last one or the first of two.
    Closed,
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
        let (mut state, mut stray) = (At::Start, false);
        let mut values = 1;
        let mut end = self.text.len();
        let mut next = end;
        for (at, byte) in self.text.iter().enumerate().skip(start) {
            self.line += usize::from(*byte == b'\n');
            state = match (state, byte) {
                (At::Quoted, b'"') => At::Closed,
                (At::Quoted, _) => At::Quoted,
                (_, b'\n') => {
                    end = if at > start && self.text[at - 1] == b'\r' { at - 1 } else { at };
                    next = at + 1;
                    break;
                }
                (_, b',') => {
                    values += 1;
                    At::Start
                }
                (At::Start | At::Closed, b'"') => At::Quoted,
                (At::Closed, b'\r') => At::Closed,
                (before, byte) => {
                    stray |= before == At::Closed || *byte == b'"';
                    At::Bare
                }
            };
        }
        stray |= state == At::Quoted;
        self.at = next;
        Some(Row { start, end, next, line, next_line: self.line, values, stray })
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
        let found = joint_types(&(0..csv.pieces()).map(|piece| types(&csv.texts(piece)?)).collect::<Result<Vec<_>>>()?);
        crate::labels::stack(
            (0..csv.pieces()).map(|piece| typed(&csv.texts(piece)?, &found)).collect::<Result<Vec<_>>>()?,
        )
    }

    #[test]
    fn pieces_give_what_the_whole_gives() {
        let text = b"\na,b,c,d\n1,x,1.5,\n\n2,\"y,\nz\",2,\n \t\n3,7,NA,\r\n\r\n4,8,9,\n\n";
        let whole = read(text, 1).unwrap();
        assert_eq!(whole.dtypes(), [DataType::Int64, DataType::String, DataType::Float64, DataType::Float64]);
        assert_eq!(whole.height(), 4);
        for pieces in [2, 3, 4, 5, 6, 99] {
            assert!(read(text, pieces).unwrap().equals_missing(&whole), "{pieces} pieces");
        }
    }

    #[test]
    fn what_is_no_table_is_refused_by_line() {
        for (text, parts) in [
            (&b"a,b\n1,2\n3\n"[..], "line 3: 1 values under 2 column names"),
            (b"a,b\n1,2,3\n", "line 2: 3 values under 2 column names"),
            (b"a\nx\n\xff\n", "not UTF-8: line 3 has the byte 0xff"),
            (b"a,b\n1,2\n5\" disk,1\n", "line 3: a quotation mark is where none can be"),
            (b"a,b\n\"1\n\"2,2\n", "line 2: a quotation mark"),
            (b"a,b\n1,\"2\n3,4\n", "line 2: a quotation mark"),
            (b"", "is empty"),
            (b"\n \n", "is empty"),
            (b"a,a\n1,2\n", "two columns `a`"),
        ] {
            let message = open(text, 2).unwrap_err().to_string();
            assert!(message.contains(parts), "{message}");
        }
    }

    #[test]
    fn values_have_the_types_that_pandas_gives_them() {
        for (values, dtype) in [
            (&["1", "+2", " 3 ", "\"4\""][..], DataType::Int64),
            (&["1", "1e3"], DataType::Float64),
            (&["inf", "-Infinity", ".5", "1."], DataType::Float64),
            (&["True", "false", "TRUE"], DataType::Boolean),
            (&["True", "1"], DataType::String),
            (&["NAN", "1"], DataType::String),
            (&["1_000"], DataType::String),
            (&["0x10"], DataType::String),
            // Whole numbers that 64 bits do not hold lose nothing.
            (&["1", "99999999999999999999"], DataType::String),
            (&["1.5", "99999999999999999999"], DataType::Float64),
        ] {
            let text = format!("x\n{}\n", values.join("\n"));
            for pieces in [1, 99] {
                let table = read(text.as_bytes(), pieces).unwrap();
                assert_eq!((table.dtypes(), table.height()), (vec![dtype.clone()], values.len()), "{text}");
                assert_eq!(table.columns()[0].null_count(), 0, "{text}");
            }
        }
        assert_eq!(read(b"\"a\"\"b\"\n\"5\"\" disk\"\n", 1).unwrap(), df!("a\"b" => ["5\" disk"]).unwrap());
    }

    #[test]
    fn what_pandas_takes_for_missing_is_missing() {
        let values: Vec<String> =
            MISSING.iter().flat_map(|text| [format!("{text},1"), format!("\"{text}\",2")]).collect();
        let table = read(format!("x,n\n{}\n1.5,3\n", values.join("\n")).as_bytes(), 3).unwrap();
        assert_eq!((table.dtypes(), table.height()), (vec![DataType::Float64, DataType::Int64], 2 * MISSING.len() + 1));
        assert_eq!(table.columns()[0].null_count(), 2 * MISSING.len());
    }

    #[test]
    fn a_header_alone_is_a_table_without_rows() {
        let table = read(b"a,b\n", 3).unwrap();
        assert_eq!((table.height(), table.width()), (0, 2));
    }
}
