#[memoize(cache_if = |found| !found.is_empty(), controls = false)]
async fn search(words: Vec<String>) -> Found {
    index().find(&words).await
}
