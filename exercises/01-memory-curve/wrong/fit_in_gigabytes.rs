//! expect: of 1,000,000,000 bytes each
//!
//! 16 GB in place of 16 GiB.

use outgrow_exercises::memory_curve::Phase;

/// Bytes by which the peak of eager grows for each flight more. Write `Some(10)` if you think it is ten.
const EAGER: Option<u64> = Some(48);

/// The same for partitioned.
const PARTITIONED: Option<u64> = Some(0);

/// When eager has its peak: `Some(Phase::Reading)`, `Some(Phase::Working)` or `Some(Phase::Ending)`.
const PEAK: Option<Phase> = Some(Phase::Working);

/// How many flights eager can work on in 16 GiB of memory. Rust takes `1_000_000` and `1000 * 1000` alike.
const FIT: Option<u64> = Some(16_000_000_000 / 48);

outgrow_exercises::answer!(memory_curve { eager: EAGER, partitioned: PARTITIONED, peak: PEAK, fit: FIT });
