//! What client, scheduler and executors have to agree on.

use std::sync::Arc;

use ballista_core::config::{BALLISTA_SHUFFLE_COMPRESSION_CODEC, BALLISTA_SHUFFLE_SORT_BASED_BATCH_SIZE};
use ballista_core::extension::SessionConfigExt;
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::prelude::SessionConfig;
use tokio::runtime::Runtime;
use tonic::transport::Channel;

use crate::client::Settings;
use crate::plan::codec;
use crate::tls;

/// The largest message: a plan with its rows, and a part of a result.
pub const MESSAGE_BYTES: usize = 64 << 20;

/// How sessions are configured, on every side.
pub fn config(settings: &Settings) -> SessionConfig {
    base().with_ballista_adaptive_query_planner(settings.adaptive)
}

/// Rows of one batch on their way between stages: with Ballista's own 8,192 the parts for each unit are so small that what
/// comes with each part takes as long as its rows.
const SHUFFLED_ROWS: &str = "65536";

/// How rows go from stage to stage. Between machines they are compressed; between processes of one that takes longer than
/// to write and read them.
pub fn shuffling(config: SessionConfig, here: bool) -> SessionConfig {
    config
        .set_str(BALLISTA_SHUFFLE_SORT_BASED_BATCH_SIZE, SHUFFLED_ROWS)
        .set_str(BALLISTA_SHUFFLE_COMPRESSION_CODEC, if here { "none" } else { "lz4" })
}

/// The part that no client chooses.
pub fn base() -> SessionConfig {
    let config = SessionConfig::new_with_ballista()
        .with_ballista_logical_extension_codec(Arc::new(codec::Logical::default()))
        .with_ballista_physical_extension_codec(Arc::new(codec::Physical::default()))
        .with_ballista_grpc_client_max_message_size(MESSAGE_BYTES);
    config
        .with_ballista_use_tls(tls::spoken().is_some())
        .with_ballista_override_create_grpc_client_endpoint(tls::make_endpoints())
}

/// The state of a session, as the scheduler makes one.
///
/// # Errors
/// What Ballista reports.
pub fn state(config: SessionConfig) -> datafusion::error::Result<SessionState> {
    Ok(SessionStateBuilder::new_from_existing(ballista_core::utils::default_session_builder(config)?).build())
}

/// A client of the scheduler at the end of this channel.
pub fn scheduler(channel: Channel) -> SchedulerGrpcClient<Channel> {
    SchedulerGrpcClient::new(channel).max_encoding_message_size(MESSAGE_BYTES).max_decoding_message_size(MESSAGE_BYTES)
}

/// Threads for the network.
///
/// # Errors
/// When the system gives none.
pub fn runtime() -> outgrow::Result<Runtime> {
    let built = tokio::runtime::Builder::new_multi_thread().thread_name("cluster").enable_all().build();
    built.map_err(|error| outgrow::Error::Failure(format!("threads for the network could not be started: {error}")))
}
