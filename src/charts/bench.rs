//! What `cargo bench` has left behind: criterion's estimates, and the peaks of the counting allocator beside them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::units;

/// A benchmark.
#[derive(Clone, Debug, PartialEq)]
pub struct Bench {
    /// `aggregation/336776/eager`.
    pub name: String,
    /// Median of the time of one iteration, in seconds; lower and upper bound with 95 % confidence.
    pub median_s: (f64, f64, f64),
    /// The most bytes allocated at once, beyond what was allocated before it; none where it was not counted.
    pub peak_bytes: Option<u64>,
    /// The day on which its time was measured, by its file; criterion keeps no commit.
    pub day: String,
}

/// Where the benches of this project leave their figures: `target/criterion`, or where criterion was told to.
pub fn folder() -> PathBuf {
    if let Some(folder) = std::env::var_os("CRITERION_HOME") {
        return folder.into();
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| crate::flights::home().join("target")).join("criterion")
}

/// The name of the file of peaks: an object of bytes by name of the benchmark.
pub const PEAKS: &str = "peaks.json";

/// All benchmarks under criterion's folder, by name. What is damaged is left out; what has no bench any more is still there,
/// with its day.
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
    let pattern = format!("{}/**/new/benchmark.json", glob::Pattern::escape(&folder.to_string_lossy()));
    let found = glob::glob(&pattern).into_iter().flatten().flatten();
    let mut benches: Vec<Bench> = found
        .filter_map(|path| {
            let name: Name = read(&path)?;
            let estimates = path.with_file_name("estimates.json");
            let Estimate { point_estimate, confidence_interval: interval } = read::<Estimates>(&estimates)?.median;
            let written = chrono::DateTime::<chrono::Utc>::from(estimates.metadata().ok()?.modified().ok()?);
            // Criterion counts nanoseconds.
            let seconds = |nanoseconds: f64| nanoseconds / 1e9;
            Some(Bench {
                peak_bytes: peaks.get(&name.full_id).copied(),
                day: units::date(&written.to_rfc3339()),
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
        // A letter that means something in a glob is a letter here.
        let folder = folder.path().join("[of] *mine");
        let new = folder.join("aggregation_9/eager/new");
        std::fs::create_dir_all(&new).unwrap();
        std::fs::write(new.join("benchmark.json"), r#"{"full_id": "aggregation/9/eager"}"#).unwrap();
        let estimates = r#"{"median": {"point_estimate": 2e9, "confidence_interval":
                            {"confidence_level": 0.95, "lower_bound": 1e9, "upper_bound": 3e9}}}"#;
        std::fs::write(new.join("estimates.json"), estimates).unwrap();
        let day = std::time::UNIX_EPOCH + std::time::Duration::from_secs(86_400);
        std::fs::File::options().append(true).open(new.join("estimates.json")).unwrap().set_modified(day).unwrap();
        std::fs::write(folder.join(PEAKS), r#"{"aggregation/9/eager": 77}"#).unwrap();
        let expected = Bench {
            name: "aggregation/9/eager".into(),
            median_s: (2.0, 1.0, 3.0),
            peak_bytes: Some(77),
            day: "2 Jan 1970".into(),
        };
        assert_eq!(benches(&folder), [expected]);
        assert_eq!(benches(&folder.join("nowhere")), []);
    }
}
