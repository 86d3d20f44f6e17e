//! What an executor does: asks the scheduler for work, works, gives rows away, and lets itself be told to stop.
//!
//! It is made of Ballista's parts. Their own arrangement, in which the scheduler pushes tasks, counts free slots on the
//! scheduler's side, and loses count of them when an executor is lost in the middle of a job (`cluster/upstream/`): the
//! others are then never given work again. An executor that asks counts for itself. Ballista's executor that asks, in
//! turn, waits 50 ms between two questions and cannot be told to cancel a task; this one asks more often, and can.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_flight::flight_service_server::FlightServiceServer;
use ballista_core::BALLISTA_PROTOCOL_VERSION;
use ballista_core::serde::BallistaCodec;
use ballista_core::serde::protobuf::executor_grpc_server::{ExecutorGrpc, ExecutorGrpcServer};
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use ballista_core::serde::protobuf::{
    CancelTasksParams, CancelTasksResult, ExecutorRegistration, ExecutorStoppedParams, LaunchMultiTaskParams,
    LaunchMultiTaskResult, LaunchTaskParams, LaunchTaskResult, RemoveJobDataParams, RemoveJobDataResult,
    StopExecutorParams, StopExecutorResult,
};
use ballista_core::serde::scheduler::{ExecutorOperatingSystemSpecification, ExecutorSpecification};
use ballista_core::utils::{GrpcServerConfig, create_grpc_server};
use ballista_executor::execution_loop;
use ballista_executor::executor::Executor;
use ballista_executor::flight_service::BallistaFlightService;
use ballista_executor::health::ExecutorHealth;
use ballista_executor::metrics::LoggingMetricsCollector;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tonic::transport::Channel;
use tonic::{Request, Response, Status};

use crate::plan::codec;
use crate::session;

/// An executor at work; it stops when this is dropped.
pub struct ExecutorService {
    id: String,
    scheduler: SchedulerGrpcClient<Channel>,
    services: Vec<JoinHandle<()>>,
}

/// An executor that is to be started.
pub struct Executing<'a> {
    /// Its name for the scheduler; no other has it.
    pub id: String,
    /// The host that others find it at.
    pub host: String,
    /// How many tasks it works on at a time.
    pub slots: usize,
    /// Where it keeps rows between stages.
    pub files: &'a Path,
}

/// What may go wrong at the start.
pub type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Between two questions for work, while there is some or was a moment ago.
const ASK: Duration = Duration::from_millis(5);
/// Between two questions for work otherwise.
const ASK_IDLY: Duration = Duration::from_millis(25);
/// A moment.
const LATELY: Duration = Duration::from_secs(2);

impl ExecutorService {
    /// Starts it. Others reach it through the listener; the channel leads to its scheduler.
    ///
    /// # Errors
    /// What the system and Ballista report.
    pub fn start(executing: Executing, listener: TcpListener, scheduler: Channel) -> Result<Self, Failed> {
        let Executing { id, host, slots, files } = executing;
        let port = u32::from(listener.local_addr()?.port());
        let registration = ExecutorRegistration {
            id: id.clone(),
            host: Some(host),
            port,
            grpc_port: port,
            specification: Some(ExecutorSpecification::default().with_vcores(slots as u32).into()),
            os_info: Some(ExecutorOperatingSystemSpecification::default().into()),
            ballista_protocol_version: BALLISTA_PROTOCOL_VERSION,
        };
        let folder = files.display().to_string();
        let (temporary, state) = (folder.clone(), session::state(session::base())?);
        let executor = Arc::new(Executor::with_default_execution_engine(
            registration,
            &folder,
            Arc::new(move |_| Ok(Arc::new(RuntimeEnvBuilder::new().with_temp_file_path(&temporary).build()?))),
            Arc::new(session::base),
            Arc::new((&state).into()),
            Arc::new(LoggingMetricsCollector::default()),
            slots,
        ));
        let scheduler = session::scheduler(scheduler);
        let flight = FlightServiceServer::new(BallistaFlightService::new(folder))
            .max_decoding_message_size(session::MESSAGE_BYTES)
            .max_encoding_message_size(session::MESSAGE_BYTES);
        let told = ExecutorGrpcServer::new(Told { executor: executor.clone(), files: files.to_path_buf() });
        let incoming = tokio_stream::wrappers::TcpListenerStream::new(listener);
        let server = create_grpc_server(&GrpcServerConfig::default()).add_service(flight).add_service(told);
        let server = server.serve_with_incoming(incoming);
        let codec: BallistaCodec<LogicalPlanNode, PhysicalPlanNode> =
            BallistaCodec::new(Arc::new(codec::Logical::default()), Arc::new(codec::Physical::default()));
        let ask = Arc::new(Notify::new());
        let (asked, health) = (Some(ask.clone()), ExecutorHealth::new());
        let work = execution_loop::poll_loop(scheduler.clone(), executor.clone(), codec, asked, None, health);
        let services = vec![
            tokio::spawn(async move {
                if let Err(error) = server.await {
                    log::error!("this executor stopped giving rows away: {error}");
                }
            }),
            tokio::spawn(async move {
                if let Err(error) = work.await {
                    log::error!("this executor stopped working: {error}");
                }
            }),
            tokio::spawn(ask_often(ask, executor)),
        ];
        Ok(Self { id, scheduler, services })
    }

