//! Pseudo-random numbers of a thread, made of the seed of the run (`SplitMix64`, by Sebastiano Vigna).

use std::cell::Cell;

thread_local! {
    static STATE: Cell<u64> = const { Cell::new(0) };
}

/// From here on this thread has the numbers of `seed` and `thread`.
pub(crate) fn start(seed: u64, thread: usize) {
    STATE.set(seed ^ (thread as u64 + 1).wrapping_mul(0xD1B5_4A32_D192_ED03));
}

pub(crate) fn next() -> u64 {
    let state = STATE.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
    STATE.set(state);
    let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A number below `n`.
pub(crate) fn below(n: u64) -> u64 {
    next() % n
}

/// True once in `n`.
pub(crate) fn once_in(n: u64) -> bool {
    below(n) == 0
}

/// A key below `n`, small ones more often: the smaller of two.
pub(crate) fn key(n: u64) -> u64 {
    below(n).min(below(n))
}
