use weakcache::memoize;

struct Sensor {
    gain: f64,
}

impl Sensor {
    #[memoize]
    fn calibrate(&mut self) -> u32 {
        self.gain as u32
    }
}

fn main() {}
