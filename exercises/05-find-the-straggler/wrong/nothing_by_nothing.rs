//! expect: nothing was divided by nothing
//!
//! Time by time, and for no partition that is 0 by 0: not a number.

const STRAGGLER: Option<&str> = Some("UA");

const PERCENT: Option<u64> = Some(17);

fn best_speed_up(rows: &[u64], workers: u64) -> f64 {
    let all: u64 = rows.iter().sum();
    let largest = rows.iter().max().copied().unwrap_or_default();
    let time = (all as f64 / workers as f64).max(largest as f64);
    all as f64 / time
}

outgrow_exercises::answer!(find_the_straggler { straggler: STRAGGLER, percent: PERCENT, best_speed_up });
