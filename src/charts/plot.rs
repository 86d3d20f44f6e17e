//! A plot with two axes, linear or logarithmic.

use super::canvas::{Area, At, Drawn, LABEL, MARGIN, SMALL, WIDTH, label, line, mark, pale_line, text, width};
use super::labels::{Labels, rows_apart};
use super::theme::Tone;

/// An axis: which values it shows, and how they are written.
pub struct Axis {
    from: f64,
    to: f64,
    log: bool,
    ticks: Vec<f64>,
    write: fn(f64) -> String,
}

impl Axis {
    /// From 0 to a round number above `to`, with a handful of ticks.
    pub fn linear(to: f64, write: fn(f64) -> String) -> Self {
        Self::stepped(to, 10.0, write)
    }

    /// As [`Axis::linear`] for bytes: round in powers of two.
    pub fn bytes(to: f64, write: fn(f64) -> String) -> Self {
        Self::stepped(to, 2.0, write)
    }

    fn stepped(to: f64, base: f64, write: fn(f64) -> String) -> Self {
        let to = to.max(f64::MIN_POSITIVE);
        // The largest step of 1, 2 or 5 times a power that leaves at least four of them.
        let power = base.powf((to / 4.0).log(base).floor());
        let factor =
            if base == 2.0 { 1.0 } else { [5.0, 2.0, 1.0].into_iter().find(|n| n * power <= to / 4.0).unwrap_or(1.0) };
        let step = power * factor;
        let steps = (to / step * 1.02).ceil();
        let ticks = (0..=steps as usize).map(|n| n as f64 * step).collect();
        Self { from: 0.0, to: steps * step, log: false, ticks, write }
    }

    /// From below the smallest to above the largest of some values, with ticks at powers of ten, and at 3 times
    /// these where they are few. Values that have no place on such an axis do not count.
    pub fn log(values: impl IntoIterator<Item = f64>, write: fn(f64) -> String) -> Self {
        let (from, to) = values
            .into_iter()
            .filter(|value| value.is_finite() && *value > 0.0)
            .fold((f64::INFINITY, 0.0f64), |(from, to), value| (from.min(value), to.max(value)));
        let (from, to) = if from > to { (1.0, 10.0) } else { (from / 1.3, to * 1.3) };
        let decades = (to / from).log10();
        let factors: &[f64] = match decades {
            d if d > 2.5 => &[1.0],
            d if d > 1.0 => &[1.0, 3.0],
            _ => &[1.0, 2.0, 3.0, 5.0],
        };
        let powers = (from.log10().floor() as i32)..=(to.log10().ceil() as i32);
        let ticks = powers.flat_map(|power| factors.iter().map(move |factor| factor * 10f64.powi(power)));
        let ticks = ticks.filter(|tick| (from..=to).contains(tick)).collect();
        Self { from, to, log: true, ticks, write }
    }

    /// As [`Axis::log`], with ticks at powers of two, and between them where they are few: for bytes and ratios.
    pub fn log_twos(values: impl IntoIterator<Item = f64>, write: fn(f64) -> String) -> Self {
        let mut axis = Self::log(values, write);
        let powers = axis.from.log2().floor() as i32..=axis.to.log2().ceil() as i32;
        let inside = |value: &f64| (axis.from..=axis.to).contains(value);
        // As few parts of a doubling as make three ticks; where there are many doublings only every second or third.
        let every = (((axis.to / axis.from).log2() / 6.0).floor() + 1.0).min(1e3) as i32;
        let ticks = |parts: i32| -> Vec<f64> {
            let of_power =
                |power: i32| (0..parts).map(move |part| 2f64.powi(power) * (1.0 + f64::from(part) / f64::from(parts)));
            powers.clone().filter(|power| power % every == 0).flat_map(of_power).filter(inside).collect()
        };
        axis.ticks = [1, 2, 4].map(ticks).into_iter().find(|ticks| ticks.len() > 2).unwrap_or_else(|| ticks(8));
        axis
    }

    /// From and to these values, with ticks at these.
    pub fn with_ticks(from: f64, to: f64, ticks: Vec<f64>, write: fn(f64) -> String) -> Self {
        Self { from, to, log: false, ticks, write }
    }

    /// The ticks that are not beyond a value.
    pub fn ticks_up_to(&self, to: f64) -> impl Iterator<Item = f64> + '_ {
        self.ticks.iter().copied().filter(move |tick| *tick <= to)
    }

    /// Where a value lies, from 0 to 1.
    pub fn share(&self, value: f64) -> f64 {
        let share = match self.log {
            false => (value - self.from) / (self.to - self.from),
            true => (value.max(self.from / 10.0) / self.from).ln() / (self.to / self.from).ln(),
        };
        // What is far outside is cut off there, whatever a record says.
        share.clamp(-1.0, 2.0)
    }
}

