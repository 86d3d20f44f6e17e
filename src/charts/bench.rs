//! What `cargo bench` has left behind: criterion's estimates, and the peaks of the counting allocator beside them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A benchmark.
#[derive(Clone, Debug, PartialEq)]
pub struct Bench {
    /// `aggregation/336776/eager`.
    pub name: String,
    /// Median of the time of one iteration, in seconds; lower and upper bound with 95 % confidence.
    pub median_s: (f64, f64, f64),
    /// The most bytes allocated at once, beyond what was allocated before it; none where it was not counted.
    pub peak_bytes: Option<u64>,
}

/// Where the benches of this project leave their figures: `target/criterion`.
pub fn folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| crate::flights::home().join("target")).join("criterion")
}

/// The name of the file of peaks: an object of bytes by name of the benchmark.
pub const PEAKS: &str = "peaks.json";

/// All benchmarks under criterion's folder, by name. What is damaged is left out.
pub fn benches(folder: &Path) -> Vec<Bench> {
    #[derive(Deserialize)]
    struct Name {
        full_id: String,
    }
    #[derive(Deserialize)]
    struct Estimates {
        median: Estimate,
    }
    #[derive(Deserialize)]
    struct Estimate {
        point_estimate: f64,
        confidence_interval: Interval,
    }
    #[derive(Deserialize)]
    struct Interval {
        lower_bound: f64,
        upper_bound: f64,
    }
    fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Option<T> {
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }
    let peaks: BTreeMap<String, u64> = read(&folder.join(PEAKS)).unwrap_or_default();
    let pattern = folder.join("**/new/benchmark.json");
    let found = glob::glob(&pattern.to_string_lossy()).into_iter().flatten().flatten();
    let mut benches: Vec<Bench> = found
        .filter_map(|path| {
            let name: Name = read(&path)?;
            let Estimate { point_estimate, confidence_interval: interval } =
                read::<Estimates>(&path.with_file_name("estimates.json"))?.median;
            // Criterion counts nanoseconds.
            let seconds = |nanoseconds: f64| nanoseconds / 1e9;
            Some(Bench {
                peak_bytes: peaks.get(&name.full_id).copied(),
                name: name.full_id,
                median_s: (seconds(point_estimate), seconds(interval.lower_bound), seconds(interval.upper_bound)),
            })
        })
        .collect();
    benches.sort_by(|this, that| this.name.cmp(&that.name));
    benches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_and_peaks_meet_by_name() {
        let folder = crate::scratch::TempFolder::new().unwrap();
        let new = folder.path().join("aggregation_9/eager/new");
        std::fs::create_dir_all(&new).unwrap();
        std::fs::write(new.join("benchmark.json"), r#"{"full_id": "aggregation/9/eager"}"#).unwrap();
        let estimates = r#"{"median": {"point_estimate": 2e9, "confidence_interval":
                            {"confidence_level": 0.95, "lower_bound": 1e9, "upper_bound": 3e9}}}"#;
        std::fs::write(new.join("estimates.json"), estimates).unwrap();
        std::fs::write(folder.path().join(PEAKS), r#"{"aggregation/9/eager": 77}"#).unwrap();
        let expected = Bench { name: "aggregation/9/eager".into(), median_s: (2.0, 1.0, 3.0), peak_bytes: Some(77) };
        assert_eq!(benches(folder.path()), [expected]);
        assert_eq!(benches(&folder.path().join("nowhere")), []);
    }
}
