//! An allocator that counts while it is asked to, and that can be given a cap.
//!
//! It counts bytes that a program asks for, on all threads: a measure without noise, and the same on every system. What
//! lies in the system's file cache is not in it, nor are the stacks of threads. A cap ends the program as a limit of the
//! system does: the allocation fails.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static IN_USE: AtomicI64 = AtomicI64::new(0);
static PEAK: AtomicI64 = AtomicI64::new(0);
static CAP: AtomicI64 = AtomicI64::new(i64::MAX);
static ASKED: AtomicI64 = AtomicI64::new(0);

/// Counts so many bytes more; false when they are beyond the cap.
fn take(bytes: usize) -> bool {
    if !COUNTS.load(Relaxed) {
        return true;
    }
    ASKED.fetch_add(1, Relaxed);
    let in_use = IN_USE.fetch_add(bytes as i64, Relaxed) + bytes as i64;
    if in_use > CAP.load(Relaxed) {
        IN_USE.fetch_sub(bytes as i64, Relaxed);
        return false;
    }
    PEAK.fetch_max(in_use, Relaxed);
    true
}

fn give_back(bytes: usize) {
    if COUNTS.load(Relaxed) {
        IN_USE.fetch_sub(bytes as i64, Relaxed);
    }
}

// SAFETY: every call is handed on to the system's allocator as it came, and its result handed back; a null pointer says
// that there is no memory. Counting touches atomics only, and allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if take(layout.size()) { unsafe { System.alloc(layout) } } else { std::ptr::null_mut() }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if take(layout.size()) { unsafe { System.alloc_zeroed(layout) } } else { std::ptr::null_mut() }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        give_back(layout.size());
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Old and new piece are there together for a moment, unless the system can grow a piece where it is; the
        // difference is what is certain.
        let more = size.saturating_sub(layout.size());
        if more > 0 && !take(more) {
            return std::ptr::null_mut();
        }
        give_back(layout.size().saturating_sub(size));
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// What was counted while some work was done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// The most bytes that were in use at once, beyond those before.
    pub peak_bytes: u64,
    /// How often memory was asked for.
    pub allocations: u64,
}

/// Runs `work` and returns what it returned, with what was counted. Once it uses more than `cap` bytes, the next
/// allocation fails.
///
/// For a process that does nothing else: all threads are counted.
pub fn counts_of<T>(cap: Option<u64>, work: impl FnOnce() -> T) -> (T, Counts) {
    IN_USE.store(0, Relaxed);
    PEAK.store(0, Relaxed);
    ASKED.store(0, Relaxed);
    CAP.store(cap.map_or(i64::MAX, |cap| cap as i64), Relaxed);
    COUNTS.store(true, Relaxed);
    let value = work();
    COUNTS.store(false, Relaxed);
    (value, Counts { peak_bytes: PEAK.load(Relaxed).max(0) as u64, allocations: ASKED.load(Relaxed).max(0) as u64 })
}
