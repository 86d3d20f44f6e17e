//! The machine, the program, and how busy the machine is: what a record says beside its figures.

use std::path::Path;
use std::process::{Command, Stdio};

use sysinfo::{CpuRefreshKind, RefreshKind, System};

use super::record::{Load, Machine, Program};
use crate::{flights, workers};

/// This machine.
pub fn machine() -> Machine {
    let system = System::new_with_specifics(RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing()));
    let (cpu, memory_bytes) = match system {
        Ok(mut system) => {
            system.refresh_memory();
            let brand = system.cpus().first().map(|cpu| cpu.brand().trim().to_string());
            (brand.filter(|brand| !brand.is_empty()), system.total_memory())
        }
        Err(_) => (None, 0),
    };
    let os = System::long_os_version().or_else(|_| System::name());
    Machine {
        cpu: cpu.unwrap_or_else(System::cpu_arch),
        cores: workers::cores(),
        memory_bytes,
        os: os.unwrap_or_else(|_| std::env::consts::OS.to_string()),
    }
}

/// This program, and the commit of the project that is checked out.
pub fn program() -> Program {
    let home = flights::home();
    let git = |arguments: &[&str]| said_by("git", &[&["-C", &home.to_string_lossy()], arguments].concat());
    Program {
        outgrow: env!("CARGO_PKG_VERSION").to_string(),
        polars: polars::VERSION.to_string(),
        commit: git(&["rev-parse", "--short=12", "HEAD"]),
        dirty: git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|changes| !changes.is_empty()),
    }
}

/// What a program prints, without space around it; none where there is no such program or it fails.
fn said_by(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stderr(Stdio::null()).output();
    let output = output.ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// How busy this machine is now.
pub fn load() -> Load {
    let mut load = Load {
        one_minute: System::load_average().ok().map(|average| average.one),
        busy_s: busy_s(),
        on_battery: if cfg!(target_os = "macos") {
            on_battery_by(&said_by("pmset", &["-g", "batt"]).unwrap_or_default())
        } else {
            on_battery(Path::new("/sys/class/power_supply"))
        },
        ..Load::default()
    };
    if let Ok(mut system) = System::new() {
        system.refresh_memory();
        load.available_bytes = system.available_memory();
        load.swap_used_bytes = system.used_swap();
    }
    load
}

/// Seconds of work of all cores since the machine started, also on behalf of other virtual machines (steal): the first
/// line of `/proc/stat` counts user, nice, system, idle, iowait, irq, softirq and steal, in ticks of 1/100 s.
fn busy_s() -> Option<f64> {
    busy_of(&std::fs::read_to_string("/proc/stat").ok()?)
}

fn busy_of(stat: &str) -> Option<f64> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = line.split_whitespace().map_while(|number| number.parse().ok()).collect();
    let busy: u64 = [0, 1, 2, 5, 6, 7].iter().filter_map(|at| ticks.get(*at)).sum();
    (ticks.len() >= 4).then_some(busy as f64 / 100.0)
}

/// Whether a battery is being discharged: then the processor may be slowed down. None where there is no such folder.
fn on_battery(supplies: &Path) -> Option<bool> {
    let mut supplies = supplies.read_dir().ok()?.flatten();
    let says = |folder: &Path, file: &str, word: &str| {
        std::fs::read_to_string(folder.join(file)).is_ok_and(|text| text.trim() == word)
    };
    Some(
        supplies.any(|supply| says(&supply.path(), "type", "Battery") && says(&supply.path(), "status", "Discharging")),
    )
}

/// The same on macOS, from the first line of `pmset -g batt`: `Now drawing from 'Battery Power'`.
fn on_battery_by(pmset: &str) -> Option<bool> {
    let source = pmset.lines().next()?.split('\'').nth(1)?;
    Some(source == "Battery Power")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::TempFolder;

    #[test]
    fn idle_time_is_no_work() {
        let stat = "cpu  100 10 50 9999 8888 1 2 30 7 7\ncpu0 1 1 1 1\n";
        assert_eq!(busy_of(stat), Some(1.93));
        assert_eq!(busy_of("intr 1"), None);
    }

    #[test]
    fn a_battery_counts_while_it_is_discharged() {
        let folder = TempFolder::new().unwrap();
        assert_eq!(on_battery(folder.path()), Some(false));
        let battery = folder.path().join("BAT0");
        std::fs::create_dir(&battery).unwrap();
        std::fs::write(battery.join("type"), "Battery\n").unwrap();
        for (status, expected) in [("Charging\n", false), ("Discharging\n", true)] {
            std::fs::write(battery.join("status"), status).unwrap();
            assert_eq!(on_battery(folder.path()), Some(expected));
        }
        assert_eq!(on_battery(&folder.path().join("nowhere")), None);
    }

    #[test]
    fn a_mac_says_what_it_draws_from() {
        let said = |source: &str| format!("Now drawing from '{source}'\n -InternalBattery-0 (id=1)\t80%; discharging");
        assert_eq!(on_battery_by(&said("Battery Power")), Some(true));
        assert_eq!(on_battery_by(&said("AC Power")), Some(false));
        assert_eq!(on_battery_by(""), None);
    }

    #[test]
    fn this_machine_has_a_name_cores_and_memory() {
        let machine = machine();
        assert!(!machine.cpu.is_empty() && !machine.os.is_empty());
        assert!(machine.cores > 0 && machine.memory_bytes > 1 << 28);
        assert!(program().polars.starts_with("0."));
    }
}
