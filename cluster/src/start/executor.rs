//! An executor as a process of its own.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use outgrow::scratch::TempFolder;
use outgrow::{Error, Result};
use tokio::signal::unix::{SignalKind, signal};
use tonic::transport::Channel;

use super::executor_service::{Executing, ExecutorService};
use crate::client::Address;
use crate::isolation;
use crate::session;
use crate::tls;

/// Starts an executor that works for a scheduler, and stays until it is told to stop
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:\n  outgrow-cluster executor --scheduler 127.0.0.1:50050\n  \
                        outgrow-cluster executor --scheduler 10.0.0.1:50050 --bind 10.0.0.2 --slots 4")]
pub struct ExecutorArgs {
    /// Where the scheduler is
    #[arg(long, value_name = "HOST[:PORT]", default_value = "127.0.0.1:50050")]
    pub scheduler: String,
    /// The address to listen on; 0.0.0.0 for all
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    pub bind: String,
    /// The address that others find it at, where that is not --bind
    #[arg(long, value_name = "HOST")]
    pub external_host: Option<String>,
    /// The port to listen on; any free one when 0
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// How many tasks it works on at a time; one for each core when 0
    #[arg(long, default_value_t = 0)]
    pub slots: usize,
    /// A folder for rows between stages; a temporary one that goes with the process, when not given
    #[arg(long, value_name = "DIR")]
    pub work_dir: Option<PathBuf>,
    /// Call functions in this process, not in workers: less copying, and one that aborts takes the executor with it
    #[arg(long)]
    pub no_workers: bool,
    /// How long to wait for the scheduler, in seconds
    #[arg(long, default_value_t = 30)]
    pub wait: u64,
}

/// Runs an executor until it is told to stop.
///
/// # Errors
/// For a port that is in use, a scheduler that is not there, and what Ballista reports.
pub fn executor(args: &ExecutorArgs) -> Result<()> {
    let scheduler: Address = args.scheduler.parse()?;
    // Of its own in any case: what is kept for others goes with the process that gives it away.
    let files = match &args.work_dir {
        None => TempFolder::new()?,
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(|source| Error::Io {
                what: "cannot make the folder for rows between stages",
                path: folder.clone(),
                source,
                next: "Choose another --work-dir.",
            })?;
            TempFolder::inside(folder)?
        }
    };
    if !args.no_workers {
        isolation::use_workers();
    }
    session::runtime()?.block_on(work(args, &scheduler, files.path()))
}

async fn work(args: &ExecutorArgs, scheduler: &Address, files: &Path) -> Result<()> {
    let plain = tls::plain_host(&args.bind)?;
    let refused = |error| super::cannot_listen(&args.bind, args.port, &error);
    let listener = super::listen(&plain, args.port).await.map_err(refused)?;
    let port = listener.local_addr().map_err(refused)?.port();
    if let Some(tls) = tls::spoken() {
        tokio::spawn(tls.guard(super::listen(&args.bind, port).await.map_err(refused)?));
    }
    super::told_where(&args.bind, "an executor");
    let channel = connected(scheduler, Duration::from_secs(args.wait)).await?;
    let host = match &args.external_host {
        Some(host) => host.clone(),
        None if args.bind == "0.0.0.0" || args.bind == "::" => {
            return Err(Error::input(format!(
                "--bind {} says where to listen, and not where others find this executor. Add --external-host.",
                args.bind
            )));
        }
        None => args.bind.clone(),
    };
    let slots = if args.slots == 0 { outgrow::workers::cores() } else { args.slots };
    // A restarted container may have host, port and process of the one before.
    let id = format!("{host}-{port}-{:08x}", uuid::Uuid::new_v4().as_fields().0);
    let failed = |error| Error::Failure(format!("the executor could not be started: {error}"));
    let executing = Executing { id: id.clone(), host, slots, files };
    let mut service = ExecutorService::start(executing, listener, channel).map_err(failed)?;
    eprintln!("executor {id}: {slots} slots, works for {scheduler}, rows in {}", files.display());
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| Error::Failure(error.to_string()))?;
    tokio::select! {
        () = service.until_it_fails() => Err(Error::Failure(format!("the executor for {scheduler} stopped"))),
        _ = tokio::signal::ctrl_c() => Ok(()),
        _ = terminate.recv() => Ok(()),
    }?;
    service.say_goodbye().await;
    Ok(())
}

/// A connection to the scheduler, as soon as it is there.
async fn connected(scheduler: &Address, patience: Duration) -> Result<Channel> {
    let began = Instant::now();
    let endpoint = tls::endpoint(&scheduler.to_string());
    let endpoint = endpoint.map_err(|error| Error::input(format!("`{scheduler}` is no address: {error}")))?;
    let endpoint = endpoint.connect_timeout(Duration::from_secs(5)).timeout(Duration::from_secs(10));
    loop {
        match endpoint.connect().await {
            Ok(channel) => return Ok(channel),
            Err(error) if began.elapsed() > patience => return Err(scheduler.silent(error)),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}
