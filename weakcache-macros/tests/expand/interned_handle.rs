#[interned(handle = Term)]
/// A term.
pub enum RTerm<T: Copy = u8> {
    Var(T),
    App(Term<T>, #[interned(borrow)] Term<T>),
}
