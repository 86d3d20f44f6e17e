//! expect: also counts what the program needs
//!
//! The peaks at 1 million flights, divided by 1 million.

use outgrow_exercises::memory_curve::Phase;

const EAGER: Option<u64> = Some(76);

const PARTITIONED: Option<u64> = Some(44);

const PEAK: Option<Phase> = Some(Phase::Working);

const FIT: Option<u64> = Some(226_000_000);

outgrow_exercises::answer!(memory_curve { eager: EAGER, partitioned: PARTITIONED, peak: PEAK, fit: FIT });
