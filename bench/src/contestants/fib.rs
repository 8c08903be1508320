//! Fibonacci numbers.

use std::collections::HashMap;

/// The largest that a `u64` holds is the 93rd.
pub const N: u64 = 90;

pub mod ours {
    use weakcache::memoize;

    #[memoize]
    pub fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }

    #[memoize(local)]
    pub fn local(n: u64) -> u64 {
        if n < 2 { n } else { local(n - 1) + local(n - 2) }
    }
}

pub mod theirs {
    use cached::macros::cached;

    #[cached(name = "FIB")]
    pub fn cached(n: u64) -> u64 {
        if n < 2 { n } else { cached(n - 1) + cached(n - 2) }
    }

    pub mod local {
        #[memoize::memoize]
        pub fn fib(n: u64) -> u64 {
            if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
        }
    }
}

pub fn by_hand(n: u64, known: &mut HashMap<u64, u64>) -> u64 {
    if let Some(known) = known.get(&n) {
        return *known;
    }
    let found = if n < 2 { n } else { by_hand(n - 1, known) + by_hand(n - 2, known) };
    known.insert(n, found);
    found
}

pub fn by_table(n: u64) -> u64 {
    let n = usize::try_from(n).expect("64 bits");
    let mut table = vec![0; n.max(1) + 1];
    table[1] = 1;
    for i in 2..=n {
        table[i] = table[i - 1] + table[i - 2];
    }
    table[n]
}
