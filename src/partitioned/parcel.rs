//! What one slice sends to one bucket of an exchange.
//!
//! Where a slice has many rows of each key, rows of one key lie side by side in their parcel and the key is sent once for
//! all of them: it need not be copied, kept, spilled and hashed again for every row. A group's key is then one value in
//! front of its rows, as the dataframe engine keeps a constant column.

use polars::frame::builder::DataFrameBuilder;
use polars::prelude::*;

use super::section::Section;
use crate::error::Result;
use crate::exchange;
use crate::kernels::{Groups, order_by_code};

/// Rows on their way from a slice to a bucket.
#[derive(Clone)]
pub struct Parcel {
    /// The rows; without their keys where these are sent once.
    pub rows: Section,
    /// A row per key, in the order of `rows`: the key, and in the last column how many rows it has.
    pub runs: Option<Section>,
}

/// Keys are sent once where there is one for so many rows, or fewer: each run of equal keys costs something, too.
const ROWS_PER_KEY: usize = 32;

/// So many rows tell that there are too many keys, before all of them are counted: with a key for less than
/// `ROWS_OF_SAMPLE_PER_KEY` of them.
const SAMPLE: usize = 1 << 12;
const ROWS_OF_SAMPLE_PER_KEY: usize = 8;

impl Parcel {
    /// Rows as they are.
    pub fn plain(rows: DataFrame) -> Self {
        Self { rows: rows.into(), runs: None }
    }

    /// Splits a slice by a hash of its keys, a parcel for each bucket; `once` allows that keys are sent once, and then rows
    /// keep their order within each key only.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn split(slice: &DataFrame, keys: &[&str], buckets: usize, seed: u64, once: bool) -> Result<Vec<Self>> {
        let groups = if once { few_groups(slice, keys)? } else { None };
        let Some(groups) = groups else {
            let bucket_of_row = exchange::bucket_of_rows(&slice.select(keys.iter().copied())?, buckets, seed)?;
            let (order, starts) = order_by_code(&bucket_of_row, buckets);
            let rows = Section::from(take(slice, order)?);
            return Ok(starts.windows(2).map(|ends| Self { rows: rows.part(ends[0]..ends[1]), runs: None }).collect());
        };
        let mut lengths = vec![0 as IdxSize; groups.len()];
        groups.codes().iter().for_each(|code| lengths[*code as usize] += 1);
        let bucket_of_key = exchange::bucket_of_rows(groups.keys(), buckets, seed)?;
        let (key_order, starts) = order_by_code(&bucket_of_key, buckets);
        let mut rank = vec![0; groups.len()];
        key_order.iter().enumerate().for_each(|(place, code)| rank[*code as usize] = place as u32);
        let codes: Vec<u32> = groups.codes().iter().map(|code| rank[*code as usize]).collect();
        let (order, row_starts) = order_by_code(&codes, groups.len());
        let rows = Section::from(take(&slice.drop_many(keys.iter().copied()), order)?);
        let runs = Section::from(take(&with_lengths(groups.keys(), lengths)?, key_order)?);
        let parcel = |ends: &[usize]| {
            let (first, end) = (ends[0], ends[1]);
            Self { rows: rows.part(row_starts[first]..row_starts[end]), runs: Some(runs.part(first..end)) }
        };
        Ok(starts.windows(2).map(parcel).collect())
    }

    /// Splits a parcel into smaller ones, by a hash with another seed.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn split_again(self, keys: &[&str], buckets: usize, seed: u64) -> Result<Vec<Self>> {
        let rows = self.rows.frame();
        let Some(runs) = self.runs.map(|runs| runs.frame()) else {
            return Self::split(&rows, keys, buckets, seed, false);
        };
        let bucket_of_run = exchange::bucket_of_rows(&runs.select(keys.iter().copied())?, buckets, seed)?;
        let (order, starts) = order_by_code(&bucket_of_run, buckets);
        let places = places(&runs)?;
        let parcel = |bucket: usize| {
            let chosen = &order[starts[bucket]..starts[bucket + 1]];
            let chosen_rows = chosen.iter().flat_map(|run| places[*run as usize]..places[*run as usize + 1]);
            let rows = take(&rows, chosen_rows.collect())?.into();
            Ok(Self { rows, runs: Some(take(&runs, chosen.to_vec())?.into()) })
        };
        (0..buckets).map(parcel).collect()
    }

    /// Bytes of what is held, and of the same rows as a frame with all its columns.
    pub fn bytes(&self) -> (u64, u64) {
        let held = self.rows.bytes();
        let Some(runs) = &self.runs else { return (held, held) };
        let lengths = (size_of::<IdxSize>() * runs.height()) as u64;
        let keys = runs.bytes() - lengths;
        let of_a_row = keys / (runs.height() as u64).max(1);
        (held + keys + lengths, held + of_a_row * self.rows.height() as u64)
    }

    /// The rows of parcels for the same bucket, one after the other; all have their keys in their rows, or none of them.
    pub fn together(parcels: &[&Self]) -> Option<Self> {
        let rows = Section::together(parcels.iter().map(|parcel| &parcel.rows))?.into();
        let runs: Option<Vec<&Section>> = parcels.iter().map(|parcel| parcel.runs.as_ref()).collect();
        Some(Self { rows, runs: runs.and_then(|runs| Section::together(runs.into_iter())).map(Section::from) })
    }

    /// The rows as a frame with these columns.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn unpack(self, columns: &DataFrame) -> Result<DataFrame> {
        let rows = self.rows.frame();
        let Some(runs) = self.runs.map(|runs| runs.frame()) else { return Ok(rows) };
        let lengths = lengths(&runs)?;
        let run_of_row = lengths.into_no_null_iter().zip(0..).flat_map(|(length, run)| (0..length).map(move |_| run));
        let keys = take(&runs, run_of_row.collect())?;
        let columns = columns.get_column_names().into_iter().map(|name| keys.column(name).or(rows.column(name)));
        Ok(DataFrame::new(rows.height(), columns.map(|column| column.cloned()).collect::<PolarsResult<_>>()?)?)
    }
}

