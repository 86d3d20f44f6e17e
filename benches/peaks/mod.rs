//! Memory beside time: an allocator that counts, and a file of what it counted.
//!
//! It counts only while [`peak_of`] asks for it, so that a timed run pays for one look at a flag per allocation.

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};

use criterion::Criterion;
use outgrow::charts::bench::{PEAKS, folder};
use outgrow::scratch::Replacement;

/// A quick run is to tell whether all is well.
pub fn quick() -> bool {
    std::env::args().any(|argument| argument == "--quick")
}

/// Criterion, told not to draw in a quick run: drawing takes longer than measuring.
pub fn criterion() -> Criterion {
    if quick() { Criterion::default().without_plots() } else { Criterion::default() }
}

/// The system's allocator, with a count of the bytes that are in use.
pub struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static IN_USE: AtomicI64 = AtomicI64::new(0);
static PEAK: AtomicI64 = AtomicI64::new(0);

fn count(bytes: i64) {
    if COUNTS.load(Relaxed) {
        let in_use = IN_USE.fetch_add(bytes, Relaxed) + bytes;
        PEAK.fetch_max(in_use, Relaxed);
    }
}

// SAFETY: every call is handed on to the system's allocator as it came, and its result handed back; counting touches
// atomics only, and allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Runs `work` once and returns what it returned, with the most bytes that were in use at once beyond those before it.
///
/// Bytes that were allocated are counted, on all threads, whether they were touched or not; what lies in the system's
/// file cache is not.
pub fn peak_of<T>(work: impl FnOnce() -> T) -> (T, u64) {
    IN_USE.store(0, Relaxed);
    PEAK.store(0, Relaxed);
    COUNTS.store(true, Relaxed);
    let value = work();
    COUNTS.store(false, Relaxed);
    (value, PEAK.load(Relaxed).max(0) as u64)
}

/// Keeps the peak of a benchmark beside criterion's figures, and prints it below the time.
pub fn keep(name: &str, peak_bytes: u64) {
    println!("{:23} peak:   {:.1} MiB allocated at once", "", peak_bytes as f64 / f64::from(1 << 20));
    let path = folder().join(PEAKS);
    let peaks = std::fs::read(&path).ok().and_then(|text| serde_json::from_slice(&text).ok());
    let mut peaks: BTreeMap<String, u64> = peaks.unwrap_or_default();
    peaks.insert(name.to_string(), peak_bytes);
    let json = serde_json::to_vec_pretty(&peaks).expect("names and numbers are JSON");
    // There whole or not at all: a bench that is interrupted leaves the figures of the others.
    let draft = Replacement::file(&path, true).expect("target/ can be written");
    std::fs::write(draft.path(), json).expect("target/ can be written");
    draft.commit().expect("target/ can be written");
}
