use weakcache::memoize;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Point(i32);

impl Point {
    #[memoize(lru = 128)]
    pub fn shown(point: Point) -> String {
        point.0.to_string()
    }
}

impl Default for Point
where
    u8: Copy,
{
    /// The origin.
    #[memoize]
    #[allow(dead_code)]
    fn default() -> Point {
        Point(0)
    }
}

trait Scaled {
    #[memoize]
    fn scaled(x: u32) -> u32 {
        x * 2
    }
}

// What is right.

impl Scaled for Point {
    #[memoize(controls = false)]
    fn scaled(x: u32) -> u32 {
        x * 3
    }
}

impl Point {
    fn twice() -> i32 {
        #[memoize]
        fn twice(x: i32) -> i32 {
            x * 2
        }
        twice(1)
    }
}

fn main() {
    let _ = (Point::shown(Point(1)), Point::scaled(1), Point::twice(), Point::default());
}
