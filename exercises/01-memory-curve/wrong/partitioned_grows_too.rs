//! expect: does not grow by
//!
//! The peak at 4 million flights, divided by 4 million.

use outgrow_exercises::memory_curve::Phase;

const EAGER: Option<u64> = Some(48);

const PARTITIONED: Option<u64> = Some(11);

const PEAK: Option<Phase> = Some(Phase::Working);

const FIT: Option<u64> = Some(16 * 1024 * 1024 * 1024 / 48);

outgrow_exercises::answer!(memory_curve { eager: EAGER, partitioned: PARTITIONED, peak: PEAK, fit: FIT });
