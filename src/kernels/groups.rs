//! Which rows belong together: a dense code per row (what pandas calls `factorize`).

use std::hash::Hash;

use polars::prelude::*;

use crate::error::{Error, Result};

/// The groups of a frame by some key columns, numbered from 0 in order of first appearance.
///
/// A null key is a key like any other and forms a group of its own.
#[derive(Clone, Debug)]
pub struct Groups {
    codes: Vec<u32>,
    keys: DataFrame,
}

impl Groups {
    /// Finds the groups of `frame` by the columns `by`.
    ///
    /// ```
    /// use outgrow::kernels::Groups;
    /// use polars::prelude::*;
    /// let frame = df!("carrier" => ["UA", "AA", "UA"], "origin" => ["EWR", "EWR", "EWR"]).unwrap();
    /// let groups = Groups::of(&frame, &["carrier", "origin"]).unwrap();
    /// assert_eq!(groups.codes(), [0, 1, 0]);
    /// assert_eq!(groups.keys().height(), 2);
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] for a column that is not there or no column at all.
    pub fn of(frame: &DataFrame, by: &[&str]) -> Result<Self> {
        let mut columns = by.iter();
        let first = columns.next().ok_or_else(|| Error::input("no key column is named. Name at least one."))?;
        let mut codes = encode(column(frame, first)?)?;
        for name in columns {
            codes = combine(codes, encode(column(frame, name)?)?);
        }
        let mut firsts: Vec<IdxSize> = Vec::with_capacity(codes.count);
        for (row, code) in codes.of_rows.iter().enumerate() {
            if *code as usize == firsts.len() {
                firsts.push(row as IdxSize);
            }
        }
        let keys = frame.select(by.iter().copied())?.take(&IdxCa::from_vec("".into(), firsts))?;
        Ok(Self { codes: codes.of_rows, keys })
    }

    /// All rows in one group, which has no key: what a reduction of a whole column is.
    pub fn whole(rows: usize) -> Self {
        Self { codes: vec![0; rows], keys: DataFrame::empty_with_height(1) }
    }

    /// The number of the group of each row.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// One row per group: its key values.
    pub fn keys(&self) -> &DataFrame {
        &self.keys
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.keys.height()
    }

    /// Whether there is no group, which is so when there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers of the groups in ascending order of their keys; groups with a null in a key are left out, as in
    /// pandas.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn in_key_order(&self) -> Result<IdxCa> {
        let mut keys = self.keys.clone();
        let names: Vec<PlSmallStr> = keys.columns().iter().map(|column| column.name().clone()).collect();
        // Longer than each key, so none of them.
        let number = PlSmallStr::from(format!("number of {}", names.join(" ")));
        keys.with_column(IdxCa::from_vec(number.clone(), (0..self.len() as IdxSize).collect()).into_column())?;
        let sorted = keys.drop_nulls(Some(names.as_slice()))?.sort(names, SortMultipleOptions::default())?;
        Ok(sorted.column(&number)?.idx()?.clone())
    }

    /// The rows, those of one group side by side and otherwise in order; and where each group starts and the last ends.
    pub fn order(&self) -> (Vec<IdxSize>, Vec<usize>) {
        order_by_code(&self.codes, self.len())
    }

    /// The rows of `frame`, for which the groups were found, as one frame per group, in the order they have in it.
    ///
    /// The rows are copied once, together; each group is a slice of that copy.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn split(&self, frame: &DataFrame) -> Result<Vec<DataFrame>> {
        self.slices(frame).map(Iterator::collect)
    }

    /// As [`Groups::split`], one frame after the other: a slice of a million that is dropped again costs less than a
    /// million slices that wait.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn slices(&self, frame: &DataFrame) -> Result<impl Iterator<Item = DataFrame> + use<>> {
        slices_by_codes(frame, &self.codes, self.len())
    }
}

