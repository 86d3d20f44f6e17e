//! Rows of two tables side by side.

use std::sync::{Arc, OnceLock};

use polars::prelude::*;

use super::{Fingerprint, Means, Node, Table};
use crate::error::{Error, Result};
use crate::partitioned::cotransform::{brought_together, common_columns, same_types};
use crate::partitioned::{How, Input};

struct Join {
    left: Table,
    right: Table,
    /// The columns that both have, when `None`.
    on: Option<Vec<String>>,
    how: How,
    /// The right table goes to every slice of the left one, whole.
    broadcast: bool,
}

impl Join {
    /// The columns to join on, and the columns of the result without rows.
    fn plan(&self) -> Result<(Vec<String>, DataFrame)> {
        let (left, right) = (self.left.empty()?, self.right.empty()?);
        let on = match (&self.on, self.how) {
            (None, How::Cross) => vec![],
            (Some(on), How::Cross) if !on.is_empty() => {
                return Err(Error::input(format!(
                    "join: a cross join has no columns to join on, and {} was given. Leave it out.",
                    on.join(", ")
                )));
            }
            (on, _) => on.clone().unwrap_or_else(|| common_columns(&[&left, &right])),
        };
        if on.is_empty() && self.how != How::Cross {
            return Err(Error::input(
                "join: the tables have no column in common. Name a column that both have, or use How::Cross.",
            ));
        }
        same_types(&[&left, &right], &on)?;
        if !matches!(self.how, How::Semi | How::Anti)
            && let Some(twice) = common_columns(&[&left, &right]).iter().find(|name| !on.contains(name))
        {
            return Err(Error::input(format!(
                "join: both tables have a column `{twice}`, and it is not joined on. Rename or drop one."
            )));
        }
        let empty = joined(&left, &right, &on, self.how)?;
        Ok((on, empty))
    }
}

impl Node for Join {
    fn empty(&self) -> Result<DataFrame> {
        self.plan().map(|(_, empty)| empty)
    }

    fn rows(&self, means: Means) -> Result<Input> {
        let (on, empty) = self.plan()?;
        let how = self.how;
        let left = self.left.rows(means)?;
        if self.broadcast {
            if matches!(how, How::Right | How::Full) {
                return Err(Error::input(format!(
                    "join: the right table cannot be broadcast for a {how} join: which of its rows have no partner is not \
                     known to any single slice. Leave out .broadcast(), or join the other way round."
                )));
            }
            let right = self.right.run_within(means)?;
            let slice = move |rows: DataFrame| joined(&rows, &right, &on, how);
            return Ok(Input::Each { of: Box::new(left), slice: Arc::new(slice), keeps_rows: false });
        }
        let inputs = [left, self.right.rows(means)?];
        let keys = on.clone();
        brought_together("join", means, &inputs, &keys, &empty, move |left, right| joined(&left, &right, &on, how))
    }

    fn only(&self, wanted: &[String]) -> Option<Table> {
        // Both sides keep what they are joined on, which is found before other columns are left out.
        let (on, _) = self.plan().ok()?;
        let wanted = [wanted, &on].concat();
        let (left, right) = (self.left.only(&wanted), self.right.only(&wanted));
        Some(Table::new(Join { left, right, on: Some(on), ..*self }))
    }

    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        self.left.fingerprint(print)?;
        self.right.fingerprint(print)?;
        print.text(&format!("join {:?} {}", self.on, self.how));
        Ok(())
    }
}

