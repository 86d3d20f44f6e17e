//! The crossover map: over two scales, which mode wins where, and by how much.

use super::canvas::{At, Drawn, Frame, LABEL, MARGIN, SMALL, WIDTH, draw, label, rect, text, width};
use super::theme::Tone;
use super::{Chart, Table, pick, units};
use crate::error::Result;
use crate::measure::record::Case;
use crate::measure::{Cell, Figures, Record};

/// A map of groups and rows per group for each cost of the function that was swept, and of threads and rows for each
/// workload.
///
/// # Errors
/// As [`canvas::draw`](super::canvas::draw).
pub fn charts(records: &[&Record]) -> Result<Vec<Chart>> {
    let mut charts = Vec::new();
    let by_groups = |case: &mut Case| {
        pick::mode(case);
        (case.rows, case.groups) = (0, case.groups.map(|_| 0));
    };
    for cells in pick::groups(records, by_groups).iter().filter(|cells| cells[0].case.groups.is_some()) {
        charts.extend(chart(cells, &Scales::groups())?);
    }
    let by_threads = |case: &mut Case| {
        pick::mode(case);
        (case.rows, case.threads) = (0, 0);
    };
    for cells in pick::groups(records, by_threads).iter().filter(|cells| cells[0].case.groups.is_none()) {
        charts.extend(chart(cells, &Scales::threads())?);
    }
    Ok(charts)
}

