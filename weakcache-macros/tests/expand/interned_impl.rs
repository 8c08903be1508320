#[interned(new = false, get = false)]
struct Page {
    number: u32,
    #[interned(skip)]
    text: String,
}

#[interned]
impl Page {
    pub fn blank() -> Self {
        Self { number: 0, text: String::new() }
    }

    #[interned(by(number))]
    fn load(number: u32, from: &mut dyn Read) -> io::Result<Self> {
        let mut text = String::new();
        from.read_to_string(&mut text)?;
        Ok(Self { number, text })
    }

    fn is_blank(&self) -> bool {
        self.text.is_empty()
    }
}
