#[interned]
#[derive(Debug)]
pub struct Date {
    pub year: i32,
    pub month: u8,
}
