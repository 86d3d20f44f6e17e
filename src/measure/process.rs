//! A process is run and watched: how long it took, what it used, and its memory over time.
//!
//! Time, faults and the high-water mark are the kernel's own (`wait4`); the curve is sampled with `sysinfo`, every 2 ms
//! at first and every 8 ms later, over the process and all its descendants, and over others that work for it. Knows nothing
//! of workloads.

#[cfg(target_os = "linux")]
use std::collections::HashSet;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use super::record::Process;
use super::usage::high_water_mark;
use crate::{scratch, timeline};

/// A process that has ended.
#[derive(Clone, Debug, Default)]
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// When it began: seconds since 1970.
    pub began_unix_s: f64,
    /// What it used, its descendants included.
    pub process: Process,
    /// Resident memory over time, together with its descendants and those beside it: (seconds since it began, bytes).
    /// Pages that several of them share count for each.
    pub curve: Vec<(f64, u64)>,
    /// Processes beside it, descendants included, and the seconds of CPU that they used meanwhile.
    pub beside: (usize, f64),
    /// It was ended, with all below it, because it took too long.
    pub timed_out: bool,
}

/// How a process is watched, beyond itself.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    /// Processes that run already and work for it: what they use counts, too.
    pub beside: Vec<u32>,
    /// It is a family that shares much: a page that several of them have counts once. To know that takes the kernel longer,
    /// so it is asked less often.
    pub family: bool,
    /// After so long it is ended, with all below it.
    pub time_limit: Option<Duration>,
}

/// Starts a command and waits for its end. It does not outlive an interrupted parent.
///
/// # Errors
/// What the system says when it cannot be started.
pub fn watch(command: &mut Command, how: &Watch) -> std::io::Result<Ended> {
    let beside = &how.beside[..];
    let own_peak = high_water_mark(std::process::id());
    let cpu_before_s = cpu_s(&families(beside));
    let (start, began_unix_s) = (Instant::now(), timeline::unix_s());
    let (mut child, _listed) = scratch::spawn(command)?;
    let (stop, stopped) = channel();
    let id = child.id();
    let roots: Vec<u32> = std::iter::once(id).chain(beside.iter().copied()).collect();
    let asked = how.clone();
    let sampler = std::thread::spawn(move || sample(&roots, &asked, start, &stopped));
    let ended = wait(&mut child);
    let wall_s = start.elapsed().as_secs_f64();
    drop(stop);
    let mut samples = sampler.join().unwrap_or_default();
    // The last look may have come after the end.
    samples.curve.retain(|point| point.0 <= wall_s);
    let (status, used) = ended?;
    let others = families(beside);
    let beside = (others.len(), (cpu_s(&others) - cpu_before_s).max(0.0));
    // The mark that `wait4` tells is at least that of the process it was forked from: us. Where it is not higher, the
    // last mark that was seen is at most one interval old.
    let kernel = used.peak_rss_bytes.filter(|peak| own_peak.is_none_or(|own| *peak > own));
    let curve_peak = samples.curve.iter().map(|point| point.1).max();
    let of_one = if how.family { [None, None] } else { [kernel, samples.high_water_mark] };
    let peak_rss_bytes = of_one.into_iter().chain([curve_peak]).flatten().max();
    Ok(Ended {
        status,
        began_unix_s,
        process: Process { wall_s, peak_rss_bytes, ..used },
        curve: samples.curve,
        beside,
        timed_out: samples.timed_out,
    })
}

#[derive(Default)]
struct Samples {
    curve: Vec<(f64, u64)>,
    high_water_mark: Option<u64>,
    timed_out: bool,
}

/// Looks at the processes until told to stop; the first of them is the one that is waited for.
fn sample(roots: &[u32], how: &Watch, start: Instant, stopped: &Receiver<()>) -> Samples {
    let mut samples = Samples::default();
    let Ok(mut system) = System::new() else { return samples };
    let first = Pid::from_u32(roots[0]);
    let mut family: Vec<Pid> = roots.iter().copied().map(Pid::from_u32).collect();
    let mut due = start;
    loop {
        let looked_at = Instant::now();
        let at_s = start.elapsed().as_secs_f64();
        let memory = ProcessRefreshKind::nothing().with_memory().without_tasks();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&family), true, memory);
        let resident = |id: &Pid| system.process(*id).map(|process| process.memory());
        let share = |id: &Pid| if how.family { proportional(*id).or_else(|| resident(id)) } else { resident(id) };
        let bytes = family.iter().filter_map(share).sum();
        let gone = system.process(first).is_none_or(|process| process.memory() == 0);
        samples.curve.push((at_s, if gone { 0 } else { bytes }));
        samples.high_water_mark = samples.high_water_mark.max(high_water_mark(roots[0]));
        family = families(roots);
        // Towards a moment, not for a while: a look takes time too. Looks that were missed are not made up for.
        let interval = match how.family {
            // The kernel goes through all their pages: a look takes a twentieth of the time at most.
            true => Duration::from_millis(50).max(19 * looked_at.elapsed()),
            false if start.elapsed() < Duration::from_millis(300) => Duration::from_millis(2),
            false => Duration::from_millis(8),
        };
        if how.time_limit.is_some_and(|limit| start.elapsed() > limit) && !samples.timed_out {
            samples.timed_out = true;
            family.iter().for_each(|id| end(*id));
        }
        due = match how.family {
            true => Instant::now() + interval,
            false => (due + interval).max(Instant::now()),
        };
        if stopped.recv_timeout(due - Instant::now()) != Err(RecvTimeoutError::Timeout) {
            // The process was gone at the last look, or between the last two.
            while samples.curve.len() > 1 && samples.curve.last().is_some_and(|point| point.1 == 0) {
                samples.curve.pop();
            }
            return samples;
        }
    }
}

