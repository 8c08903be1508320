#[memoize(skip(log), weak, controls = false)]
fn picture(id: u64, log: &mut Log) -> Arc<Picture> {
    log.note(id);
    Arc::new(Picture::load(id))
}
