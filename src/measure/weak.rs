//! Why figures should not be relied on, in plain words.

use super::{Figures, Record, median, sorted};

/// A run shorter than this says more about starting a process than about the work.
pub const SHORT_S: f64 = 0.05;
/// Runs that differ by more than this share of their median are not to be relied on.
const WIDE: f64 = 0.25;
/// One thread that works all the time needs no more time than this, by its CPU time; beyond, it waited.
const BUSY: f64 = 1.15;
/// Other programs may have this much of a core.
const OTHERS: f64 = 0.25;
/// Swap space that may come into use during a run: less is noise.
const SWAPPED: u64 = 16 << 20;
/// Faults that read a disk: a few are the program's own start.
const DISK_FAULTS: u64 = 1_000;

/// Sentences about the runs of several cases that were run together, each with the name of its mode.
pub fn warnings(modes: &[(&str, Vec<&Record>)]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let all = || modes.iter().flat_map(|(_, runs)| runs.iter().copied());
    let short = modes.iter().filter_map(|(_, runs)| Figures::of(runs)).any(|figures| figures.wall_s < SHORT_S);
    if short {
        lines.push(format!("runs of less than {:.0} ms are too short to compare. Take more rows.", SHORT_S * 1e3));
    }
    let others: Vec<f64> = all().filter_map(Record::others_cores).collect();
    // The system counts work in ticks of 10 ms: too coarse for a short run.
    if !short && !others.is_empty() {
        let others = median(&sorted(others));
        if others > OTHERS {
            lines.push(format!("other programs used {others:.1} cores meanwhile; close them."));
        }
    }
    for (mode, runs) in modes {
        let Some(figures) = Figures::of(runs).filter(|_| !short) else { continue };
        if *mode == "eager" && figures.wall_s > BUSY * figures.cpu_s && figures.cpu_s > 0.0 {
            lines.push("one thread waited for its core or its disk: this machine is busy.".into());
        }
        let spread = (figures.slowest_s - figures.fastest_s) / figures.wall_s;
        if spread > WIDE {
            lines.push(format!(
                "runs of {mode} differ by {:.0} % of their median; close other programs or add --runs.",
                spread * 100.0
            ));
        }
        let faults = runs.iter().filter_map(|record| record.process.major_faults).max().unwrap_or(0);
        if faults > DISK_FAULTS {
            lines.push(format!(
                "{mode} waited for {faults} pages from disk; its memory was taken away, or is too small."
            ));
        }
    }
    if all().any(|record| record.after.swap_used_bytes > record.before.swap_used_bytes + SWAPPED) {
        lines.push("this machine swapped meanwhile; take fewer rows or close other programs.".into());
    }
    if all().any(|record| record.before.on_battery == Some(true)) {
        lines.push("this machine runs on its battery and may slow itself down; plug it in.".into());
    }
    lines
}

/// What this system does not tell about a process, as a sentence; none where it tells all.
pub fn not_measured(record: &Record) -> Option<String> {
    let process = &record.process;
    let missing: Vec<&str> = [
        ("user and system time", process.user_s.is_none()),
        ("peak memory", process.peak_rss_bytes.is_none()),
        ("page faults", process.minor_faults.is_none()),
        ("bytes read from disk", process.disk_read_bytes.is_none()),
        ("the load of other programs", record.before.busy_s.is_none()),
    ]
    .into_iter()
    .filter_map(|(what, missing)| missing.then_some(what))
    .collect();
    (!missing.is_empty()).then(|| format!("Not measured, since this system does not tell: {}.", missing.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::record::{Load, Process};

    fn run(wall_s: f64, cpu_s: f64) -> Record {
        let process = Process { wall_s, user_s: Some(cpu_s), system_s: Some(0.0), ..Process::default() };
        let busy = |busy_s| Load { busy_s: Some(busy_s), ..Load::default() };
        Record { wall_s, cpu_s: Some(cpu_s), process, before: busy(0.0), after: busy(cpu_s), ..Record::default() }
    }

    fn told(mode: &str, runs: &[Record]) -> String {
        warnings(&[(mode, runs.iter().collect())]).join(" ")
    }

    #[test]
    fn a_good_measurement_has_no_warning() {
        assert_eq!(told("eager", &[run(1.0, 0.99), run(1.1, 1.09), run(1.05, 1.04)]), "");
    }

    #[test]
    fn each_weakness_is_told() {
        assert!(told("dropin", &[run(0.01, 0.01)]).contains("less than 50 ms"));
        assert!(
            told("dropin", &[run(1.0, 1.0), run(1.0, 1.0), run(1.3, 1.3)]).contains("runs of dropin differ by 30 %")
        );
        assert!(told("eager", &[run(1.0, 0.5)]).contains("waited for its core"));
        let mut busy = run(1.0, 1.0);
        busy.after.busy_s = Some(1.8);
        assert!(told("dropin", &[busy.clone()]).contains("other programs used 0.8 cores"));
        busy.after.swap_used_bytes = 1 << 30;
        assert!(told("dropin", &[busy.clone()]).contains("swapped"));
        busy.before.on_battery = Some(true);
        assert!(told("dropin", &[busy.clone()]).contains("battery"));
        busy.process.major_faults = Some(5_000);
        assert!(told("dropin", &[busy]).contains("5000 pages from disk"));
    }

    #[test]
    fn what_a_system_does_not_tell_is_said() {
        let told = not_measured(&Record::default()).unwrap();
        assert!(told.contains("peak memory") && told.contains("page faults"), "{told}");
    }
}