/// Frames, a group each.
pub type GroupFrames = Box<dyn Iterator<Item = Result<DataFrame>>>;

/// The groups of rows that have their keys: a row of keys for each, and its rows.
///
/// # Errors
/// What the dataframe engine reports.
pub fn groups_of(rows: &DataFrame, keys: &[&str]) -> Result<(DataFrame, GroupFrames)> {
    let groups = Groups::of(rows, keys)?;
    Ok((groups.keys().clone(), Box::new(groups.slices(rows)?.map(Ok))))
}

/// The groups of parcels that follow each other, with these columns; `runs` are those of all parcels, stacked.
///
/// The runs say how long each group becomes, so that all of them are put together while parcels come one by one, and no
/// row is there twice.
///
/// # Errors
/// What the dataframe engine reports; what a parcel reports.
pub fn groups_of_runs(
    runs: &DataFrame,
    parcels: impl Iterator<Item = Result<Parcel>>,
    keys: &[&str],
    columns: &DataFrame,
) -> Result<(DataFrame, GroupFrames)> {
    let groups = Groups::of(runs, keys)?;
    let lengths: Vec<usize> = lengths(runs)?.into_no_null_iter().map(|length| length as usize).collect();
    let mut runs = groups.codes().iter().map(|code| *code as usize).zip(lengths);
    let mut heights = vec![0; groups.len()];
    runs.clone().for_each(|(group, length)| heights[group] += length);
    let schema = columns.drop_many(keys.iter().copied()).schema().clone();
    let mut frames: Vec<DataFrameBuilder> = heights.iter().map(|_| DataFrameBuilder::new(schema.clone())).collect();
    frames.iter_mut().zip(&heights).for_each(|(frame, height)| frame.reserve(*height));
    for parcel in parcels {
        let rows = parcel?.rows;
        let mut start = 0;
        while let Some((group, length)) = (start < rows.height()).then(|| runs.next()).flatten() {
            rows.copy(start..start + length, &mut frames[group]);
            start += length;
        }
    }
    let (keys, names) = (groups.keys().clone(), columns.get_column_names_owned());
    let frames = frames.into_iter().enumerate().map(move |(group, rows)| {
        let rows = rows.freeze();
        let column = |name: &PlSmallStr| match keys.column(name) {
            Ok(key) => Ok(key.new_from_index(group, rows.height())),
            Err(_) => rows.column(name).cloned(),
        };
        Ok(DataFrame::new(rows.height(), names.iter().map(column).collect::<PolarsResult<_>>()?)?)
    });
    Ok((groups.keys().clone(), Box::new(frames)))
}

/// The groups of a slice where keys repeat so often that sending them once pays; and where equal ones are the same: 0.0
/// and -0.0 are one key, and two values.
fn few_groups(slice: &DataFrame, keys: &[&str]) -> Result<Option<Groups>> {
    let exact = |key: &&str| slice.column(key).is_ok_and(|key| !key.dtype().is_float() && !key.dtype().is_nested());
    let sample = slice.head(Some(SAMPLE));
    if !keys.iter().all(exact) || Groups::of(&sample, keys)?.len() * ROWS_OF_SAMPLE_PER_KEY > sample.height() {
        return Ok(None);
    }
    let groups = Groups::of(slice, keys)?;
    Ok((groups.len() * ROWS_PER_KEY <= slice.height()).then_some(groups))
}

fn take(rows: &DataFrame, order: Vec<IdxSize>) -> Result<DataFrame> {
    match rows.width() {
        0 => Ok(DataFrame::empty_with_height(order.len())),
        _ => Ok(rows.take(&IdxCa::from_vec(PlSmallStr::EMPTY, order))?),
    }
}

