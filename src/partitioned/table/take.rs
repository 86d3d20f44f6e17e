//! Some of the rows.

use polars::prelude::*;

use super::{Fingerprint, Node, Table};
use crate::error::{Error, Result};
use crate::partitioned::{Algo, Engine, Input, Partition, transform};

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

    fn rows(&self, engine: &dyn Engine) -> Result<Input> {
        Node::empty(self)?;
        let count = self.count;
        // The first rows of a group, whatever groups are bundled with.
        let partition = self.partition.clone().algo(Algo::Hash);
        let first = |of: Table, partition: Partition| {
            transform(of, move |rows: DataFrame| rows.head(Some(count))).schema("*").partition(partition).run(engine)
        };
        let mut taken = first(self.of.clone(), partition.clone())?;
        if self.partition.keys().is_empty() {
            // The first rows of all are among the first of each slice.
            taken = first(taken.into(), partition.num(1))?;
        }
        Ok(Input::Frame(taken))
    }

    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        self.of.fingerprint(print)?;
        print.text(&format!("take {} {:?}", self.count, self.partition));
        Ok(())
    }
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

    fn rows(&self, engine: &dyn Engine) -> Result<Input> {
        self.empty()?;
        let all = self.of.run(engine)?;
        let count = (self.fraction * all.height() as f64).round() as usize;
        let mut chosen: Vec<IdxSize> = (0..all.height() as IdxSize).collect();
        use rand::seq::SliceRandom;
        let mut chance = <rand_chacha::ChaCha8Rng as rand::SeedableRng>::seed_from_u64(self.seed);
        let (chosen, _) = chosen.partial_shuffle(&mut chance, count);
        chosen.sort_unstable();
        Ok(Input::Frame(all.take(&IdxCa::from_vec("".into(), chosen.to_vec()))?))
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

    /// A fraction of the rows, by chance, in their order; the same ones for the same seed. The table is held in memory.
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
