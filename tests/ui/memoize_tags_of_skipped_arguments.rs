use weakcache::memoize;

struct Db(u32);

#[memoize(skip(db), tags(db.0))]
fn skipped(db: &Db, id: u32) -> u32 {
    db.0 + id
}

#[memoize(key = *id, tags(*other))]
fn keyed(id: u32, other: u32) -> u32 {
    id + other
}

#[memoize]
impl Db {
    #[memoize(skip(self), tags(self.0))]
    fn method(&self, id: u32) -> u32 {
        self.0 + id
    }
}

fn main() {}
