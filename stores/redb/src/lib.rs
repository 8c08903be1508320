//! A second tier for [`weakcache`](https://docs.rs/weakcache) in one file: what memoized functions computed is there when
//! the process starts again.
//!
//! ```
//! use weakcache::memoize;
//! use weakcache_redb::Redb;
//!
//! # fn prices() -> std::path::PathBuf {
//! #     std::env::temp_dir().join(format!("weakcache-redb-{}", std::process::id())).join("prices.redb")
//! # }
//! #[memoize(lru = 1000, ttl = "1h", store = Redb::at(prices()))]
//! fn price(symbol: &str, day: u32) -> Result<f64, String> {
//!     // Something that takes its time.
//!     Ok(symbol.len() as f64 * f64::from(day))
//! }
//!
//! assert_eq!(price("ACME", 7), Ok(28.0));
//! // Now it is in memory and in the file, where another process finds it: this one tomorrow, say.
//! # assert_eq!(Redb::at(prices()).info().entries, 1);
//! # std::fs::remove_dir_all(prices().parent().unwrap()).unwrap();
//! ```
//!
//! A [`Store`](https://docs.rs/weakcache/latest/weakcache/store/trait.Store.html) needs the feature `store` of weakcache.
//!
//! # One file, many functions
//!
//! A path is one database in a process, however many functions name it and however it is spelt. It is opened at the
//! first use, with the options of whoever was first, and closed when the last [`Redb`] for it is gone. (One in a
//! `static`, as that of a memoized function, is not dropped at the end of the process. Nothing is lost by that.)
//!
//! No two processes have a file open at the same time: for the second one it is [locked](OpenErrorKind::Locked). A store
//! that cannot be opened is tried again at most once a second; meanwhile the function computes, and counts
//! `store_failures`.
//!
//! # What is confirmed
//!
//! A write returns when it is [as safe as was asked for](Durability): by default the disk has it, and neither a killed
//! process nor a power cut takes it away. Writes that come at the same time share a commit, so many threads wait hardly
//! longer than one. Where results are many and cheap, as in a pipeline over thousands of files, [`Durability::Process`]
//! makes a write more than ten times cheaper.
//!
//! A thread of the store's own writes, and look-ups read what was committed last, without waiting for it. Every wait has
//! an end: after the [time limit](Builder::timeout), by default 5 s, a call is an error, which memoized functions count
//! and go on; what was to be written may still be written later. (What no limit of ours can end is a read that the
//! operating system itself does not finish.)
//!
//! # Room
//!
//! Without a bound the file grows: old versions of functions leave their entries behind. [`Builder::max_bytes`] and
//! [`Builder::max_entries`] bound it. What was written first leaves first, unless it was read since: then it gets another
//! round (FIFO with reinsertion, Corbató's "second chance" of 1969; a bit in memory for each of the last million entries,
//! and no write at a hit). What has expired or was cleared is invisible at once, and taken out by and by as others
//! come in, or by [`Redb::sweep`]. Freed space is used again; [`Redb::compact`] gives it back to the file system.
//!
//! An entry takes its key and value and some 50 bytes, where there is a bound some 70; a page of 4 KiB holds as many as
//! fit, and what is longer than 1 KiB lies on pages of its own. A tag that was invalidated takes 24 bytes; of more than
//! 65,536 the older half is forgotten, and every entry with tags that was looked up before those were invalidated is
//! computed once more, as it might have had one of them.
//!
//! # Damage
//!
//! By default the whole file is read and its checksums are verified when it is opened; what is damaged, of another
//! version, or no database at all is an [`OpenError`], and the file is left as it is, or put aside where
//! [`Builder::replace_damaged`] says so. Each entry has a checksum of its own beside: what goes wrong while the file is
//! open is a miss and an error, and nothing wrong is ever decoded. redb panics at some kinds of damage; that is caught,
//! and an error too.
//!
//! A file that an older version of this package wrote in another format is [of another version](OpenErrorKind::Version) too.
//! Nothing is migrated: it is a cache, and what was in it is computed again. Remove the file, or have `replace_damaged` put it
//! aside.
#![forbid(unsafe_code)]

mod backend;
mod builder;
mod common;
mod database;
mod error;
mod handle;
mod open;
mod opening;
mod options;
mod record;
mod step;
mod tables;
mod writer;

pub use self::builder::Builder;
pub use self::error::{OpenError, OpenErrorKind};
pub use self::handle::{Info, Redb};
pub use self::options::Durability;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
