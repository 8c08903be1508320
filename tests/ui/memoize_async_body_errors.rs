use weakcache::memoize;

async fn other() -> u32 {
    1
}

#[memoize]
async fn mismatch(x: u32) -> String {
    let y: u8 = other().await;
    x + y
}

struct Alone;

impl Alone {
    #[memoize(controls = false)]
    async fn mismatch(x: u32) -> String {
        let y: u8 = other().await;
        x
    }
}

#[memoize]
async fn forgotten(x: u32) -> u32 {
    other() + x
}

fn main() {}
