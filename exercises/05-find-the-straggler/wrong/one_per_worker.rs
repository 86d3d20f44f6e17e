//! expect: as if the rows could be shared evenly
//!
//! Four workers, four times as fast.

const STRAGGLER: Option<&str> = Some("UA");

const PERCENT: Option<u64> = Some(17);

fn best_speed_up(rows: &[u64], workers: u64) -> f64 {
    workers as f64
}

outgrow_exercises::answer!(find_the_straggler { straggler: STRAGGLER, percent: PERCENT, best_speed_up });
