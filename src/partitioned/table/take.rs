//! Some of the rows.

use polars::prelude::*;

use super::source::Ready;
use super::{Fingerprint, Means, Node, Table, step};
use crate::error::{Error, Result};
use crate::partitioned::sink::Sink;
use crate::partitioned::stored::Store;
use crate::partitioned::{Algo, Frames, Input, Partition};

struct Take {
    of: Table,
    count: usize,
    partition: Partition,
}

impl Node for Take {
    fn empty(&self) -> Result<DataFrame> {
        let empty = self.of.empty()?;
        let split = self.partition.check(empty.schema())?;
        if split.per_row {
            return Err(Error::input("take: the first rows of every row are all rows. Leave out per_row()."));
        }
        Ok(empty)
    }

    fn rows(&self, means: Means) -> Result<Input> {
        Node::empty(self)?;
        let count = self.count;
        // The first rows of a group, whatever groups are bundled with.
        let partition = self.partition.clone().algo(Algo::Hash);
        let first = |of: Table, partition: Partition| {
            step("take", of, move |pieces: Frames| head(pieces, count)).partition(partition).keep_within(means)
        };
        let taken = first(self.of.clone(), partition.clone())?;
        match self.partition.keys().is_empty() {
            // The first rows of all are among the first of each slice.
            true => first(Table::new(Ready(taken)), partition.num(1)),
            false => Ok(taken),
        }
    }

    fn only(&self, wanted: &[String]) -> Option<Table> {
        let split = self.partition.check(self.of.empty().ok()?.schema()).ok()?;
        let sorted = split.presort.into_iter().map(|key| key.column);
        let wanted: Vec<String> = wanted.iter().cloned().chain(split.keys).chain(sorted).collect();
        Some(Table::new(Take { of: self.of.only(&wanted), count: self.count, partition: self.partition.clone() }))
    }

    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        self.of.fingerprint(print)?;
        print.text(&format!("take {} {:?}", self.count, self.partition));
        Ok(())
    }
}

/// The first rows, of no more pieces than it takes.
fn head(pieces: Frames, count: usize) -> impl Iterator<Item = DataFrame> {
    pieces.scan(count, |left, piece| {
        let head = (*left > 0).then(|| piece.head(Some(*left)));
        *left -= head.as_ref().map_or(0, DataFrame::height);
        head
    })
}

struct Sample {
    of: Table,
    fraction: f64,
    seed: u64,
}

impl Node for Sample {
    fn empty(&self) -> Result<DataFrame> {
        if !(0.0..=1.0).contains(&self.fraction) {
            return Err(Error::input(format!("sample: {} is no fraction. Give a number from 0 to 1.", self.fraction)));
        }
        self.of.empty()
    }

    fn rows(&self, means: Means) -> Result<Input> {
        let empty = self.empty()?;
        let of = match self.of.rows(means)? {
            of if of.rows().is_some() => of,
            // How many rows a filter leaves is known when they are there.
            _ => self.of.kept(means)?,
        };
        let rows = of.rows().unwrap_or(0);
        let mut chance = <rand_chacha::ChaCha8Rng as rand::SeedableRng>::seed_from_u64(self.seed);
        let count = (self.fraction * rows as f64).round() as usize;
        let mut chosen = rand::seq::index::sample(&mut chance, rows, count).into_vec();
        chosen.sort_unstable();
        let store = Store::new(empty.schema().clone(), means.memory);
        for (number, slice) in of.slices().into_iter().enumerate() {
            let of_slice = &chosen[chosen.partition_point(|row| *row < slice.start)..];
            let of_slice = &of_slice[..of_slice.partition_point(|row| *row < slice.end)];
            if of_slice.is_empty() {
                continue;
            }
            let places = of_slice.iter().map(|row| (row - slice.start) as IdxSize).collect();
            // A slice is one piece.
            if let Some(piece) = of.pieces(slice).next() {
                store.accept(number, piece?.take(&IdxCa::from_vec("".into(), places))?)?;
            }
        }
        store.take()
    }

    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        self.of.fingerprint(print)?;
        print.text(&format!("sample {} {}", self.fraction, self.seed));
        Ok(())
    }
}

impl Table {
    /// The first rows: of all by the presort, or of each group when the partition has keys.
    ///
    /// `take(3, by(["carrier"]).presort("delay desc"))` are the three worst flights of each carrier.
    ///
    /// ```
    /// use outgrow::partitioned::{Partition, Serial, Table, by};
    /// # use polars::prelude::*;
    /// let flights = Table::from(df!("carrier" => ["UA", "AA", "UA"], "delay" => [4, 0, 33])?);
    /// let worst = flights.take(1, Partition::default().presort("delay desc")).run(&Serial)?;
    /// assert!(worst.equals(&df!("carrier" => ["UA"], "delay" => [33])?));
    /// assert_eq!(flights.take(1, by(["carrier"])).run(&Serial)?.height(), 2);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn take(&self, count: usize, partition: Partition) -> Table {
        Table::new(Take { of: self.clone(), count, partition })
    }

    /// A fraction of the rows, by chance, in their order; the same ones for the same seed. Their places, 8 bytes each, are
    /// held in memory, beside the budget.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let flights = Table::from(df!("delay" => (0..100).collect::<Vec<i32>>())?);
    /// assert_eq!(flights.sample(0.1, 7).run(&Serial)?.height(), 10);
    /// assert!(flights.sample(0.1, 7).run(&Serial)?.equals(&flights.sample(0.1, 7).run(&Serial)?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn sample(&self, fraction: f64, seed: u64) -> Table {
        Table::new(Sample { of: self.clone(), fraction, seed })
    }
}
