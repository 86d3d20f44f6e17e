//! The allocator that counts for the benches is right on memory of a known size.

#[allow(dead_code)] // What it counts is kept by the benches only.
#[path = "../benches/peaks/mod.rs"]
mod peaks;

use std::hint::black_box;

#[global_allocator]
static COUNTING: peaks::Counting = peaks::Counting;

const MEBIBYTE: u64 = 1 << 20;

/// One test: what another one allocates meanwhile would count too.
#[test]
fn a_peak_is_what_was_in_use_at_once() {
    let held = black_box(vec![1u8; 50 << 20]);
    let (kept, peak) = peaks::peak_of(|| {
        for _ in 0..3 {
            black_box(vec![0u8; 7 << 20]);
        }
        let mut grown = black_box(vec![1u8; 2 << 20]);
        grown.reserve_exact(8 << 20);
        std::thread::spawn(|| black_box(vec![1u8; 5 << 20]).len()).join().unwrap();
        let small = black_box(vec![0u8; 1 << 20]);
        drop(small);
        grown
    });
    // 2 MiB that became 10, and 5 beside them for a while; what was held before, and what was freed, is none of it.
    assert!((15 * MEBIBYTE..16 * MEBIBYTE).contains(&peak), "{peak}");
    assert_eq!((kept.capacity(), held.len()), (10 << 20, 50 << 20));
    let (_, nothing) = peaks::peak_of(|| drop(held));
    assert!(nothing < MEBIBYTE, "{nothing}");
}
