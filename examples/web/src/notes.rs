//! Notes of users, in a database.

use rusqlite::{Connection, params, params_from_iter};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use weakcache::{Memo, invalidate_tag, memoize};

/// The tag of everything that follows from the notes of a user. In a process that has several databases, it would name that too.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NotesOf(pub String);

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Of all notes.
    pub id: i64,
    /// What it says.
    pub text: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.text)
    }
}

/// The notes of all users.
#[derive(Debug)]
pub struct Notes {
    db: Mutex<Connection>,
    reads: AtomicU64,
    memo: Memo,
}

#[memoize]
impl Notes {
    /// The notes of a user, in the order in which they came.
    ///
    /// # Errors
    ///
    /// Those of the database.
    #[memoize(in(self.memo), capacity = 1000, tags(NotesOf(user.to_owned())))]
    pub fn list(&self, user: &str) -> rusqlite::Result<Arc<[Note]>> {
        self.read(|db| {
            let mut query = db.prepare_cached("SELECT id, text FROM notes WHERE user = ? ORDER BY id")?;
            let notes = query.query_map([user], |row| Ok(Note { id: row.get(0)?, text: row.get(1)? }))?;
            notes.collect()
        })
    }

    /// How many notes a user has.
    ///
    /// # Errors
    ///
    /// Those of the database.
    #[memoize(in(self.memo), capacity = 10_000, tags(NotesOf(user.to_owned())))]
    pub fn count(&self, user: &str) -> rusqlite::Result<i64> {
        self.read(|db| db.query_row("SELECT count(*) FROM notes WHERE user = ?", [user], |row| row.get(0)))
    }

    /// The notes of these numbers, as far as there are: those that are not known already in one query.
    ///
    /// # Errors
    ///
    /// Those of the database.
    #[memoize(in(self.memo), capacity = 10_000, batch)]
    pub fn by_ids(&self, ids: &[i64]) -> rusqlite::Result<HashMap<i64, Note>> {
        let places = vec!["?"; ids.len()].join(", ");
        self.read(|db| {
            let mut query = db.prepare(&format!("SELECT id, text FROM notes WHERE id IN ({places})"))?;
            let notes = query.query_map(params_from_iter(ids), |row| {
                let note = Note { id: row.get(0)?, text: row.get(1)? };
                Ok((note.id, note))
            })?;
            notes.collect()
        })
    }
}

impl Notes {
    /// None yet, in a database in memory.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn in_memory() -> rusqlite::Result<Self> {
        let db = Connection::open_in_memory()?;
        db.execute_batch(
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, user TEXT NOT NULL, text TEXT NOT NULL);
             CREATE INDEX notes_by_user ON notes (user);",
        )?;
        Ok(Self { db: Mutex::new(db), reads: AtomicU64::new(0), memo: Memo::new() })
    }

    /// Adds a note, and ends what is known of the user's.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub fn add(&self, user: &str, text: &str) -> rusqlite::Result<i64> {
        let id = {
            let db = self.db.lock().unwrap_or_else(PoisonError::into_inner);
            db.execute("INSERT INTO notes (user, text) VALUES (?, ?)", params![user, text])?;
            db.last_insert_rowid()
        };
        // After the write: whoever reads from here on, sees it.
        invalidate_tag(&NotesOf(user.to_owned()));
        Ok(id)
    }

    /// How often the database was read.
    pub fn reads(&self) -> u64 {
        self.reads.load(Relaxed)
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        self.reads.fetch_add(1, Relaxed);
        read(&self.db.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
