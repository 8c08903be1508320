#[memoize(local, controls = false)]
fn parse(text: Rc<str>) -> Rc<Tree> {
    Tree::parse(&text).into()
}
