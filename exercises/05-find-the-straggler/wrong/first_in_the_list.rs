//! expect: is not the largest
//!
//! The first carrier in the answer.

const STRAGGLER: Option<&str> = Some("9E");

const PERCENT: Option<u64> = Some(5);

fn best_speed_up(rows: &[u64], workers: u64) -> f64 {
    let (all, largest): (u64, u64) = (rows.iter().sum(), rows.iter().max().copied().unwrap_or(1));
    (all as f64 / largest as f64).min(workers as f64)
}

outgrow_exercises::answer!(find_the_straggler { straggler: STRAGGLER, percent: PERCENT, best_speed_up });
