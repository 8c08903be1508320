use weakcache::interned;

#[interned(new = false)]
struct Picture {
    id: u64,
}

#[interned]
impl Picture {
    #[interned(by(id))]
    fn load(&self, id: u64) -> bool {
        self.id == id
    }
}

fn main() {
    let _ = Picture { id: 1 }.id;
}
