//! Sequences of keys that are the same on every machine.

/// Of how many keys those of Zipf's law are.
const KEYS: usize = 1 << 17;

/// `SplitMix64`, from a seed of its own.
fn random_numbers() -> impl FnMut() -> u64 {
    let mut state = 0x5EED_u64;
    move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }
}

/// The `k`th key is asked for in proportion to `1 / k^0.9`.
#[expect(clippy::cast_precision_loss, reason = "less than 2^53")]
pub fn zipf(accesses: usize) -> Vec<u64> {
    let mut sum = 0.0;
    let sums: Vec<f64> = (1..=KEYS)
        .map(|k| {
            sum += (k as f64).powf(-0.9);
            sum
        })
        .collect();
    let mut random = random_numbers();
    let mut draw = || {
        let at = (random() >> 11) as f64 / (1_u64 << 53) as f64 * sum;
        sums.partition_point(|sum| *sum < at) as u64
    };
    (0..accesses).map(|_| draw()).collect()
}

/// After each 20,000 accesses, 10,000 keys that come once.
pub fn scanned(accesses: &[u64]) -> Vec<u64> {
    let mut once = KEYS as u64..;
    accesses
        .chunks(20_000)
        .flat_map(|chunk| [chunk.to_vec(), once.by_ref().take(10_000).collect()].concat())
        .collect()
}

/// Something of each: after each 1,000 accesses by Zipf's law 500 keys that come once, then three times the
/// same 400 in turn.
pub fn mixed(accesses: usize) -> Vec<u64> {
    let mut once = 2 * KEYS as u64..;
    let turn = || KEYS as u64..KEYS as u64 + 400;
    zipf(accesses)
        .chunks(1_000)
        .flat_map(|chunk| {
            let once: Vec<u64> = once.by_ref().take(500).collect();
            [chunk.to_vec(), once, turn().chain(turn()).chain(turn()).collect()].concat()
        })
        .collect()
}
