//! Why do more workers not help? exercises/05-find-the-straggler/README.md

/// The carrier whose flights keep one worker busy when all others have ended: `Some("AA")`.
const STRAGGLER: Option<&str> = None;

/// How many percent of all flights that carrier has, as a whole number.
const PERCENT: Option<u64> = None;

/// Rows of each partition, and how many workers there are -> how many times faster than one worker they can be at best.
fn best_speed_up(rows: &[u64], workers: u64) -> f64 {
    todo!("two things hold the workers back: how many they are, and the largest partition")
}

// Hands your predictions and your function to the check.
outgrow_exercises::answer!(find_the_straggler { straggler: STRAGGLER, percent: PERCENT, best_speed_up });
