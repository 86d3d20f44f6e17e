//! Memory that workers have in common while they work on partitions.

use std::sync::{Condvar, Mutex, MutexGuard};

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Memory that workers take turns with: who needs more than is left waits until others are done. Who needs more than
/// there is at all works alone.
pub struct Pool {
    room: u64,
    taken: Mutex<u64>,
    given_back: Condvar,
}

impl Pool {
    /// So many bytes.
    pub fn new(room: u64) -> Self {
        Self { room, taken: Mutex::new(0), given_back: Condvar::new() }
    }

    /// Waits for room for so many bytes; it is given back when the value is dropped.
    pub fn take(&self, bytes: u64) -> Taken<'_> {
        let mut taken = lock(&self.taken);
        while *taken > 0 && *taken + bytes > self.room {
            taken = self.given_back.wait(taken).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        *taken += bytes;
        Taken { pool: self, bytes }
    }

    /// Waits until there is room for one of those that wait, and takes the first of these with its room: nobody is idle
    /// behind a large one while there are small ones. `None` when none is left.
    pub fn first<T>(&self, waiting: &Mutex<Vec<T>>, bytes: impl Fn(&T) -> u64) -> Option<(T, Taken<'_>)> {
        let mut taken = lock(&self.taken);
        loop {
            let mut items = lock(waiting);
            if items.is_empty() {
                return None;
            }
            if let Some(place) = items.iter().position(|item| *taken == 0 || *taken + bytes(item) <= self.room) {
                let item = items.remove(place);
                let bytes = bytes(&item);
                *taken += bytes;
                return Some((item, Taken { pool: self, bytes }));
            }
            drop(items);
            taken = self.given_back.wait(taken).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
    }
}

/// Room that was taken.
pub struct Taken<'a> {
    pool: &'a Pool,
    bytes: u64,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *lock(&self.pool.taken) -= self.bytes;
        self.pool.given_back.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn room_is_shared_and_more_than_all_of_it_is_had_alone() {
        let pool = Pool::new(10);
        drop((pool.take(6), pool.take(4)));
        drop(pool.take(100));
        let working = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let _taken = pool.take(6);
                    assert_eq!(working.fetch_add(1, Ordering::SeqCst), 0);
                    std::thread::yield_now();
                    working.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!(*lock(&pool.taken), 0);
    }

    #[test]
    fn the_first_that_there_is_room_for_comes_first() {
        let pool = Pool::new(10);
        let waiting = Mutex::new(vec![100, 8, 7, 3]);
        let first = || pool.first(&waiting, |bytes| *bytes);
        let held = pool.take(1);
        let (bytes, eight) = first().unwrap();
        assert_eq!((bytes, lock(&waiting).as_slice()), (8, [100, 7, 3].as_slice()));
        drop(held);
        drop(eight);
        let (bytes, alone) = first().unwrap();
        assert_eq!(bytes, 100);
        std::thread::scope(|scope| {
            let next = scope.spawn(|| first().map(|(bytes, _)| bytes));
            drop(alone);
            assert_eq!(next.join().unwrap(), Some(7));
        });
        assert_eq!(first().map(|(bytes, _)| bytes), Some(3));
        assert!(first().is_none() && *lock(&pool.taken) == 0);
    }
}
