//! Memory over time in a few characters.

use crate::measure::Record;

/// Characters of the longest curve.
const WIDTH: usize = 12;
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One scale for curves that stand below each other: the same height is the same memory, the same width the same time.
pub struct Scale {
    longest_s: f64,
    highest_bytes: u64,
}

impl Scale {
    /// The scale that fits all of these.
    pub fn of<'a>(records: impl Iterator<Item = &'a Record>) -> Self {
        let mut scale = Scale { longest_s: 0.0, highest_bytes: 1 };
        for record in records {
            scale.longest_s = scale.longest_s.max(record.process.wall_s);
            scale.highest_bytes =
                scale.highest_bytes.max(record.curve.iter().map(|point| point.1).max().unwrap_or_default());
        }
        scale
    }

    /// The curve: a character per lot of samples, its highest one; a cross where it ran out of memory.
    pub fn draw(&self, record: &Record) -> String {
        let share = record.process.wall_s / self.longest_s;
        let width = ((share * WIDTH as f64).round() as usize).clamp(1, WIDTH);
        let per_character_s = record.process.wall_s / width as f64;
        let mut text = String::new();
        let mut level = 0;
        for place in 0..width {
            let from_s = place as f64 * per_character_s;
            let points = record.curve.iter().filter(|point| (from_s..from_s + per_character_s).contains(&point.0));
            if let Some(bytes) = points.map(|point| point.1).max() {
                level = (bytes * LEVELS.len() as u64 / (self.highest_bytes + 1)) as usize;
            }
            text.push(LEVELS[level.min(LEVELS.len() - 1)]);
        }
        if !record.finished() {
            text.push('✗');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::record::{Outcome, Process};

    #[test]
    fn width_is_time_and_height_is_memory() {
        let record = |wall_s: f64, bytes: u64| Record {
            process: Process { wall_s, ..Process::default() },
            curve: (0..20).map(|n| (wall_s * n as f64 / 20.0, bytes * (n + 1) / 20)).collect(),
            ..Record::default()
        };
        let (large, small) = (record(2.0, 800), record(1.0, 100));
        let died = Record { outcome: Outcome::OutOfMemory, ..small.clone() };
        let scale = Scale::of([&large, &small].into_iter());
        assert_eq!(scale.draw(&large), "▁▂▂▃▄▄▅▆▆▇██");
        assert_eq!(scale.draw(&small), "▁▁▁▁▁▁");
        assert_eq!(scale.draw(&died), "▁▁▁▁▁▁✗");
    }
}
