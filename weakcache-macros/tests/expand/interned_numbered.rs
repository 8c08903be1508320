#[interned(is_new = "new_is_new", numbered)]
struct Node<T> {
    value: T,
    next: Option<Interned<Node<T>>>,
}
