//! Which processes of a cluster are on this machine: their memory and time are measured with the client's.

use std::collections::HashSet;
use std::net::{IpAddr, ToSocketAddrs, UdpSocket};

use listeners::{Listener, Protocol};
use outgrow::partitioned::Processes;

use super::address::Address;
use super::rest;

/// The scheduler and its executors, as far as they are here.
pub async fn processes(scheduler: &Address) -> Processes {
    let executors = rest::executors(scheduler).await.unwrap_or_default();
    let others = executors.iter().map(|executor| (executor.host.as_str(), executor.port));
    let (listeners, mut processes) = (listeners::get_all().unwrap_or_default(), Processes::default());
    for (host, port) in std::iter::once((scheduler.host.as_str(), scheduler.port)).chain(others) {
        match listening(&listeners, host, port) {
            Some(process) if !processes.here.contains(&process) => processes.here.push(process),
            Some(_) => {}
            None => processes.on_other_machines += 1,
        }
    }
    processes
}

/// The process of this machine that listens there.
fn listening(listeners: &HashSet<Listener>, host: &str, port: u16) -> Option<u32> {
    let address = (host, port).to_socket_addrs().ok()?.next()?.ip();
    let meant = |one: &&Listener| {
        one.protocol == Protocol::TCP
            && one.socket.port() == port
            && (one.socket.ip() == address || one.socket.ip().is_unspecified())
    };
    listeners.iter().find(meant).filter(|_| is_here(address)).map(|one| one.process.pid)
}

/// Whether an address is one of this machine: only then a socket can be bound to it.
fn is_here(address: IpAddr) -> bool {
    UdpSocket::bind((address, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_here_is_found() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(listening(&listeners::get_all().unwrap(), "127.0.0.1", port), Some(std::process::id()));
        drop(listener);
        assert_eq!(listening(&listeners::get_all().unwrap(), "127.0.0.1", port), None);
        // Set apart for examples: no machine has it.
        assert!(!is_here("192.0.2.1".parse().unwrap()));
    }
}