    /// Tells the scheduler that it stops: its work is given to others at once.
    pub async fn say_goodbye(&mut self) {
        let stopped = ExecutorStoppedParams { executor_id: self.id.clone(), reason: "it was told to stop".into() };
        // A scheduler that is gone needs no goodbye.
        let _ = tokio::time::timeout(Duration::from_secs(2), self.scheduler.executor_stopped(stopped)).await;
    }

    /// Waits until one of its parts ends, which none does by itself.
    pub async fn until_it_fails(&mut self) {
        let parts = self.services.iter_mut();
        // Whether it panicked or not: it says so itself.
        let _ = futures::future::select_all(parts).await;
    }
}

impl Drop for ExecutorService {
    fn drop(&mut self) {
        self.services.iter().for_each(JoinHandle::abort);
    }
}

async fn ask_often(ask: Arc<Notify>, executor: Arc<Executor>) {
    let mut worked = Instant::now();
    loop {
        if executor.active_task_count() > 0 {
            worked = Instant::now();
        }
        tokio::time::sleep(if worked.elapsed() < LATELY { ASK } else { ASK_IDLY }).await;
        ask.notify_one();
    }
}

/// What an executor is told by its scheduler.
struct Told {
    executor: Arc<Executor>,
    files: PathBuf,
}

fn asks_itself<T>() -> Result<Response<T>, Status> {
    Err(Status::unimplemented("this executor asks for its work"))
}

#[async_trait::async_trait]
impl ExecutorGrpc for Told {
    async fn launch_task(&self, _: Request<LaunchTaskParams>) -> Result<Response<LaunchTaskResult>, Status> {
        asks_itself()
    }

    async fn launch_multi_task(
        &self,
        _: Request<LaunchMultiTaskParams>,
    ) -> Result<Response<LaunchMultiTaskResult>, Status> {
        asks_itself()
    }

    async fn stop_executor(&self, _: Request<StopExecutorParams>) -> Result<Response<StopExecutorResult>, Status> {
        // A scheduler that takes it for lost says this, too. It is there, and goes on asking.
        Ok(Response::new(StopExecutorResult {}))
    }

    async fn cancel_tasks(&self, request: Request<CancelTasksParams>) -> Result<Response<CancelTasksResult>, Status> {
        let mut cancelled = true;
        for task in request.into_inner().task_infos {
            let (stage, id) = (task.stage_id as usize, task.task_id as usize);
            cancelled &= self.executor.cancel_task(task.job_id.into(), stage, id).await.unwrap_or(false);
        }
        Ok(Response::new(CancelTasksResult { cancelled }))
    }

    async fn remove_job_data(
        &self,
        request: Request<RemoveJobDataParams>,
    ) -> Result<Response<RemoveJobDataResult>, Status> {
        let job = request.into_inner().job_id;
        let plain = !job.is_empty() && job.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
        if !plain {
            return Err(Status::invalid_argument(format!("`{job}` is no job")));
        }
        match std::fs::remove_dir_all(self.files.join(&job)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Status::internal(error.to_string())),
            _ => Ok(Response::new(RemoveJobDataResult {})),
        }
    }
}