/// Every how many ticks a label fits, so that none touches its neighbour.
pub fn every(ticks: &[(i32, String)]) -> usize {
    let fits = |every: &usize| {
        let shown: Vec<_> = ticks.iter().step_by(*every).collect();
        shown.windows(2).all(|pair| {
            let half = (width(&pair[0].1, SMALL) + width(&pair[1].1, SMALL)) / 2;
            pair[1].0 - pair[0].0 >= half + 10
        })
    };
    (1..ticks.len().max(2)).find(fits).unwrap_or(ticks.len().max(1))
}

/// A plot inside an area.
pub struct Plot<'a, 'b> {
    /// Where it is drawn.
    pub area: &'a Area<'b>,
    x: Axis,
    y: Axis,
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
    /// Labels that know of each other.
    pub labels: Labels,
}

impl<'a, 'b> Plot<'a, 'b> {
    /// Draws grid and axes. `under` names what runs along the x axis; the y axis is named in the subtitle of the chart.
    /// Right of it there is space for `labels` of lines.
    ///
    /// # Errors
    /// As plotters.
    pub fn new(area: &'a Area<'b>, x: Axis, y: Axis, under: &str, labels: &[String]) -> Drawn<Self> {
        let height = area.dim_in_pixel().1 as i32;
        let widest = y.ticks.iter().map(|tick| width(&(y.write)(*tick), SMALL)).max().unwrap_or(0);
        let room = labels.iter().map(|label| width(label, LABEL) + 4).max().unwrap_or(8);
        let (left, right) = (MARGIN + widest + 8, WIDTH - MARGIN - room);
        let plot = Self { area, x, y, left, right, top: 10, bottom: height - 44, labels: Labels::default() };
        for tick in &plot.y.ticks {
            let y = plot.at(plot.x.from, *tick).1;
            line(area, &[(left, y), (right, y)], Tone::Grid, 1, None)?;
            label(area, &(plot.y.write)(*tick), (left - 8, y), SMALL, Tone::Soft, At::End)?;
        }
        line(area, &[(left, plot.bottom), (right, plot.bottom)], Tone::Soft, 1, None)?;
        let ticks: Vec<(i32, String)> =
            plot.x.ticks.iter().map(|tick| (plot.at(*tick, plot.y.from).0, (plot.x.write)(*tick))).collect();
        let every = every(&ticks);
        for (number, (x, what)) in ticks.iter().enumerate() {
            line(area, &[(*x, plot.bottom), (*x, plot.bottom + 5)], Tone::Soft, 1, None)?;
            if number % every == 0 {
                // The last one keeps inside the drawing.
                let x = (*x).min(WIDTH - width(what, SMALL) / 2 - 3);
                text(area, what, (x, plot.bottom + 7), SMALL, Tone::Soft, At::Middle)?;
            }
        }
        text(area, under, ((left + right) / 2, plot.bottom + 24), SMALL, Tone::Soft, At::Middle)?;
        Ok(plot)
    }

    /// The pixel of a point.
    pub fn at(&self, x: f64, y: f64) -> (i32, i32) {
        let between = |from: i32, to: i32, share: f64| from + (f64::from(to - from) * share).round() as i32;
        (between(self.left, self.right, self.x.share(x)), between(self.bottom, self.top, self.y.share(y)))
    }

    /// Left, top, right and bottom of the plot.
    pub fn bounds(&self) -> [i32; 4] {
        [self.left, self.top - 8, WIDTH - MARGIN, self.bottom]
    }

    /// A line through points.
    ///
    /// # Errors
    /// As plotters.
    pub fn line(&mut self, points: &[(f64, f64)], tone: Tone, stroke: u32, dash: Option<(i32, i32)>) -> Drawn {
        let points: Vec<(i32, i32)> = points.iter().map(|(x, y)| self.at(*x, *y)).collect();
        if points.len() < 2 {
            return Ok(());
        }
        self.labels.avoid_line(&points);
        line(self.area, &points, tone, stroke, dash)
    }

    /// A line that stands back behind others, and that labels may cross.
    ///
    /// # Errors
    /// As plotters.
    pub fn pale_line(&self, points: &[(f64, f64)], tone: Tone) -> Drawn {
        let points: Vec<(i32, i32)> = points.iter().map(|(x, y)| self.at(*x, *y)).collect();
        if points.len() < 2 {
            return Ok(());
        }
        pale_line(self.area, &points, tone)
    }

