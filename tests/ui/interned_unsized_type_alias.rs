use weakcache::interned;

type Text = str;

#[interned]
struct Word(Text);

fn main() {}
