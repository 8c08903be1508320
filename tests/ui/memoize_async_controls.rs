use weakcache::memoize;

#[memoize]
async fn load(x: u32) -> u32 {
    x
}

async fn control() {
    let _: u32 = load::refresh(1);
    let _: u32 = load::uncached(1);
    load::prime(1, 2).await;
    let _ = load::peek(1).await;
}

#[deny(unused_must_use)]
async fn forgotten() {
    load(1);
    load::refresh(1);
}

fn main() {}
