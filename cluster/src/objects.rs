//! Files in an object store: `s3://bucket/name`, at Amazon or at whoever speaks the same language (MinIO, Ceph, ...).
//!
//! Configured as everything else for S3 is, by environment variables: `AWS_ENDPOINT_URL` (else Amazon's), `AWS_REGION`,
//! `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`; without a key objects are asked for as by anybody.
//! Client and executors each need them. What is fetched is what is read: the columns that a call asks for, of the row groups
//! that a task has.

use std::ops::Range;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_LENGTH, HOST, RANGE};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use outgrow::objects::{Store, read_through};
use outgrow::{Error, Result};
use rusty_s3::actions::{ListObjectsV2, S3Action};
use rusty_s3::{Bucket, Credentials, UrlStyle};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use url::Url;

use crate::session;

/// For so long a signature is valid.
const VALID: Duration = Duration::from_secs(300);
/// What one request may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Requests for the same bytes.
const ATTEMPTS: u32 = 4;
/// Bytes between two ranges that are fetched along, since another request costs more.
const GAP: u64 = 16 << 10;

/// From now on this process reads `s3://`.
pub fn read_s3() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| read_through("s3", Arc::new(S3)));
}

/// S3, as the environment says.
struct S3;

/// An object, or a place below which there are some.
struct Place {
    bucket: Bucket,
    key: String,
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

fn variable(names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

fn place(url: &str) -> Result<Place> {
    let wrong =
        |why: String| Error::input(format!("`{url}` is no place in an object store: {why}. Give s3://BUCKET/NAME."));
    let (bucket, key) =
        url.trim_start_matches("s3://").split_once('/').unwrap_or((url.trim_start_matches("s3://"), ""));
    if bucket.is_empty() {
        return Err(wrong("it names no bucket".into()));
    }
    if url.contains('*') {
        return Err(wrong("a pattern is not understood there; name an object, or what all names begin with".into()));
    }
    let region = variable(&["AWS_REGION", "AWS_DEFAULT_REGION"]).unwrap_or_else(|| "us-east-1".into());
    let (endpoint, style) = match variable(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]) {
        Some(endpoint) => (endpoint, UrlStyle::Path),
        None => (format!("https://s3.{region}.amazonaws.com"), UrlStyle::VirtualHost),
    };
    let endpoint = Url::parse(&endpoint)
        .map_err(|error| Error::input(format!("AWS_ENDPOINT_URL is `{endpoint}`, which is no URL: {error}.")))?;
    let bucket = Bucket::new(endpoint, style, bucket.to_string(), region).map_err(|error| wrong(error.to_string()))?;
    Ok(Place { bucket, key: key.to_string() })
}

impl Store for S3 {
    fn list(&self, url: &str) -> Result<Vec<(String, u64)>> {
        let Place { bucket, key } = place(url)?;
        let credentials = Credentials::from_env();
        let listed = async {
            if key.ends_with(".parquet") {
                let head = bucket.head_object(credentials.as_ref(), &key).sign(VALID);
                return Ok(size(&head).await?.map(|bytes| vec![(url.to_string(), bytes)]).unwrap_or_default());
            }
            let below = if key.is_empty() || key.ends_with('/') { key.clone() } else { format!("{key}/") };
            let (mut objects, mut next) = (Vec::new(), None);
            loop {
                let mut list = bucket.list_objects_v2(credentials.as_ref());
                list.with_prefix(below.clone());
                list.with_delimiter("/");
                if let Some(token) = next {
                    list.with_continuation_token(token);
                }
                let text = got(&list.sign(VALID), None).await?;
                let page = ListObjectsV2::parse_response(&text)?;
                let named = page.contents.into_iter().filter(|object| object.key.ends_with(".parquet"));
                objects.extend(named.map(|object| (format!("s3://{}/{}", bucket.name(), object.key), object.size)));
                next = page.next_continuation_token;
                if next.is_none() {
                    objects.sort();
                    return Ok(objects);
                }
            }
        };
        threads()?.block_on(listed).map_err(|error: Failed| told("list", url, &*error))
    }

    fn read(&self, url: &str, ranges: &[Range<u64>]) -> Result<Vec<Vec<u8>>> {
        let Place { bucket, key } = place(url)?;
        let credentials = Credentials::from_env();
        let fetched = async {
            let mut parts = Vec::new();
            for range in together(ranges) {
                let get = bucket.get_object(credentials.as_ref(), &key).sign(VALID);
                let bytes = got(&get, Some(range.clone())).await?;
                if bytes.len() as u64 != range.end - range.start {
                    return Err(format!("{} bytes came in place of {}", bytes.len(), range.end - range.start).into());
                }
                parts.push((range, bytes));
            }
            Ok(parts)
        };
        let parts = threads()?.block_on(fetched).map_err(|error: Failed| told("read", url, &*error))?;
        let of = |range: &Range<u64>| {
            let (whole, bytes) =
                parts.iter().find(|(whole, _)| whole.start <= range.start && range.end <= whole.end)?;
            Some(bytes[(range.start - whole.start) as usize..(range.end - whole.start) as usize].to_vec())
        };
        Ok(ranges.iter().map(|range| of(range).unwrap_or_default()).collect())
    }
}

fn told(what: &str, url: &str, error: &dyn std::error::Error) -> Error {
    let mut causes = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        causes += &format!(": {next}");
        cause = next.source();
    }
    Error::Failure(format!(
        "cannot {what} `{url}`: {causes}. Check the URL, AWS_ENDPOINT_URL, AWS_REGION and the keys (AWS_ACCESS_KEY_ID, \
         AWS_SECRET_ACCESS_KEY), here and on the executors."
    ))
}

