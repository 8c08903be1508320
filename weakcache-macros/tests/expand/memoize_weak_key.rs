#[memoize(weak_key(node, scope))]
fn type_of(node: &Interned<Expr>, scope: InternedRef<'_, Scope>, depth: u32) -> Type {
    infer(node, scope, depth)
}

#[memoize(weak_key, controls = false)]
fn length(text: &Arc<str>, unit: Unit) -> usize {
    unit.measure(text)
}
