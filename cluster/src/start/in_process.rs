//! Scheduler and executor in this process: the whole way through Ballista without a second one.

use std::path::Path;
use std::sync::Arc;

use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use outgrow::scratch::TempFolder;
use outgrow::{Error, Result};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::executor_service::{Executing, ExecutorService, Failed};
use super::scheduler::scheduler_config;
use crate::client::Address;

/// A cluster in this process, on ports of the loopback device that nobody else knows. It stops when it is dropped, and
/// its files go.
pub struct InProcess {
    /// Where its scheduler is.
    pub address: Address,
    scheduler: JoinHandle<()>,
    _executor: ExecutorService,
    folder: TempFolder,
}

impl InProcess {
    /// Starts a scheduler and an executor with so many slots.
    ///
    /// # Errors
    /// When the system refuses a port or a folder.
    pub async fn start(slots: usize) -> Result<Self> {
        let refused = |error: &dyn std::fmt::Display| {
            Error::Failure(format!("a cluster in this process could not be started: {error}"))
        };
        let folder = TempFolder::new()?;
        let listener = super::listen("127.0.0.1", 0).await.map_err(|error| refused(&error))?;
        let port = listener.local_addr().map_err(|error| refused(&error))?.port();
        let address = Address { host: "127.0.0.1".into(), port };
        let scheduler = start_scheduler(listener, &address).await.map_err(|error| refused(&error))?;
        let executor = start_executor(&address, slots, folder.path()).await.map_err(|error| refused(&error))?;
        Ok(Self { address, scheduler, _executor: executor, folder })
    }

    /// A folder that its executor can read.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        self.scheduler.abort();
    }
}

async fn start_scheduler(listener: TcpListener, address: &Address) -> Result<JoinHandle<()>, Failed> {
    // Nothing of it leaves this process.
    let config = SchedulerConfig { use_tls: false, ..scheduler_config(address) };
    let cluster = BallistaCluster::new_from_config(&config).await?;
    let scheduler = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, Arc::new(config)).await?;
    Ok(tokio::spawn(async move {
        if let Err(error) = start_grpc_service_with_listener(listener, scheduler).await {
            log::error!("the scheduler in this process stopped: {error}");
        }
    }))
}

async fn start_executor(scheduler: &Address, slots: usize, folder: &Path) -> Result<ExecutorService, Failed> {
    let listener = super::listen("127.0.0.1", 0).await?;
    let files = folder.join("executor");
    std::fs::create_dir(&files)?;
    let channel =
        tonic::transport::Endpoint::from_shared(format!("http://{scheduler}"))?.tcp_nodelay(true).connect().await?;
    let executing = Executing { id: "in-process".into(), host: "127.0.0.1".into(), slots, files: &files };
    ExecutorService::start(executing, listener, channel)
}