/// Ranges in order, those that nearly touch as one.
fn together(ranges: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut ranges = ranges.to_vec();
    ranges.sort_by_key(|range| range.start);
    ranges.into_iter().fold(Vec::new(), |mut joined: Vec<Range<u64>>, range| {
        match joined.last_mut() {
            Some(last) if range.start <= last.end + GAP => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
        joined
    })
}

/// Threads for requests, whoever waits for them.
fn threads() -> Result<&'static Runtime> {
    static THREADS: OnceLock<Runtime> = OnceLock::new();
    match THREADS.get() {
        Some(threads) => Ok(threads),
        None => {
            let threads = session::runtime()?;
            Ok(THREADS.get_or_init(|| threads))
        }
    }
}

/// How many bytes an object has; `None` when there is none of this name.
async fn size(url: &Url) -> Result<Option<u64>, Failed> {
    let response = asked(Method::HEAD, url, None).await?;
    match response.status() {
        StatusCode::NOT_FOUND => Ok(None),
        status if status.is_success() => {
            let length = response.headers().get(CONTENT_LENGTH).ok_or("an object without a length")?;
            Ok(Some(length.to_str()?.parse()?))
        }
        status => Err(status.to_string().into()),
    }
}

/// The bytes at a URL, or these of them.
async fn got(url: &Url, range: Option<Range<u64>>) -> Result<Bytes, Failed> {
    let response = asked(Method::GET, url, range).await?;
    let status = response.status();
    let body = tokio::time::timeout(PATIENCE, response.into_body().collect()).await??.to_bytes();
    match status.is_success() {
        true => Ok(body),
        // A few words of XML say what is wrong.
        false => Err(format!("{status} {}", String::from_utf8_lossy(&body[..body.len().min(300)])).into()),
    }
}

/// Asks until there is an answer that is none of the server's own mistakes, a few times.
async fn asked(method: Method, url: &Url, range: Option<Range<u64>>) -> Result<Response<Incoming>, Failed> {
    let mut attempt = 1;
    loop {
        let answer = tokio::time::timeout(PATIENCE, ask(&method, url, range.clone())).await;
        let trouble: Failed = match answer {
            Ok(Ok(response)) if !response.status().is_server_error() => return Ok(response),
            Ok(Ok(response)) => response.status().to_string().into(),
            Ok(Err(error)) => error,
            Err(_) => format!("no answer within {} s", PATIENCE.as_secs()).into(),
        };
        if attempt == ATTEMPTS {
            return Err(trouble);
        }
        log::info!("asked again for {}: {trouble}", url.path());
        tokio::time::sleep(Duration::from_millis(100 << attempt)).await;
        attempt += 1;
    }
}

async fn ask(method: &Method, url: &Url, range: Option<Range<u64>>) -> Result<Response<Incoming>, Failed> {
    let host = url.host_str().ok_or("a URL without a host")?;
    let port = url.port_or_known_default().ok_or("a URL without a port")?;
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    let mut sender = match url.scheme() {
        "https" => connected(tls()?.connect(ServerName::try_from(host.to_string())?, stream).await?).await?,
        _ => connected(stream).await?,
    };
    let named = url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}"));
    let path = url.query().map_or_else(|| url.path().to_string(), |query| format!("{}?{query}", url.path()));
    let mut request = Request::builder().method(method.clone()).uri(path).header(HOST, named);
    if let Some(range) = range {
        request = request.header(RANGE, format!("bytes={}-{}", range.start, range.end - 1));
    }
    Ok(sender.send_request(request.body(Empty::new())?).await?)
}

async fn connected(
    stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
) -> Result<SendRequest<Empty<Bytes>>, Failed> {
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

/// TLS as a browser speaks it: whom this system trusts.
fn tls() -> Result<TlsConnector, Failed> {
    static TLS: OnceLock<TlsConnector> = OnceLock::new();
    if let Some(tls) = TLS.get() {
        return Ok(tls.clone());
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()));
    let config = config.with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth();
    Ok(TLS.get_or_init(|| TlsConnector::from(Arc::new(config))).clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_nearly_touch_are_one_request() {
        assert_eq!(together(&[500..600, 0..100, 100..300, 99_000..99_500]), [0..600, 99_000..99_500]);
        assert_eq!(together(&[0..10, GAP + 11..GAP + 20]), [0..10, GAP + 11..GAP + 20]);
        assert_eq!(together(&[]), Vec::<Range<u64>>::new());
    }

    #[test]
    fn a_url_is_a_bucket_and_a_name() {
        let Place { bucket, key } = place("s3://lots/flights/of 2013.parquet").unwrap();
        assert_eq!((bucket.name(), key.as_str()), ("lots", "flights/of 2013.parquet"));
        for (url, told) in
            [("s3://", "no place in an object store"), ("s3://lots/*.parquet", "a pattern is not understood")]
        {
            let error = place(url).map(|_| ()).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
