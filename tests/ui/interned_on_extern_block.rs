use weakcache::interned;

#[interned]
unsafe extern "C" {
    safe fn point();
}

fn main() {}
