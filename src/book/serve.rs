//! Shows the book in a browser of this machine, and builds it again when a page, a snippet or a record changes.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::get;
use tokio::sync::broadcast;
use tower_http::services::{ServeDir, ServeFile};

use super::{Setting, build};
use crate::error::{Error, Result};
use crate::flights::home;

/// Where a page asks whether there is a newer one.
const RELOAD: &str = "__reload";
/// How often files are looked at: an editor may write several.
const LOOK: Duration = Duration::from_millis(300);

/// What the one who started it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// The address of the book.
    At(String),
    /// It was built again after these files changed.
    Again(Vec<PathBuf>),
    /// It could not be built again; the last one is still shown.
    Refused(String),
}

/// Builds the book and serves it on 127.0.0.1 until the process ends.
///
/// A `port` of none is 3000, or any that is free when that is taken.
///
/// # Errors
/// As [`build`]; [`Error::Input`] for a port that cannot be had.
pub fn serve(setting: &Setting, port: Option<u16>, tell: impl Fn(News) + Send + 'static) -> Result<()> {
    let setting = Setting { reload: Some(RELOAD), ..setting.clone() };
    let seen = files(&setting);
    build(&setting)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
    let runtime = runtime.map_err(|error| Error::Failure(format!("cannot serve the book: {error}.")))?;
    runtime.block_on(async move {
        let listener = listen(port).await?;
        let address = listener.local_addr().map_err(|error| Error::Failure(format!("no address: {error}.")))?;
        let (reload, _) = broadcast::channel(1);
        let lost = ServeFile::new(setting.out.join("404.html"));
        let pages = ServeDir::new(&setting.out).not_found_service(lost);
        let router = Router::new()
            .route(&format!("/{RELOAD}"), get(wait_for_news))
            .with_state(reload.clone())
            .fallback_service(pages);
        tell(News::At(format!("http://{address}/")));
        std::thread::spawn(move || watch(&setting, seen, &reload, &tell));
        let served = axum::serve(listener, router).await;
        served.map_err(|error| Error::Failure(format!("the book is no longer served: {error}.")))
    })
}

/// A listener that only this machine can reach.
async fn listen(port: Option<u16>) -> Result<tokio::net::TcpListener> {
    let at = |port: u16| tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener = match (port, at(port.unwrap_or(3000)).await) {
        (None, Err(_)) => at(0).await,
        (_, listener) => listener,
    };
    listener.map_err(|error| {
        let port = port.unwrap_or(3000);
        Error::input(format!("port {port} cannot be had ({error}). Name another one with --port, or none."))
    })
}

async fn wait_for_news(upgrade: WebSocketUpgrade, State(reload): State<broadcast::Sender<()>>) -> Response {
    upgrade.on_upgrade(move |socket| tell_page(socket, reload.subscribe()))
}

/// Says `reload` once: the page then asks for everything anew.
async fn tell_page(mut socket: WebSocket, mut news: broadcast::Receiver<()>) {
    tokio::select! {
        told = news.recv() => {
            if told.is_ok() {
                let _ = socket.send(Message::Text("reload".into())).await;
            }
        }
        // The page has gone.
        _ = socket.recv() => {}
    }
}

/// Looks at the files for ever, and builds the book when one is another than before.
fn watch(setting: &Setting, mut seen: Files, reload: &broadcast::Sender<()>, tell: &impl Fn(News)) {
    loop {
        std::thread::sleep(LOOK);
        let now = files(setting);
        let changed = changed(&seen, &now);
        if changed.is_empty() {
            continue;
        }
        seen = now;
        match build(setting) {
            Ok(_) => {
                tell(News::Again(changed));
                // Nobody may be listening.
                let _ = reload.send(());
            }
            Err(error) => tell(News::Refused(error.to_string())),
        }
    }
}

/// When each file was last written.
type Files = BTreeMap<PathBuf, SystemTime>;

/// All that the book is made of: its own folder, the sources that it shows, and records.
fn files(setting: &Setting) -> Files {
    let mut files = Files::new();
    let project = home();
    let folders = ["src", "tests/snippets", "examples", "exercises", "results"].map(|folder| project.join(folder));
    for folder in std::iter::once(&setting.book).chain(&folders) {
        note(folder, &mut files);
    }
    note(&setting.records, &mut files);
    files
}

fn note(path: &Path, files: &mut Files) {
    let Ok(about) = path.metadata() else { return };
    if about.is_dir() {
        path.read_dir().into_iter().flatten().flatten().for_each(|entry| note(&entry.path(), files));
    } else if let Ok(written) = about.modified() {
        files.insert(path.to_path_buf(), written);
    }
}

fn changed(before: &Files, now: &Files) -> Vec<PathBuf> {
    let other = |this: &Files, that: &Files| -> Vec<PathBuf> {
        this.iter().filter(|(path, written)| that.get(*path) != Some(written)).map(|(path, _)| path.clone()).collect()
    };
    let mut changed = other(now, before);
    changed.extend(before.keys().filter(|path| !now.contains_key(*path)).cloned());
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_come_change_or_go_are_seen() {
        let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let files =
            |all: &[(&str, u64)]| -> Files { all.iter().map(|(path, time)| (path.into(), at(*time))).collect() };
        let before = files(&[("a", 1), ("b", 1), ("c", 1)]);
        let now = files(&[("a", 1), ("b", 2), ("d", 1)]);
        assert_eq!(changed(&before, &now), ["b", "d", "c"].map(PathBuf::from));
        assert!(changed(&before, &before).is_empty());
    }
}
