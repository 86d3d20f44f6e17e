//! Parquet files that lie elsewhere, under a URL: in an object store, say.
//!
//! This crate reads files. Another crate can [bring](read_through) a [`Store`] for a scheme such as `s3`; then
//! [`ParquetFiles`](crate::ParquetFiles) takes URLs, and of an object only the bytes of the row groups and columns that are
//! asked for are fetched. They are put where they belong into a temporary file without a name, of which nothing else takes
//! any room, and read from there as from any other.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};

/// Where objects are: each has a URL and a number of bytes that can be read from any place.
pub trait Store: Send + Sync {
    /// The object with this URL, or those below it whose names end in `.parquet`, in order of name: URL and bytes of each.
    ///
    /// # Errors
    /// What the store reports; nothing there is an empty list.
    fn list(&self, url: &str) -> Result<Vec<(String, u64)>>;

    /// These bytes of one object.
    ///
    /// # Errors
    /// What the store reports.
    fn read(&self, url: &str, ranges: &[Range<u64>]) -> Result<Vec<Vec<u8>>>;
}

static STORES: Mutex<Vec<(String, Arc<dyn Store>)>> = Mutex::new(Vec::new());

/// From now on paths of this scheme (`s3` for `s3://bucket/name`) are read through a store.
pub fn read_through(scheme: &str, store: Arc<dyn Store>) {
    let mut stores = STORES.lock().unwrap_or_else(PoisonError::into_inner);
    stores.retain(|(known, _)| known != scheme);
    stores.push((scheme.to_string(), store));
}

/// The URL that this path is, if it is one.
pub fn url(path: &Path) -> Option<&str> {
    let text = path.to_str()?;
    text.split_once("://")
        .filter(|(scheme, _)| scheme.chars().all(|letter| letter.is_ascii_alphanumeric()))
        .map(|_| text)
}

/// The store of a URL.
fn store(url: &str) -> Result<Arc<dyn Store>> {
    let scheme = url.split_once("://").map_or(url, |(scheme, _)| scheme);
    let stores = STORES.lock().unwrap_or_else(PoisonError::into_inner);
    stores.iter().find(|(known, _)| known == scheme).map(|(_, store)| store.clone()).ok_or_else(|| {
        Error::input(format!(
            "`{url}` is a URL, and this program reads no `{scheme}://`. Give files, or use outgrow-cluster, which reads s3://."
        ))
    })
}

/// The objects at a URL; there is one at least.
pub(crate) fn list(url: &str) -> Result<Vec<(String, u64)>> {
    let objects = store(url)?.list(url)?;
    match objects.is_empty() {
        true => Err(Error::input(format!("`{url}` has no object, and none below it ends in .parquet. Check the URL."))),
        false => Ok(objects),
    }
}

/// Bytes at the end of a Parquet file: the length of its footer, and `PAR1`.
const MAGIC: u64 = 8;
/// So much of an object's end is fetched at first: more than most footers take.
const END: u64 = 16 << 10;

/// The end of an object, its footer in it.
pub(crate) fn footer(url: &str) -> Result<File> {
    let store = store(url)?;
    let size = store.list(url)?.first().map_or(0, |(_, bytes)| *bytes);
    let mut bytes = size.min(END);
    loop {
        let end = store.read(url, std::slice::from_ref(&(size - bytes..size)))?.pop().unwrap_or_default();
        let length = end.len().checked_sub(MAGIC as usize).map(|at| [end[at], end[at + 1], end[at + 2], end[at + 3]]);
        let wanted = (length.map_or(0, |length| u64::from(u32::from_le_bytes(length))) + MAGIC).min(size);
        if wanted <= bytes {
            return sparse(url, &[(size - bytes, end)]);
        }
        bytes = wanted;
    }
}

/// These bytes of an object.
pub(crate) fn parts(url: &str, ranges: &[Range<u64>]) -> Result<File> {
    let parts = store(url)?.read(url, ranges)?;
    sparse(url, &ranges.iter().map(|range| range.start).zip(parts).collect::<Vec<_>>())
}

