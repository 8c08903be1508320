//! The time of the thread, which stands still but where it is advanced.

use std::sync::LazyLock;
use std::time::Duration;

use weakcache::clock::Mock;

static CLOCK: LazyLock<Mock> = LazyLock::new(Mock::new);

/// Runs `f` by this clock.
pub(crate) fn stopped<R>(f: impl FnOnce() -> R) -> R {
    let _installed = CLOCK.install();
    f()
}

pub(crate) fn advance(by: Duration) {
    CLOCK.advance(by);
}
