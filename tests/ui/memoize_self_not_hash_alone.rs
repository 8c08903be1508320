use weakcache::memoize;

struct Sensor {
    gain: f64,
}

impl Sensor {
    #[memoize]
    fn read(&self, channel: u32) -> u32 {
        channel + self.gain as u32
    }
}

fn main() {}
