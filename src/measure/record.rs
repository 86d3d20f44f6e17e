//! What is kept of a run: one line of JSON, from which every chart is drawn.
//!
//! A line stands for itself: it says what was run, on which machine, by which program, and under what load, so that a
//! figure can be traced to it and lines of several files can be put together.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

pub use crate::partitioned::Spent;
pub use crate::timeline::TaskStage;

/// The version of the lines written here. It grows when a field changes its meaning; new fields do not change it.
pub const VERSION: u32 = 1;

/// One measured run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`VERSION`] of the program that wrote it.
    pub version: u32,
    /// When the run began: UTC, as `2026-11-22T21:30:00Z`.
    pub started: String,
    /// The comparison or sweep that it belongs to.
    pub sweep: String,
    /// What that was asked to do, word for word: the same words can be resumed.
    pub plan: String,
    /// 0 for the run that warms up, which counts for nothing; then 1, 2, ...
    pub round: usize,
    /// What was run.
    #[serde(flatten)]
    pub case: Case,
    /// Whether it gave an answer.
    pub outcome: Outcome,
    /// Why there is no answer that agrees with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Finished: seconds from before reading to the answer. Otherwise from the start of the process to its death.
    pub wall_s: f64,
    /// User and system time of all threads in these seconds; none when there was no answer.
    pub cpu_s: Option<f64>,
    /// The whole process, as its parent and the kernel saw it; its peak is that of all processes together.
    pub process: Process,
    /// Those that worked for it beside its own, when there were any. Their CPU time is in `cpu_s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Beside>,
    /// Where the time went of an engine that works in other processes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spent: Option<Spent>,
    /// When what began, in seconds since the process began; none when there was no answer.
    pub phases: Option<Phases>,
    /// Resident memory over time: (seconds since the process began, bytes). At most [`CURVE_POINTS`] points.
    pub curve: Vec<(f64, u64)>,
    /// Bytes of Parquet files that were read, compressed as they lie there.
    pub file_bytes_read: u64,
    /// The ledger: what was done and moved, step by step.
    pub steps: Vec<Step>,
    /// Who did which task when; only in the first counted run, since it is long.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<TaskStage>,
    /// Short form of the answer.
    pub digest: Option<String>,
    /// Rows of the answer.
    pub answer_rows: Option<u64>,
    /// Where it ran.
    pub machine: Machine,
    /// What ran.
    pub program: Program,
    /// The libraries that a real system stands on, and their versions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub versions: BTreeMap<String, String>,
    /// The machine just before.
    pub before: Load,
    /// The machine just after.
    pub after: Load,
    /// Where it was read from, for reference: the number of its line, from 1.
    #[serde(skip)]
    pub line: usize,
}

/// What is run. Runs of the same case can be put together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Name of the workload.
    pub workload: String,
    /// `eager`, `dropin` or `partitioned`; or a real system: `pandas`, `duckdb`.
    pub mode: String,
    /// The engine of a partitioned run, if it is not the default.
    pub engine: Option<String>,
    /// Threads of the drop-in and the partitioned mode; eager has the same number here, and uses one.
    pub threads: usize,
    /// Rows of the input.
    pub rows: u64,
    /// Files that were given; none for flights shipped or grown.
    pub input: Option<String>,
    /// The shape of made-up rows; none for flights.
    pub groups: Option<u64>,
    /// Operations per row of the function on made-up rows.
    pub cost: Option<u64>,
    /// The limit on memory, if there was one.
    pub memory_limit: Option<MemoryLimit>,
    /// Which run of a process that answers several times; none of one that answers once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
}

/// Which run of a process that answers several times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The first: what one waits for who starts a program.
    Cold,
    /// The last: what an engine can do once everything is in its place.
    Warm,
}

/// A limit on the memory of a process.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MemoryLimit {
    /// How much it may have.
    pub bytes: u64,
    /// Who holds it to that: `cgroup v1`, `cgroup v2` (resident memory) or `RLIMIT_DATA` (memory asked for).
    pub by: String,
}

/// What became of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It gave an answer, which agreed with all others.
    #[default]
    Finished,
    /// It died of its memory limit: a result too.
    OutOfMemory,
    /// A real system gave another answer than all others.
    Differs,
    /// A real system ended without an answer.
    Died,
    /// A real system took longer than it may.
    TimedOut,
    /// A real system is not here.
    NotInstalled,
    /// A real system has no way to answer the question.
    Unable,
}

impl Outcome {
    /// In a word or two: `out of memory`.
    pub fn words(self) -> &'static str {
        match self {
            Outcome::Finished => "answer",
            Outcome::OutOfMemory => "out of memory",
            Outcome::Differs => "differs",
            Outcome::Died => "died",
            Outcome::TimedOut => "timed out",
            Outcome::NotInstalled => "not installed",
            Outcome::Unable => "unable",
        }
    }
}

