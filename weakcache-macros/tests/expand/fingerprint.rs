#[fingerprint]
/// A row of a table.
#[derive(Serialize, Deserialize)]
pub struct Row<T: Clone> {
    cells: Vec<T>,
}

#[fingerprint]
const LIMIT: usize = 7;

#[fingerprint(depends(self::Row<u8>, LIMIT))]
/// Reads a row.
pub(crate) fn parse(line: &str) -> Row<u8> {
    // At most so many.
    Row { cells: line.bytes().take(LIMIT).collect() }
}

#[memoize(controls = false)]
#[fingerprint]
fn count(line: &str) -> usize {
    parse(line).cells.len()
}
