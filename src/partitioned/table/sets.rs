//! Tables as sets of rows. Rows are compared by all their columns; a null equals a null.

use polars::prelude::*;

use super::{Fingerprint, Means, Node, Table, step};
use crate::error::{Error, Result};
use crate::kernels::Groups;
use crate::partitioned::cotransform::brought_together;
use crate::partitioned::{Algo, Frames, Input, by};

/// Which rows of two tables are kept.
#[derive(Clone, Copy, Debug)]
enum Kept {
    Both,
    FirstOnly,
    InBoth,
}

struct Sets {
    first: Table,
    second: Table,
    kept: Kept,
    distinct: bool,
}

impl Node for Sets {
    fn empty(&self) -> Result<DataFrame> {
        let (first, second) = (self.first.empty()?, self.second.empty()?);
        if first.schema() != second.schema() {
            let columns = |frame: &DataFrame| {
                let columns = frame.schema().iter().map(|(name, dtype)| format!("{name}: {dtype}")).collect::<Vec<_>>();
                columns.join(", ")
            };
            let (first, second) = (columns(&first), columns(&second));
            return Err(Error::input(format!(
                "the tables have different columns: `{first}` and `{second}`. Select the same ones, with the same types."
            )));
        }
        Ok(first)
    }

    fn rows(&self, means: Means) -> Result<Input> {
        let empty = self.empty()?;
        let inputs = [self.first.rows(means)?, self.second.rows(means)?];
        if let (Kept::Both, false) = (self.kept, self.distinct) {
            return Ok(Input::Chain(inputs.into()));
        }
        let (kept, distinct) = (self.kept, self.distinct);
        let what = match kept {
            Kept::Both => "union",
            Kept::FirstOnly => "subtract",
            Kept::InBoth => "intersect",
        };
        brought_together(what, means, &inputs, &all_columns(&empty), &empty, move |first, second| {
            combine(&first, &second, kept, distinct)
        })
    }

    fn only(&self, wanted: &[String]) -> Option<Table> {
        // Any other set compares whole rows.
        let (first, second, kept) = match (self.kept, self.distinct) {
            (Kept::Both, false) => (self.first.only(wanted), self.second.only(wanted), Kept::Both),
            _ => return None,
        };
        Some(Table::new(Sets { first, second, kept, distinct: false }))
    }

    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        self.first.fingerprint(print)?;
        self.second.fingerprint(print)?;
        print.text(&format!("{:?} distinct {}", self.kept, self.distinct));
        Ok(())
    }
}

fn all_columns(frame: &DataFrame) -> Vec<String> {
    frame.get_column_names().into_iter().map(|name| name.to_string()).collect()
}

/// Row by row of the first table (and the second, for a union), counting how often its like was seen.
fn combine(first: &DataFrame, second: &DataFrame, kept: Kept, distinct: bool) -> Result<DataFrame> {
    let all = first.vstack(second)?;
    let names: Vec<&str> = all.columns().iter().map(|column| column.name().as_str()).collect();
    let groups = Groups::of(&all, &names)?;
    let (of_first, of_second) = groups.codes().split_at(first.height());
    let mut in_second = vec![0usize; groups.len()];
    of_second.iter().for_each(|code| in_second[*code as usize] += 1);
    let mut seen = vec![0usize; groups.len()];
    let candidates = match kept {
        Kept::Both => groups.codes(),
        _ => of_first,
    };
    let keep: BooleanChunked = candidates
        .iter()
        .map(|code| {
            let code = *code as usize;
            seen[code] += 1;
            let (nth, others) = (seen[code], in_second[code]);
            match (kept, distinct) {
                (Kept::Both, _) => nth == 1,
                (Kept::FirstOnly, true) => nth == 1 && others == 0,
                (Kept::FirstOnly, false) => nth > others,
                (Kept::InBoth, true) => nth == 1 && others > 0,
                (Kept::InBoth, false) => nth <= others,
            }
        })
        .map(Some)
        .collect();
    let from = if matches!(kept, Kept::Both) { &all } else { first };
    Ok(from.filter(&keep)?)
}