    /// The mark of a mode, with a line from the lowest to the highest value behind it.
    ///
    /// # Errors
    /// As plotters.
    pub fn point(&mut self, at: (f64, f64), spread: Option<(f64, f64)>, mode: &str) -> Drawn {
        if let Some((low, high)) = spread {
            self.line(&[(at.0, low), (at.0, high)], Tone::of_mode(mode), 2, None)?;
        }
        let (x, y) = self.at(at.0, at.1);
        self.labels.avoid([x - 7, y - 7, x + 7, y + 7]);
        mark(self.area, (x, y), mode, 5)
    }

    /// A label near a point, apart from all others.
    ///
    /// # Errors
    /// As plotters.
    pub fn label(&mut self, what: &str, at: (f64, f64), tone: Tone) -> Drawn {
        let (at, bounds) = (self.at(at.0, at.1), self.bounds());
        self.labels.place(self.area, what, at, LABEL, tone, bounds)
    }

    /// Labels at the ends of lines, in the order in which the lines lie there.
    ///
    /// # Errors
    /// As plotters.
    pub fn label_ends(&mut self, mut ends: Vec<(String, (f64, f64), Tone)>) -> Drawn {
        ends.sort_by(|this, that| that.1.1.total_cmp(&this.1.1));
        let points: Vec<(i32, i32)> = ends.iter().map(|(_, at, _)| self.at(at.0, at.1)).collect();
        let rows = rows_apart(points.iter().map(|point| point.1).collect(), LABEL, self.bottom);
        let bounds = self.bounds();
        for (((what, _, tone), (x, _)), row) in ends.iter().zip(points).zip(rows) {
            self.labels.place(self.area, what, (x, row), LABEL, *tone, bounds)?;
        }
        Ok(())
    }

    /// A dashed line across.
    ///
    /// # Errors
    /// As plotters.
    pub fn limit(&mut self, y: f64) -> Drawn {
        let row = self.at(self.x.from, y).1;
        let ends = [(self.left, row), (self.right, row)];
        self.labels.avoid_line(&ends);
        line(self.area, &ends, Tone::Alarm, 2, Some((8, 5)))
    }

    /// The name of such a line, near its right end, apart from all labels.
    ///
    /// # Errors
    /// As plotters.
    pub fn name_limit(&mut self, y: f64, name: &str) -> Drawn {
        let row = self.at(self.x.from, y).1;
        let bounds = self.bounds();
        self.labels.place(self.area, name, (self.right, row), SMALL, Tone::Alarm, bounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::units;

    #[test]
    fn ticks_are_round_and_cover_the_values() {
        let axis = Axis::linear(0.73, units::seconds);
        assert!(axis.to >= 0.73 && axis.ticks.len() >= 4 && axis.ticks.len() <= 10, "{:?}", axis.ticks);
        let axis = Axis::bytes(300e6, units::bytes);
        assert!(axis.ticks.iter().all(|tick| tick % (1 << 20) as f64 == 0.0), "{:?}", axis.ticks);
        let axis = Axis::log([1e5, 1e7], units::short);
        assert_eq!(
            axis.ticks.iter().map(|tick| units::short(*tick)).collect::<Vec<_>>(),
            ["100k", "300k", "1M", "3M", "10M"]
        );
    }

    #[test]
    fn doublings_have_three_ticks_at_least() {
        let ticks = |values: [f64; 2]| {
            Axis::log_twos(values, units::trimmed_digits)
                .ticks
                .iter()
                .map(|tick| units::trimmed_digits(*tick))
                .collect()
        };
        let (wide, narrow, narrower): (Vec<_>, Vec<_>, Vec<_>) =
            (ticks([0.2, 2.0]), ticks([0.7, 1.3]), ticks([1.0, 1.0]));
        assert_eq!(wide, ["0.25", "0.5", "1", "2"]);
        assert_eq!(narrow, ["0.75", "1", "1.5"]);
        assert_eq!(narrower, ["0.875", "1", "1.25"]);
    }

    #[test]
    fn what_has_no_place_on_a_logarithmic_axis_does_not_count() {
        for axis in [Axis::log, Axis::log_twos] {
            let axis = axis([10.0, f64::INFINITY, f64::NAN, 0.0, -1.0, 20.0], units::short);
            assert!(axis.from > 5.0 && axis.to < 40.0 && axis.ticks.len() < 20, "{:?}", axis.ticks);
        }
    }

    #[test]
    fn a_decade_has_one_width_on_a_logarithmic_axis() {
        let axis = Axis::log([10.0, 1e4], units::short);
        let step = |value: f64| axis.share(value * 10.0) - axis.share(value);
        assert!((step(10.0) - step(1e3)).abs() < 1e-12);
    }
}
