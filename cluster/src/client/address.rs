//! Where a scheduler is: `df://host:port`.

use std::fmt::Display;
use std::str::FromStr;

use outgrow::Error;

/// The port that a scheduler listens on when none is given.
pub const SCHEDULER_PORT: u16 = 50050;

/// Where a scheduler is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// A name or an IP address.
    pub host: String,
    /// The port for clients, executors and HTTP.
    pub port: u16,
}

impl Address {
    /// The error for a scheduler that does not answer.
    pub fn silent(&self, why: impl Display) -> Error {
        Error::Failure(format!(
            "no answer from a scheduler at {self}: {why}. Is it running (outgrow-cluster up), and is this its address?"
        ))
    }
}

impl Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let brackets = self.host.contains(':');
        let (open, close) = if brackets { ("[", "]") } else { ("", "") };
        write!(f, "{open}{}{close}:{}", self.host, self.port)
    }
}

impl FromStr for Address {
    type Err = Error;

    /// `df://host:port`, `host:port` or `host`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = |why: &str| {
            Error::input(format!(
                "`{text}` is no address of a scheduler: {why}. Write df://127.0.0.1:{SCHEDULER_PORT}."
            ))
        };
        let rest = match text.split_once("://") {
            Some(("df", rest)) => rest,
            Some((scheme, _)) => return Err(wrong(&format!("`{scheme}` is not the scheme df"))),
            None => text,
        };
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                (host, port.parse().map_err(|_| wrong(&format!("`{port}` is no port")))?)
            }
            _ => (rest, SCHEDULER_PORT),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        match host.is_empty() || host.contains(['/', ' ', '@']) {
            true => Err(wrong(&format!("`{host}` is no host"))),
            false => Ok(Self { host: host.to_string(), port }),
        }
    }
}

/// Whether only this machine reaches what has this name or address.
pub fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_shown() {
        for (text, shown) in [
            ("df://127.0.0.1:50050", "127.0.0.1:50050"),
            ("127.0.0.1:7", "127.0.0.1:7"),
            ("df://scheduler", "scheduler:50050"),
            ("df://[::1]:50051", "[::1]:50051"),
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), shown);
        }
        for (text, why) in [
            ("http://127.0.0.1:50050", "`http` is not the scheme df"),
            ("df://127.0.0.1:many", "`many` is no port"),
            ("df://:50050", "`` is no host"),
            ("df://127.0.0.1:99999", "`99999` is no port"),
        ] {
            let told = text.parse::<Address>().unwrap_err().to_string();
            assert!(told.contains(why) && told.contains("Write df://127.0.0.1:50050"), "{told}");
        }
    }
}