struct Distinct(Table);

impl Node for Distinct {
    fn empty(&self) -> Result<DataFrame> {
        self.0.empty()
    }

    fn rows(&self, means: Means) -> Result<Input> {
        // Piece by piece: the same row may be there more often than memory can hold it.
        let once = |pieces: Frames| {
            let mut once: Option<DataFrame> = None;
            for piece in pieces {
                let seen = once.unwrap_or_else(|| piece.clear());
                once = Some(combine(&seen, &piece, Kept::Both, true)?);
            }
            Ok::<_, Error>(once.unwrap_or_default())
        };
        let partition = by(all_columns(&self.empty()?)).algo(Algo::Coarse);
        step("distinct", self.0.clone(), once).partition(partition).keep_within(means)
    }

    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        self.0.fingerprint(print)?;
        print.text("distinct");
        Ok(())
    }
}

impl Table {
    fn with(&self, other: impl Into<Table>, kept: Kept, distinct: bool) -> Table {
        Table::new(Sets { first: self.clone(), second: other.into(), kept, distinct })
    }

    /// Each row once.
    ///
    /// ```
    /// # use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let tails = Table::from(df!("tail" => ["N1", "N1", "N2"])?);
    /// assert_eq!(tails.distinct().run(&Serial)?.height(), 2);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn distinct(&self) -> Table {
        Table::new(Distinct(self.clone()))
    }

    /// The rows of both, each once.
    ///
    /// ```
    /// # use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let (january, february) = (Table::from(df!("tail" => ["N1", "N1"])?), df!("tail" => ["N1", "N2"])?);
    /// assert_eq!(january.union(february).run(&Serial)?.height(), 2);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn union(&self, other: impl Into<Table>) -> Table {
        self.with(other, Kept::Both, true)
    }

    /// The rows of both, as often as they are there.
    ///
    /// ```
    /// # use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let (january, february) = (Table::from(df!("tail" => ["N1", "N1"])?), df!("tail" => ["N1", "N2"])?);
    /// assert_eq!(january.union_all(february).run(&Serial)?.height(), 4);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn union_all(&self, other: impl Into<Table>) -> Table {
        self.with(other, Kept::Both, false)
    }

    /// The rows that are not in the other table, each once.
    ///
    /// ```
    /// # use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let (january, february) = (Table::from(df!("tail" => ["N1", "N3", "N3"])?), df!("tail" => ["N1"])?);
    /// assert!(january.subtract(february).run(&Serial)?.equals(&df!("tail" => ["N3"])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn subtract(&self, other: impl Into<Table>) -> Table {
        self.with(other, Kept::FirstOnly, true)
    }

    /// Each row as much oftener as it is here than there.
    ///
    /// ```
    /// # use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let (january, february) = (Table::from(df!("tail" => ["N1", "N1", "N1"])?), df!("tail" => ["N1"])?);
    /// assert!(january.subtract_all(february).run(&Serial)?.equals(&df!("tail" => ["N1", "N1"])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn subtract_all(&self, other: impl Into<Table>) -> Table {
        self.with(other, Kept::FirstOnly, false)
    }

    /// The rows that are in both, each once.
    ///
    /// ```
    /// # use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let (january, february) = (Table::from(df!("tail" => ["N1", "N1"])?), df!("tail" => ["N1", "N1", "N2"])?);
    /// assert!(january.intersect(february).run(&Serial)?.equals(&df!("tail" => ["N1"])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn intersect(&self, other: impl Into<Table>) -> Table {
        self.with(other, Kept::InBoth, true)
    }

    /// The rows that are in both, as often as in the one that has fewer.
    ///
    /// ```
    /// # use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let (january, february) = (Table::from(df!("tail" => ["N1", "N1"])?), df!("tail" => ["N1", "N1", "N2"])?);
    /// assert!(january.intersect_all(february).run(&Serial)?.equals(&df!("tail" => ["N1", "N1"])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn intersect_all(&self, other: impl Into<Table>) -> Table {
        self.with(other, Kept::InBoth, false)
    }
}
