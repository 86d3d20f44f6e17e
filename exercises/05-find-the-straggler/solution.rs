//! Nobody is faster than all workers together, and nobody ends before the largest partition does.

/// The carrier whose flights keep one worker busy when all others have ended: `Some("AA")`.
const STRAGGLER: Option<&str> = Some("UA");

/// How many percent of all flights that carrier has, as a whole number.
const PERCENT: Option<u64> = Some(17);

/// Rows of each partition, and how many workers there are -> how many times faster than one worker they can be at best.
fn best_speed_up(rows: &[u64], workers: u64) -> f64 {
    let all: u64 = rows.iter().sum();
    let largest = rows.iter().max().copied().unwrap_or(1);
    (all as f64 / largest as f64).min(workers as f64)
}

// Hands your predictions and your function to the check.
outgrow_exercises::answer!(find_the_straggler { straggler: STRAGGLER, percent: PERCENT, best_speed_up });
