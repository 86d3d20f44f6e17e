//! expect: runs beside the others
//!
//! Amdahl's law, with the largest partition as the part that cannot be divided.

const STRAGGLER: Option<&str> = Some("UA");

const PERCENT: Option<u64> = Some(17);

fn best_speed_up(rows: &[u64], workers: u64) -> f64 {
    let (all, largest): (u64, u64) = (rows.iter().sum(), rows.iter().max().copied().unwrap_or(1));
    let share = largest as f64 / all as f64;
    1.0 / (share + (1.0 - share) / workers as f64)
}

outgrow_exercises::answer!(find_the_straggler { straggler: STRAGGLER, percent: PERCENT, best_speed_up });
