use std::pin::Pin;
use weakcache::memoize;

struct Type;

impl Type {
    #[memoize(skip(self))]
    fn f<'life, 'async_trait>(
        &'life self,
        x: u32,
    ) -> Pin<Box<dyn Future<Output = u32> + Send + 'async_trait>>
    where
        'life: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(async move { x })
    }
}

fn main() {}