/// Longer than each key, so none of them.
fn with_lengths(keys: &DataFrame, lengths: Vec<IdxSize>) -> Result<DataFrame> {
    let name =
        format!("rows of {}", keys.get_column_names().iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" "));
    let mut runs = keys.clone();
    runs.with_column(IdxCa::from_vec(name.into(), lengths).into_column())?;
    Ok(runs)
}

fn lengths(runs: &DataFrame) -> Result<IdxCa> {
    let last = runs.columns().last().expect("runs have a column of lengths");
    Ok(last.idx()?.clone())
}

/// Where the rows of each run start, and where the last one ends.
fn places(runs: &DataFrame) -> Result<Vec<IdxSize>> {
    let mut places = vec![0];
    let mut end = 0;
    for length in lengths(runs)?.into_no_null_iter() {
        end += length;
        places.push(end);
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Slices of flights: of some carriers, with nulls, or each with a tail number of its own.
    fn slices() -> impl Strategy<Value = Vec<DataFrame>> {
        let slice = (0..600usize, 1..4usize, any::<bool>()).prop_map(|(rows, carriers, own)| {
            let rows = 0..rows as i32;
            let key = |row: i32| match own {
                true => Some(format!("N{row}")),
                false => ["UA", "AA", "B6"].get(row as usize * 7 % 11 % (carriers + 1)).map(|key| key.to_string()),
            };
            let keys: Vec<Option<String>> = rows.clone().map(key).collect();
            df!("id" => rows.collect::<Vec<_>>(), "key" => keys).unwrap()
        });
        prop::collection::vec(slice, 1..5)
    }

    proptest! {
        #[test]
        fn groups_are_those_of_all_rows(slices in slices(), keys_alone: bool) {
            let pick = |slice: &DataFrame| if keys_alone { slice.select(["key"]).unwrap() } else { slice.clone() };
            let slices: Vec<DataFrame> = slices.iter().map(pick).collect();
            let columns = slices[0].clear();
            let mut buckets: Vec<Vec<Parcel>> = vec![Vec::new(); 5];
            for slice in &slices {
                for (bucket, parcel) in Parcel::split(slice, &["key"], 3, 0, true).unwrap().into_iter().enumerate() {
                    match bucket {
                        2 => {
                            let smaller = parcel.split_again(&["key"], 3, 1).unwrap();
                            buckets[2..].iter_mut().zip(smaller).for_each(|(bucket, parcel)| bucket.push(parcel));
                        }
                        _ => buckets[bucket].push(parcel),
                    }
                }
            }
            let mut all = columns.clone();
            for slice in &slices {
                all.vstack_mut(slice).unwrap();
            }
            let groups = Groups::of(&all, &["key"]).unwrap();
            let mut expected: Vec<DataFrame> = groups.split(&all).unwrap();
            for bucket in buckets {
                let rows: usize = bucket.iter().map(|parcel| parcel.rows.height()).sum();
                let unpacked: usize = bucket.iter().map(|p| p.clone().unpack(&columns).unwrap().height()).sum();
                prop_assert_eq!(rows, unpacked);
                let stack = |all: DataFrame, more: DataFrame| all.vstack(&more).unwrap();
                let runs: Option<Vec<DataFrame>> =
                    bucket.iter().map(|parcel| Some(parcel.runs.as_ref()?.frame())).collect();
                let (keys, frames) = match runs.and_then(|runs| runs.into_iter().reduce(stack)) {
                    Some(runs) => groups_of_runs(&runs, bucket.into_iter().map(Ok), &["key"], &columns).unwrap(),
                    None => {
                        let rows = bucket.into_iter().map(|parcel| parcel.unpack(&columns).unwrap());
                        groups_of(&rows.fold(columns.clone(), stack), &["key"]).unwrap()
                    }
                };
                for (group, frame) in frames.enumerate() {
                    let frame = frame.unwrap();
                    let key = frame.column("key").unwrap().head(Some(1));
                    prop_assert!(key.equals_missing(&keys.column("key").unwrap().slice(group as i64, 1)));
                    let found = expected.iter().position(|rows| rows.equals_missing(&frame));
                    prop_assert!(found.is_some(), "{frame}");
                    expected.swap_remove(found.unwrap());
                }
            }
            prop_assert!(expected.is_empty());
        }
    }

    #[test]
    fn keys_are_sent_once_where_they_repeat_and_are_exact() {
        let flights = df!("carrier" => vec!["UA"; 100], "delay" => vec![0.0; 100]).unwrap();
        let parcels = |key: &str, once| Parcel::split(&flights, &[key], 1, 0, once).unwrap();
        let once = &parcels("carrier", true)[0];
        assert_eq!((once.rows.frame().width(), once.runs.as_ref().map(Section::height)), (1, Some(1)));
        assert_eq!(once.bytes(), (800 + 16 + 4, 800 + 1600));
        assert!(parcels("carrier", false)[0].runs.is_none());
        assert!(parcels("delay", true)[0].runs.is_none());
    }
}
