#[memoize(store = store(), controls = false)]
async fn page(url: &str) -> Result<String, Error> {
    download(url).await
}
