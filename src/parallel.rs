//! The one door to threads: an ordered parallel map.
//!
//! Results come back in the order of the input and every item is computed on its
//! own, so the number of threads cannot reach an output.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

/// `f` over all items, results in the order of the items.
pub fn map<T: Sync, R: Send>(items: &[T], f: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    items.par_iter().enumerate().map(|(i, item)| f(i, item)).collect()
}

/// Like [`map`], handing over the items.
pub fn map_owned<T: Send, R: Send>(items: Vec<T>, f: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    match items.len() {
        // No detour through the pool for one document.
        0 | 1 => items.into_iter().map(f).collect(),
        _ => items.into_par_iter().map(f).collect(),
    }
}

/// `f` over `0..n` cut into ranges of `size`, results in order. The ranges depend on
/// `n` and `size` only, never on the number of threads.
pub fn map_ranges<R: Send>(n: usize, size: usize, f: impl Fn(std::ops::Range<usize>) -> R + Sync) -> Vec<R> {
    let size = size.max(1);
    (0..n.div_ceil(size)).into_par_iter().map(|i| f(i * size..((i + 1) * size).min(n))).collect()
}

/// Sets the number of threads for the whole process; `0` means one per core.
///
/// # Errors
/// Where the pool was already started.
pub fn set_threads(threads: usize) -> Result<(), String> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().map_err(|e| e.to_string())
}

/// `f` over all items on [`threads`] workers that take the items in order; results in the order of
/// the items. Unlike [`map`], a worker that waits for a nested parallel call never picks up a second
/// item meanwhile, so no more than [`threads`] items are ever held at once.
pub fn work<T: Sync, R: Send>(items: &[T], f: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let slots: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
    let worker = || {
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(i) else { return };
            let result = f(i, item);
            *slots[i].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads().min(items.len()) {
            scope.spawn(worker);
        }
        worker();
    });
    slots.into_iter().filter_map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

/// Number of threads in use.
#[must_use]
pub fn threads() -> usize {
    rayon::current_num_threads()
}
