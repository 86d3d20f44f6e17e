//! The partitioned mode on Apache DataFusion Ballista: the last word of a call changes, and nothing else.
//!
//! The map, in reading order:
//!
//! 1. [`client`]: [`Ballista`] is the engine. It plans a job, submits it, watches it, and takes only a result that
//!    proves itself.
//! 2. [`plan`]: what goes to the executors, and what they do.
//! 3. [`isolation`]: functions run in processes of their own.
//! 4. [`start`]: ways to start a cluster.
//! 5. [`tls`]: who gets in.
//! 6. [`watch`]: what a cluster is doing.
//! 7. [`lab`]: a function for experiments with faults.
//! 8. [`session`]: what all sides agree on.
//! 9. [`objects`]: files in an object store.
//! 10. [`cli`]: the program, and how yours becomes one.

#![deny(unsafe_code, missing_docs)]

pub mod cli;
pub mod client;
pub mod isolation;
pub mod lab;
pub mod logger;
pub mod objects;
pub mod plan;
pub mod session;
pub mod start;
pub mod tls;
pub mod watch;

pub use client::Ballista;

use outgrow::partitioned::{Engine, EngineByName, LOCAL_ENGINES};

/// The engines of the program, by name; the first one is the default.
pub static ENGINES: [EngineByName; 3] = [("ballista", by_name), LOCAL_ENGINES[0], LOCAL_ENGINES[1]];

/// The cluster at an address, or one in this process.
fn by_name(slots: usize, address: Option<&str>) -> outgrow::Result<Box<dyn Engine>> {
    match address {
        Some(address) => {
            tls::speak_if_told()?;
            Ok(Box::new(Ballista::connect(address)?))
        }
        None => Ok(Box::new(Ballista::in_process(slots)?)),
    }
}
