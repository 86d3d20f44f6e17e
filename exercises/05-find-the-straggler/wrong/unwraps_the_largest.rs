//! expect: `max` of nothing is `None`
//!
//! There always was a largest partition so far.

const STRAGGLER: Option<&str> = Some("UA");

const PERCENT: Option<u64> = Some(17);

fn best_speed_up(rows: &[u64], workers: u64) -> f64 {
    let (all, largest): (u64, u64) = (rows.iter().sum(), rows.iter().max().copied().unwrap());
    (all as f64 / largest as f64).min(workers as f64)
}

outgrow_exercises::answer!(find_the_straggler { straggler: STRAGGLER, percent: PERCENT, best_speed_up });
