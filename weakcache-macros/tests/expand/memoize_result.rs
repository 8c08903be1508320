#[memoize(err_ttl = "1s", controls = false)]
fn load(path: &Path) -> io::Result<Arc<str>> {
    Ok(fs::read_to_string(path)?.into())
}