/// A file without a name that has these bytes at their places, and no other.
fn sparse(url: &str, parts: &[(u64, Vec<u8>)]) -> Result<File> {
    let write = || {
        let mut file = tempfile::tempfile()?;
        for (at, bytes) in parts {
            file.seek(SeekFrom::Start(*at))?;
            file.write_all(bytes)?;
        }
        Ok(file)
    };
    write().map_err(Error::io(
        "cannot keep what was fetched of",
        url.as_ref(),
        "Is there room in the temporary folder?",
    ))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use polars::prelude::*;

    use super::*;
    use crate::ParquetFiles;

    /// A folder as a store that counts what is read of it.
    struct Shelf {
        folder: PathBuf,
        read: Mutex<u64>,
    }

    impl Store for Shelf {
        fn list(&self, url: &str) -> Result<Vec<(String, u64)>> {
            let path = self.folder.join(url.split_once("://").unwrap().1);
            if path.is_file() {
                return Ok(vec![(url.to_string(), path.metadata().unwrap().len())]);
            }
            let names = path.read_dir().into_iter().flatten().map(|entry| entry.unwrap().file_name());
            let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
            names.sort();
            names.iter().map(|name| Ok(self.list(&format!("{url}/{name}"))?.remove(0))).collect()
        }

        fn read(&self, url: &str, ranges: &[Range<u64>]) -> Result<Vec<Vec<u8>>> {
            let all = std::fs::read(self.folder.join(url.split_once("://").unwrap().1)).unwrap();
            *self.read.lock().unwrap() += ranges.iter().map(|range| range.end - range.start).sum::<u64>();
            Ok(ranges.iter().map(|range| all[range.start as usize..range.end as usize].to_vec()).collect())
        }
    }

    #[test]
    fn of_an_object_only_what_is_needed_is_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("lot")).unwrap();
        let rows = |from: i64| {
            let n: Vec<i64> = (from..from + 50_000).collect();
            let text: Vec<String> = n.iter().map(|n| format!("row number {n}, and more of it")).collect();
            df!("n" => n, "text" => text).unwrap()
        };
        for (name, from) in [("b", 50_000), ("a", 0)] {
            let path = folder.path().join(format!("lot/{name}.parquet"));
            crate::parquet::write_parquet(&[rows(from), rows(from + 100_000)], &path).unwrap();
        }
        let shelf = Arc::new(Shelf { folder: folder.path().to_path_buf(), read: Mutex::new(0) });
        read_through("shelf", shelf.clone());
        let here = ParquetFiles::open(&folder.path().join("lot").to_string_lossy()).unwrap();
        let there = ParquetFiles::open("shelf://lot").unwrap();
        assert_eq!(there.paths(), [PathBuf::from("shelf://lot/a.parquet"), PathBuf::from("shelf://lot/b.parquet")]);
        assert!(there.read_all(&["text", "n"]).unwrap().equals(&here.read_all(&["text", "n"]).unwrap()));
        *shelf.read.lock().unwrap() = 0;
        let one = there.read_row_group(1, &["n"]).unwrap();
        assert!(one.equals(&here.read_row_group(1, &["n"]).unwrap()));
        let (read, whole) =
            (*shelf.read.lock().unwrap(), folder.path().join("lot/a.parquet").metadata().unwrap().len());
        assert!(0 < read && read < whole / 2, "{read} of {whole}");
    }

    #[test]
    fn a_footer_longer_than_what_is_fetched_at_first_is_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let columns: Vec<Column> =
            (0..900).map(|n| Column::new(format!("a column with a long name, number {n}").into(), [n])).collect();
        let rows = DataFrame::new(1, columns).unwrap();
        crate::parquet::write_parquet(std::slice::from_ref(&rows), &folder.path().join("wide.parquet")).unwrap();
        read_through("wide", Arc::new(Shelf { folder: folder.path().to_path_buf(), read: Mutex::new(0) }));
        let names: Vec<String> = rows.get_column_names().iter().map(ToString::to_string).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let files = ParquetFiles::open("wide://wide.parquet").unwrap();
        assert!(files.read_all(&names).unwrap().equals(&rows));
    }

    #[test]
    fn a_scheme_that_nobody_knows_is_told() {
        let told = ParquetFiles::open("gopher://hole/a.parquet").unwrap_err().to_string();
        assert!(
            told.starts_with("`gopher://hole/a.parquet` is a URL, and this program reads no `gopher://`."),
            "{told}"
        );
    }
}
