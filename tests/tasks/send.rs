//! The future of a memoized `async fn` is `Send` when that of the body is. Compiling is most of the test.

use std::borrow::Cow;
use std::cell::Cell;
use std::error::Error;
use std::fmt::Debug;
use std::sync::Arc;

use weakcache::memoize;

use crate::tasks::{finish, yields};

#[test]
fn the_future_is_send_when_the_body_is() {
    fn send<F: Future + Send>(future: F) -> F {
        future
    }

    #[memoize]
    async fn borrows(text: &str, bytes: &[u8], maybe: Option<&str>, pair: (&str, u8)) -> usize {
        yields(1).await;
        text.len() + bytes.len() + maybe.map_or(0, str::len) + pair.0.len()
    }
    #[memoize]
    async fn generic<T: Clone + Eq + std::hash::Hash + Send + Sync + 'static>(x: &T, y: T) -> (T, T) {
        yields(1).await;
        (x.clone(), y)
    }
    // Nothing of these is anything but `Send`, and yet they are moved into the body.
    #[memoize(skip(cell, log, sink))]
    #[expect(clippy::needless_pass_by_value, reason = "a reference to it is not `Send`")]
    async fn skipped<F: FnMut(u32) + Send>(x: u32, cell: Cell<u32>, log: &mut Vec<u32>, sink: F) -> u32 {
        let mut sink = sink;
        yields(1).await;
        log.push(cell.get());
        sink(x);
        x
    }
    fn generic_caller<T: Clone + Eq + std::hash::Hash + Send + Sync + 'static>(x: &T) -> T {
        finish(send(async { generic(x, x.clone()).await.0 }))
    }
    let text = String::from("text");
    finish(send(borrows(&text, text.as_bytes(), Some(&text), (&text, 1))));
    assert_eq!(generic_caller(&7_u8), 7);
    let (mut log, mut sum) = (Vec::new(), 0);
    assert_eq!(finish(send(skipped(5, Cell::new(3), &mut log, |x| sum += x))), 5);
    assert_eq!((log, sum), (vec![3], 5));

    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
    tokio.block_on(async {
        let text = String::from("abc");
        let task = tokio::spawn(async move { borrows(&text, &[1], None, ("", 1)).await });
        assert_eq!(task.await.unwrap(), 4);
        assert_eq!(tokio::spawn(generic(&1, 2)).await.unwrap(), (1, 2));
        assert_eq!(tokio::spawn(borrows::refresh("", &[], None, ("", 1))).await.unwrap(), 0);
    });
}

/// The result belongs to its caller: the future does not keep it, so it need not be `Send`.
#[test]
fn the_future_is_send_whatever_the_error() {
    #[memoize]
    async fn parse(text: &str) -> Result<u32, Box<dyn Error>> {
        yields(1).await;
        Ok(text.parse()?)
    }
    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
    tokio.block_on(async {
        let bare = tokio::spawn(async { parse::uncached("x").await.is_err() });
        let memoized = tokio::spawn(async { parse("x").await.is_err() });
        assert!(bare.await.unwrap() && memoized.await.unwrap());
    });
}

/// In the check of a future that awaits it, the compiler forgets that a lifetime was `'static`.
#[test]
fn the_future_is_send_with_lifetimes_in_its_types() {
    macro_rules! spawned {
        ($tokio:ident: $($call:expr),* $(,)?) => {
            $(assert!($tokio.block_on(async { tokio::spawn(async { let _ = $call.await; true }).await.unwrap() }));)*
        };
    }
    #[memoize]
    async fn name(x: u32) -> &'static str {
        yields(1).await;
        if x == 0 { "zero" } else { "other" }
    }
    #[memoize]
    async fn checked(x: u32) -> Result<u32, &'static str> {
        yields(1).await;
        x.checked_sub(1).ok_or("zero")
    }
    #[memoize(err_ttl = "1s", lru = 4)]
    async fn timed(x: u32) -> Result<u32, &'static str> {
        yields(1).await;
        x.checked_sub(1).ok_or("zero")
    }
    #[memoize]
    async fn boxed(text: &str) -> Result<u32, Box<dyn Error + Send + Sync>> {
        yields(1).await;
        Ok(text.parse()?)
    }
    #[memoize(idle = "1h")]
    async fn object(x: u32) -> Arc<dyn Debug + Send + Sync> {
        yields(1).await;
        Arc::new(x)
    }
    #[memoize(weak)]
    async fn weak(x: u32) -> Arc<dyn Debug + Send + Sync> {
        yields(1).await;
        Arc::new(x)
    }
    #[memoize]
    async fn arguments(
        x: Cow<'static, str>,
        f: fn(&str) -> usize,
        y: &'static str,
        z: Option<&'static str>,
    ) -> usize {
        yields(1).await;
        f(&x) + y.len() + z.map_or(0, str::len)
    }
    #[memoize(key = x)]
    async fn keyed(x: &'static str) -> usize {
        yields(1).await;
        x.len()
    }
    struct Alone;
    impl Alone {
        #[memoize(skip(self))]
        async fn name(&self, x: &'static str) -> Result<&'static str, Box<dyn Error + Send + Sync>> {
            yields(1).await;
            Ok(x)
        }
    }
    fn len(x: &str) -> usize {
        x.len()
    }
    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
    spawned! {
        tokio:
        name(0), name::refresh(0), name::uncached(0),
        checked(0), checked::refresh(1),
        timed(0), timed::refresh(1),
        boxed("1"), boxed::refresh("1"),
        object(1), object::refresh(1),
        weak(1), weak::refresh(1),
        arguments("a".into(), len, "b", Some("c")),
        arguments::refresh("a".into(), len, "b", Some("c")),
        keyed("a"), keyed::refresh("a"),
        Alone.name("a"),
    }
}
