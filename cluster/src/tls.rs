//! Mutual TLS between client, scheduler and executors: without a certificate of the cluster's own authority nobody gets
//! in.
//!
//! Ballista can speak TLS as a client; its servers listen in plain. So with TLS a process listens in plain on 127.0.0.1
//! only, and lets others in through a port of the same number on its own address, which speaks TLS and asks for a
//! certificate. What is not protected: other users of the same machine can reach the plain port, rows and files lie
//! unencrypted on disks, and whoever has a certificate may do everything.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use ballista_core::extension::{BallistaConfigGrpcEndpoint, EndpointOverrideFn};
use outgrow::{Error, Result};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig, crypto};
use tokio_rustls::{TlsAcceptor, TlsConnector, client};
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity};

/// The name that every certificate of a cluster is for, whatever host it is on.
pub const NAME: &str = "outgrow-cluster";

static TLS: OnceLock<Tls> = OnceLock::new();

/// What this process shows, and what it asks others for.
pub struct Tls {
    endpoint: ClientTlsConfig,
    acceptor: TlsAcceptor,
    connector: TlsConnector,
}

/// The environment variable that names the folder of certificates.
pub const FOLDER: &str = "OUTGROW_TLS";

/// From now on this process speaks TLS, with `ca.pem`, `cert.pem` and `key.pem` of the folder.
///
/// # Errors
/// [`Error::Input`] for a folder without them, and for what is in them.
pub fn speak(folder: &Path) -> Result<()> {
    let tls = Tls::load(folder)?;
    // The first one stays: connections may have been made with it.
    TLS.get_or_init(|| tls);
    Ok(())
}

/// As [`speak`], where `OUTGROW_TLS` names a folder.
///
/// # Errors
/// As [`speak`].
pub fn speak_if_told() -> Result<()> {
    std::env::var_os(FOLDER).map_or(Ok(()), |folder| speak(Path::new(&folder)))
}

/// What this process speaks, if it does.
pub fn spoken() -> Option<&'static Tls> {
    TLS.get()
}

impl Tls {
    fn load(folder: &Path) -> Result<Self> {
        let wrong = |name: &str, why: &dyn std::fmt::Display| {
            Error::input(format!(
                "{}: {why}. A folder for TLS holds ca.pem, cert.pem and key.pem (cluster/deploy/certificates.sh makes them).",
                folder.join(name).display()
            ))
        };
        let read = |name: &'static str| std::fs::read(folder.join(name)).map_err(|error| wrong(name, &error));
        let (ca, cert, key) = (read("ca.pem")?, read("cert.pem")?, read("key.pem")?);
        let certificates = |name, pem: &[u8]| {
            let all = CertificateDer::pem_slice_iter(pem).collect::<std::result::Result<Vec<_>, _>>();
            all.map_err(|error| wrong(name, &error)).and_then(|all| match all.is_empty() {
                true => Err(wrong(name, &"no certificate")),
                false => Ok(all),
            })
        };
        let (authorities, chain) = (certificates("ca.pem", &ca)?, certificates("cert.pem", &cert)?);
        let private = PrivateKeyDer::from_pem_slice(&key).map_err(|error| wrong("key.pem", &error))?;
        let mut roots = RootCertStore::empty();
        for authority in authorities {
            roots.add(authority).map_err(|error| wrong("ca.pem", &error))?;
        }
        let roots = Arc::new(roots);
        let provider = Arc::new(crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider.clone()).build();
        let verifier = verifier.map_err(|error| wrong("ca.pem", &error))?;
        let refused = |error| wrong("cert.pem", &error);
        let mut server = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(refused)?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain.clone(), private.clone_key())
            .map_err(refused)?;
        server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(refused)?
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, private)
            .map_err(refused)?;
        let endpoint = ClientTlsConfig::new()
            .ca_certificate(Certificate::from_pem(ca))
            .identity(Identity::from_pem(cert, key))
            .domain_name(NAME);
        let (acceptor, connector) = (TlsAcceptor::from(Arc::new(server)), TlsConnector::from(Arc::new(client)));
        Ok(Self { endpoint, acceptor, connector })
    }

    /// The same endpoint over TLS.
    fn secured(&self, endpoint: &Endpoint) -> Result<Endpoint, Box<dyn std::error::Error + Send + Sync>> {
        let plain = endpoint.uri().to_string();
        let secure = format!("https://{}", plain.split_once("://").map_or(plain.as_str(), |(_, rest)| rest));
        let endpoint = Endpoint::from_shared(secure)?.connect_timeout(std::time::Duration::from_secs(5));
        Ok(endpoint.tcp_nodelay(true).tls_config(self.endpoint.clone())?)
    }

    /// A connection, secured.
    ///
    /// # Errors
    /// When the other side has no certificate of this cluster's authority.
    pub async fn connect(&self, stream: TcpStream) -> std::io::Result<client::TlsStream<TcpStream>> {
        let name = ServerName::try_from(NAME).map_err(std::io::Error::other)?;
        self.connector.connect(name, stream).await
    }

    /// Lets in who has a certificate: what comes to `listener` goes on to the same port of 127.0.0.1.
    pub async fn guard(&'static self, listener: TcpListener) {
        let Ok(port) = listener.local_addr().map(|address| address.port()) else { return };
        loop {
            let Ok((stream, from)) = listener.accept().await else { continue };
            tokio::spawn(async move {
                let passed = async {
                    let mut outside = self.acceptor.accept(stream).await?;
                    let mut inside = TcpStream::connect(("127.0.0.1", port)).await?;
                    inside.set_nodelay(true)?;
                    tokio::io::copy_bidirectional(&mut outside, &mut inside).await
                };
                if let Err(error) = passed.await {
                    log::info!("a connection from {from} ended: {error}");
                }
            });
        }
    }
}

/// An endpoint of this cluster: secured, where this process speaks TLS.
///
/// # Errors
/// For what is no address.
pub fn endpoint(address: &str) -> Result<Endpoint, Box<dyn std::error::Error + Send + Sync>> {
    make(&Endpoint::from_shared(format!("http://{address}"))?)
}

fn make(endpoint: &Endpoint) -> Result<Endpoint, Box<dyn std::error::Error + Send + Sync>> {
    match spoken() {
        Some(tls) => tls.secured(endpoint),
        // Without this a request waits 40 ms for the acknowledgement of its first half.
        None => Ok(endpoint.clone().tcp_nodelay(true)),
    }
}

/// How Ballista makes its connections.
pub fn make_endpoints() -> EndpointOverrideFn {
    Arc::new(|endpoint| make(&endpoint))
}

/// The same, as a client of Ballista's takes it.
pub fn endpoints() -> Arc<BallistaConfigGrpcEndpoint> {
    Arc::new(BallistaConfigGrpcEndpoint::new(make_endpoints()))
}

/// Where a server listens in plain: on its address, or on 127.0.0.1 with a guard on its address.
///
/// # Errors
/// For 127.0.0.1 itself, which cannot be guarded.
pub fn plain_host(host: &str) -> Result<String> {
    match spoken() {
        None => Ok(host.to_string()),
        Some(_) if ["127.0.0.1", "0.0.0.0", "localhost"].contains(&host) => Err(Error::input(format!(
            "with TLS `{host}` cannot be listened on: 127.0.0.1 is for this process itself. Name the address of this host: \
             --bind 10.0.0.1 (or 127.0.0.2, to try it on one)."
        ))),
        Some(_) => Ok("127.0.0.1".into()),
    }
}
