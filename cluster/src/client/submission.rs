//! One submission of a plan: handed to the scheduler, watched, and its result fetched.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ballista_core::client::BallistaClient;
use ballista_core::extension::SessionConfigExt;
use ballista_core::serde::protobuf::execute_query_params::Query;
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use ballista_core::serde::protobuf::{
    CancelJobParams, CleanJobDataParams, ExecuteQueryParams, GetJobStatusParams, KeyValuePair, PartitionLocation,
    execute_query_result, job_status,
};
use ballista_core::version;
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::physical_plan::AsExecutionPlan;
use datafusion_proto::protobuf::PhysicalPlanNode;
use futures::{StreamExt, TryStreamExt};
use outgrow::{Error, Result};
use tonic::transport::Channel;

use super::address::{Address, is_loopback};
use super::interrupted::Running;
use super::rest;
use super::settings::Settings;
use super::undisturbed::undisturbed;
use crate::plan::codec::Physical;
use crate::plan::envelope::{self, Envelope};
use crate::plan::fault::Fault;
use crate::session;
use crate::tls;

/// A connection to a scheduler.
pub struct Scheduler {
    address: Address,
    grpc: SchedulerGrpcClient<Channel>,
    settings: Settings,
    session: String,
}

/// How a submission ended.
pub enum Ended {
    /// Completed, as the scheduler says, and these are the envelopes.
    Completed {
        /// All that came.
        envelopes: Vec<Envelope>,
        /// From submission to completion.
        work: Duration,
        /// Fetching the result.
        fetch: Duration,
    },
    /// Something happened to the machines, not to the call: to be done again.
    Disturbed(String),
}

/// Between two looks at a job.
const LOOK: Duration = Duration::from_millis(10);
/// What tasks of a job that failed may take to end.
const WIND_DOWN: Duration = Duration::from_millis(500);
/// Between two looks at the executors.
const LOOK_AT_EXECUTORS: Duration = Duration::from_millis(500);
/// An executor that was not heard of for so long may be lost.
const STALE: Duration = Duration::from_secs(6);
/// Results that are fetched at a time.
const FETCHES: usize = 4;
/// Ballista's client panics when it may not try once.
const FETCH_ATTEMPTS: u8 = 2;

impl Scheduler {
    /// Connects, in a session of the client's.
    ///
    /// # Errors
    /// When nobody answers, or what answers is no scheduler.
    pub async fn connect(address: &Address, settings: &Settings, session: &str) -> Result<Self> {
        // Whether it is one at all is told more clearly over HTTP.
        rest::executors(address).await?;
        let endpoint = tls::endpoint(&address.to_string())
            .map_err(|error| Error::input(format!("`{address}` is no address: {error}")))?;
        let endpoint = endpoint.connect_timeout(Duration::from_secs(5)).timeout(Duration::from_secs(30));
        let channel = endpoint.connect().await.map_err(|error| address.silent(error))?;
        let grpc = session::scheduler(channel);
        Ok(Self { address: address.clone(), grpc, settings: settings.clone(), session: session.to_string() })
    }

    /// How many tasks the executors work on at a time; waits for the first executor.
    ///
    /// # Errors
    /// When there is no executor, or the scheduler does not answer.
    pub async fn slots(&self) -> Result<usize> {
        let slots = self.settled().await?.iter().map(|executor| executor.specification.vcores as usize).sum::<usize>();
        Ok(slots.max(1))
    }

