//! Mutual TLS, on real processes: with a certificate of the cluster's authority a call is answered; without one nobody
//! gets in, to no port.

mod support;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use support::{PROGRAM, free_port};

/// The address of the guarded side: on this system every address from 127.0.0.1 on is this machine.
const OUTSIDE: &str = "127.0.0.2";

fn certificates(folder: &Path) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/certificates.sh");
    let made = Command::new("bash").arg(script).arg(folder).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

struct Members(Vec<Child>);

impl Drop for Members {
    fn drop(&mut self) {
        for member in &mut self.0 {
            // It may have ended already.
            let _ = member.kill();
            let _ = member.wait();
        }
    }
}

fn client(tls: Option<&Path>, arguments: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).stdin(Stdio::null()).env_remove("OUTGROW_TLS");
    if let Some(folder) = tls {
        command.env("OUTGROW_TLS", folder);
    }
    command.output().unwrap()
}

#[test]
fn without_a_certificate_nobody_gets_in() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, strangers) = (folder.path().join("ours"), folder.path().join("strangers"));
    certificates(&ours);
    certificates(&strangers);
    let (scheduler, port) = (format!("{OUTSIDE}:{}", free_port()), free_port());
    let mut members = Members(Vec::new());
    for arguments in [
        vec!["scheduler".to_string(), "--bind".into(), scheduler.clone()],
        vec![
            "executor".into(),
            "--scheduler".into(),
            scheduler.clone(),
            "--bind".into(),
            OUTSIDE.into(),
            "--slots".into(),
            "1".into(),
            "--port".into(),
            port.to_string(),
        ],
    ] {
        let log = std::fs::File::create(folder.path().join(&arguments[0])).unwrap();
        let mut command = Command::new(PROGRAM);
        command.args(&arguments).env("OUTGROW_TLS", &ours).stdin(Stdio::null()).stderr(log);
        members.0.push(command.spawn().unwrap());
    }
    let status = |tls: Option<&Path>| client(tls, &["status", "--scheduler", &scheduler, "--json"]);
    let began = Instant::now();
    while !String::from_utf8_lossy(&status(Some(&ours)).stdout).contains("\"slots\":1") {
        let log = |name| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        assert!(began.elapsed() < Duration::from_secs(30), "{}\n{}", log("scheduler"), log("executor"));
        std::thread::sleep(Duration::from_millis(100));
    }
    let engine = format!("ballista={scheduler}");
    let call = |tls: Option<&Path>| {
        client(tls, &["run", "largest-per-group", "--mode", "partitioned", "--engine", &engine, "--json"])
    };
    let answered = call(Some(&ours));
    assert!(answered.status.success(), "{}", String::from_utf8_lossy(&answered.stderr));
    for stranger in [None, Some(strangers.as_path())] {
        for refused in [status(stranger), call(stranger)] {
            let told = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert!(!refused.status.success() && told.contains("no answer from a scheduler at"), "{told}");
        }
    }
    // Neither in plain, to any port of it.
    let ports = [scheduler.rsplit_once(':').unwrap().1.parse().unwrap(), port];
    for port in ports {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect((OUTSIDE, port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        stream.write_all(b"GET /api/executors HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        // It may be cut off.
        let _ = stream.read_to_end(&mut answer);
        assert!(!String::from_utf8_lossy(&answer).contains("HTTP/1.1 200"));
    }
}

#[test]
fn what_cannot_be_guarded_or_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let told = |tls: &Path, arguments: &[&str]| {
        let output = client(Some(tls), arguments);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let none = told(folder.path(), &["status"]);
    assert!(
        none.contains("ca.pem: ") && none.contains("A folder for TLS holds ca.pem, cert.pem and key.pem"),
        "{none}"
    );
    let ours = folder.path().join("ours");
    certificates(&ours);
    let loopback = told(&ours, &["scheduler"]);
    assert!(loopback.contains("with TLS `127.0.0.1` cannot be listened on"), "{loopback}");
    std::fs::write(ours.join("key.pem"), "no key").unwrap();
    assert!(told(&ours, &["status"]).contains("key.pem: "));
}
