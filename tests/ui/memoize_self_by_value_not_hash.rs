use weakcache::memoize;

struct Sensor {
    gain: f64,
}

impl Sensor {
    #[memoize]
    fn read(self) -> u32 {
        self.gain as u32
    }
}

fn main() {}
