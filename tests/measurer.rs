//! The measurer is right on processes whose behaviour is known: they are this very file, started with a word that says
//! what to do. CPU time and memory are held against what was done; time on the clock is only held from below.

use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use outgrow::measure::record::{CURVE_POINTS, thin};
use outgrow::measure::{Ended, MemoryCap, Watch, median, sorted, watch};

const MEBIBYTE: u64 = 1 << 20;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("allocate") => allocate(),
        Some("burn") => burn(arguments[1].parse().unwrap()),
        Some("sleep") => std::thread::sleep(Duration::from_millis(500)),
        Some("die") => die(),
        Some("fork") => fork(),
        Some("hold") => hold(),
        Some("read") => read(),
        // The options of cargo's test runner: a filter, and a wish for a list.
        Some("--list") => println!("measurer: test"),
        filter => check(filter.filter(|word| !word.starts_with('-'))),
    }
}

/// What is measured, and what must come out.
fn check(filter: Option<&str>) {
    let checks: [(&str, fn()); 12] = [
        ("allocates_300_mb_and_frees_it", allocates_300_mb_and_frees_it),
        ("is_looked_at_every_10_ms", is_looked_at_every_10_ms),
        ("burns_a_second_on_one_thread_and_on_two", burns_a_second_on_one_thread_and_on_two),
        ("sleeps", sleeps),
        ("is_killed", is_killed),
        ("forks", forks),
        ("has_help", has_help),
        ("shares_what_it_forked_with", shares_what_it_forked_with),
        ("takes_too_long", takes_too_long),
        ("reads_a_file", reads_a_file),
        ("dies_of_its_limit", dies_of_its_limit),
        ("is_not_there", is_not_there),
    ];
    // Only Linux tells about descendants, and limits memory.
    let elsewhere = |name: &str| {
        cfg!(target_os = "linux")
            || !matches!(
                name,
                "forks" | "has_help" | "shares_what_it_forked_with" | "takes_too_long" | "dies_of_its_limit"
            )
    };
    let wanted = |name: &str| elsewhere(name) && filter.is_none_or(|filter| name.contains(filter));
    for (name, check) in checks.iter().filter(|(name, _)| wanted(name)) {
        check();
        println!("test {name} ... ok");
    }
}

fn this(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(words);
    command
}

fn measured(words: &[&str]) -> Ended {
    watch(&mut this(words), &Watch::default()).unwrap()
}

fn cpu_s(ended: &Ended) -> f64 {
    ended.process.user_s.unwrap() + ended.process.system_s.unwrap()
}

#[track_caller]
fn within(value: u64, expected: u64, share: f64) {
    let apart = value.abs_diff(expected) as f64 / expected as f64;
    assert!(apart <= share, "{value} is not within {share} of {expected}");
}

/// Writes to every page, so that the memory is resident and not only promised.
fn touch(mebibytes: u64) -> Vec<u8> {
    let mut memory = vec![0u8; (mebibytes * MEBIBYTE) as usize];
    memory.iter_mut().step_by(1024).for_each(|byte| *byte = 1);
    black_box(memory)
}

/// Long enough before, between and after for a sampler that has to wait for its core.
fn allocate() {
    std::thread::sleep(Duration::from_millis(200));
    let memory = touch(300);
    std::thread::sleep(Duration::from_millis(300));
    drop(memory);
    std::thread::sleep(Duration::from_millis(300));
}

/// Peak and curve say 300 MB, and the curve comes down again.
fn allocates_300_mb_and_frees_it() {
    let empty = measured(&["sleep"]);
    let base = empty.process.peak_rss_bytes.unwrap();
    let ended = measured(&["allocate"]);
    within(ended.process.peak_rss_bytes.unwrap(), base + 300 * MEBIBYTE, 0.05);
    let highest = ended.curve.iter().map(|point| point.1).max().unwrap();
    within(highest, base + 300 * MEBIBYTE, 0.05);
    let (first, last) = (ended.curve[0], ended.curve[ended.curve.len() - 1]);
    assert!(first.1 < 50 * MEBIBYTE && last.1 < 50 * MEBIBYTE, "{first:?} {last:?}");
    // It is held for a good third of the time: so the curve says, too.
    let held = ended.curve.iter().filter(|point| point.1 > 250 * MEBIBYTE).map(|point| point.0);
    let (from_s, to_s) = held.fold((f64::INFINITY, 0.0f64), |(from, to), at| (from.min(at), to.max(at)));
    assert!(from_s >= 0.2 && to_s - from_s >= 0.25 && to_s <= ended.process.wall_s - 0.25, "{from_s} {to_s}");
    assert!(ended.process.minor_faults.unwrap() >= 300 * MEBIBYTE / (2 * MEBIBYTE), "{:?}", ended.process);
    assert!(ended.curve.len() > 30 && ended.curve.is_sorted_by(|left, right| left.0 < right.0));
}