/// What runs along the map, and what up.
struct Scales {
    name: &'static str,
    x: (&'static str, fn(&Case) -> u64),
    y: (&'static str, fn(&Case) -> u64),
}

impl Scales {
    fn groups() -> Self {
        Self {
            name: "groups",
            x: ("groups", |case| case.groups.unwrap_or(1)),
            y: ("rows per group", |case| case.rows / case.groups.unwrap_or(1).max(1)),
        }
    }

    fn threads() -> Self {
        Self { name: "threads", x: ("threads", |case| case.threads as u64), y: ("rows", |case| case.rows) }
    }
}

/// One place of the map.
struct Spot<'a> {
    x: u64,
    y: u64,
    rows: u64,
    /// The modes, the fastest first.
    modes: Vec<(&'a str, Figures)>,
    lines: String,
}

impl Spot<'_> {
    fn winner(&self) -> &str {
        self.modes[0].0
    }

    /// How many times as fast as the next one.
    fn lead(&self) -> Option<f64> {
        Some(self.modes.get(1)?.1.wall_s / self.modes[0].1.wall_s)
    }

    /// Whether no run of another mode was as fast as any of the winner's.
    fn clear(&self) -> bool {
        self.modes[1..].iter().all(|(_, figures)| self.modes[0].1.beats(figures))
    }

    /// In words: `1.52x`.
    fn by_how_much(&self) -> String {
        let overlap = if self.clear() { "" } else { ", runs overlap" };
        self.lead().map_or("alone".to_string(), |lead| format!("{lead:.2}x{overlap}"))
    }
}

fn chart(cells: &[Cell], scales: &Scales) -> Result<Option<Chart>> {
    let case = &cells[0].case;
    let mut spots = spots(cells, scales);
    if scales.name == "threads" {
        // Sizes that were not run on all numbers of threads are no part of the map; of groups and rows per group a sweep
        // leaves corners out.
        let columns = |y: u64| spots.iter().filter(|spot| spot.y == y).count();
        let most = spots.iter().map(|spot| columns(spot.y)).max();
        let whole: Vec<bool> = spots.iter().map(|spot| Some(columns(spot.y)) == most).collect();
        let mut whole = whole.into_iter();
        spots.retain(|_| whole.next().unwrap_or(false));
    }
    let values = |of: fn(&Spot) -> u64| {
        let mut values: Vec<u64> = spots.iter().map(of).collect();
        values.sort_unstable();
        values.dedup();
        values
    };
    let (xs, ys) = (values(|spot| spot.x), values(|spot| spot.y));
    // Another map with holes is no map.
    let holes = scales.name != "groups" && spots.len() < xs.len() * ys.len();
    if case.memory_limit.is_some() || xs.len() < 2 || ys.len() < 2 || holes {
        return Ok(None);
    }
    let mut table =
        Table::new([scales.x.0, scales.y.0, "eager", "dropin", "partitioned", "fastest", "lines of records"]);
    for spot in &spots {
        let time = |mode: &str| {
            let of_mode = spot.modes.iter().find(|(name, _)| *name == mode);
            of_mode.map_or("-".to_string(), |(_, figures)| units::seconds(figures.wall_s))
        };
        table.rows.push(vec![
            units::count(spot.x),
            units::count(spot.y),
            time("eager"),
            time("dropin"),
            time("partitioned"),
            format!("{}, {}", spot.winner(), spot.by_how_much()),
            spot.lines.clone(),
        ]);
    }
    let cost = case.cost.map_or(String::new(), |cost| format!(" at {} operations per row", units::count(cost)));
    let fixed = if scales.name == "groups" {
        format!("{}. ", units::capital(&pick::threads(case.threads)))
    } else {
        String::new()
    };
    let frame = Frame {
        workload: case.workload.clone(),
        title: format!("{}{cost}: who wins where", case.workload),
        subtitle: format!(
            "{fixed}Medians of {}. Letter: the fastest mode; number: how many times as fast as the next one; \u{2248}: their runs \
             overlap. The stronger the colour, the clearer.",
            pick::runs(cells)
        ),
        caption: pick::provenance(&cells.iter().flat_map(|cell| cell.runs.clone()).collect::<Vec<_>>()),
        height: 30 + 46 * ys.len() as i32 + 50,
    };
    let wins = |mode: &str| spots.iter().filter(|spot| spot.winner() == mode).count();
    let desc = format!(
        "Fastest mode of {}{cost} by {} and {}: eager at {} of {} places, dropin at {}, partitioned at {}; at {} of them runs \
         overlap.",
        case.workload,
        scales.x.0,
        scales.y.0,
        wins("eager"),
        spots.len(),
        wins("dropin"),
        wins("partitioned"),
        spots.iter().filter(|spot| !spot.clear()).count()
    );
    let suffix = case.cost.map_or(String::new(), |cost| format!("-cost-{cost}"));
    let threads = if scales.name == "groups" { format!("-{}-threads", case.threads) } else { String::new() };
    let name = format!("crossover-{}-{}{suffix}{threads}", case.workload, scales.name);
    draw("crossover", &name, &frame, desc, table, |area| {
        let mut x = MARGIN;
        for mode in pick::MODES.into_iter().filter(|mode| wins(mode) > 0) {
            let what = format!("{} {mode}", letter(mode));
            label(area, &what, (x, 10), LABEL, Tone::of_mode(mode), At::Start)?;
            x += width(&what, LABEL) + 22;
        }
        let left = MARGIN + ys.iter().map(|y| width(&units::short(*y as f64), SMALL)).max().unwrap_or(0) + 10;
        label(area, scales.y.0, (WIDTH - MARGIN, 10), SMALL, Tone::Soft, At::End)?;
        let wide = (WIDTH - MARGIN - left) / xs.len() as i32;
        let top = 26;
        let foot = top + 46 * ys.len() as i32;
        for (row, y) in (0..).zip(ys.iter().rev()) {
            label(area, &units::short(*y as f64), (left - 8, top + 46 * row + 23), SMALL, Tone::Soft, At::End)?;
            for (column, x) in (0..).zip(&xs) {
                if let Some(spot) = spots.iter().find(|spot| (spot.x, spot.y) == (*x, *y)) {
                    place(area, spot, (left + wide * column, top + 46 * row), wide)?;
                }
            }
        }
        for (column, x) in (0..).zip(&xs) {
            let middle = left + wide * column + wide / 2;
            text(area, &units::short(*x as f64), (middle, foot + 5), SMALL, Tone::Soft, At::Middle)?;
        }
        text(area, scales.x.0, ((left + WIDTH - MARGIN) / 2, foot + 24), SMALL, Tone::Soft, At::Middle)
    })
    .map(Some)
}

fn spots<'a>(cells: &'a [Cell], scales: &Scales) -> Vec<Spot<'a>> {
    let mut spots: Vec<Spot> = Vec::new();
    // Where two numbers of rows come to one place of the map, the larger one has it.
    let mut cells: Vec<&Cell> = cells.iter().collect();
    cells.sort_by_key(|cell| std::cmp::Reverse(cell.case.rows));
    for cell in cells {
        let Some(figures) = Figures::of(&cell.runs) else { continue };
        let (x, y) = ((scales.x.1)(&cell.case), (scales.y.1)(&cell.case));
        let of_mode = (cell.case.mode.as_str(), figures);
        let lines = pick::lines(&cell.runs);
        match spots.iter_mut().find(|spot| (spot.x, spot.y) == (x, y)) {
            Some(spot) if spot.rows == cell.case.rows => {
                spot.modes.push(of_mode);
                spot.lines += &format!(", {lines}");
            }
            Some(_) => {}
            None => spots.push(Spot { x, y, rows: cell.case.rows, modes: vec![of_mode], lines }),
        }
    }
    spots.iter_mut().for_each(|spot| spot.modes.sort_by(|this, that| this.1.wall_s.total_cmp(&that.1.wall_s)));
    spots.sort_by_key(|spot| (spot.x, spot.y));
    spots
}