/// The rows of `frame` as one frame per code: row `n` goes to frame `codes[n]` of `count`. Frames may be empty.
///
/// # Errors
/// What the dataframe engine reports.
pub fn slices_by_codes(
    frame: &DataFrame,
    codes: &[u32],
    count: usize,
) -> Result<impl Iterator<Item = DataFrame> + use<>> {
    let (sorted, starts) = match count {
        0 => (frame.clear(), vec![0]),
        1 => (frame.clone(), vec![0, frame.height()]),
        _ => {
            let (order, starts) = order_by_code(codes, count);
            (frame.take(&IdxCa::from_vec("".into(), order))?, starts)
        }
    };
    Ok((0..count).map(move |group| sorted.slice(starts[group] as i64, starts[group + 1] - starts[group])))
}

/// The rows by code, otherwise in order; and where the rows of each of `count` codes start and the last end.
///
/// ```
/// let (order, starts) = outgrow::kernels::order_by_code(&[1, 0, 1], 2);
/// assert_eq!((order, starts), (vec![1, 0, 2], vec![0, 1, 3]));
/// ```
pub fn order_by_code(codes: &[u32], count: usize) -> (Vec<IdxSize>, Vec<usize>) {
    let mut starts = vec![0usize; count + 1];
    for code in codes {
        starts[*code as usize + 1] += 1;
    }
    for group in 0..count {
        starts[group + 1] += starts[group];
    }
    let mut next = starts.clone();
    let mut order = vec![0 as IdxSize; codes.len()];
    for (row, code) in codes.iter().enumerate() {
        let place = &mut next[*code as usize];
        order[*place] = row as IdxSize;
        *place += 1;
    }
    (order, starts)
}

/// A code per row, and how many different ones there are.
struct Codes {
    of_rows: Vec<u32>,
    count: usize,
}

/// A column of a frame by name.
///
/// # Errors
/// [`Error::Input`] that lists the columns there are.
pub fn column<'a>(frame: &'a DataFrame, name: &str) -> Result<&'a Column> {
    frame.column(name).map_err(|_| {
        let columns: Vec<&str> = frame.columns().iter().map(|column| column.name().as_str()).collect();
        Error::input(format!("no column `{name}`; there are {}. Name one of these.", columns.join(", ")))
    })
}

/// Numbers the values of one column by first appearance.
fn encode(column: &Column) -> Result<Codes> {
    if let Ok(texts) = column.str() {
        // A text of up to 12 bytes is stored whole in its 16-byte view: then comparing views is comparing texts.
        let inline = texts.downcast_iter().all(|chunk| chunk.total_buffer_len() == 0);
        return Ok(if inline {
            let views = texts.downcast_iter().flat_map(|chunk| {
                let views = chunk.views().iter().map(|view| view.as_u128());
                views.enumerate().map(|(row, view)| chunk.get(row).map(|_| view))
            });
            number(views, column.len())
        } else {
            number(texts.iter(), column.len())
        });
    }
    let physical = column.to_physical_repr();
    match physical.dtype() {
        DataType::Int16 => return Ok(number_small(physical.i16()?)),
        DataType::Int32 => return Ok(number(physical.i32()?.iter(), column.len())),
        DataType::Int64 => return Ok(number(physical.i64()?.iter(), column.len())),
        DataType::UInt32 => return Ok(number(physical.u32()?.iter(), column.len())),
        DataType::Boolean => return Ok(number(physical.bool()?.iter(), column.len())),
        _ => {}
    }
    // Any other type by the dataframe engine's own grouping: the rows of each group, by first appearance.
    let groups = column.as_materialized_series().group_tuples(false, true)?.into_idx();
    let mut of_rows = vec![0; column.len()];
    for (code, (_, rows)) in groups.iter().enumerate() {
        for row in rows.iter() {
            of_rows[*row as usize] = code as u32;
        }
    }
    Ok(Codes { of_rows, count: groups.all().len() })
}

/// Small numbers have a table of all that there are, where that pays.
fn number_small(values: &Int16Chunked) -> Codes {
    const UNSEEN: u32 = u32::MAX;
    if values.len() < 1 << 14 {
        return number(values.iter(), values.len());
    }
    let mut known = vec![UNSEEN; (1 << 16) + 1];
    let mut count = 0;
    let mut of_rows = Vec::with_capacity(values.len());
    for value in values.iter() {
        let code = &mut known[value.map_or(1 << 16, |value| usize::from(value as u16))];
        if *code == UNSEEN {
            *code = count;
            count += 1;
        }
        of_rows.push(*code);
    }
    Codes { of_rows, count: count as usize }
}

