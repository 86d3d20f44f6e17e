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

/// What is weak about a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is too short.
    Short,
    /// It was done once.
    Single,
    /// Other programs ran meanwhile.
    Others,
    /// A thread waited.
    Waited,
    /// Runs differ.
    Spread,
    /// Memory was read from a disk.
    Disk,
    /// Memory was written to a disk.
    Swapped,
    /// The machine ran on its battery.
    Battery,
}

/// A reason not to rely on figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    /// Which one.
    pub kind: Kind,
    /// The same in a sentence.
    pub text: String,
}

/// What is weak about the runs of several cases that were run together, each with the name of its mode.
pub fn warnings(modes: &[(&str, Vec<&Record>)]) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = Vec::new();
    let mut warn = |kind, text: String| warnings.push(Warning { kind, text });
    let answered: Vec<(&str, &[&Record], Figures)> =
        modes.iter().filter_map(|(mode, runs)| Some((*mode, &runs[..], Figures::of(runs)?))).collect();
    let (short, long): (Vec<_>, Vec<_>) = answered.into_iter().partition(|(_, _, figures)| figures.wall_s < SHORT_S);
    let limit = format!("{:.0} ms", SHORT_S * 1e3);
    match (&short[..], &long[..]) {
        ([], _) => {}
        (_, []) => warn(Kind::Short, format!("runs of less than {limit} are too short to compare. Take more rows.")),
        (some, _) => {
            let names: Vec<&str> = some.iter().map(|(mode, _, _)| *mode).collect();
            let names = names.join(" and ");
            warn(Kind::Short, format!("runs of {names} take less than {limit}: too short to compare. Take more rows."))
        }
    }
    if modes.iter().any(|(_, runs)| runs.len() == 1) {
        warn(Kind::Single, "one run does not show how far runs differ; add --runs.".into());
    }
    // The system counts work in ticks of 10 ms: too coarse for a short run.
    let others: Vec<f64> =
        long.iter().flat_map(|(_, runs, _)| runs.iter().filter_map(|record| record.others_cores())).collect();
    if !others.is_empty() {
        let others = median(&sorted(others));
        if others > OTHERS {
            warn(Kind::Others, format!("other programs used {others:.1} cores meanwhile; close them."));
        }
    }
    for (mode, runs, figures) in &long {
        if *mode == "eager" && figures.wall_s > BUSY * figures.cpu_s && figures.cpu_s > 0.0 {
            warn(Kind::Waited, "one thread waited for its core or its disk: this machine is busy.".into());
        }
        let spread = (figures.slowest_s - figures.fastest_s) / figures.wall_s;
        if spread > WIDE {
            warn(
                Kind::Spread,
                format!(
                    "runs of {mode} differ by {:.0} % of their median; close other programs or add --runs.",
                    spread * 100.0
                ),
            );
        }
        let faults = runs.iter().filter_map(|record| record.process.major_faults).max().unwrap_or(0);
        if faults > DISK_FAULTS {
            warn(
                Kind::Disk,
                format!("{mode} waited for {faults} pages from disk; its memory was taken away, or is too small."),
            );
        }
    }
    let all = || modes.iter().flat_map(|(_, runs)| runs.iter());
    if all().any(|record| record.after.swap_used_bytes > record.before.swap_used_bytes + SWAPPED) {
        warn(Kind::Swapped, "this machine swapped meanwhile; take fewer rows or close other programs.".into());
    }
    if all().any(|record| record.before.on_battery == Some(true) || record.after.on_battery == Some(true)) {
        warn(Kind::Battery, "this machine runs on its battery and may slow itself down; plug it in.".into());
    }
    warnings
}

/// The warnings of several measurements, one of each kind, with the number of measurements that have it; the most frequent
/// kind comes first.
pub fn gathered(measurements: impl IntoIterator<Item = Vec<Warning>>) -> Vec<(Warning, usize)> {
    let mut gathered: Vec<(Warning, usize)> = Vec::new();
    for warnings in measurements {
        for (at, warning) in warnings.iter().enumerate() {
            if warnings[..at].iter().any(|before| before.kind == warning.kind) {
                continue;
            }
            match gathered.iter_mut().find(|(known, _)| known.kind == warning.kind) {
                Some((_, count)) => *count += 1,
                None => gathered.push((warning.clone(), 1)),
            }
        }
    }
    gathered.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    gathered
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
        ("whether it runs on a battery", record.before.on_battery.is_none()),
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
        texts(&[(mode, runs.iter().collect())])
    }

    fn texts(modes: &[(&str, Vec<&Record>)]) -> String {
        warnings(modes).into_iter().map(|warning| warning.text).collect::<Vec<_>>().join(" ")
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
    fn a_mode_that_is_too_short_hides_no_weakness_of_another() {
        let (fast, slow) = ([run(0.01, 0.01), run(0.02, 0.02)], [run(1.0, 1.0), run(1.5, 1.5)]);
        let told = texts(&[("eager", slow.iter().collect()), ("partitioned", fast.iter().collect())]);
        assert!(told.contains("runs of partitioned take less than 50 ms"), "{told}");
        assert!(told.contains("runs of eager differ by 40 %"), "{told}");
        assert!(!told.contains("runs of partitioned differ"), "{told}");
    }

    #[test]
    fn a_kind_is_told_once_for_many_measurements() {
        let warning = |kind, text: &str| Warning { kind, text: text.into() };
        let (spread, again) = (warning(Kind::Spread, "30 %"), warning(Kind::Spread, "40 %"));
        let short = warning(Kind::Short, "short");
        let all = [vec![spread.clone(), again.clone()], vec![short.clone()], vec![], vec![again]];
        assert_eq!(gathered(all), [(spread, 2), (short, 1)]);
    }

    #[test]
    fn one_run_is_no_spread() {
        assert_eq!(told("eager", &[run(1.0, 0.99)]), "one run does not show how far runs differ; add --runs.");
    }

    #[test]
    fn what_a_system_does_not_tell_is_said() {
        let told = not_measured(&Record::default()).unwrap();
        assert!(told.contains("peak memory") && told.contains("page faults"), "{told}");
    }
}
