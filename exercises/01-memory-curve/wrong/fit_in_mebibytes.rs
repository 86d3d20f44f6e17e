//! expect: Divide it by the bytes
//!
//! 16 GiB in MiB, by bytes a flight: a few hundred flights.

use outgrow_exercises::memory_curve::Phase;

const EAGER: Option<u64> = Some(48);

const PARTITIONED: Option<u64> = Some(0);

const PEAK: Option<Phase> = Some(Phase::Working);

const FIT: Option<u64> = Some(16 * 1024 / 48);

outgrow_exercises::answer!(memory_curve { eager: EAGER, partitioned: PARTITIONED, peak: PEAK, fit: FIT });
