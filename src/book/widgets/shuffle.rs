//! The still of `shuffle`: an exchange by carrier with a strong skew, as the engine made it.

use serde_json::Value;

use super::svg::Picture;

const WIDTH: f64 = 560.0;
const GAP: f64 = 10.0;
/// From dot to dot.
const PITCH: f64 = 18.0;

/// Slices above, partitions below, and the rows of each call of the function in a box of their own.
pub fn still(trace: &Value) -> Option<(String, String)> {
    let runs = trace["runs"].as_array()?;
    let run = runs
        .iter()
        .find(|run| run["algo"] == "hash" && run["by_carrier"] == true && run["skew"] == 2 && run["num"] == 4)?;
    let carriers: Vec<usize> = numbers(&trace["skews"][2]["carriers"])?;
    let names: Vec<&str> = trace["carriers"].as_array()?.iter().map(Value::as_str).collect::<Option<_>>()?;
    let mut picture = Picture::new("shuffle", WIDTH);
    let dot = |picture: &mut Picture, row: usize, at: (f64, f64)| {
        picture.dot(at, carriers[row], &names[carriers[row]][..1]);
    };

    let slices = numbers(&trace["slices"])?;
    let wide = width(slices.len());
    let a_row = a_row(wide);
    let mut first = 0;
    for (slice, height) in slices.iter().enumerate() {
        let x = slice as f64 * (wide + GAP);
        picture.text((x + 2.0, 16.0), "f-ink", "start", 15, &format!("slice {slice}"));
        picture.rect((x, 24.0), (wide, box_height(*height, a_row)), "widget-box");
        for place in 0..*height {
            dot(&mut picture, first + place, at(x, 24.0, place, a_row));
        }
        first += height;
    }
    let below = 24.0 + box_height(slices[0], a_row);
    let moved = run["steps"].as_array()?.iter().filter_map(|step| step["moved"].as_u64()).sum::<u64>();
    let by = format!("↓ by([\"carrier\"]).num(4), hash: {moved} rows move ↓");
    picture.text((WIDTH / 2.0, below + 27.0), "f-soft", "middle", 15, &by);

    let mut calls: Vec<Vec<Vec<usize>>> = vec![vec![]; 4];
    for call in run["calls"].as_array()? {
        calls.get_mut(call[0].as_u64()? as usize)?.push(numbers(&call[1])?);
    }
    let wide = width(calls.len());
    let a_row = self::a_row(wide);
    let top = below + 64.0;
    let mut bottom = top;
    let mut largest = 0;
    for (partition, calls) in calls.iter().enumerate() {
        let x = partition as f64 * (wide + GAP);
        let rows: usize = calls.iter().map(Vec::len).sum();
        largest = largest.max(rows);
        picture.text((x + 2.0, top - 8.0), "f-ink", "start", 15, &format!("{partition}: {rows} rows"));
        let mut y = top;
        for call in calls {
            picture.rect((x, y), (wide, box_height(call.len(), a_row)), "widget-box");
            for (place, row) in call.iter().enumerate() {
                dot(&mut picture, *row, at(x, y, place, a_row));
            }
            y += box_height(call.len(), a_row) + 4.0;
        }
        bottom = f64::max(bottom, y);
    }
    let title = format!(
        "48 rows of six carriers in four slices above; below, in four partitions, the rows of each carrier together. The \
         largest partition has {largest} rows."
    );
    let caption = format!(
        "An exchange by carrier, as our engine made it. Each inner box is one call of the function. The largest partition \
         has {largest} of 48 rows: all others wait for it."
    );
    Some((picture.finish(bottom + 4.0, &title), caption))
}

fn numbers(value: &Value) -> Option<Vec<usize>> {
    value.as_array()?.iter().map(|number| Some(number.as_u64()? as usize)).collect()
}

/// How wide each of so many boxes is.
fn width(boxes: usize) -> f64 {
    (WIDTH - GAP * (boxes - 1) as f64) / boxes as f64
}

/// Dots beside each other in a box so wide.
fn a_row(width: f64) -> usize {
    ((width - 8.0) / PITCH) as usize
}

fn box_height(rows: usize, a_row: usize) -> f64 {
    rows.div_ceil(a_row) as f64 * PITCH + 8.0
}

/// The middle of a dot in the box at (x, y).
fn at(x: f64, y: f64, place: usize, a_row: usize) -> (f64, f64) {
    (x + 4.0 + PITCH * ((place % a_row) as f64 + 0.5), y + 4.0 + PITCH * ((place / a_row) as f64 + 0.5))
}