/// Of a run of some seconds every look is kept. A machine with other things to do may be late for many of them: then it is
/// tried again.
fn is_looked_at_every_10_ms() {
    let median_gap = || {
        let ended = measured(&["allocate"]);
        let curve = thin(&ended.curve, CURVE_POINTS);
        let late: Vec<f64> = curve.iter().map(|point| point.0).filter(|at_s| *at_s > 0.3).collect();
        median(&sorted(late.windows(2).map(|pair| pair[1] - pair[0]).collect()))
    };
    let tries: Vec<f64> = (0..10).map(|_| median_gap()).take_while(|gap_s| *gap_s > 0.01).collect();
    assert!(tries.len() < 10, "{tries:?}");
    assert_eq!(thin(&vec![(0.0, 7); 900], CURVE_POINTS).len(), 900);
}

/// A second of CPU time in all, by the clock of this very thread, divided among so many.
fn burn(threads: u32) {
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let own_s = || {
                    let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap();
                    time.tv_sec() as f64 + time.tv_nsec() as f64 / 1e9
                };
                while own_s() < 1.0 / f64::from(threads) {
                    black_box((0..100_000u64).fold(0, |sum: u64, n| sum.wrapping_add(n * n)));
                }
            });
        }
    });
}

fn burns_a_second_on_one_thread_and_on_two() {
    for threads in [1, 2] {
        let ended = measured(&["burn", &threads.to_string()]);
        let cpu_s = cpu_s(&ended);
        assert!((0.95..1.3).contains(&cpu_s), "{cpu_s} s of CPU on {threads} threads");
        // Two threads cannot be faster than twice, nor one than once.
        assert!(ended.process.wall_s > 0.95 / f64::from(threads), "{:?}", ended.process);
    }
}

/// Waiting is no work.
fn sleeps() {
    let ended = measured(&["sleep"]);
    assert!(ended.process.wall_s >= 0.5, "{:?}", ended.process);
    assert!(cpu_s(&ended) < 0.2, "{:?}", ended.process);
    assert!(ended.status.success());
}

fn die() {
    let memory = touch(100);
    nix::sys::signal::raise(nix::sys::signal::Signal::SIGKILL).unwrap();
    drop(memory);
}

/// A process that is killed has been measured up to its end.
fn is_killed() {
    use std::os::unix::process::ExitStatusExt;
    let ended = measured(&["die"]);
    assert_eq!(ended.status.signal(), Some(9));
    assert!(ended.process.peak_rss_bytes.unwrap() > 95 * MEBIBYTE, "{:?}", ended.process);
}

/// 300 MiB until standard input ends.
fn hold() {
    let memory = touch(300);
    println!("held");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    drop(memory);
}

