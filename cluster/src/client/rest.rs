//! What the scheduler says over HTTP: executors, jobs, stages and tasks.

use std::time::{Duration, SystemTime};

use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::rt::{Read, Write};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use outgrow::{Error, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;

use super::address::Address;
use crate::tls;

/// An executor, as the scheduler knows it.
#[derive(Clone, Debug, Deserialize)]
pub struct Executor {
    /// The name it gave itself.
    pub id: String,
    /// Where it is.
    pub host: String,
    /// The port that gives its rows away.
    pub port: u16,
    /// When it last said that it is there, in milliseconds since 1970, to the second.
    pub last_seen: Option<u64>,
    /// What it brings.
    pub specification: Specification,
}

impl Executor {
    /// For how long it has said nothing.
    pub fn silent_for(&self) -> Option<Duration> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(now.saturating_sub(Duration::from_millis(self.last_seen?)))
    }
}

/// What an executor brings.
#[derive(Clone, Debug, Deserialize)]
pub struct Specification {
    /// How many tasks it works on at a time.
    pub vcores: u32,
}

/// A job in a list.
#[derive(Clone, Debug, Deserialize)]
pub struct Job {
    /// Its name for the scheduler.
    pub job_id: String,
    /// What it was called by the client.
    pub job_name: String,
    /// `Queued`, `Running`, `Completed`, `Failed`.
    pub status: String,
    /// How many stages it has.
    pub num_stages: usize,
    /// How many are done.
    pub completed_stages: usize,
    /// When it started, in milliseconds since 1970.
    pub start_time: u64,
    /// When it ended, or 0.
    pub end_time: u64,
}

/// The stages of a job.
#[derive(Clone, Debug, Deserialize)]
pub struct Stages {
    /// In order.
    pub stages: Vec<Stage>,
}

/// What is done between two exchanges.
#[derive(Clone, Debug, Deserialize)]
pub struct Stage {
    /// Its number.
    pub stage_id: String,
    /// `UnResolved`, `Running`, `Successful`, ...
    pub stage_status: String,
    /// Rows that its tasks read, as Ballista counts them: parcels, where rows are packed.
    pub input_rows: usize,
    /// Rows that its tasks wrote, likewise.
    pub output_rows: usize,
    /// What its tasks do.
    pub stage_plan: Option<String>,
    /// One for each piece of work that was handed out.
    #[serde(default)]
    pub tasks: Vec<Option<Task>>,
}

/// A piece of work of a stage.
#[derive(Clone, Debug, Deserialize)]
pub struct Task {
    /// Its number within the stage.
    pub id: usize,
    /// How it is going.
    pub status: serde_json::Value,
    /// The partitions that it works on.
    pub partition_id: Vec<u32>,
    /// When it began, in milliseconds since 1970, or 0.
    pub start_exec_time: u64,
    /// When it ended, or 0.
    pub end_exec_time: u64,
    /// Rows that it read.
    pub input_rows: usize,
    /// Rows that it wrote.
    pub output_rows: usize,
}

impl Task {
    /// Whether somebody works on it.
    pub fn runs(&self) -> bool {
        self.status == "Running"
    }

    /// Whether it is done.
    pub fn is_done(&self) -> bool {
        self.status == "Successful"
    }
}

/// All executors.
///
/// # Errors
/// When the scheduler does not answer.
pub async fn executors(scheduler: &Address) -> Result<Vec<Executor>> {
    get(scheduler, "/api/executors").await
}

/// All jobs that the scheduler remembers.
///
/// # Errors
/// When the scheduler does not answer.
pub async fn jobs(scheduler: &Address) -> Result<Vec<Job>> {
    get(scheduler, "/api/jobs").await
}

/// The stages of a job.
///
/// # Errors
/// When the scheduler does not answer, or has no such job.
pub async fn stages(scheduler: &Address, job: &str) -> Result<Stages> {
    let mut told: Stages = get(scheduler, &format!("/api/job/{job}/stages")).await?;
    // They come in any order.
    told.stages.sort_by_key(|stage| stage.stage_id.parse::<u64>().unwrap_or(u64::MAX));
    Ok(told)
}

async fn get<T: DeserializeOwned>(scheduler: &Address, path: &str) -> Result<T> {
    let asked = tokio::time::timeout(Duration::from_secs(5), ask(scheduler, path)).await;
    let answer =
        asked.map_err(|_| scheduler.silent("no answer within 5 s"))?.map_err(|error| scheduler.silent(error))?;
    serde_json::from_slice(&answer).map_err(|error| {
        let begin = String::from_utf8_lossy(&answer[..answer.len().min(80)]).into_owned();
        Error::Failure(format!("{scheduler} answers {path} with `{begin}`, which this program cannot read: {error}"))
    })
}

async fn ask(scheduler: &Address, path: &str) -> Result<Bytes, Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect((scheduler.host.as_str(), scheduler.port)).await?;
    match tls::spoken() {
        Some(tls) => ask_over(TokioIo::new(tls.connect(stream).await?), scheduler, path).await,
        None => ask_over(TokioIo::new(stream), scheduler, path).await,
    }
}

async fn ask_over(
    stream: impl Read + Write + Unpin + Send + 'static,
    scheduler: &Address,
    path: &str,
) -> Result<Bytes, Box<dyn std::error::Error + Send + Sync>> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
    let connection = tokio::spawn(connection);
    let request = Request::builder().method(Method::GET).uri(path).header("host", scheduler.to_string());
    let response = sender.send_request(request.body(Empty::<Bytes>::new())?).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    connection.abort();
    match status.is_success() {
        true => Ok(body),
        false => Err(format!("{status}").into()),
    }
}