/// A process as its parent and the kernel saw it, from its start to its end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Process {
    /// Seconds from start to end.
    pub wall_s: f64,
    /// Seconds of all threads in the program; none where the system does not say (so too below).
    pub user_s: Option<f64>,
    /// Seconds of all threads in the kernel.
    pub system_s: Option<f64>,
    /// The most memory resident at once, by the kernel's own high-water mark.
    pub peak_rss_bytes: Option<u64>,
    /// Pages that were mapped without reading a disk.
    pub minor_faults: Option<u64>,
    /// Pages that had to be read from a disk.
    pub major_faults: Option<u64>,
    /// Bytes that came from a disk, and not from the system's cache.
    pub disk_read_bytes: Option<u64>,
}

/// Processes that ran before and after a run, and worked for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// How many there were on this machine; their memory is in the curve and the peak.
    pub processes: usize,
    /// How many there were on other machines, of which nothing is known here.
    pub on_other_machines: usize,
    /// Seconds of CPU that they used during the run.
    pub cpu_s: f64,
}

/// When the phases of a run ended, in seconds since its process began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Phases {
    /// The run began: the program was loaded, and wall time starts.
    pub begin_s: f64,
    /// The last rows had been read. A mode that reads and works in turn ends both at nearly the same time.
    pub read_s: f64,
    /// The answer was there: wall time ends.
    pub work_s: f64,
    /// The answer had been written and handed over.
    pub answer_s: f64,
}

/// A step of the ledger, as [`crate::ledger::Step`]; a field that a line does not have is 0.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Step {
    /// What was done, in words.
    pub what: String,
    /// How many tasks it was divided into.
    pub tasks: usize,
    /// Rows that the tasks worked on.
    pub rows: u64,
    /// Rows of the largest task.
    pub largest_task_rows: u64,
    /// What the largest task was.
    pub largest_task: String,
    /// Rows copied from one partition to another.
    pub rows_moved: u64,
    /// Bytes of these rows.
    pub bytes_moved: u64,
    /// Rows brought to one place.
    pub rows_gathered: u64,
    /// Bytes of new columns held at its end.
    pub bytes_materialised: u64,
    /// Bytes written to temporary files.
    pub bytes_spilled: u64,
    /// Nothing that follows could start before all of this had ended.
    pub barrier: bool,
}

/// A machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Brand of its processor.
    pub cpu: String,
    /// Cores that a process may use.
    pub cores: usize,
    /// Main memory.
    pub memory_bytes: u64,
    /// Its operating system.
    pub os: String,
}

/// The program that ran.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// Version of this crate.
    pub outgrow: String,
    /// Version of the dataframe engine underneath.
    pub polars: String,
    /// The commit that was checked out; none outside a git repository.
    pub commit: Option<String>,
    /// Whether tracked files differed from that commit.
    pub dirty: bool,
}

/// How busy a machine is at a moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Load average of the last minute.
    pub one_minute: Option<f64>,
    /// Memory that a program could still get.
    pub available_bytes: u64,
    /// Swap space in use.
    pub swap_used_bytes: u64,
    /// Seconds that all cores together have worked since the machine started, for whomever; Linux only.
    pub busy_s: Option<f64>,
    /// Whether it runs on a battery; none where that cannot be seen.
    pub on_battery: Option<bool>,
}

/// No machine has more.
const MOST_THREADS: usize = 65_536;

/// Above all bytes and rows that there can be; small enough to be counted in eighths and added up.
const MOST: u64 = 1 << 60;

/// Points that a memory curve may have: every look at a run of seven seconds. Of a longer one neighbours are put together.
pub const CURVE_POINTS: usize = 1_000;

/// A curve with at most so many points: of neighbours the highest stays, and so does the first and the last.
pub fn thin(curve: &[(f64, u64)], points: usize) -> Vec<(f64, u64)> {
    if curve.len() <= points {
        return curve.to_vec();
    }
    let (first, last) = (curve[0], curve[curve.len() - 1]);
    let inner = &curve[1..curve.len() - 1];
    let highest = |lot: &[(f64, u64)]| *lot.iter().max_by_key(|point| point.1).expect("a chunk is not empty");
    let lots = inner.chunks(inner.len().div_ceil(points - 2)).map(highest);
    [first].into_iter().chain(lots).chain([last]).collect()
}

impl Record {
    /// Rows copied from one partition to another.
    pub fn rows_moved(&self) -> u64 {
        self.sum(|step| step.rows_moved)
    }

    /// Bytes of the rows moved.
    pub fn bytes_moved(&self) -> u64 {
        self.sum(|step| step.bytes_moved)
    }