    /// The executors, once all that are listed have been heard of lately.
    async fn settled(&self) -> Result<Vec<rest::Executor>> {
        let began = Instant::now();
        loop {
            let told = rest::executors(&self.address).await;
            let patient = began.elapsed() < self.settings.patience;
            match told {
                Ok(executors) if !executors.is_empty() => {
                    let stale = |executor: &rest::Executor| executor.silent_for().is_some_and(|silent| silent > STALE);
                    if !patient || !executors.iter().any(stale) {
                        return Ok(executors);
                    }
                }
                Ok(_) if patient => {}
                Ok(_) => {
                    return Err(Error::Failure(format!(
                        "the scheduler at {} has no executor, and none came within {} s. Start one: outgrow-cluster \
                         executor --scheduler {}",
                        self.address,
                        self.settings.patience.as_secs(),
                        self.address
                    )));
                }
                Err(_) if patient => {}
                Err(error) => return Err(error),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Submits the plan, waits for its end, and fetches the result. Where rows have no stamps on their way from stage to
    /// stage, it is believed only when nothing happened to the executors meanwhile.
    ///
    /// # Errors
    /// What the function reported, and when scheduler or executors are gone for good.
    pub async fn run(&mut self, name: &str, plan: &Arc<dyn ExecutionPlan>, stamped: bool) -> Result<Ended> {
        let there = self.settled().await?;
        let executors: BTreeSet<String> = there.iter().map(|executor| executor.id.clone()).collect();
        let began = Instant::now();
        let here = there.iter().all(|executor| is_loopback(&executor.host));
        let job = match self.submit(name, plan, here).await {
            Ok(job) => job,
            Err(why) => return Ok(Ended::Disturbed(why)),
        };
        let running = Running::new(&self.address, &job);
        let ended = self.watch(&job, &executors).await;
        drop(running);
        let work = began.elapsed();
        let ended = match ended {
            Ok(Watched::Completed(_)) if !stamped => match undisturbed(&self.address, &job, &there).await {
                Ok(()) => ended,
                Err(why) => Ok(Watched::Disturbed(why)),
            },
            other => other,
        };
        let ended = match ended {
            Ok(Watched::Completed(locations)) => match fetch(locations).await {
                Ok(envelopes) => Ok(Ended::Completed { envelopes, work, fetch: began.elapsed() - work }),
                Err(why) => Ok(Ended::Disturbed(format!("the result could not be fetched: {why}"))),
            },
            Ok(Watched::Disturbed(why)) => {
                self.cancel(&job).await;
                Ok(Ended::Disturbed(why))
            }
            Err(error) => {
                self.cancel(&job).await;
                Err(error)
            }
        };
        // Tasks of a job that failed may still be writing.
        if !matches!(ended, Ok(Ended::Completed { .. })) {
            tokio::time::sleep(WIND_DOWN).await;
        }
        // Its files are of no use any more. Who does not hear this has its own broom, later.
        let _ = self.grpc.clean_job_data(CleanJobDataParams { job_id: job, remove_stage_ids: Vec::new() }).await;
        ended
    }

    /// `here`: rows go from one process of this machine to another.
    async fn submit(&mut self, name: &str, plan: &Arc<dyn ExecutionPlan>, here: bool) -> Result<String, String> {
        let message = PhysicalPlanNode::try_from_physical_plan(plan.clone(), &Physical::default());
        let mut bytes = Vec::new();
        message.and_then(|message| message.try_encode(&mut bytes)).map_err(|error| error.to_string())?;
        let session = session::shuffling(session::config(&self.settings), here).with_ballista_job_name(name);
        let settings = session.options().entries().into_iter();
        let settings = settings.map(|entry| KeyValuePair { key: entry.key, value: entry.value }).collect();
        let asked = ExecuteQueryParams {
            query: Some(Query::PhysicalPlan(bytes)),
            settings,
            session_id: self.session.clone(),
            operation_id: uuid::Uuid::new_v4().to_string(),
        };
        let mut request = tonic::Request::new(asked);
        version::insert_version_header(request.metadata_mut());
        let answer = self.grpc.execute_query(request).await.map_err(|status| status.message().to_string())?;
        match answer.into_inner().result {
            Some(execute_query_result::Result::Success(accepted)) => Ok(accepted.job_id),
            other => Err(format!("the scheduler did not take the call: {other:?}")),
        }
    }

    async fn cancel(&mut self, job: &str) {
        // Who does not answer has nothing to cancel.
        let _ = self.grpc.cancel_job(CancelJobParams { job_id: job.to_string() }).await;
    }

    async fn watch(&mut self, job: &str, executors: &BTreeSet<String>) -> Result<Watched> {
        let (mut looked, mut silent_since, mut idle_since) = (Instant::now(), None::<Instant>, None::<Instant>);
        loop {
            let status = self.grpc.get_job_status(GetJobStatusParams { job_id: job.to_string() }).await;
            let status = match status {
                Ok(status) => {
                    silent_since = None;
                    status.into_inner().status.and_then(|status| status.status)
                }
                Err(status) => {
                    let since = silent_since.get_or_insert_with(Instant::now);
                    if since.elapsed() > self.settings.patience {
                        return Err(self.address.silent(status.message()));
                    }
                    None
                }
            };
            match status {
                Some(job_status::Status::Successful(done)) => return Ok(Watched::Completed(done.partition_location)),
                Some(job_status::Status::Failed(failed)) => {
                    return match Fault::in_message(&failed.error) {
                        Some(Fault::Incomplete(why)) => Ok(Watched::Disturbed(why)),
                        Some(fault) => Err(fault.into()),
                        None => Ok(Watched::Disturbed(failed.error)),
                    };
                }
                _ => {}
            }
            if looked.elapsed() > LOOK_AT_EXECUTORS {
                looked = Instant::now();
                if let Some(lost) = self.lost(executors).await {
                    return Ok(Watched::Disturbed(format!("executor {lost} was lost")));
                }
                match self.works_on(job).await {
                    true => idle_since = None,
                    false => {
                        let since = idle_since.get_or_insert_with(Instant::now);
                        if since.elapsed() > self.settings.idle {
                            let seconds = self.settings.idle.as_secs();
                            return Ok(Watched::Disturbed(format!("nobody worked on job {job} for {seconds} s")));
                        }
                    }
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The first executor that was there and is not any more.
    async fn lost(&self, executors: &BTreeSet<String>) -> Option<String> {
        let now = rest::executors(&self.address).await.ok()?;
        executors.iter().find(|id| !now.iter().any(|executor| executor.id == **id)).cloned()
    }

    /// Whether a task of the job runs; an unknown answer counts as yes.
    async fn works_on(&self, job: &str) -> bool {
        match rest::stages(&self.address, job).await {
            Ok(stages) => stages.stages.iter().flat_map(|stage| stage.tasks.iter().flatten()).any(rest::Task::runs),
            Err(_) => true,
        }
    }
}

enum Watched {
    Completed(Vec<PartitionLocation>),
    Disturbed(String),
}

/// The envelopes of all partitions, from the executors that have them.
async fn fetch(locations: Vec<PartitionLocation>) -> Result<Vec<Envelope>, String> {
    let by_executor = locations.into_iter().fold(BTreeMap::new(), |mut by_executor, location| {
        let executor = location.executor_meta.clone().unwrap_or_default();
        by_executor.entry((executor.host, executor.port, executor.id)).or_insert_with(Vec::new).push(location);
        by_executor
    });
    let fetches = by_executor.into_iter().map(|((host, port, id), locations)| async move {
        let port = u16::try_from(port).map_err(|_| format!("{port} is no port"))?;
        let told = |error: &dyn std::fmt::Display| format!("executor {id} at {host}:{port}: {error}");
        let connected = BallistaClient::try_new(
            &host,
            port,
            session::MESSAGE_BYTES,
            tls::spoken().is_some(),
            Some(tls::endpoints()),
            FETCH_ATTEMPTS,
            200,
            0,
            0,
        )
        .await;
        let mut client = connected.map_err(|error| told(&error))?;
        let mut envelopes = Vec::new();
        for location in locations {
            let partition = location.partition_id.clone().ok_or("a partition without a number")?.into();
            let rows = client.fetch_partition(&id, &partition, location.file_id, location.layout(), true).await;
            let mut rows = rows.map_err(|error| told(&error))?;
            while let Some(batch) = rows.try_next().await.map_err(|error| told(&error))? {
                envelopes.extend(envelope::of_batch(&batch));
            }
        }
        Ok::<_, String>(envelopes)
    });
    let all: Vec<Vec<Envelope>> = futures::stream::iter(fetches).buffer_unordered(FETCHES).try_collect().await?;
    Ok(all.into_iter().flatten().collect())
}
