//! What becomes of a job of Apache DataFusion Ballista 55.0.0 when an executor is killed in the middle of it.
//!
//! The evidence for reports in `cluster/upstream/`, made to be run and read by Ballista's authors: of this project only the
//! logger is in it. A query over four small CSV files, with a scalar function that sleeps, has a stage of 4 and one of 16
//! tasks of about a second each. For each run this program starts a scheduler and two executors with one vcore each, as
//! processes on free ports of 127.0.0.1, waits until some of the tasks are done, kills one executor with SIGKILL (its files
//! are kept, or removed), and compares what the client gets. Killed is the one that has begun fewer tasks of the slow stage.
//!
//! A loss is noticed soon, lest one waits for minutes: `executor_timeout_seconds=10` (with 5, an executor that polls and
//! is busy is taken for lost, since it says so each 5 s), `expire_dead_executor_interval_seconds=1`,
//! `executor_heartbeat_interval_seconds=1`. All other settings are defaults, but for 16 target partitions, and no
//! coalescing of small ones by the adaptive planner: it would leave a slow stage of one task.
//!
//!     cargo run -p outgrow-cluster --features upstream --example upstream_lost_executor -- --runs 3

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::extension::{SessionConfigExt, SessionStateExt};
use ballista_core::utils::default_session_builder;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use clap::{Parser, Subcommand};
use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use datafusion::prelude::{CsvReadOptions, SessionConfig, SessionContext};
use datafusion::scalar::ScalarValue;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// Two stages; the last one is slow.
const TWO: &str = "SELECT k, slow(count(*), 120) AS n FROM (SELECT slow(k, 1) AS k FROM t) GROUP BY k";
/// Three stages; the second one is slow.
const THREE: &str = "SELECT k % 10 AS k, sum(n) AS n FROM (SELECT k, slow(count(*), 120) AS n FROM \
                     (SELECT slow(k, 1) AS k FROM t) GROUP BY k) GROUP BY k % 10";
const KEYS: usize = 100;
const ROWS_PER_KEY: usize = 40;
const FILES: usize = 4;
const PARTITIONS: usize = 16;
const HOST: &str = "127.0.0.1";
const EXECUTORS: [&str; 2] = ["a", "b"];
/// How many tasks are done when the executor is killed, run after run. With 4 of the 20 the slow stage begins.
const MOMENTS: [usize; 6] = [5, 10, 2, 4, 7, 16];

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Kills executors of Ballista in the middle of a query, and says what becomes of it
#[derive(Parser)]
struct Cli {
    /// Runs of each setting, which differ in the moment of the kill
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Only settings with all of these words, as in `--only pull,off`: pull push on off kept gone
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// A job that has not ended so many seconds after the kill hangs
    #[arg(long, default_value_t = 90)]
    limit: u64,
    /// One stage more after the slow one
    #[arg(long)]
    three_stages: bool,
    /// Where scheduler and executors log to, from the level on that RUST_LOG names; nowhere when not given
    #[arg(long)]
    logs: Option<PathBuf>,
    #[command(subcommand)]
    role: Option<Role>,
}

// What the processes are that this program starts.
#[derive(Subcommand)]
enum Role {
    #[command(hide = true)]
    Scheduler { scheduling: String, port: u16 },
    #[command(hide = true)]
    Executor { scheduling: String, scheduler: u16, folder: PathBuf },
}

