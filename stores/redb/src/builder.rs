//! Options, by name.

use std::path::Path;
use std::time::Duration;

use crate::error::OpenError;
use crate::handle::Redb;
use crate::options::{Durability, Options};

/// How a file is to be kept. By [`Redb::builder`].
///
/// ```
/// use weakcache_redb::{Durability, Redb};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("results.redb");
/// let store = Redb::builder()
///     .max_bytes(1 << 30)
///     .durability(Durability::Process)
///     .open(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder opens nothing before `open` or `at`"]
pub struct Builder {
    options: Options,
}

impl Builder {
    /// At most so many bytes, by what entries take: keys, values, and some 60 bytes each. The file is up to two and a half
    /// times as large, by what pages and commits leave free, and does not shrink by itself; after [`Redb::compact`] it was larger by
    /// a sixth (values of 100 bytes) to two thirds (of 10 KB). An entry that is heavier than the whole is not kept. Default:
    /// no bound.
    ///
    /// ```
    /// # use weakcache_redb::{Durability, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("results.redb");
    /// let store = Redb::builder().max_bytes(1 << 30).open(&path)?;
    /// # drop(store);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.options.bounds.bytes = Some(bytes);
        self
    }

    /// At most so many entries. Default: no bound.
    ///
    /// ```
    /// # use weakcache_redb::{Durability, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("results.redb");
    /// let store = Redb::builder().max_entries(100_000).open(&path)?;
    /// # drop(store);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn max_entries(mut self, entries: u64) -> Self {
        self.options.bounds.entries = Some(entries);
        self
    }

    /// What a confirmed write survives. Default: [`Durability::Machine`].
    ///
    /// ```
    /// # use weakcache_redb::{Durability, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("results.redb");
    /// let store = Redb::builder().durability(Durability::Process).open(&path)?;
    /// # drop(store);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn durability(mut self, durability: Durability) -> Self {
        self.options.durability = durability;
        self
    }

    /// Whether the file is read and verified as a whole when it is opened: some seconds for each gigabyte. Default: `true`.
    ///
    /// Without it, opening takes no time after the store was closed, and as long as verifying after it was not; damage is
    /// found by the look-up that meets it. With [`Durability::Process`] leave it on: a power cut may damage what is older, too.
    ///
    /// ```
    /// # use weakcache_redb::{Durability, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("results.redb");
    /// let store = Redb::builder().check(false).open(&path)?;
    /// # drop(store);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check(mut self, check: bool) -> Self {
        self.options.check = check;
        self
    }

    /// Whether a file that is damaged, of another version, or no database at all is renamed, to its name with
    /// `.damaged` at the end (`.damaged-2` where there is one, and so on), and an empty one opened in its place. Default:
    /// `false`.
    ///
    /// ```
    /// # use weakcache_redb::{Durability, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("results.redb");
    /// let store = Redb::builder().replace_damaged(true).open(&path)?;
    /// # drop(store);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn replace_damaged(mut self, replace: bool) -> Self {
        self.options.replace_damaged = replace;
        self
    }

    /// How many bytes of the file are kept in memory. Default: 32 MiB.
    ///
    /// ```
    /// # use weakcache_redb::{Durability, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("results.redb");
    /// let store = Redb::builder().memory(16 << 20).open(&path)?;
    /// # drop(store);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn memory(mut self, bytes: usize) -> Self {
        self.options.memory = bytes;
        self
    }

    /// How long a call waits for the file to be opened, and for its write to be confirmed, before it is an error. The write
    /// may be done all the same, later. Default: 5 s.
    ///
    /// ```
    /// # use weakcache_redb::{Durability, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("results.redb");
    /// let store = Redb::builder().timeout(std::time::Duration::from_secs(1)).open(&path)?;
    /// # drop(store);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn timeout(mut self, timeout: Duration) -> Self {
        // What can be added to the time.
        self.options.timeout = timeout.min(Duration::from_hours(24 * 365));
        self
    }

    /// Opens the file, or finds it open. Folders that are missing are made.
    ///
    /// ```
    /// # use weakcache_redb::{Durability, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("results.redb");
    /// let store = Redb::builder().max_entries(1000).open(&path)?;
    /// assert_eq!(store.info().entries, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Where the file is damaged, of another version, locked by another process, or not to be had at all.
    pub fn open(self, path: impl AsRef<Path>) -> Result<Redb, OpenError> {
        let store = self.at(path);
        store.open_now()?;
        Ok(store)
    }

    /// The file of this path, to be opened at the first use. Where that fails it is a store that fails.
    ///
    /// ```
    /// # use weakcache_redb::{Durability, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("results.redb");
    /// let store = Redb::builder().max_entries(1000).at(&path); // opened at first use
    /// # drop(store);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn at(self, path: impl AsRef<Path>) -> Redb {
        Redb::shared(path.as_ref(), self.options)
    }
}

impl Redb {
    /// Opens the file, or finds it open in this process. Files and folders that are missing are made.
    ///
    /// ```
    /// # use weakcache_redb::{Durability, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("results.redb");
    /// let store = Redb::open(&path)?;
    /// assert_eq!(store.info().entries, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Where the file is damaged, of another version, locked by another process, or not to be had at all.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::builder().open(path)
    }

    /// The file of this path, to be opened at the first use. Where that fails it is a store that fails.
    ///
    /// ```
    /// # use weakcache_redb::{Durability, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("results.redb");
    /// let store = Redb::at(&path); // as in `#[memoize(store = Redb::at("results.redb"))]`
    /// assert!(!path.exists()); // opened at first use
    /// # drop(store);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn at(path: impl AsRef<Path>) -> Self {
        Self::builder().at(path)
    }

    /// Options for a file.
    ///
    /// ```
    /// # use weakcache_redb::{Durability, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("results.redb");
    /// let store = Redb::builder().max_bytes(1 << 30).open(&path)?;
    /// # drop(store);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn builder() -> Builder {
        Builder::default()
    }
}
