//! The still of `amdahl`: the line for a serial share, the limit of a straggler, and what was measured.

use serde_json::json;

use super::svg::Picture;
use super::{Parts, Point};
use crate::error::Result;

/// Where the reader begins: shares of the work.
const SERIAL: f64 = 0.05;
const LARGEST: f64 = 0.2;

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 330.0;
const LEFT: f64 = 44.0;
const BOTTOM: f64 = 284.0;

/// Speed-up on `cores` when `serial` of the work runs on one (Amdahl 1967, <https://doi.org/10.1145/1465482.1465560>).
fn speedup(serial: f64, cores: f64) -> f64 {
    1.0 / (serial + (1.0 - serial) / cores)
}

/// Curves, and a mark for each measured point.
pub fn still(points: &[Point]) -> Result<Parts> {
    let measured = points.iter().map(|point| point.threads).max().unwrap_or(1);
    let cores = (2 * measured).max(8);
    let most = cores as f64;
    let x = |threads: f64| LEFT + (threads - 0.5) / (most - 0.5) * (WIDTH - LEFT - 14.0);
    let y = |speedup: f64| BOTTOM - speedup / most * (BOTTOM - 30.0);
    let mut picture = Picture::new("amdahl", WIDTH);
    let every = (cores / 8).max(1);
    for tick in (1..=cores).filter(|tick| *tick == 1 || tick % every == 0) {
        let (at, text) = (tick as f64, tick.to_string());
        picture.line(&[(LEFT, y(at)), (WIDTH - 14.0, y(at))], "s-grid");
        picture.text((LEFT - 8.0, y(at) + 5.0), "f-soft", "end", 14, &text);
        picture.text((x(at), BOTTOM + 20.0), "f-soft", "middle", 14, &text);
    }
    picture.text((WIDTH - 14.0, BOTTOM + 40.0), "f-soft", "end", 14, "cores");
    picture.text((0.0, 12.0), "f-soft", "start", 14, "times as fast");
    let curve = |limit: f64| -> Vec<(f64, f64)> {
        let cores = (0..=40).map(|part| 1.0 + (most - 1.0) * f64::from(part) / 40.0);
        cores.map(|cores| (x(cores), y(speedup(SERIAL, cores).min(limit)))).collect()
    };
    picture.line(&[(x(1.0), y(1.0)), (x(most), y(most))], "s-soft widget-dotted");
    picture.line(&curve(f64::INFINITY), "s-dropin widget-line");
    picture.line(&[(x(1.0), y(1.0 / LARGEST)), (x(most), y(1.0 / LARGEST))], "s-alarm widget-dashed");
    // Marks that would lie on each other stand beside each other.
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for point in points.iter().filter(|point| point.speedup.is_finite() && point.threads > 1) {
        let (side, shape) = if point.mode == "partitioned" { (1.0, "triangle") } else { (-1.0, "square") };
        let mut at = (x(point.threads as f64) + side * 6.0, y(point.speedup.min(most)));
        while taken.iter().any(|(x, y)| (x - at.0).abs() < 12.0 && (y - at.1).abs() < 11.0) {
            at.0 += side * 12.0;
        }
        taken.push(at);
        picture.mark(at, shape, &format!("f-{}", crate::charts::theme::Tone::of_mode(&point.mode).class()));
    }
    let title = format!(
        "Speed-up against cores, up to {cores}: Amdahl's line for a serial share of {:.0} %, the limit of a task with \
         {:.0} % of the work, and {} measured points.",
        100.0 * SERIAL,
        100.0 * LARGEST,
        points.len()
    );
    let caption = format!(
        "Solid: Amdahl's line for a serial share of {:.0} %. Dashed: no speed-up beyond this while one task has {:.0} % of \
         the work. Dotted: every core as good as the first. Marks: measured, each mode beside itself on one thread (squares: \
         drop-in, triangles: partitioned).",
        100.0 * SERIAL,
        100.0 * LARGEST
    );
    let data = json!({ "serial": SERIAL, "largest": LARGEST, "cores": cores, "points": points });
    Ok((picture.finish(HEIGHT, &title), caption, data.to_string()))
}