fn letter(mode: &str) -> String {
    mode.chars().take(1).flat_map(char::to_uppercase).collect()
}

fn place(area: &super::canvas::Area, spot: &Spot, corner: (i32, i32), wide: i32) -> Drawn {
    let (mode, (x, y)) = (spot.winner(), corner);
    // From hardly seen at 1x to strong at 3x; text stays readable on both.
    let strength = match spot.lead() {
        _ if !spot.clear() => 0.06,
        None => 0.3,
        Some(lead) => (0.08 + (lead - 1.0) * 0.15).clamp(0.08, 0.38),
    };
    rect(area, [(x + 1, y + 1), (x + wide - 1, y + 45)], Tone::of_mode(mode), strength)?;
    let about = if spot.clear() { "" } else { "\u{2248}" };
    let what = match spot.lead() {
        Some(lead) if lead < 9.95 => format!("{} {about}{lead:.1}x", letter(mode)),
        Some(lead) => format!("{} {about}{lead:.0}x", letter(mode)),
        None => letter(mode),
    };
    let size = if width(&what, LABEL) + 4 > wide { SMALL - 2 } else { LABEL };
    let tone = if spot.clear() { Tone::Ink } else { Tone::Soft };
    label(area, &what, (x + wide / 2, y + 23), size, tone, At::Middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_the_map_has_each_mode_once() {
        let record = |mode: &str, rows: u64, wall_s: f64| {
            let case = Case { mode: mode.into(), rows, groups: Some(10), threads: 1, ..Case::default() };
            Record { round: 1, wall_s, case, ..Record::default() }
        };
        let records = [
            record("eager", 1_000, 1.0),
            record("dropin", 1_000, 2.0),
            record("eager", 1_001, 3.0),
            record("dropin", 1_001, 4.0),
        ];
        let cells = crate::measure::cells(&records);
        let spots = spots(&cells, &Scales::groups());
        assert_eq!(spots.len(), 1);
        assert_eq!(spots[0].modes.iter().map(|(mode, _)| *mode).collect::<Vec<_>>(), ["eager", "dropin"]);
        assert_eq!(spots[0].modes[0].1.wall_s, 3.0);
    }
}
