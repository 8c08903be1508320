use weakcache::memoize;

#[memoize]
macro_rules! double {
    ($x:expr) => {
        $x * 2
    };
}

fn main() {
    double!(1);
}
