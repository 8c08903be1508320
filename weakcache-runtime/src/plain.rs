//! Types whose comparison is no user code.
#![forbid(unsafe_code)]

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// A type whose `Eq` is the language's own, std's or this library's, and calls nothing else: it may run under a lock.
pub trait Plain {}

macro_rules! plain {
    ($($type:ty)*) => {$(impl Plain for $type {})*};
}

plain! {
    u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize bool char
    str String OsStr OsString Path PathBuf
}

impl Plain for () {}
impl<T: Plain> Plain for [T] {}
impl<T: Plain> Plain for Vec<T> {}
impl<T: Plain, const N: usize> Plain for [T; N] {}
impl<T: Plain> Plain for Option<T> {}
impl<T: Plain + ?Sized> Plain for &T {}
impl<T: Plain + ?Sized> Plain for Box<T> {}
impl<T: Plain + ?Sized> Plain for Rc<T> {}
impl<T: Plain + ?Sized> Plain for Arc<T> {}
impl<A: Plain> Plain for (A,) {}
impl<A: Plain, B: Plain> Plain for (A, B) {}
impl<A: Plain, B: Plain, C: Plain> Plain for (A, B, C) {}
impl<A: Plain, B: Plain, C: Plain, D: Plain> Plain for (A, B, C, D) {}