/// Two children that hold memory at the same time, and one that works: all count.
fn fork() {
    let holders = (0..2).map(|_| this(&["hold"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap());
    let mut holders: Vec<Child> = holders.collect();
    for holder in &mut holders {
        let mut held = String::new();
        BufReader::new(holder.stdout.as_mut().unwrap()).read_line(&mut held).unwrap();
        assert_eq!(held, "held\n");
    }
    // Whoever looks every 10 ms sees it, on a busy machine too.
    std::thread::sleep(Duration::from_millis(300));
    assert!(this(&["burn", "1"]).status().unwrap().success());
    for mut holder in holders {
        // Its input ends here.
        holder.wait().unwrap();
    }
}

/// Who runs already and works for a process is measured with it: its memory, and its CPU time meanwhile.
fn has_help() {
    let mut holder = this(&["hold"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    BufReader::new(holder.stdout.as_mut().unwrap()).read_line(&mut String::new()).unwrap();
    let mut worker = this(&["burn", "1"]).spawn().unwrap();
    let ended =
        watch(&mut this(&["sleep"]), &Watch { beside: vec![holder.id(), worker.id()], ..Watch::default() }).unwrap();
    let alone = measured(&["sleep"]);
    let more = ended.process.peak_rss_bytes.unwrap() - alone.process.peak_rss_bytes.unwrap();
    assert!(more > 295 * MEBIBYTE, "{more}");
    assert!(ended.beside.0 >= 1 && ended.beside.1 > 0.05, "{:?}", ended.beside);
    assert!(ended.status.success() && alone.beside == (0, 0.0));
    drop(holder.stdin.take());
    assert!(holder.wait().unwrap().success() && worker.wait().unwrap().success());
}

fn forks() {
    let ended = measured(&["fork"]);
    assert!(ended.status.success());
    let together = ended.process.peak_rss_bytes.unwrap();
    let base = measured(&["sleep"]).process.peak_rss_bytes.unwrap();
    within(together, 4 * base + 600 * MEBIBYTE, 0.05);
    assert!((0.95..2.0).contains(&cpu_s(&ended)), "{:?}", ended.process);
}

/// A page that several processes have is counted once: the program itself, and not what each of them has allocated.
fn shares_what_it_forked_with() {
    let family = Watch { family: true, ..Watch::default() };
    let ended = watch(&mut this(&["fork"]), &family).unwrap();
    let base = measured(&["sleep"]).process.peak_rss_bytes.unwrap();
    let together = ended.process.peak_rss_bytes.unwrap();
    assert!(ended.status.success() && !ended.timed_out);
    assert!(together > 590 * MEBIBYTE && together < 2 * base + 600 * MEBIBYTE, "{together}, alone {base}");
}

/// What takes too long is ended, and all that it started.
fn takes_too_long() {
    let limit = Watch { time_limit: Some(Duration::from_millis(200)), ..Watch::default() };
    let mut shell = Command::new("sh");
    shell.args(["-c", "sleep 86399 & wait"]);
    let ended = watch(&mut shell, &limit).unwrap();
    assert!(ended.timed_out && !ended.status.success());
    let left = Command::new("pgrep").args(["-f", "^sleep 86399$"]).output();
    assert!(left.is_err() || left.unwrap().stdout.is_empty());
}

fn read() {
    let path = std::env::args().nth(2).unwrap();
    assert_eq!(black_box(std::fs::read(path).unwrap()).len() as u64, 64 * MEBIBYTE);
    // What Linux says that this process has fetched from a disk.
    let says = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let bytes = says.lines().find_map(|line| line.strip_prefix("read_bytes: ")).unwrap_or_default();
    std::fs::write(std::env::args().nth(3).unwrap(), bytes).unwrap();
}

/// Memory for what was read is in the peak, the time to the answer is in the curve, and bytes read from a disk are those that
/// the process itself was told.
fn reads_a_file() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let file = path("64MiB");
    std::fs::write(&file, vec![7u8; (64 * MEBIBYTE) as usize]).unwrap();
    std::fs::File::open(&file).unwrap().sync_all().unwrap();
    // Out of the system's cache, where the file system has one and lets go of it.
    let _ = Command::new("dd").args(["iflag=nocache", "count=0", &format!("if={file}")]).stderr(Stdio::null()).status();
    let ended = measured(&["read", &file, &path("told")]);
    assert!(ended.status.success());
    if cfg!(target_os = "linux") {
        let told: u64 = std::fs::read_to_string(path("told")).unwrap().parse().unwrap();
        let measured = ended.process.disk_read_bytes.unwrap();
        println!("read {told} bytes from disk");
        assert!(measured >= told && measured <= told + MEBIBYTE, "{measured} measured, {told} told");
    }
    assert!(ended.process.peak_rss_bytes.unwrap() > 64 * MEBIBYTE);
    assert!(ended.curve.last().unwrap().0 <= ended.process.wall_s);
}

/// By a control group where there is one, and by the limit that every process can be given.
fn dies_of_its_limit() {
    let best = MemoryCap::new(128 * MEBIBYTE).unwrap();
    let mut ends = Vec::new();
    for cap in [best, MemoryCap::of_data(128 * MEBIBYTE)] {
        let mut command = cap.command(&std::env::current_exe().unwrap());
        let ended = watch(command.arg("allocate").stderr(std::process::Stdio::null()), &Watch::default()).unwrap();
        assert!(!ended.status.success(), "{:?} let 300 MiB pass", cap.limit());
        assert!(ended.process.peak_rss_bytes.unwrap() < 200 * MEBIBYTE);
        assert_eq!(cap.has_killed(), Some(cap.limit().by.starts_with("cgroup")), "{:?}", cap.limit());
        let mut small = cap.command(&std::env::current_exe().unwrap());
        assert!(
            watch(small.arg("sleep"), &Watch::default()).unwrap().status.success(),
            "{:?} lets a small process live",
            cap.limit()
        );
        ends.push(cap.limit().by);
    }
    assert_eq!(ends[1], "RLIMIT_DATA");
    println!("limited by {}", ends.join(" and by "));
}

fn is_not_there() {
    assert!(watch(&mut Command::new("/nowhere/at/all"), &Watch::default()).is_err());
}