fn number<T: Hash + Eq>(values: impl Iterator<Item = T>, rows: usize) -> Codes {
    let mut known: PlHashMap<T, u32> = PlHashMap::default();
    let mut of_rows = Vec::with_capacity(rows);
    for value in values {
        let next = known.len() as u32;
        of_rows.push(*known.entry(value).or_insert(next));
    }
    Codes { of_rows, count: known.len() }
}

/// Numbers the pairs of two columns' codes by first appearance.
fn combine(left: Codes, right: Codes) -> Codes {
    let pairs = left.count * right.count;
    let pair = |row: usize| left.of_rows[row] as usize * right.count + right.of_rows[row] as usize;
    let rows = left.of_rows.len();
    if pairs > rows.max(1 << 12) {
        return number((0..rows).map(pair), rows);
    }
    const UNSEEN: u32 = u32::MAX;
    let mut known = vec![UNSEEN; pairs];
    let mut count = 0;
    let mut of_rows = Vec::with_capacity(rows);
    for row in 0..rows {
        let code = &mut known[pair(row)];
        if *code == UNSEEN {
            *code = count;
            count += 1;
        }
        of_rows.push(*code);
    }
    Codes { of_rows, count: count as usize }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Groups as the definition says: compare every row with the first row of every group so far.
    fn by_definition<T: PartialEq>(rows: &[T]) -> Vec<u32> {
        let mut firsts: Vec<&T> = Vec::new();
        let mut codes = Vec::new();
        for row in rows {
            let code = firsts.iter().position(|first| *first == row).unwrap_or_else(|| {
                firsts.push(row);
                firsts.len() - 1
            });
            codes.push(code as u32);
        }
        codes
    }

    proptest! {
        #[test]
        fn codes_are_those_of_the_definition(
            rows in prop::collection::vec((prop::option::of("[ab]{0,2}|a long text, not inline"), prop::option::of(0i32..4), any::<bool>()), 0..80),
        ) {
            let texts: Vec<Option<&str>> = rows.iter().map(|row| row.0.as_deref()).collect();
            let numbers: Vec<Option<i32>> = rows.iter().map(|row| row.1).collect();
            let flags: Vec<bool> = rows.iter().map(|row| row.2).collect();
            let frame = df!("t" => texts, "n" => numbers, "f" => flags).unwrap();
            let groups = Groups::of(&frame, &["t", "n", "f"]).unwrap();
            prop_assert_eq!(groups.codes(), by_definition(&rows));
            let split = groups.split(&frame).unwrap();
            prop_assert_eq!(split.len(), groups.len());
            prop_assert_eq!(split.iter().map(DataFrame::height).sum::<usize>(), rows.len());
            for (group, part) in split.iter().enumerate() {
                let mask: BooleanChunked = groups.codes().iter().map(|code| Some(*code as usize == group)).collect();
                prop_assert!(frame.filter(&mask).unwrap().equals_missing(part));
            }
        }
    }

    #[test]
    fn the_table_of_small_numbers_gives_the_codes_of_the_definition() {
        let rows: Vec<Option<i16>> = (0..20_000).map(|n| (n % 7 > 0).then_some((n * 37 % 211 - 100) as i16)).collect();
        let frame = df!("n" => &rows).unwrap();
        assert_eq!(Groups::of(&frame, &["n"]).unwrap().codes(), by_definition(&rows));
    }

    #[test]
    fn many_different_pairs_take_the_hashed_way() {
        let left: Vec<i32> = (0..5_000).collect();
        let right: Vec<i32> = (0..5_000).map(|n| n % 2_500).collect();
        let frame = df!("l" => left, "r" => right).unwrap();
        assert_eq!(Groups::of(&frame, &["l", "r"]).unwrap().len(), 5_000);
    }

    #[test]
    fn an_unknown_key_names_the_columns_there_are() {
        let frame = df!("carrier" => ["UA"]).unwrap();
        let message = Groups::of(&frame, &["carier"]).unwrap_err().to_string();
        assert_eq!(message, "no column `carier`; there are carrier. Name one of these.");
    }
}
