//! Several hosts, made of network namespaces: each has an address and a link of its own, and the link can be cut.
//!
//! Making them takes root and the `ip` command. Without these the tests say so and pass; `OUTGROW_HOSTS=required`
//! makes that a failure.

mod support;

use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use outgrow_cluster::Ballista;
use outgrow_cluster::client::{Settings, rest};
use outgrow_cluster::lab::Mishaps;
use support::{PROGRAM, assert_right, work};

/// One set of hosts at a time: they all have the same addresses.
static ONE: Mutex<()> = Mutex::new(());

const BRIDGE: &str = "outgrow0";
const NETWORK: &str = "10.213.77";

fn ip(arguments: &str) -> bool {
    let output = Command::new("ip").args(arguments.split(' ')).stdin(Stdio::null()).output();
    output.is_ok_and(|output| output.status.success())
}

/// A scheduler and two executors, each on a host of its own; this process is a fourth.
struct Hosts {
    members: Vec<Child>,
    folder: tempfile::TempDir,
}

const HOSTS: [&str; 3] = ["outgrow-s", "outgrow-1", "outgrow-2"];

fn remove_hosts() {
    for (number, host) in HOSTS.iter().enumerate() {
        // The link first: with its namespace it goes a moment later, and its name is wanted again.
        ip(&format!("link del og{number}"));
        ip(&format!("netns del {host}"));
    }
    ip(&format!("link del {BRIDGE}"));
}

impl Hosts {
    fn start() -> Option<Self> {
        remove_hosts();
        if !ip(&format!("link add {BRIDGE} type bridge")) {
            assert!(
                std::env::var("OUTGROW_HOSTS").as_deref() != Ok("required"),
                "network namespaces cannot be made: this needs root and iproute2"
            );
            eprintln!("not tried: network namespaces need root and the `ip` command.");
            return None;
        }
        let must = |arguments: String| assert!(ip(&arguments), "ip {arguments}");
        must(format!("addr add {NETWORK}.254/24 dev {BRIDGE}"));
        must(format!("link set {BRIDGE} up"));
        for (number, host) in HOSTS.iter().enumerate() {
            must(format!("netns add {host}"));
            must(format!("link add og{number} type veth peer name eth0 netns {host}"));
            must(format!("link set og{number} master {BRIDGE}"));
            must(format!("link set og{number} up"));
            must(format!("-n {host} addr add {NETWORK}.{}/24 dev eth0", number + 1));
            must(format!("-n {host} link set eth0 up"));
            must(format!("-n {host} link set lo up"));
        }
        let mut hosts = Self { members: Vec::new(), folder: tempfile::tempdir().unwrap() };
        hosts.run(0, &["scheduler", "--bind", &format!("{NETWORK}.1:50050"), "--lost-after", "8"]);
        for number in [1, 2] {
            let (bind, scheduler) = (format!("{NETWORK}.{}", number + 1), format!("{NETWORK}.1:50050"));
            let rows = hosts.folder.path().join(format!("rows-{number}"));
            let rows = rows.display().to_string();
            hosts.run(
                number,
                &["executor", "--bind", &bind, "--scheduler", &scheduler, "--slots", "1", "--work-dir", &rows],
            );
        }
        hosts.wait_for(2);
        Some(hosts)
    }

    fn run(&mut self, host: usize, arguments: &[&str]) {
        let log = std::fs::File::create(self.folder.path().join(format!("{}.log", HOSTS[host]))).unwrap();
        let mut command = Command::new("ip");
        command.args(["netns", "exec", HOSTS[host], PROGRAM]).args(arguments).env("RUST_LOG", "info");
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        self.members.push(command.spawn().unwrap());
    }

    fn known(&self) -> usize {
        let address = format!("{NETWORK}.1:50050").parse().unwrap();
        let asked = tokio::runtime::Runtime::new().unwrap().block_on(rest::executors(&address));
        asked.map_or(0, |executors| executors.len())
    }

    fn wait_for(&self, executors: usize) {
        let began = Instant::now();
        while self.known() != executors {
            assert!(began.elapsed() < Duration::from_secs(60), "{} executors", self.known());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn client(&self) -> Ballista {
        let shared_folder = Some(self.folder.path().to_path_buf());
        let settings = Settings { shared_folder, ..Settings::default() };
        Ballista::connect_with(&format!("df://{NETWORK}.1:50050"), settings).unwrap()
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        for member in &mut self.members {
            // It may have ended already.
            let _ = member.kill();
            let _ = member.wait();
        }
        if std::thread::panicking() {
            for host in HOSTS {
                let log = std::fs::read_to_string(self.folder.path().join(format!("{host}.log"))).unwrap_or_default();
                let lines: Vec<&str> = log.lines().collect();
                eprintln!("{host}:\n{}", lines[lines.len().saturating_sub(30)..].join("\n"));
            }
        }
        remove_hosts();
    }
}

#[test]
fn the_same_call_runs_across_hosts() {
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let Some(hosts) = Hosts::start() else { return };
    let engine = hosts.client();
    let rows = outgrow_cluster::lab::rows(60, 1_000);
    assert_right(&work(&rows, &Mishaps::default(), &engine).unwrap(), 60, 1_000);
}

#[test]
fn an_executor_that_is_cut_off_costs_time_and_comes_back() {
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let Some(hosts) = Hosts::start() else { return };
    let engine = hosts.client();
    let rows = outgrow_cluster::lab::rows(40, 1_000);
    let slow = Mishaps { sleep_ms: 150, ..Mishaps::default() };
    std::thread::scope(|scope| {
        let job = scope.spawn(|| work(&rows, &slow, &engine));
        std::thread::sleep(Duration::from_millis(1_500));
        assert!(ip("link set og2 down"));
        assert_right(&job.join().unwrap().unwrap(), 40, 1_000);
    });
    eprintln!("cut off in the middle: {:?}", engine.spent());
    assert!(ip("link set og2 up"));
    hosts.wait_for(2);
    assert_right(&work(&rows, &Mishaps::default(), &engine).unwrap(), 40, 1_000);
}
