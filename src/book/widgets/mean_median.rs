//! The still of `mean-median`: what becomes of results of partitions that are combined.

use serde_json::json;

use super::Parts;
use super::svg::Picture;
use crate::error::Result;
use crate::measure::{median, sorted};

/// Minutes of delay in each partition, where the reader begins.
const DELAYS: [&[i32]; 3] = [&[-5, 3, 10, 96], &[0, 12], &[-8, 5, 41]];
/// The least and the most that a reader can make of a delay.
const FROM: i32 = -30;
const TO: i32 = 120;

const WIDTH: f64 = 560.0;
const LEFT: f64 = 96.0;

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// A line of dots per partition, its mean and its median, and below what comes of combining them.
pub fn still() -> Result<Parts> {
    let partitions: Vec<Vec<f64>> =
        DELAYS.iter().map(|delays| sorted(delays.iter().map(|delay| f64::from(*delay)).collect())).collect();
    let all = sorted(partitions.concat());
    let means: Vec<f64> = partitions.iter().map(|delays| mean(delays)).collect();
    let medians: Vec<f64> = partitions.iter().map(|delays| median(delays)).collect();
    let (of_means, of_medians) = (mean(&means), median(&sorted(medians.clone())));

    let mut picture = Picture::new("mean-median", WIDTH);
    let x = |minutes: f64| LEFT + (minutes - f64::from(FROM)) / f64::from(TO - FROM) * (WIDTH - LEFT - 14.0);
    let lines = partitions.iter().zip(means.iter().zip(&medians));
    let lines = lines
        .enumerate()
        .map(|(number, (delays, (mean, median)))| (format!("partition {number}"), delays.clone(), *mean, *median));
    let mut y = 24.0;
    for (name, delays, mean, median) in lines.chain([("all rows".into(), all.clone(), mean(&all), median(&all))]) {
        picture.line(&[(LEFT, y), (WIDTH - 14.0, y)], "s-grid");
        picture.text((0.0, y + 5.0), "f-ink", "start", 15, &name);
        for delay in delays {
            picture.mark((x(delay), y), "circle", "f-soft");
        }
        picture.mark((x(mean), y + 15.0), "triangle", "f-eager");
        picture.mark((x(median), y - 14.0), "diamond", "f-dropin");
        y += 52.0;
    }
    picture.mark((LEFT + 7.0, y - 5.0), "triangle", "f-eager");
    let mean_line = format!("mean of all {:.1}, mean of the means {of_means:.1}", mean(&all));
    picture.text((LEFT + 20.0, y), "f-ink", "start", 15, &mean_line);
    picture.mark((LEFT + 7.0, y + 17.0), "diamond", "f-dropin");
    let median_line = format!("median of all {:.1}, median of the medians {of_medians:.1}", median(&all));
    picture.text((LEFT + 20.0, y + 22.0), "f-ink", "start", 15, &median_line);

    let title = format!("Nine delays in three partitions, and all of them together. {mean_line}; {median_line}.");
    let caption =
        "Delays in minutes (dots), their mean (triangle) and median (diamond), in each partition and over all rows. \
                   Sums and counts of partitions add up to those of all rows; means and medians do not."
            .to_string();
    let data = json!({ "delays": DELAYS, "from": FROM, "to": TO });
    Ok((picture.finish(y + 34.0, &title), caption, data.to_string()))
}
