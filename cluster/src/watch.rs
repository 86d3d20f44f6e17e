//! What a cluster is doing, in the terminal: Ballista brings no page for that.

use std::io::{IsTerminal, Write};
use std::time::{Duration, SystemTime};

use comfy_table::{ContentArrangement, Table, presets};
use outgrow::{Error, Result};

use crate::client::{Address, rest};
use crate::session;

/// Executors and jobs of a cluster, as they are now; or, live, with the stages of what runs
#[derive(Clone, Debug, clap::Args)]
pub struct WatchArgs {
    /// Where the scheduler is
    #[arg(long, value_name = "HOST[:PORT]", default_value = "127.0.0.1:50050")]
    pub scheduler: String,
    /// As JSON: {"executors": [...], "jobs": [...]}
    #[arg(long)]
    pub json: bool,
    /// Each task of the job that runs, or of the last one: what came in, and when it was worked on
    #[arg(long, conflicts_with = "json")]
    pub tasks: bool,
}

/// Prints executors, jobs, and the stages and tasks of the job that runs, or of the last one.
///
/// # Errors
/// When no scheduler answers.
pub fn status(args: &WatchArgs) -> Result<()> {
    let address: Address = args.scheduler.parse()?;
    let seen = session::runtime()?.block_on(look(&address))?;
    print(&if args.json { seen.json() } else { seen.show(&address, args.tasks) })
}

/// Prints [`status`] again each second, over itself, until Ctrl-C.
///
/// # Errors
/// When no scheduler answers any more; where there is no terminal.
pub fn top(args: &WatchArgs) -> Result<()> {
    if !std::io::stdout().is_terminal() {
        return Err(Error::input("top draws on a terminal, and this is none. Use `outgrow-cluster status`."));
    }
    let address: Address = args.scheduler.parse()?;
    let runtime = session::runtime()?;
    loop {
        let seen = runtime.block_on(look(&address))?;
        // Home, the text with the rest of each line cleared, and the rest of the screen.
        let text = seen.show(&address, args.tasks).replace('\n', "\x1b[K\n");
        print(&format!("\x1b[H{text}\x1b[K\nCtrl-C ends this.\x1b[J"))?;
        std::thread::sleep(Duration::from_secs(1));
    }
}

struct Seen {
    executors: Vec<rest::Executor>,
    jobs: Vec<rest::Job>,
    stages: Option<rest::Stages>,
}

async fn look(address: &Address) -> Result<Seen> {
    let executors = rest::executors(address).await?;
    let mut jobs = rest::jobs(address).await?;
    jobs.sort_by_key(|job| job.start_time);
    let stages = match jobs.iter().rfind(|job| job.status == "Running").or(jobs.last()) {
        // A job may be forgotten between two questions.
        Some(job) => rest::stages(address, &job.job_id).await.ok(),
        None => None,
    };
    Ok(Seen { executors, jobs, stages })
}

/// Jobs that are shown: the last ones.
const JOBS: usize = 8;

