//! What controls have in common: the fault that a model runs with, and that it fails with that.
//!
//! `WEAKCACHE_FAULT=…`: a step done wrong, by its name in `sync::fault`. The controls set it for themselves.

use std::env;
use std::process::Command;
use weakcache_runtime::__private::fault::Fault;

const FAULT: &str = "WEAKCACHE_FAULT";

/// The fault that the environment asks for.
pub(crate) fn asked() -> Option<Fault> {
    let name = env::var(FAULT).ok()?;
    Some(Fault::named(&name).unwrap_or_else(|| panic!("there is no fault {name}")))
}

/// Asserts that `test`, by its path in the program, fails with `fault`: with one of the model's own, if that is [`Fault::None`].
/// In a process of its own, since what it leaves behind may be anything, and loom aborts at a deadlock.
pub(crate) fn fails_with(fault: Fault, test: &str) {
    if asked().is_some() || env::var_os("WEAKCACHE_REPLAY").is_some() {
        return;
    }
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", test])
        .env(FAULT, format!("{fault:?}"))
        .output()
        .unwrap();
    assert!(!output.status.success(), "{test} does not notice {fault:?}");
    for said in [output.stdout, output.stderr] {
        let endless = String::from_utf8_lossy(&said).contains("exceeded max_steps");
        assert!(!endless, "{test} goes on for ever with {fault:?}");
    }
}
