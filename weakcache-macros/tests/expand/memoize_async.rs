#[memoize(ttl = "60s")]
async fn fetch(url: &Url) -> Result<Bytes, Failure> {
    client().get(url).await
}
