//! What can go wrong: at opening, and with a file that is open.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why a file could not be opened as a store.
///
/// `Clone`, since all who share a store are told the same.
///
/// ```
/// # use weakcache_redb::{OpenErrorKind, Redb};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("no database");
/// std::fs::write(&path, "a text")?;
/// let error = Redb::open(&path).unwrap_err();
/// assert_eq!(error.kind(), OpenErrorKind::Damaged);
/// println!("{error}"); // a sentence, with the path
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OpenError {
    path: PathBuf,
    kind: OpenErrorKind,
    message: String,
    source: Option<Arc<io::Error>>,
}

/// The kinds of [`OpenError`].
///
/// ```
/// # use weakcache_redb::{OpenErrorKind, Redb};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("no database");
/// std::fs::write(&path, "a text")?;
/// let error = Redb::open(&path).unwrap_err();
/// match error.kind() {
///     OpenErrorKind::Locked => println!("another process has it"),
///     OpenErrorKind::Damaged | OpenErrorKind::Version => println!("not ours; left as it is"),
///     _ => println!("{error}"),
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OpenErrorKind {
    /// The operating system refused: a folder that may not be written, a full disk, a path that is a folder.
    Io,
    /// The file is no database, or one whose bytes are not those that were written.
    Damaged,
    /// The file is a whole database, of another version of redb's format or of this package's, or one that is not of
    /// this package at all.
    Version,
    /// Another process has the file open.
    Locked,
    /// The file was not open yet when the time limit of the call was over: it was still being checked, say, or not yet closed
    /// after a failure. It goes on being opened.
    TimedOut,
}

impl OpenError {
    pub(crate) fn new(path: &Path, kind: OpenErrorKind, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), kind, message: message.into(), source: None }
    }

    pub(crate) fn io(path: &Path, error: impl Into<Arc<io::Error>>) -> Self {
        Self { source: Some(error.into()), ..Self::new(path, OpenErrorKind::Io, "") }
    }

    /// Which of the kinds it is.
    ///
    /// ```
    /// # use weakcache_redb::{OpenErrorKind, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("no database");
    /// std::fs::write(&path, "a text")?;
    /// let error = Redb::open(&path).unwrap_err();
    /// assert_eq!(error.kind(), OpenErrorKind::Damaged);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn kind(&self) -> OpenErrorKind {
        self.kind
    }

    /// The file that was to be opened.
    ///
    /// ```
    /// # use weakcache_redb::{OpenErrorKind, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("no database");
    /// std::fs::write(&path, "a text")?;
    /// let error = Redb::open(&path).unwrap_err();
    /// assert!(error.path().ends_with("no database"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn from_fault(path: &Path, fault: Fault) -> Self {
        match fault {
            // How redb says that it is no database, or ends too early.
            Fault::Io(error)
                if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) =>
            {
                Self::new(path, OpenErrorKind::Damaged, error.to_string())
            }
            Fault::Io(error) => Self::io(path, error),
            Fault::Damaged(message) => Self::new(path, OpenErrorKind::Damaged, message),
            other => Self::new(path, OpenErrorKind::Io, other.to_string()),
        }
    }

    pub(crate) fn from_redb(path: &Path, error: redb::DatabaseError) -> Self {
        match error {
            redb::DatabaseError::DatabaseAlreadyOpen | redb::DatabaseError::LockProtocolMismatch => {
                Self::new(path, OpenErrorKind::Locked, "")
            }
            redb::DatabaseError::UpgradeRequired(version) => Self::new(
                path,
                OpenErrorKind::Version,
                format!("it is of version {version} of redb's format"),
            ),
            redb::DatabaseError::Storage(error) => Self::from_fault(path, error.into()),
            other => Self::new(path, OpenErrorKind::Damaged, other.to_string()),
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot open `{}` as a store", self.path.display())?;
        match self.kind {
            OpenErrorKind::Io => {}
            OpenErrorKind::Damaged => f.write_str(": it is damaged, or no database")?,
            OpenErrorKind::Version => f.write_str(": it is of another version")?,
            OpenErrorKind::Locked => f.write_str(": another process has it open")?,
            OpenErrorKind::TimedOut => f.write_str(": it was not open within the time limit")?,
        }
        if let Some(source) = &self.source {
            write!(f, ": {source}")?;
        }
        if !self.message.is_empty() {
            write!(f, " ({})", self.message)?;
        }
        Ok(())
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|error| error as _)
    }
}

/// What went wrong with a database that is open.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    Io(Arc<io::Error>),
    Damaged(String),
    /// One entry is damaged, or was written by somebody else.
    BadEntry,
    /// It is being compacted, or more is waiting to be written than is reasonable.
    Busy,
    TimedOut,
    Closed,
}

impl Fault {
    /// A panic of redb's, which is how it meets some kinds of damage.
    pub(crate) fn panicked(payload: &(dyn Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied());
        Self::Damaged(format!("redb panicked: {}", text.unwrap_or("no message")))
    }

    /// Whether nothing more can be done with the database before it is opened anew.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, Self::Io(_) | Self::Damaged(_) | Self::Closed)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Damaged(message) => f.write_str(message),
            Self::BadEntry => f.write_str("an entry is damaged"),
            Self::Busy => f.write_str("too much is waiting to be written"),
            Self::TimedOut => f.write_str("the time limit is over"),
            Self::Closed => f.write_str("the database is closed"),
        }
    }
}

impl From<redb::StorageError> for Fault {
    fn from(error: redb::StorageError) -> Self {
        match error {
            redb::StorageError::Io(error) => Self::Io(Arc::new(error)),
            redb::StorageError::PreviousIo | redb::StorageError::DatabaseClosed => Self::Closed,
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<redb::TableError> for Fault {
    fn from(error: redb::TableError) -> Self {
        match error {
            redb::TableError::Storage(error) => error.into(),
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<redb::TransactionError> for Fault {
    fn from(error: redb::TransactionError) -> Self {
        match error {
            redb::TransactionError::Storage(error) => error.into(),
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<redb::CommitError> for Fault {
    fn from(error: redb::CommitError) -> Self {
        match error {
            redb::CommitError::Storage(error) => error.into(),
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<redb::CompactionError> for Fault {
    fn from(error: redb::CompactionError) -> Self {
        match error {
            redb::CompactionError::Storage(error) => error.into(),
            _ => Self::Busy,
        }
    }
}
