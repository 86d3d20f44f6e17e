//! Records drawn: SVG files whose text stays text, light and dark, and a page of all of them.
//!
//! A chart is drawn from [records](crate::measure::record) and from nothing else; no workload is run for it. Each module
//! takes records, picks those that its question needs, and returns a [`Chart`] per workload for which there are any: the
//! drawing, a description in words, and the figures in a table, with the lines of the records that they come from.
//!
//! * [`time`]: time per mode. * [`memory`]: memory over time. * [`rows`]: time and memory against rows.
//! * [`threads`]: speed-up against threads. * [`moved`]: rows and bytes moved. * [`tasks`]: who did what when.
//! * [`crossover`]: which mode wins where. * [`overhead`]: what a group costs.
//! * [`systems`]: real systems beside the modes, cold and warm.
//!
//! [`glance`] puts all workloads beside each other. [`theme`] has the colours, [`canvas`], [`plot`] and [`labels`] draw
//! with `plotters`, [`page`] puts all charts on one page, with the figures of [`mod@bench`], and [`words`] says what they
//! show.

pub mod bench;
pub mod canvas;
pub mod crossover;
pub mod glance;
pub mod html;
pub mod labels;
pub mod memory;
pub mod moved;
pub mod overhead;
pub mod page;
pub mod pick;
pub mod plot;
pub mod rows;
pub mod systems;
pub mod tasks;
pub mod theme;
pub mod threads;
pub mod time;
pub mod units;
pub mod words;

use crate::error::Result;
use crate::measure::Record;

/// What kinds of charts there are: the names of their files begin with it.
pub const KINDS: [&str; 10] =
    ["glance", "time", "memory", "rows", "threads", "moved", "tasks", "crossover", "overhead", "systems"];

/// A drawing, and the figures in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What kind of chart it is: `time`, `memory`, ...
    pub kind: &'static str,
    /// The workload it is about; empty when it is about all of them.
    pub workload: String,
    /// Its file name without the ending: `time-aggregation`.
    pub name: String,
    /// What it is about.
    pub title: String,
    /// What it shows, in words, for those who cannot see it.
    pub desc: String,
    /// The drawing.
    pub svg: String,
    /// Its figures.
    pub table: Table,
}

impl Chart {
    /// The drawing for a page that has the style sheet of all charts.
    pub fn svg_without_style(&self) -> String {
        match (self.svg.split_once("<style>"), self.svg.split_once("</style>\n")) {
            (Some((before, _)), Some((_, after))) => format!("{before}{after}"),
            _ => self.svg.clone(),
        }
    }

    /// Gives it another name, and its title and description in the drawing other ids.
    fn rename(&mut self, name: String) {
        for (before, after) in [
            (format!("\"{}-title", self.name), format!("\"{name}-title")),
            (format!("{}-desc\"", self.name), format!("{name}-desc\"")),
        ] {
            self.svg = self.svg.replace(&before, &after);
        }
        self.name = name;
    }
}

/// Figures as text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Names of the columns.
    pub header: Vec<String>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns and no row.
    pub fn new<const N: usize>(header: [&str; N]) -> Self {
        Self { header: header.map(String::from).to_vec(), rows: vec![] }
    }
}

/// Every chart that these records are enough for, in the order of the page.
///
/// # Errors
/// [`Error::Failure`](crate::Error::Failure) when a chart cannot be drawn.
pub fn all(records: &[Record]) -> Result<Vec<Chart>> {
    let records = pick::one_machine(records);
    let mut charts = Vec::new();
    for of_kind in [
        glance::charts,
        time::charts,
        memory::charts,
        rows::charts,
        threads::charts,
        moved::charts,
        tasks::charts,
        crossover::charts,
        overhead::charts,
        systems::charts,
    ] {
        charts.extend(of_kind(&records)?);
    }
    number_namesakes(&mut charts);
    Ok(charts)
}

/// Charts that would have the same file name get a number: names leave out what seldom differs, such as the input.
fn number_namesakes(charts: &mut [Chart]) {
    for at in 1..charts.len() {
        let taken = |name: &str| charts[..at].iter().any(|before| before.name.eq_ignore_ascii_case(name));
        let name = charts[at].name.clone();
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        if let Some(free) = std::iter::once(name.clone()).chain(numbered).find(|name| !taken(name))
            && free != name
        {
            charts[at].rename(free);
        }
    }
}
