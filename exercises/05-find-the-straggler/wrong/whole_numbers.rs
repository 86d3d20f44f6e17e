//! expect: the decimals are lost
//!
//! The number has decimals in the end, and none where it is divided.

const STRAGGLER: Option<&str> = Some("UA");

const PERCENT: Option<u64> = Some(17);

fn best_speed_up(rows: &[u64], workers: u64) -> f64 {
    let (all, largest): (u64, u64) = (rows.iter().sum(), rows.iter().max().copied().unwrap_or(1));
    (all / largest).min(workers) as f64
}

outgrow_exercises::answer!(find_the_straggler { straggler: STRAGGLER, percent: PERCENT, best_speed_up });