/// Scheduling, adaptive planner, files of the killed executor.
type Setting = [&'static str; 3];

#[derive(Clone, Copy)]
enum Outcome {
    Right,
    Wrong,
    Error,
    Hangs,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    match &cli.role {
        Some(Role::Scheduler { scheduling, port }) => scheduler(scheduling, *port).await,
        Some(Role::Executor { scheduling, scheduler, folder }) => executor(scheduling, *scheduler, folder).await,
        None => tokio::select! {
            ended = all(&cli) => ended,
            // What runs is dropped, processes and files with it.
            _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
        },
    }
}

async fn all(cli: &Cli) -> Result<()> {
    let mut table = Vec::new();
    for scheduling in ["pull", "push"] {
        for adaptive in ["off", "on"] {
            for files in ["kept", "gone"] {
                let setting = [scheduling, adaptive, files];
                if cli.only.iter().all(|word| setting.contains(&word.as_str())) {
                    table.push(row(cli, setting).await?);
                }
            }
        }
    }
    println!("\n| scheduling | adaptive planner | files of the killed | right | wrong rows | error | hangs |");
    println!("|---|---|---|---|---|---|---|");
    table.iter().for_each(|line| println!("{line}"));
    Ok(())
}

/// The runs of a setting, and its line of the table.
async fn row(cli: &Cli, setting: Setting) -> Result<String> {
    let [scheduling, adaptive, files] = setting;
    let mut seen = [0; 4];
    for moment in MOMENTS.iter().cycle().take(cli.runs) {
        let began = Instant::now();
        let limit = Duration::from_secs(cli.limit + 300);
        let ended = tokio::time::timeout(limit, run(cli, setting, *moment)).await;
        let (outcome, told) = ended.map_err(|_| "the cluster did not start, or the job did not start")??;
        seen[outcome as usize] += 1;
        let took = began.elapsed().as_secs();
        println!("{scheduling}, adaptive {adaptive}, files {files}, killed after {moment} tasks: {told} ({took} s)");
    }
    let [right, wrong, error, hangs] = seen;
    Ok(format!("| {scheduling} | {adaptive} | {files} | {right} | {wrong} | {error} | {hangs} |"))
}

/// One cluster, one job, one executor killed when so many tasks are done.
async fn run(cli: &Cli, [scheduling, adaptive, files]: Setting, moment: usize) -> Result<(Outcome, String)> {
    let temporary = tempfile::tempdir()?;
    let folder = |name: &str| temporary.path().join(name);
    let log = |name: &str| {
        cli.logs.as_ref().map(|logs| logs.join(format!("{scheduling}-{adaptive}-{files}-{moment}-{name}")))
    };
    write_table(&folder("t"))?;
    let port = free_port()?;
    let mut scheduler = start(&["scheduler", scheduling, &port.to_string()], log("scheduler"))?;
    while get(port, "/api/executors").await.is_err() {
        pause().await;
    }
    let mut executors = Vec::new();
    for name in EXECUTORS {
        let folder = folder(name).display().to_string();
        executors.push(start(&["executor", scheduling, &port.to_string(), &folder], log(name))?);
    }
    while get(port, "/api/executors").await?.as_array().map_or(0, Vec::len) < executors.len() {
        pause().await;
    }

    let (query, keys) = if cli.three_stages { (THREE, KEYS / 10) } else { (TWO, KEYS) };
    let job = tokio::spawn(submit(port, adaptive == "on", query, folder("t")));
    while !job.is_finished() && tasks_done(port).await? < moment {
        pause().await;
    }
    // The static planner numbers stages from 1, the adaptive one from 0.
    let slow_stage = if adaptive == "on" { "1" } else { "2" };
    let begun = EXECUTORS.map(|name| begun_of_stage(&folder(name), slow_stage));
    let killed = usize::from(begun[0] > begun[1]);
    executors[killed].kill().await?;
    if files == "gone" {
        std::fs::remove_dir_all(folder(EXECUTORS[killed]))?;
    }
    let abort = job.abort_handle();
    let outcome = match tokio::time::timeout(Duration::from_secs(cli.limit), job).await {
        Err(_) => (Outcome::Hangs, format!("HANGS: no end within {} s", cli.limit)),
        Ok(ended) => match ended? {
            Ok(batches) => compare(&batches, keys),
            Err(error) => (Outcome::Error, error.to_string().chars().take(160).collect()),
        },
    };
    abort.abort();
    executors[1 - killed].kill().await?;
    scheduler.kill().await?;
    Ok(outcome)
}

async fn submit(port: u16, adaptive: bool, query: &str, table: PathBuf) -> Result<Vec<RecordBatch>> {
    let config = SessionConfig::new_with_ballista()
        .with_target_partitions(PARTITIONS)
        .with_ballista_coalesce_enabled(false)
        .with_ballista_adaptive_query_planner(adaptive);
    let context = SessionContext::new_with_state(state(config)?.upgrade_for_ballista(format!("http://{HOST}:{port}"))?);
    context.register_udf(slow());
    context.register_csv("t", table.display().to_string(), CsvReadOptions::new()).await?;
    Ok(context.sql(query).await?.collect().await?)
}

/// Each key is to be there once, with all rows that went into it.
fn compare(batches: &[RecordBatch], keys: usize) -> (Outcome, String) {
    let mut counts_by_key = BTreeMap::<i64, Vec<i64>>::new();
    for batch in batches {
        let (k, n) = (batch.column(0).as_primitive::<Int64Type>(), batch.column(1).as_primitive::<Int64Type>());
        k.values().iter().zip(n.values()).for_each(|(k, n)| counts_by_key.entry(*k).or_default().push(*n));
    }
    let (of_each, there) = ((KEYS * ROWS_PER_KEY / keys) as i64, counts_by_key.len());
    let counts: Vec<i64> = counts_by_key.into_values().flatten().collect();
    let different = counts.iter().filter(|n| **n != of_each).count();
    if (there, counts.len(), different) == (keys, keys, 0) {
        return (Outcome::Right, "right".into());
    }
    let (rows, total, all) = (counts.len(), counts.iter().sum::<i64>(), KEYS * ROWS_PER_KEY);
    let told = format!("{rows} rows instead of {keys}, {different} with a wrong n, sum(n) = {total} instead of {all}");
    (Outcome::Wrong, format!("WRONG: {told}"))
}

/// Gives back its first argument after so many milliseconds for each row.
fn slow() -> ScalarUDF {
    let sleep = |arguments: &[ColumnarValue]| {
        let rows = match &arguments[0] {
            ColumnarValue::Array(values) => values.len() as u64,
            ColumnarValue::Scalar(_) => 1,
        };
        if let ColumnarValue::Scalar(ScalarValue::Int64(Some(milliseconds))) = arguments[1] {
            std::thread::sleep(Duration::from_millis(milliseconds as u64 * rows));
        }
        Ok(arguments[0].clone())
    };
    create_udf("slow", vec![DataType::Int64; 2], DataType::Int64, Volatility::Volatile, Arc::new(sleep))
}

fn state(config: SessionConfig) -> datafusion::error::Result<SessionState> {
    let mut state = default_session_builder(config)?;
    state.register_udf(Arc::new(slow()))?;
    Ok(state)
}

fn write_table(folder: &Path) -> Result<()> {
    std::fs::create_dir(folder)?;
    let rows = KEYS * ROWS_PER_KEY / FILES;
    for file in 0..FILES {
        let keys = (file * rows..(file + 1) * rows).map(|row| format!("{}\n", row % KEYS));
        std::fs::write(folder.join(format!("{file}.csv")), format!("k\n{}", keys.collect::<String>()))?;
    }
    Ok(())
}

fn policy(scheduling: &str) -> TaskSchedulingPolicy {
    if scheduling == "pull" { TaskSchedulingPolicy::PullStaged } else { TaskSchedulingPolicy::PushStaged }
}

async fn scheduler(scheduling: &str, port: u16) -> Result<()> {
    end_with_parent();
    let config = SchedulerConfig {
        bind_host: HOST.into(),
        external_host: HOST.into(),
        bind_port: port,
        scheduling_policy: policy(scheduling),
        executor_timeout_seconds: 10,
        expire_dead_executor_interval_seconds: 1,
        override_session_builder: Some(Arc::new(state)),
        ..SchedulerConfig::default()
    };
    let cluster = BallistaCluster::new_from_config(&config).await?;
    Ok(start_server(cluster, format!("{HOST}:{port}").parse()?, Arc::new(config)).await?)
}

async fn executor(scheduling: &str, scheduler_port: u16, folder: &Path) -> Result<()> {
    end_with_parent();
    std::fs::create_dir(folder)?;
    let state = state(SessionConfig::new_with_ballista())?;
    let config = ExecutorProcessConfig {
        bind_host: HOST.into(),
        external_host: Some(HOST.into()),
        port: free_port()?,
        grpc_port: free_port()?,
        scheduler_host: HOST.into(),
        scheduler_port,
        vcores: 1,
        task_scheduling_policy: policy(scheduling),
        work_dir: Some(folder.display().to_string()),
        executor_heartbeat_interval_seconds: 1,
        override_function_registry: Some(Arc::new((&state).into())),
        ..ExecutorProcessConfig::default()
    };
    Ok(start_executor_process(Arc::new(config)).await?)
}

/// Starts this program in a role; it is killed when it is dropped, and ends when this process does.
fn start(arguments: &[&str], log: Option<PathBuf>) -> Result<Child> {
    let log = log.map_or(Ok(Stdio::null()), |log| std::fs::File::create(log).map(Stdio::from))?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(log);
    Ok(command.kill_on_drop(true).spawn()?)
}

fn end_with_parent() {
    outgrow_cluster::logger::start();
    std::thread::spawn(|| {
        // Nothing is ever written to it: it ends when the parent does.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(1);
    });
}

/// Counts `job/stage/partition/file` in an executor's folder.
fn begun_of_stage(folder: &Path, stage: &str) -> usize {
    let list = |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    list(folder.to_path_buf()).flat_map(|job| list(job.join(stage))).flat_map(list).count()
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((HOST, 0))?.local_addr()?.port())
}

async fn pause() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

/// How many tasks of the only job are done, as the scheduler knows.
async fn tasks_done(port: u16) -> Result<usize> {
    let jobs = get(port, "/api/jobs").await?;
    let Some(job) = jobs[0]["job_id"].as_str() else { return Ok(0) };
    let answer = get(port, &format!("/api/job/{job}/stages")).await?;
    let stages = answer["stages"].as_array().into_iter().flatten();
    let tasks = stages.flat_map(|stage| stage["tasks"].as_array().into_iter().flatten());
    Ok(tasks.filter(|task| task["status"] == "Successful").count())
}

/// What the scheduler says over HTTP.
async fn get(port: u16, path: &str) -> Result<Value> {
    let mut stream = TcpStream::connect((HOST, port)).await?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: {HOST}\r\nconnection: close\r\n\r\n").as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (_, body) = answer.split_once("\r\n\r\n").ok_or("no answer over HTTP")?;
    Ok(serde_json::from_str(body)?)
}
