use weakcache::memoize;

#[memoize(tags(user))]
fn value(user: u64) -> u64 {
    user
}

#[memoize(tags(("user", user, text)))]
fn tuple(user: u64, text: &str) -> usize {
    text.len() + user as usize
}

#[memoize(tags(|user| *user))]
fn function(user: u64) -> u64 {
    user
}

#[memoize(tags(text.trim()))]
fn part(text: &str) -> usize {
    text.len()
}

fn main() {}
