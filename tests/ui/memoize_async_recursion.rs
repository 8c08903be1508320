use weakcache::memoize;

#[memoize]
async fn fib(n: u32) -> u64 {
    if n < 2 { u64::from(n) } else { fib(n - 1).await + fib(n - 2).await }
}

fn main() {}
