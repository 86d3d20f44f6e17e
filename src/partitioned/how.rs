//! Which rows of two tables belong together.

use std::fmt::Display;

/// What is kept of keys that only one side has. A null in a key belongs to nothing, in joins and zips alike.
///
/// ```
/// use outgrow::partitioned::{How, Serial, Table};
/// # use polars::prelude::*;
/// let flights = Table::from(df!("tail" => [Some("N1"), Some("N2"), None], "delay" => [4, 33, 0])?);
/// let planes = df!("tail" => [Some("N1"), None], "seats" => [55, 2])?;
/// let rows = |how| flights.join(&planes, how).run(&Serial).map(|joined| joined.height());
/// assert_eq!((rows(How::Inner)?, rows(How::Left)?, rows(How::Full)?), (1, 3, 4));
/// assert_eq!((rows(How::Semi)?, rows(How::Anti)?), (1, 2));
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum How {
    /// Keys that all sides have.
    Inner,
    /// Keys of the first side.
    Left,
    /// Keys of the last side.
    Right,
    /// Keys of any side.
    Full,
    /// No keys: everything with everything.
    Cross,
    /// Rows of the first side whose key the other has; joins only.
    Semi,
    /// Rows of the first side whose key the other has not; joins only.
    Anti,
}

impl How {
    /// Whether a group is kept, by which sides have it.
    pub(super) fn keeps(self, mut present: impl DoubleEndedIterator<Item = bool>) -> bool {
        match self {
            How::Inner => present.all(|there| there),
            How::Left => present.next() == Some(true),
            How::Right => present.next_back() == Some(true),
            _ => true,
        }
    }
}

impl Display for How {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&format!("{self:?}").to_lowercase())
    }
}
