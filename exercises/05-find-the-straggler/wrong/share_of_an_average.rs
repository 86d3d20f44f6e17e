//! expect: and that is not 6 %
//!
//! A sixteenth of the flights, because there are sixteen carriers: that is what skew is not.

const STRAGGLER: Option<&str> = Some("UA");

const PERCENT: Option<u64> = Some(6);

fn best_speed_up(rows: &[u64], workers: u64) -> f64 {
    let all: u64 = rows.iter().sum();
    let largest = rows.iter().max().copied().unwrap_or(1);
    (all as f64 / largest as f64).min(workers as f64)
}

outgrow_exercises::answer!(find_the_straggler { straggler: STRAGGLER, percent: PERCENT, best_speed_up });
