//! Faults that are planted, one at a time: a target that does not find its own compares nothing.
//!
//! Each makes a model wrong, or has the target leave out a step that the model counts on. `FAULT=name` plants one; nothing of
//! the library knows of it. `.ci/fuzz` plants each, and runs the seeds: they have to find it.

use std::sync::LazyLock;

macro_rules! faults {
    ($($(#[$doc:meta])* $fault:ident = $name:literal,)*) => {
        /// Whom each is for, its name says first.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Fault {
            $($(#[$doc])* $fault,)*
        }

        impl Fault {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$fault),*];

            /// As it is called in the environment: the target, a hyphen, and what goes wrong.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$fault => $name,)*
                }
            }
        }
    };
}

faults! {
    /// An hour has 59 minutes.
    AmountsHour = "amounts-hour",
    /// A kibibyte has a thousand bytes.
    AmountsKibibyte = "amounts-kibibyte",
    /// A word of the item does not come back.
    MacrosLost = "macros-lost",
    /// Errors say nothing.
    MacrosSilent = "macros-silent",
    /// Nothing is removed.
    MemoRemove = "memo-remove",
    /// A hit does not make an entry the most recent.
    MemoOrder = "memo-order",
    /// An entry is to live a second longer.
    MemoTtl = "memo-ttl",
    /// What gives way is to have expired.
    MemoCause = "memo-cause",
    /// A weigher says less than it is to.
    MemoWeight = "memo-weight",
    /// What is heavier than the bound is to be kept.
    MemoHeavy = "memo-heavy",
    /// A weigher that is to panic does not.
    MemoWeigher = "memo-weigher",
    /// Nothing is invalidated.
    FunctionsInvalidate = "functions-invalidate",
    /// No tag is.
    FunctionsTag = "functions-tag",
    /// What is due is not to be computed anew.
    FunctionsDue = "functions-due",
    /// What is served past its time is not to be counted.
    FunctionsStale = "functions-stale",
    /// One that leaves is not told of.
    FunctionsTold = "functions-told",
    /// A weigher says less than it is to.
    FunctionsWeight = "functions-weight",
    /// What is heavier than the bound is to be kept.
    FunctionsHeavy = "functions-heavy",
    /// A weigher that is to panic does not.
    FunctionsWeigher = "functions-weigher",
    /// A key that is twice in a batch is no hit.
    FunctionsBatch = "functions-batch",
    /// A task is not woken.
    FlightWake = "flight-wake",
    /// Nothing is removed.
    FlightRemove = "flight-remove",
    /// Two bodies of a key run.
    FlightTwice = "flight-twice",
    /// A task is not woken.
    TasksWake = "tasks-wake",
    /// Nothing is invalidated.
    TasksInvalidate = "tasks-invalidate",
    /// No tag is.
    TasksTag = "tasks-tag",
    /// All is retained.
    TasksRetain = "tasks-retain",
    /// Two bodies of a key run.
    TasksTwice = "tasks-twice",
    /// Nobody is told of what leaves.
    TasksTold = "tasks-told",
    /// A handle is leaked.
    RegistryLeak = "registry-leak",
    /// What is there is not found.
    RegistryFind = "registry-find",
    /// A weak handle is never upgraded.
    RegistryUpgrade = "registry-upgrade",
    /// Nothing is removed.
    WeakRemove = "weak-remove",
    /// A value is kept alive.
    WeakLeak = "weak-leak",
    /// A callback runs whose handle was to be dropped.
    WeakHook = "weak-hook",
    /// The first that was returned is to be the next.
    PoolOrder = "pool-order",
    /// What its holder panicked with is to be kept.
    PoolPanic = "pool-panic",
    /// Bytes without a checksum get one.
    StoredSum = "stored-sum",
    /// More is allocated than there are bytes for.
    StoredMemory = "stored-memory",
    /// The value of another entry is to be found.
    RedbOther = "redb-other",
    /// What is forged is to be found.
    RedisForged = "redis-forged",
}

static PLANTED: LazyLock<Option<Fault>> = LazyLock::new(|| {
    let name = std::env::var("FAULT").ok()?;
    let fault = Fault::ALL.iter().copied().find(|fault| fault.name() == name);
    let names = || Fault::ALL.iter().map(|fault| fault.name()).collect::<Vec<_>>().join(", ");
    Some(fault.unwrap_or_else(|| panic!("no fault `{name}`: {}", names())))
});

/// Whether this is what is to go wrong.
#[must_use]
pub fn is_planted(fault: Fault) -> bool {
    *PLANTED == Some(fault)
}
