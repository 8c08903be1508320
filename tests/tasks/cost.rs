//! What a memoized `async fn` costs: allocations, and the size of its future.

use std::path::Path;
use std::sync::Arc;

use weakcache::memoize;

use crate::support::alloc::allocations;
use crate::tasks::{finish, now, yields};

#[test]
fn a_hit_allocates_nothing() {
    #[memoize(lru = 8)]
    async fn bounded(text: &str, path: &Path, list: Vec<u8>, maybe: Option<&str>) -> usize {
        yields(1).await;
        text.len() + path.as_os_str().len() + list.len() + maybe.map_or(0, str::len)
    }
    #[memoize]
    async fn unbounded(text: &str, number: u64) -> u64 {
        yields(1).await;
        text.len() as u64 + number
    }
    #[memoize(ttl = "1h", idle = "1h", lru = 8)]
    async fn timed(text: &str) -> Result<Arc<str>, String> {
        yields(1).await;
        Ok(text.into())
    }
    #[memoize(local)]
    async fn local(text: &str) -> usize {
        yields(1).await;
        text.len()
    }
    #[memoize(weak)]
    async fn weak(text: &str) -> Arc<String> {
        yields(1).await;
        Arc::new(text.into())
    }
    #[memoize]
    async fn generic<T: 'static>(text: &str) -> usize {
        yields(1).await;
        size_of::<T>() + text.len()
    }
    let held = finish(weak("a"));
    finish(bounded("a", Path::new("b"), vec![1, 2], Some("c")));
    finish(unbounded("a", 1));
    finish(timed("a")).unwrap();
    finish(local("a"));
    finish(generic::<u8>("a"));
    let list = vec![1, 2];
    let ((), count) = allocations(|| {
        now(bounded("a", Path::new("b"), list, Some("c")));
        now(unbounded("a", 1));
        now(timed("a")).unwrap();
        now(local("a"));
        assert!(Arc::ptr_eq(&now(weak("a")), &held));
        now(generic::<u8>("a"));
    });
    assert_eq!(count, 0);
}

/// The sizes of a future, of that of the body, and of the arguments, which the compiler keeps twice.
macro_rules! size {
    ($($f:ident($($argument:expr),*);)*) => {
        [$({
            let arguments: usize = [$({ let argument = $argument; size_of_val(&argument) }),*].iter().sum();
            let (memoized, body) = (size_of_val(&$f($($argument),*)), size_of_val(&$f::uncached($($argument),*)));
            (stringify!($f), memoized, body, arguments)
        }),*]
    };
}

#[test]
#[expect(clippy::size_of_ref, reason = "an argument may be a reference")]
fn the_future_is_little_larger_than_that_of_the_body() {
    #[memoize]
    async fn nothing() -> u32 {
        yields(1).await;
        0
    }
    #[memoize]
    async fn number(x: u64) -> u64 {
        yields(1).await;
        x
    }
    #[memoize(lru = 8, ttl = "1h")]
    async fn text(x: &str) -> String {
        yields(1).await;
        x.into()
    }
    #[memoize]
    async fn owned(x: String, y: Vec<u8>) -> Result<String, String> {
        yields(1).await;
        drop(y);
        Ok(x)
    }
    #[memoize(weak)]
    async fn weak(x: u32) -> Arc<u32> {
        yields(1).await;
        Arc::new(x)
    }
    #[memoize(local)]
    async fn local(x: u32) -> u32 {
        yields(1).await;
        x
    }
    #[memoize]
    async fn large_body(x: u32) -> u8 {
        let buffer = [1_u8; 4096];
        yields(1).await;
        buffer[x as usize]
    }
    #[memoize]
    async fn large_result(x: u8) -> [u8; 256] {
        yields(1).await;
        [x; 256]
    }
    #[memoize(skip(x))]
    #[expect(clippy::large_types_passed_by_value, reason = "that is the point")]
    async fn large_argument(x: [u8; 1024]) -> u8 {
        yields(1).await;
        x[1]
    }
    let sizes = size! {
        nothing();
        number(1_u64);
        text("a");
        owned(String::new(), vec![1]);
        weak(1);
        local(1);
        large_body(1);
        large_argument([1_u8; 1024]);
        large_result(1_u8);
    };
    for (name, memoized, body, arguments) in sizes {
        let most = body + 2 * arguments + 10 * size_of::<usize>();
        println!("{name}: {memoized} bytes, the body {body}, arguments {arguments}");
        assert!(memoized <= most, "{name}: {memoized} bytes, the body {body}, arguments {arguments}");
    }
}
