//! Flights in an object store: a server of this test speaks as much of S3 as is asked of it, client and executors read from
//! it, and only what they need.

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use polars_io::parquet::write::ParquetWriter;
use support::{PROGRAM, free_port};

/// Objects by their names in the one bucket, `lots`.
struct Store {
    port: u16,
    objects: BTreeMap<String, Vec<u8>>,
    given: AtomicU64,
}

impl Store {
    fn open(objects: BTreeMap<String, Vec<u8>>) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let store = Arc::new(Self { port, objects, given: AtomicU64::new(0) });
        let serving = store.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let store = serving.clone();
                // One that is closed early is no concern of the others.
                std::thread::spawn(move || store.serve(&stream));
            }
        });
        store
    }

    fn serve(&self, stream: &TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream).lines();
        while let Some(line) = lines.next() {
            let request = line?;
            let headers = lines.by_ref().map_while(Result::ok).take_while(|line| !line.is_empty());
            let range = headers.filter_map(|line| {
                let (name, value) = line.split_once(": ")?;
                let (from, to) =
                    value.strip_prefix("bytes=").filter(|_| name.eq_ignore_ascii_case("range"))?.split_once('-')?;
                Some(from.parse::<usize>().ok()?..to.parse::<usize>().ok()? + 1)
            });
            let range = range.collect::<Vec<_>>().pop();
            let (status, body, length) = self.answer(&request, range);
            self.given.fetch_add(body.len() as u64, Ordering::Relaxed);
            let mut stream = stream;
            write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n")?;
            stream.write_all(&body)?;
        }
        Ok(())
    }

    /// Status, body, and its length, which a HEAD tells without it.
    fn answer(&self, request: &str, range: Option<std::ops::Range<usize>>) -> (&'static str, Vec<u8>, usize) {
        let refused = |status, body: &str| (status, body.as_bytes().to_vec(), body.len());
        let (method, rest) = request.split_once(' ').unwrap();
        let (path, query) = rest.split_once(' ').unwrap().0.split_once('?').unwrap();
        if !query.contains("X-Amz-Credential=who") || !query.contains("X-Amz-Signature=") {
            return refused("403 Forbidden", "<Code>AccessDenied</Code>");
        }
        if query.contains("list-type=2") {
            let below =
                query.split('&').find_map(|word| word.strip_prefix("prefix=")).unwrap_or("").replace("%2F", "/");
            let objects = self.objects.iter().filter(|(name, _)| name.starts_with(&below));
            let objects = objects
                .map(|(name, bytes)| format!(
                    "<Contents><Key>{name}</Key><LastModified>2026-11-27T12:00:00.000Z</LastModified><ETag>\"of {name}\"</ETag>\
                     <Size>{}</Size></Contents>",
                    bytes.len()
                ));
            let body = format!(
                "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{}<IsTruncated>false</IsTruncated>\
                 </ListBucketResult>",
                objects.collect::<String>()
            );
            return refused("200 OK", &body);
        }
        let Some(object) = path.strip_prefix("/lots/").and_then(|name| self.objects.get(name)) else {
            return refused("404 Not Found", "<Code>NoSuchKey</Code>");
        };
        match (method, range) {
            ("HEAD", _) => ("200 OK", Vec::new(), object.len()),
            (_, Some(range)) => {
                let length = range.len();
                ("206 Partial Content", object[range].to_vec(), length)
            }
            (_, None) => ("200 OK", object.clone(), object.len()),
        }
    }

    fn program(&self, words: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(words).stdin(Stdio::null()).env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port));
        command.env("AWS_ACCESS_KEY_ID", "who").env("AWS_SECRET_ACCESS_KEY", "knows").env_remove("AWS_SESSION_TOKEN");
        command
    }
}

/// The shipped flights, as three objects of several row groups each.
fn flights() -> BTreeMap<String, Vec<u8>> {
    let flights = outgrow::flights::shipped().unwrap();
    let columns: Vec<String> = flights.schema().iter_names().map(ToString::to_string).collect();
    let all = flights.read_all(&columns.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    let each = all.height().div_ceil(3);
    let object = |number: usize| {
        let mut bytes = Vec::new();
        let mut rows = all.slice((number * each) as i64, each);
        ParquetWriter::new(&mut bytes).with_row_group_size(Some(60_000)).finish(&mut rows).unwrap();
        (format!("flights/{number}.parquet"), bytes)
    };
    (0..3).map(object).collect()
}

struct Up(Child);

impl Drop for Up {
    fn drop(&mut self) {
        // As Ctrl-C: it takes its members with it.
        let _ =
            nix::sys::signal::kill(nix::unistd::Pid::from_raw(self.0.id() as i32), nix::sys::signal::Signal::SIGTERM);
        let _ = self.0.wait();
    }
}

fn digest(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    summary["digest"].as_str().unwrap().to_string()
}

#[test]
fn flights_are_read_from_an_object_store_by_client_and_executors() {
    let store = Store::open(flights());
    let whole: u64 = store.objects.values().map(|object| object.len() as u64).sum();
    let port = free_port();
    let _up = Up(store.program(&["up", "--port", &port.to_string()]).stderr(Stdio::null()).spawn().unwrap());
    let began = Instant::now();
    while !store.program(&["status", "--scheduler", &format!("127.0.0.1:{port}")]).output().unwrap().status.success() {
        assert!(began.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(100));
    }
    let cluster = format!("ballista=127.0.0.1:{port}");
    for workload in ["largest-per-group", "aggregation"] {
        let run = |engine: &str, more: &[&str]| {
            let words = ["run", workload, "--mode", "partitioned", "--json", "--engine", engine];
            digest(store.program(&[&words[..], more].concat()).output().unwrap())
        };
        let expected = run("threads", &[]);
        for engine in ["threads", "ballista", &cluster] {
            let before = store.given.load(Ordering::Relaxed);
            assert_eq!(run(engine, &["--input", "s3://lots/flights/"]), expected, "{workload} on {engine}");
            let given = store.given.load(Ordering::Relaxed) - before;
            assert!(0 < given && given < whole / 2, "{given} bytes of {whole} for a few columns");
        }
    }
}

#[test]
fn what_is_not_there_and_who_is_not_let_in_is_told() {
    let store = Store::open(BTreeMap::new());
    let run = |input: &str| store.program(&["run", "median", "--mode", "partitioned", "--input", input]);
    for (input, status, told) in [
        ("s3://lots/flights/", 2, "`s3://lots/flights/` has no object, and none below it ends in .parquet"),
        ("s3://lots/one.parquet", 2, "`s3://lots/one.parquet` has no object"),
        ("gs://lots/one.parquet", 2, "this program reads no `gs://`"),
    ] {
        let output = run(input).output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(status) && complaint.contains(told), "{complaint}");
    }
    let output = run("s3://lots/flights/").env("AWS_ACCESS_KEY_ID", "nobody").output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && complaint.contains("403 Forbidden"), "{complaint}");
    assert!(complaint.contains("AWS_ACCESS_KEY_ID"), "{complaint}");
}
