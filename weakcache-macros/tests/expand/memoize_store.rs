#[memoize(lru = 100, ttl = "1h", tags(*user), store = store())]
fn notes(user: u64) -> Result<Vec<String>, Error> {
    load(user)
}
