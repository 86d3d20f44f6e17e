//! A scheduler as a process of its own.

use std::sync::Arc;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use outgrow::{Error, Result};

use crate::client::Address;
use crate::plan::codec;
use crate::session;
use crate::tls;

/// An executor that is silent for so many seconds is lost. Ballista's own default is 180.
pub const LOST_AFTER_S: u64 = 10;

/// An executor with all its slots at work says every five seconds that it is there: one that is silent for less is not lost.
const LEAST_LOST_AFTER_S: u64 = 8;

/// A job that ended is remembered for so many seconds: each takes about half a megabyte.
const FORGET_AFTER_S: u64 = 600;

/// How a scheduler at this address is configured, with all that it has to agree on with others.
pub fn scheduler_config(address: &Address) -> SchedulerConfig {
    SchedulerConfig {
        bind_host: address.host.clone(),
        external_host: address.host.clone(),
        bind_port: address.port,
        scheduling_policy: TaskSchedulingPolicy::PullStaged,
        executor_timeout_seconds: LOST_AFTER_S,
        expire_dead_executor_interval_seconds: 1,
        no_executors_grace_period_seconds: 30,
        finished_job_data_clean_up_interval_seconds: 60,
        finished_job_state_clean_up_interval_seconds: FORGET_AFTER_S,
        grpc_server_max_decoding_message_size: session::MESSAGE_BYTES as u32,
        grpc_server_max_encoding_message_size: session::MESSAGE_BYTES as u32,
        grpc_client_max_message_size: session::MESSAGE_BYTES as u32,
        use_tls: tls::spoken().is_some(),
        override_create_grpc_client_endpoint: Some(tls::make_endpoints()),
        override_config_producer: Some(Arc::new(session::base)),
        override_session_builder: Some(Arc::new(session::state)),
        override_logical_codec: Some(Arc::new(codec::Logical::default())),
        override_physical_codec: Some(Arc::new(codec::Physical::default())),
        ..SchedulerConfig::default()
    }
}

/// Starts a scheduler, and stays until it is told to stop
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:\n  outgrow-cluster scheduler\n  outgrow-cluster scheduler --bind 10.0.0.1:50050")]
pub struct SchedulerArgs {
    /// The address to listen on, for clients, executors and HTTP
    #[arg(long, value_name = "HOST[:PORT]", default_value = "127.0.0.1:50050")]
    pub bind: String,
    /// The address that executors find it at, where that is not --bind
    #[arg(long, value_name = "HOST")]
    pub external_host: Option<String>,
    /// An executor that is silent for so many seconds is lost, and its work is done again; 8 at least
    #[arg(long, value_name = "SECONDS", default_value_t = LOST_AFTER_S)]
    pub lost_after: u64,
    /// A job that ended is shown for so many seconds, and then forgotten
    #[arg(long, value_name = "SECONDS", default_value_t = FORGET_AFTER_S)]
    pub forget_after: u64,
}

/// Runs a scheduler until it is told to stop.
///
/// # Errors
/// For an address that cannot be listened on, and what Ballista reports.
pub fn scheduler(args: &SchedulerArgs) -> Result<()> {
    let address: Address = args.bind.parse()?;
    let config = SchedulerConfig {
        external_host: args.external_host.clone().unwrap_or_else(|| address.host.clone()),
        executor_timeout_seconds: args.lost_after.max(LEAST_LOST_AFTER_S),
        // With 0 it would never forget.
        finished_job_state_clean_up_interval_seconds: args.forget_after.max(1),
        ..scheduler_config(&address)
    };
    session::runtime()?.block_on(async {
        let (host, port, plain) = (address.host.as_str(), address.port, tls::plain_host(&address.host)?);
        let refused = |error: &std::io::Error| super::cannot_listen(host, port, error);
        if let Some(tls) = tls::spoken() {
            tokio::spawn(tls.guard(super::listen(host, port).await.map_err(|error| refused(&error))?));
        }
        let listener = super::listen(&plain, port).await.map_err(|error| refused(&error))?;
        super::told_where(&address.host, "a scheduler");
        let failed =
            |error: ballista_core::error::BallistaError| Error::Failure(format!("the scheduler stopped: {error}"));
        let cluster = BallistaCluster::new_from_config(&config).await.map_err(failed)?;
        let scheduler = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, Arc::new(config)).await;
        eprintln!("scheduler: df://{address}, and http://{address}/api/executors");
        start_grpc_service_with_listener(listener, scheduler.map_err(failed)?).await.map_err(failed)
    })
}