    /// The sum of a figure over all steps.
    pub fn sum(&self, figure: impl Fn(&Step) -> u64) -> u64 {
        self.steps.iter().map(figure).fold(0, u64::saturating_add)
    }

    /// What in it no run can have: a time that is not positive, a worker that there was not. What has passed can be drawn
    /// without another look.
    ///
    /// # Errors
    /// A few words on the first such thing.
    pub fn check(&self) -> Result<(), &'static str> {
        // Longer than any run takes: a third of a year.
        let time = |seconds: f64| (0.0..1e7).contains(&seconds);
        let all = |seconds: &[f64]| seconds.iter().all(|seconds| time(*seconds));
        let stage = |stage: &TaskStage| {
            let figures = [stage.from_s, stage.to_s, stage.busy_s, stage.longest_s, stage.median_s];
            let bars = || stage.bars.iter();
            // Times of bars are rounded.
            let inside = |from_s: f64, to_s: f64| stage.from_s - 1e-3 <= from_s && to_s <= stage.to_s + 1e-3;
            (1..=MOST_THREADS).contains(&stage.workers)
                && all(&figures)
                && stage.from_s <= stage.to_s
                && bars().all(|bar| {
                    all(&[bar.from_s, bar.to_s])
                        && bar.from_s <= bar.to_s
                        && inside(bar.from_s, bar.to_s)
                        && bar.worker < stage.workers
                })
        };
        let step = |step: &Step| {
            let figures = [
                step.rows,
                step.largest_task_rows,
                step.rows_moved,
                step.bytes_moved,
                step.rows_gathered,
                step.bytes_materialised,
                step.bytes_spilled,
            ];
            figures.iter().all(|figure| *figure < MOST)
        };
        let load = |load: &Load| load.available_bytes < MOST && load.swap_used_bytes < MOST;
        let few = |figure: Option<u64>| figure.is_none_or(|figure| figure < MOST);
        let limit = self.case.memory_limit.as_ref();
        let (process, case) = (&self.process, &self.case);
        let phases =
            self.phases.is_none_or(|phases| all(&[phases.begin_s, phases.read_s, phases.work_s, phases.answer_s]));
        // Records are put in the order of these texts.
        let moment = |text: &str| text.len() == 20 && NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%SZ").is_ok();
        let plain = |text: &Option<String>| text.as_ref().is_none_or(|text| text.is_ascii());
        // What is not there has not run at all.
        let ran = |seconds: f64| time(seconds) && (seconds > 0.0 || self.outcome == Outcome::NotInstalled);
        let sound = [
            (moment(&self.started), "its start"),
            (ran(self.wall_s), "its wall time"),
            (ran(self.process.wall_s), "the time of its process"),
            (self.cpu_s.is_none_or(time), "its CPU time"),
            (phases, "its phases"),
            (self.curve.iter().all(|point| time(point.0) && point.1 < MOST), "its memory curve"),
            (few(process.peak_rss_bytes) && few(process.disk_read_bytes), "the memory of its process"),
            (load(&self.before) && load(&self.after), "the memory of its machine"),
            (self.beside.is_none_or(|beside| time(beside.cpu_s)), "the time of processes beside it"),
            (self.spent.is_none_or(|spent| all(&spent.seconds())), "what its engine spent"),
            (self.outcome != Outcome::OutOfMemory || limit.is_some(), "its end by a limit on memory"),
            (few(limit.map(|limit| limit.bytes)), "its limit on memory"),
            (case.rows < MOST && few(self.answer_rows), "its number of rows"),
            ((1..=MOST_THREADS).contains(&case.threads), "its number of threads"),
            (case.groups != Some(0) && few(case.groups), "its number of groups"),
            (few(case.cost), "its cost per row"),
            (self.file_bytes_read < MOST, "its number of bytes read"),
            (self.steps.iter().all(step), "what it moved"),
            (self.stages.iter().all(stage), "its tasks"),
            (plain(&self.program.commit), "its commit"),
            (plain(&self.digest), "its answer"),
        ];
        sound.iter().find(|(sound, _)| !sound).map_or(Ok(()), |(_, what)| Err(what))
    }

    /// Whether it gave an answer.
    pub fn finished(&self) -> bool {
        self.outcome == Outcome::Finished
    }

    /// Cores' worth of work that other programs did meanwhile; none where the system does not say.
    pub fn others_cores(&self) -> Option<f64> {
        let all_s = self.after.busy_s? - self.before.busy_s?;
        let beside_s = self.beside.map_or(0.0, |beside| beside.cpu_s);
        let own_s = self.process.user_s? + self.process.system_s? + beside_s;
        Some(((all_s - own_s) / self.process.wall_s.max(1e-9)).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thinned_curve_keeps_its_ends_and_its_peak() {
        let curve: Vec<(f64, u64)> = (0..10_000).map(|n| (n as f64, if n == 7_777 { 99 } else { n % 50 })).collect();
        let thinned = thin(&curve, 240);
        assert!((120..=240).contains(&thinned.len()), "{}", thinned.len());
        assert_eq!((thinned[0], thinned[thinned.len() - 1]), (curve[0], curve[9_999]));
        assert!(thinned.contains(&(7_777.0, 99)));
        assert!(thinned.is_sorted_by(|left, right| left.0 < right.0));
        assert_eq!(thin(&curve[..5], 240), &curve[..5]);
    }

    #[test]
    fn a_record_comes_back_as_it_was_written() {
        let record = Record { version: VERSION, digest: Some("64e794".into()), wall_s: 0.25, ..Record::default() };
        let line = serde_json::to_string(&record).unwrap();
        assert!(!line.contains('\n'));
        assert_eq!(serde_json::from_str::<Record>(&line).unwrap(), record);
    }

    fn bar(from_s: f64, to_s: f64) -> crate::timeline::Bar {
        crate::timeline::Bar { worker: 0, tasks: 1, from_s, to_s }
    }

    #[test]
    fn a_sum_of_many_steps_ends_at_the_largest_number() {
        let step = Step { rows_moved: MOST - 1, bytes_moved: 7, ..Step::default() };
        let record = Record { steps: vec![step; 20], ..Record::default() };
        assert_eq!((record.rows_moved(), record.bytes_moved()), (u64::MAX, 140));
    }

    #[test]
    fn what_no_run_can_have_is_found() {
        let stage = TaskStage { workers: 1, from_s: 0.1, to_s: 0.2, ..TaskStage::default() };
        let sound = || Record {
            started: "2026-11-22T21:30:00Z".into(),
            wall_s: 0.5,
            process: Process { wall_s: 0.6, ..Process::default() },
            case: Case { threads: 1, ..Case::default() },
            stages: vec![TaskStage { bars: vec![bar(0.1, 0.2)], ..stage.clone() }],
            curve: vec![(0.1, 7)],
            steps: vec![Step::default(); 2],
            digest: Some("64e794".into()),
            program: Program { commit: Some("ac8b8ebf3e0b".into()), ..Program::default() },
            ..Record::default()
        };
        assert_eq!(sound().check(), Ok(()));
        type Change = fn(&mut Record);
        let broken: [(Change, &str); 21] = [
            (|record| record.started = "yesterday".into(), "its start"),
            (|record| record.spent = Some(Spent { work_s: -1.0, ..Spent::default() }), "what its engine spent"),
            (
                |record| record.beside = Some(Beside { cpu_s: f64::NAN, ..Beside::default() }),
                "the time of processes beside it",
            ),
            (|record| record.started = "2026-11-22T21:30:00+01:00".into(), "its start"),
            (|record| record.started = "2026-13-22T21:30:00Z".into(), "its start"),
            (|record| record.curve[0].1 = u64::MAX, "its memory curve"),
            (|record| record.process.peak_rss_bytes = Some(u64::MAX), "the memory of its process"),
            (|record| record.before.swap_used_bytes = u64::MAX, "the memory of its machine"),
            (|record| record.outcome = Outcome::OutOfMemory, "its end by a limit on memory"),
            (|record| record.case.rows = u64::MAX, "its number of rows"),
            (|record| record.steps[1].rows_moved = u64::MAX, "what it moved"),
            (|record| record.stages[0].bars[0].to_s = 9e6, "its tasks"),
            (|record| record.stages[0].bars[0].from_s = 0.0, "its tasks"),
            (|record| record.stages[0].to_s = 0.0, "its tasks"),
            (|record| record.program.commit = Some("\u{20ac}\u{20ac}\u{20ac}".into()), "its commit"),
            (|record| record.digest = Some("a\u{20ac}\u{20ac}".into()), "its answer"),
            (|record| record.wall_s = 0.0, "its wall time"),
            (|record| record.process.wall_s = 1e300, "the time of its process"),
            (|record| record.curve[0].0 = -1.0, "its memory curve"),
            (|record| record.case.threads = 0, "its number of threads"),
            (|record| record.stages[0].workers = 0, "its tasks"),
        ];
        for (change, what) in broken {
            let mut record = sound();
            change(&mut record);
            assert_eq!(record.check(), Err(what));
        }
    }

    #[test]
    fn work_of_others_is_what_is_left_of_all_work() {
        let mut record = Record::default();
        assert_eq!(record.others_cores(), None);
        record.before.busy_s = Some(100.0);
        record.after.busy_s = Some(103.0);
        record.process = Process { wall_s: 2.0, user_s: Some(1.5), system_s: Some(0.5), ..Process::default() };
        assert_eq!(record.others_cores(), Some(0.5));
    }
}