/// The memory that is a process's own, and its part of what it shares with others; none where the kernel does not say.
#[cfg(target_os = "linux")]
fn proportional(id: Pid) -> Option<u64> {
    let told = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
    let kibibytes = told.lines().find_map(|line| line.strip_prefix("Pss:"))?.trim().trim_end_matches(" kB");
    Some(kibibytes.parse::<u64>().ok()? * 1024)
}

#[cfg(not(target_os = "linux"))]
fn proportional(_: Pid) -> Option<u64> {
    None
}

/// Ends a process at once.
#[cfg(unix)]
fn end(id: Pid) {
    // It may be gone already.
    let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(id.as_u32() as i32), nix::sys::signal::Signal::SIGKILL);
}

#[cfg(not(unix))]
fn end(_: Pid) {}

/// The processes and all below them.
fn families(roots: &[u32]) -> Vec<Pid> {
    roots.iter().flat_map(|root| descendants(*root)).collect()
}

/// Seconds that these processes have worked so far.
fn cpu_s(processes: &[Pid]) -> f64 {
    let Ok(mut system) = System::new() else { return 0.0 };
    let cpu = ProcessRefreshKind::nothing().with_cpu().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(processes), true, cpu);
    let worked = processes.iter().filter_map(|id| system.process(*id)).map(|process| process.accumulated_cpu_time());
    worked.sum::<u64>() as f64 / 1e3
}

/// The process and all below it: a file per thread says who its children are.
#[cfg(target_os = "linux")]
fn descendants(id: u32) -> Vec<Pid> {
    let mut family = vec![id];
    let mut seen = HashSet::from([id]);
    let mut at = 0;
    while at < family.len() {
        let threads = std::fs::read_dir(format!("/proc/{}/task", family[at])).into_iter().flatten().flatten();
        for thread in threads {
            let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            let children = children.split_whitespace().filter_map(|id| id.parse().ok());
            family.extend(children.filter(|child| seen.insert(*child)));
        }
        at += 1;
    }
    family.into_iter().map(Pid::from_u32).collect()
}

/// The process alone: to find its children, all processes would have to be asked at each look.
#[cfg(not(target_os = "linux"))]
fn descendants(id: u32) -> Vec<Pid> {
    vec![Pid::from_u32(id)]
}

/// Waits for the end, and asks the kernel what was used.
#[cfg(unix)]
fn wait(child: &mut Child) -> std::io::Result<(ExitStatus, Process)> {
    use std::os::unix::process::ExitStatusExt;

    use nix::libc::{rusage, timeval, wait4};

    let mut status = 0;
    let mut usage = std::mem::MaybeUninit::<rusage>::zeroed();
    loop {
        // SAFETY: both pointers are to live, writable memory of the type that `wait4` fills in, and a `rusage` of zeros
        // is valid. The child has not been waited for: nobody else knows it.
        #[allow(unsafe_code)]
        let waited = unsafe { wait4(child.id() as i32, &mut status, 0, usage.as_mut_ptr()) };
        if waited >= 0 {
            break;
        }
        let error = std::io::Error::last_os_error();
        if error.kind() != std::io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    // SAFETY: zeroed above, and filled in by the kernel.
    #[allow(unsafe_code)]
    let usage = unsafe { usage.assume_init() };
    let seconds = |time: timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    // `ru_maxrss` is in bytes on macOS and in KiB elsewhere; `ru_inblock` counts blocks of 512 bytes on Linux, and is
    // no measure of bytes elsewhere.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    let process = Process {
        wall_s: 0.0,
        user_s: Some(seconds(usage.ru_utime)),
        system_s: Some(seconds(usage.ru_stime)),
        peak_rss_bytes: Some(usage.ru_maxrss as u64 * unit),
        minor_faults: Some(usage.ru_minflt as u64),
        major_faults: Some(usage.ru_majflt as u64),
        disk_read_bytes: cfg!(target_os = "linux").then_some(usage.ru_inblock as u64 * 512),
    };
    Ok((ExitStatus::from_raw(status), process))
}

/// Waits for the end; what was used is not known on this system.
#[cfg(not(unix))]
fn wait(child: &mut Child) -> std::io::Result<(ExitStatus, Process)> {
    Ok((child.wait()?, Process::default()))
}
