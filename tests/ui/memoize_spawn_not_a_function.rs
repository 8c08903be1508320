use weakcache::memoize;

#[memoize(refresh_after = "1m", spawn = "tokio::spawn")]
async fn text(x: u32) -> u32 {
    x
}

#[memoize(refresh_after = "1m", spawn = EXECUTOR)]
async fn number(x: u32) -> u32 {
    x
}

#[memoize(refresh_after = "1m", spawn = || ())]
async fn takes_nothing(x: u32) -> u32 {
    x
}

const EXECUTOR: u32 = 1;

fn main() {}
