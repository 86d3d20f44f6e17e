//! expect: The table alone
//!
//! 16 + 16 + 2 + 2 bytes: computed, not read off the curve.

use outgrow_exercises::memory_curve::Phase;

const EAGER: Option<u64> = Some(36);

const PARTITIONED: Option<u64> = Some(0);

const PEAK: Option<Phase> = Some(Phase::Working);

const FIT: Option<u64> = Some(477_000_000);

outgrow_exercises::answer!(memory_curve { eager: EAGER, partitioned: PARTITIONED, peak: PEAK, fit: FIT });