/// The columns of the left table, then those of the right one that are not joined on. A null matches nothing.
fn joined(left: &DataFrame, right: &DataFrame, on: &[String], how: How) -> Result<DataFrame> {
    let kind = match how {
        How::Cross => return Ok(left.cross_join(right, None, None, MaintainOrderJoin::LeftRight)?),
        How::Inner => JoinType::Inner,
        How::Left => JoinType::Left,
        How::Right => JoinType::Right,
        How::Full => JoinType::Full,
        How::Semi => JoinType::Semi,
        How::Anti => JoinType::Anti,
    };
    let mut args = JoinArgs::new(kind).with_coalesce(JoinCoalesce::CoalesceColumns);
    args.maintain_order = MaintainOrderJoin::LeftRight;
    let rows = left.join(right, on, on, args, None)?;
    let of_right =
        right.columns().iter().map(|column| column.name()).filter(|name| !on.iter().any(|on| on == name.as_str()));
    let names: Vec<PlSmallStr> = match how {
        How::Semi | How::Anti => left.get_column_names_owned(),
        _ => left.get_column_names_owned().into_iter().chain(of_right.cloned()).collect(),
    };
    Ok(rows.select(names)?)
}

/// A table that is small enough to go everywhere.
struct Broadcast {
    of: Table,
    rows: OnceLock<DataFrame>,
}

impl Node for Broadcast {
    fn empty(&self) -> Result<DataFrame> {
        self.of.empty()
    }

    fn rows(&self, means: Means) -> Result<Input> {
        if let Some(rows) = self.rows.get() {
            return Ok(Input::Frame(rows.clone()));
        }
        let rows = self.of.run_within(means)?;
        Ok(Input::Frame(self.rows.get_or_init(|| rows).clone()))
    }

    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        self.of.fingerprint(print)
    }

    fn goes_everywhere(&self) -> bool {
        true
    }
}

impl Table {
    /// Joins on the columns that both tables have; there must be one, but for a cross join.
    ///
    /// The result has the columns of this table, then the other's. A null matches nothing. A column that both have
    /// and that is not joined on is an error.
    ///
    /// ```
    /// use outgrow::partitioned::{How, Serial, Table};
    /// # use polars::prelude::*;
    /// let flights = Table::from(df!("origin" => ["EWR", "JFK"], "delay" => [4, 33])?);
    /// let airports = df!("origin" => ["EWR"], "city" => ["Newark"])?;
    /// let joined = flights.join(airports, How::Inner).run(&Serial)?;
    /// assert!(joined.equals(&df!("origin" => ["EWR"], "delay" => [4], "city" => ["Newark"])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn join(&self, other: impl Into<Table>, how: How) -> Table {
        self.joined(other.into(), None, how)
    }

    /// Joins on these columns; see [`Table::join`].
    ///
    /// ```
    /// use outgrow::partitioned::{How, Serial, Table};
    /// # use polars::prelude::*;
    /// let flights = Table::from(df!("tail" => ["N1", "N2"], "year" => [2013, 2013])?);
    /// let retired = df!("tail" => ["N1"], "year" => [2009])?;
    /// let in_service = flights.join_on(retired, ["tail"], How::Anti).run(&Serial)?;
    /// assert!(in_service.equals(&df!("tail" => ["N2"], "year" => [2013])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn join_on<I>(&self, other: impl Into<Table>, on: I, how: How) -> Table
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.joined(other.into(), Some(on.into_iter().map(Into::into).collect()), how)
    }

    fn joined(&self, right: Table, on: Option<Vec<String>>, how: How) -> Table {
        let broadcast = right.0.goes_everywhere();
        Table::new(Join { left: self.clone(), right, on, how, broadcast })
    }

    /// Marks a small table: a [`join`](Table::join) with it as the other side sends it to every slice, whole, instead of
    /// exchanging the rows of both by key.
    ///
    /// ```
    /// use outgrow::partitioned::{How, Serial, Table};
    /// # use polars::prelude::*;
    /// let flights = Table::from(df!("origin" => ["EWR", "JFK"], "delay" => [4, 33])?);
    /// let airports = Table::from(df!("origin" => ["EWR"], "city" => ["Newark"])?);
    /// let joined = flights.join(airports.broadcast(), How::Left).run(&Serial)?;
    /// assert_eq!(joined.shape(), (2, 3));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn broadcast(&self) -> Table {
        Table::new(Broadcast { of: self.clone(), rows: OnceLock::new() })
    }
}
