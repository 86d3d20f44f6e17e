//! Ways to start a cluster: in this process ([`InProcess`]), as processes on one machine ([`up`](mod@up)), and on several
//! hosts, a [`scheduler`](scheduler()) here and an [`executor`](executor()) there.

mod executor;
mod executor_service;
mod in_process;
mod scheduler;
pub mod up;

pub use executor::{ExecutorArgs, executor};
pub use in_process::InProcess;
pub use scheduler::{LOST_AFTER_S, SchedulerArgs, scheduler, scheduler_config};

use outgrow::Error;
use tokio::net::{TcpListener, TcpSocket};

use crate::client::is_loopback;
use crate::tls;

/// Listens, without delay: what is accepted answers at once, and does not wait 40 ms for the acknowledgement of the first
/// half of an answer. Linux hands that down from the socket that listens; Ballista's servers do not set it.
async fn listen(host: &str, port: u16) -> std::io::Result<TcpListener> {
    let mut found = tokio::net::lookup_host((host, port)).await?;
    let address = found.next().ok_or_else(|| std::io::Error::other("no such host"))?;
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.set_nodelay(true)?;
    socket.bind(address)?;
    socket.listen(1024)
}

fn cannot_listen(host: &str, port: u16, error: &std::io::Error) -> Error {
    let next = match error.kind() {
        std::io::ErrorKind::AddrInUse => "Somebody listens there already: stop it, or choose another port.",
        std::io::ErrorKind::AddrNotAvailable => "This machine has no such address: choose one of its own.",
        _ => "Choose another address or port.",
    };
    Error::input(format!("cannot listen on {host}:{port}: {error}. {next}"))
}

/// Says so where others than this machine can come in.
fn told_where(host: &str, who: &str) {
    let whom = match tls::spoken() {
        Some(_) => "who has a certificate of this cluster",
        None => "everybody who can reach it",
    };
    if !is_loopback(host) {
        eprintln!(
            "note: {who} that listens on {host} lets in {whom}: they can call registered functions, read files that it can \
             read, and see all rows."
        );
    }
}
