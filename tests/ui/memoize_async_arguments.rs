use weakcache::memoize;

#[derive(Clone, PartialEq)]
struct Point(u32);

#[memoize]
async fn not_hash(point: Point) -> u32 {
    point.0
}

#[memoize]
async fn mutable(log: &mut Vec<u32>) -> u32 {
    log.len() as u32
}

#[memoize(key = point)]
async fn whole(point: Point) -> u32 {
    point.0
}

fn main() {}
