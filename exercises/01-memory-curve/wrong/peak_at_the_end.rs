//! expect: not at its end
//!
//! "Memory only ever grows": so the most is there when all is done.

use outgrow_exercises::memory_curve::Phase;

const EAGER: Option<u64> = Some(48);

const PARTITIONED: Option<u64> = Some(0);

const PEAK: Option<Phase> = Some(Phase::Ending);

const FIT: Option<u64> = Some(16 * 1024 * 1024 * 1024 / 48);

outgrow_exercises::answer!(memory_curve { eager: EAGER, partitioned: PARTITIONED, peak: PEAK, fit: FIT });
