use weakcache::{Interned, InternedRef, interned};

#[interned]
struct Symbol(String);

#[interned(new = false)]
struct Call {
    callee: Interned<Symbol>,
    id: u32,
}

#[interned]
impl Call {
    #[interned(by(callee, id))]
    fn load(callee: InternedRef<'_, u8>, id: u32) -> Self {
        let _ = callee;
        Self { callee: Symbol::new(""), id }
    }
}

fn main() {
    let _ = Call::load;
    let _ = Call::get(Symbol::new("f"), 1).map(|call| (call.callee.clone(), call.id));
}
