//! Pools of buffers: acquire one, write a byte, release it; beside allocating it.

use lockfree_object_pool::LinearObjectPool;
use weakcache::pool::Pool;
use weakcache_bench::contestants::pool::{Buffers, KIB, write};

use crate::harness::{Effort, Race};

pub(crate) fn run(effort: Effort) {
    for size in [KIB, 64 * KIB] {
        let make = move || Vec::with_capacity(size);
        let weakcache = Pool::new(4, make);
        let object_pool = object_pool::Pool::new(4, make);
        let lockfree = LinearObjectPool::new(make, |_| {});
        let opool = opool::Pool::new_prefilled(4, Buffers(size));
        for threads in [1, 2] {
            Race::new(format!("a buffer of {} KiB", size / KIB))
                .threads(threads)
                .ours("weakcache", |_, i| write(&mut weakcache.acquire(), i))
                .peer("object-pool", |_, i| write(&mut object_pool.pull(make), i))
                .peer("lockfree-object-pool", |_, i| write(&mut lockfree.pull(), i))
                .peer("opool", |_, i| write(&mut opool.get(), i))
                .peer("allocate", |_, i| write(&mut make(), i))
                .run(effort);
        }
        let info = weakcache.info();
        assert!(info.reused > 100 * info.created, "not reused: {info:?}");
    }
}
