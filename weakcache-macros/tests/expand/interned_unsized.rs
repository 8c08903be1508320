#[interned]
#[repr(align(16))]
pub struct Call<T>
where
    T: Clone,
{
    pub callee: Interned<Func>,
    #[interned(init = args.len())]
    arity: usize,
    pub args: [T],
}