impl Seen {
    fn show(&self, address: &Address, each_task: bool) -> String {
        let slots: u32 = self.executors.iter().map(|executor| executor.specification.vcores).sum();
        let mut text = format!("cluster df://{address}: {} executors, {slots} slots\n\n", self.executors.len());
        let mut executors = table(&["executor", "address", "slots", "seen"]);
        for executor in &self.executors {
            executors.add_row([
                executor.id.clone(),
                format!("{}:{}", executor.host, executor.port),
                executor.specification.vcores.to_string(),
                executor.silent_for().map_or_else(|| "-".into(), |silent| format!("{} s ago", silent.as_secs())),
            ]);
        }
        text += &format!("{executors}\n\n");
        let mut jobs = table(&["job", "what", "status", "stages", "time"]);
        for job in self.jobs.iter().rev().take(JOBS) {
            let ended = if job.end_time == 0 { now() } else { job.end_time };
            jobs.add_row([
                job.job_id.clone(),
                job.job_name.clone(),
                job.status.clone(),
                format!("{} of {}", job.completed_stages, job.num_stages),
                format!("{:.1} s", ended.saturating_sub(job.start_time) as f64 / 1e3),
            ]);
        }
        text += &format!("{jobs}\n");
        let Some(stages) = &self.stages else { return text };
        let mut shown = table(&["stage", "status", "tasks done", "running", "in", "out", "what"]);
        for stage in &stages.stages {
            let tasks = || stage.tasks.iter().flatten();
            shown.add_row([
                stage.stage_id.clone(),
                stage.stage_status.clone(),
                format!("{} of {}", tasks().filter(|task| task.is_done()).count(), stage.tasks.len()),
                tasks().filter(|task| task.runs()).count().to_string(),
                stage.input_rows.to_string(),
                stage.output_rows.to_string(),
                stage.stage_plan.as_deref().map(operators).unwrap_or_default(),
            ]);
        }
        text += &format!("\n{shown}\n");
        if stages.stages.iter().filter_map(|stage| stage.stage_plan.as_deref()).any(|plan| plan.contains("SendExec")) {
            text += "\n in and out are rows to Ballista; SendExec gives parcels of rows, CallExec envelopes.\n";
        }
        if each_task { text + &format!("\n{}\n", tasks(stages)) } else { text }
    }

    fn json(&self) -> String {
        let executors = self.executors.iter().map(|executor| {
            serde_json::json!({
                "id": executor.id, "host": executor.host, "port": executor.port,
                "slots": executor.specification.vcores, "silent_ms": executor.silent_for().map(|silent| silent.as_millis() as u64),
            })
        });
        let jobs = self.jobs.iter().map(|job| {
            serde_json::json!({
                "id": job.job_id, "name": job.job_name, "status": job.status,
                "stages": job.num_stages, "completed_stages": job.completed_stages,
                "start_ms": job.start_time, "end_ms": job.end_time,
            })
        });
        let seen = serde_json::json!({
            "executors": executors.collect::<Vec<_>>(), "jobs": jobs.collect::<Vec<_>>(),
        });
        format!("{seen}\n")
    }
}

/// Columns of the time that a job took.
const TIME: u64 = 40;

/// A row per task, with a bar for when it was worked on.
fn tasks(stages: &rest::Stages) -> Table {
    let mut shown = table(&["stage", "task", "in", "began", "took", "when"]);
    let all = || {
        let begun = |task: &&rest::Task| task.start_exec_time > 0;
        stages.stages.iter().flat_map(move |stage| {
            stage.tasks.iter().flatten().filter(begun).map(move |task| (stage.stage_id.as_str(), task))
        })
    };
    let ended = |task: &rest::Task| if task.end_exec_time == 0 { now() } else { task.end_exec_time };
    let first = all().map(|(_, task)| task.start_exec_time).min().unwrap_or(0);
    let last = all().map(|(_, task)| ended(task)).max().unwrap_or(0);
    let column = |at: u64| (at.saturating_sub(first) * TIME / (last - first).max(1)) as usize;
    for (stage, task) in all() {
        let (from, to) = (task.start_exec_time, ended(task));
        let bar = " ".repeat(column(from)) + &"█".repeat((column(to) - column(from)).max(1));
        let milliseconds = |time: u64| format!("{time} ms");
        shown.add_row([
            stage.to_string(),
            task.id.to_string(),
            task.input_rows.to_string(),
            milliseconds(from - first),
            milliseconds(to.saturating_sub(from)),
            bar,
        ]);
    }
    shown
}

/// The operators of a plan, from the source on.
fn operators(plan: &str) -> String {
    let names = plan.lines().filter_map(|line| line.trim().split([':', ' ']).next()).filter(|name| !name.is_empty());
    let mut names: Vec<&str> = names.collect();
    names.reverse();
    names.join(" > ")
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(header);
    table
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Nobody is left to be told.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Error::Failure(format!("cannot print: {error}"))),
        Ok(()) => Ok(()),
    }
}
