//! Time per mode: a bar for the median, a line from the fastest to the slowest run.

use super::canvas::{self, At, Drawn, Frame, LABEL, MARGIN, SMALL, WIDTH, draw, label, line, rect, width};
use super::theme::Tone;
use super::{Chart, Table, pick, units};
use crate::error::Result;
use crate::measure::{Cell, Figures, Record};

/// A chart per workload, at its largest size.
///
/// # Errors
/// As [`canvas::draw`].
pub fn charts(records: &[&Record]) -> Result<Vec<Chart>> {
    pick::largest(records)
        .iter()
        .filter(|cells| cells.iter().any(|cell| Figures::of(&cell.runs).is_some()))
        .map(|cells| chart(cells))
        .collect()
}

/// Pixels of a bar and the space below it.
pub(super) const ROW: i32 = 46;

fn chart(cells: &[Cell]) -> Result<Chart> {
    let case = &cells[0].case;
    let mut table =
        Table::new(["mode", "wall, median", "fastest", "slowest", "CPU", "peak memory", "runs", "lines of records"]);
    let mut sentences = Vec::new();
    for cell in cells {
        let Some(figures) = Figures::of(&cell.runs) else { continue };
        sentences.push(format!("{} {}", cell.case.mode, units::seconds(figures.wall_s)));
        table.rows.push(vec![
            cell.case.mode.clone(),
            units::seconds(figures.wall_s),
            units::seconds(figures.fastest_s),
            units::seconds(figures.slowest_s),
            units::seconds(figures.cpu_s),
            units::bytes(figures.peak_rss_bytes as f64),
            cell.runs.len().to_string(),
            pick::lines(&cell.runs),
        ]);
    }
    let frame = Frame {
        workload: case.workload.clone(),
        title: format!("{}: time per mode", case.workload),
        subtitle: format!(
            "{}. Bar: median of {}; thin line: fastest to slowest.",
            pick::setting(cells),
            pick::runs(cells)
        ),
        caption: pick::provenance(&cells.iter().flat_map(|cell| cell.runs.clone()).collect::<Vec<_>>()),
        height: ROW * cells.len() as i32 + 8,
    };
    let desc =
        format!("Median wall time of {} with {}: {}.", case.workload, pick::setting(cells), sentences.join(", "));
    draw("time", &format!("time-{}", case.workload), &frame, desc, table, |area| {
        let longest = cells.iter().filter_map(|cell| Figures::of(&cell.runs)).map(|f| f.slowest_s).fold(0.0, f64::max);
        let bars = Bars::new(cells.iter().map(|cell| cell.case.mode.as_str()), longest, "000.0 ms");
        for (row, cell) in (0..).zip(cells) {
            // Without a limit on memory every run gave an answer.
            let Some(figures) = Figures::of(&cell.runs) else { continue };
            let wall = units::seconds(figures.wall_s);
            bars.bar(area, row, &cell.case.mode, figures.wall_s, &wall, figures.slowest_s)?;
            let y = bars.middle(row);
            let (from, to) = (bars.at(figures.fastest_s), bars.at(figures.slowest_s));
            line(area, &[(from, y), (to, y)], Tone::Ink, 2, None)?;
            for x in [from, to].into_iter().filter(|_| cell.runs.len() > 1) {
                line(area, &[(x, y - 5), (x, y + 5)], Tone::Ink, 2, None)?;
            }
        }
        Ok(())
    })
}

/// Bars that lie below each other, with a name before and a value behind.
pub(super) struct Bars {
    left: i32,
    right: i32,
    longest: f64,
    row: i32,
}

impl Bars {
    /// Bars with these names, for values up to `longest`; `widest` is as wide as a value behind a bar can be.
    pub fn new<'a>(names: impl Iterator<Item = &'a str>, longest: f64, widest: &str) -> Self {
        let left = MARGIN + names.map(|name| width(name, LABEL)).max().unwrap_or(0) + 12;
        Self {
            left,
            right: WIDTH - MARGIN - width(widest, LABEL) - 12,
            longest: longest.max(f64::MIN_POSITIVE),
            row: ROW,
        }
    }

    /// With so many pixels more below each bar.
    pub fn spaced(self, pixels: i32) -> Self {
        Self { row: ROW + pixels, ..self }
    }

    /// Where a value ends.
    pub fn at(&self, value: f64) -> i32 {
        self.left + (f64::from(self.right - self.left) * value / self.longest).round() as i32
    }

    /// The middle of a bar.
    pub fn middle(&self, row: i32) -> i32 {
        self.row * row + ROW / 2
    }

    /// The name before a bar.
    pub fn name(&self, area: &canvas::Area, row: i32, mode: &str) -> Drawn {
        label(area, mode, (self.left - 10, self.middle(row)), LABEL, Tone::of_mode(mode), At::End)
    }

    /// A bar; its value is written behind `reach`.
    pub fn bar(&self, area: &canvas::Area, row: i32, mode: &str, value: f64, text: &str, reach: f64) -> Drawn {
        let y = self.middle(row);
        self.name(area, row, mode)?;
        let end = self.at(value).max(self.left + 1);
        rect(area, [(self.left, y - 14), (end, y + 14)], Tone::of_mode(mode), 0.85)?;
        label(area, text, (self.at(reach).max(end) + 8, y), LABEL, Tone::Ink, At::Start)
    }

    /// A line of small text under a bar.
    pub fn remark(&self, area: &canvas::Area, row: i32, text: &str) -> Drawn {
        label(area, text, (self.left, self.middle(row) + 24), SMALL, Tone::Soft, At::Start)
    }
}
