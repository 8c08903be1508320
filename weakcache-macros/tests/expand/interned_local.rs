#[interned(local, handle = Node)]
pub struct RNode {
    name: Rc<str>,
    next: Option<Node>,
}
