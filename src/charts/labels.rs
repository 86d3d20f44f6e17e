//! Labels beside points and lines, instead of a legend: each finds a place of its own.

use super::canvas::{Area, At, Drawn, label, width};
use super::theme::Tone;

/// A box: left, top, right, bottom.
pub type Box4 = [i32; 4];

/// Labels beside points, moved apart where they would overlap.
#[derive(Default)]
pub struct Labels {
    /// Labels and marks: no label may lie here.
    taken: Vec<Box4>,
    /// Lines: no label should lie here.
    crossed: Vec<Box4>,
}

impl Labels {
    /// Keeps labels away from a box.
    pub fn avoid(&mut self, place: Box4) {
        self.taken.push(place);
    }

    /// Keeps labels away from a line, if it can be done.
    pub fn avoid_line(&mut self, points: &[(i32, i32)]) {
        for pair in points.windows(2) {
            let ((x, y), (to_x, to_y)) = (pair[0], pair[1]);
            let steps = ((to_x - x).abs().max((to_y - y).abs()) / 6).max(1);
            for step in 0..=steps {
                let (x, y) = (x + (to_x - x) * step / steps, y + (to_y - y) * step / steps);
                self.crossed.push([x - 2, y - 2, x + 2, y + 2]);
            }
        }
    }

    /// Draws a label near a point and inside `bounds`: to the right, or above, below or to the left, as near as there is
    /// space.
    ///
    /// # Errors
    /// As plotters.
    pub fn place(&mut self, area: &Area, what: &str, at: (i32, i32), size: i32, tone: Tone, bounds: Box4) -> Drawn {
        let (wide, high) = (width(what, size), size + 4);
        let mut offsets = vec![(11, 0), (11, 10), (11, -10), (11, 20), (11, -20)];
        for step in 1..14 {
            for y in [step, -step] {
                offsets.extend([(8, y * 12), (-wide / 2, y * 12), (-8 - wide, y * 12)]);
            }
        }
        offsets.push((-11 - wide, 0));
        let around = |(dx, dy): (i32, i32)| {
            let (left, middle) = (at.0 + dx, at.1 + dy);
            [left, middle - high / 2, left + wide, middle + high / 2]
        };
        let inside =
            |spot: &Box4| spot[0] >= bounds[0] && spot[1] >= bounds[1] && spot[2] <= bounds[2] && spot[3] <= bounds[3];
        let off_labels = |spot: &Box4| self.taken.iter().all(|taken| apart(spot, taken));
        let off_lines = |spot: &Box4| self.crossed.iter().all(|crossed| apart(spot, crossed));
        let spots = || offsets.iter().map(|offset| around(*offset)).filter(inside);
        let spot = spots().find(|spot| off_labels(spot) && off_lines(spot));
        let spot = spot.or(spots().find(off_labels)).or(spots().next()).unwrap_or(around((-wide / 2, -16)));
        self.taken.push(spot);
        label(area, what, (spot[0], (spot[1] + spot[3]) / 2), size, tone, At::Start)
    }
}

/// The rows of labels one below the other: as near as can be to where they should be (from the top down), in that order,
/// and above `bottom`.
pub fn rows_apart(mut rows: Vec<i32>, size: i32, bottom: i32) -> Vec<i32> {
    let high = size + 4;
    for at in 1..rows.len() {
        rows[at] = rows[at].max(rows[at - 1] + high);
    }
    let mut lowest = bottom - high / 2;
    for row in rows.iter_mut().rev() {
        *row = (*row).min(lowest);
        lowest = *row - high;
    }
    rows
}

fn apart(this: &Box4, that: &Box4) -> bool {
    this[2] <= that[0] || that[2] <= this[0] || this[3] <= that[1] || that[3] <= this[1]
}

#[cfg(test)]
mod tests {
    use plotters::prelude::{IntoDrawingArea, SVGBackend};

    use super::*;

    #[test]
    fn labels_keep_the_order_of_their_lines() {
        assert_eq!(rows_apart(vec![20, 60, 61], 16, 200), [20, 60, 80]);
        assert_eq!(rows_apart(vec![321, 325, 340], 16, 358), [308, 328, 348], "none is left below the bottom");
        assert!(rows_apart(vec![], 16, 358).is_empty());
    }

    #[test]
    fn labels_move_apart_and_stay_inside() {
        let mut svg = String::new();
        let mut labels = Labels::default();
        {
            let area = SVGBackend::with_string(&mut svg, (200, 100)).into_drawing_area();
            for _ in 0..4 {
                labels.place(&area, "eager", (190, 50), 16, Tone::Eager, [0, 0, 200, 100]).unwrap();
            }
        }
        for (at, this) in labels.taken.iter().enumerate() {
            assert!(this[2] <= 200 && this[0] >= 0 && this[1] >= 0 && this[3] <= 100);
            for that in &labels.taken[..at] {
                assert!(apart(this, that));
            }
        }
    }
}
