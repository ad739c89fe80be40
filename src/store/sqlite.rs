//! Sessions in SQLite: a file of this machine, or memory. Nothing to install.
//!
//! One connection writes and some read beside it (WAL), so that no caller of this process meets a locked table; another process
//! is waited for. The file is a secret: until a session is answered, its `content` holds the session's keys. It is ours alone (0600),
//! what is deleted is overwritten, and the log beside it is emptied after every sweep. A change is on the disk before its caller goes
//! on: nothing that was read once comes back, whatever dies.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Row as _};

use crate::openid4vp::ports::{Answer, Key, KeyDigest, Row, Sessions, StoreFault};
use crate::store::Store;
use crate::time::Timestamp;

/// The tables, and how they came to be.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// How long another process is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// Connections that read a file.
const READERS: u32 = 4;
/// Rows that one statement of a sweep deletes: callers get their turn in between.
const BATCH: u64 = 500;

/// Sessions in a database of SQLite.
pub(super) struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
    /// How many rows there are, as far as this process knows: counted anew with every sweep.
    count: AtomicU64,
}

impl Sqlite {
    /// The sessions in that file, which is made when it is not there.
    pub(super) async fn in_file(path: &Path) -> Result<Self, StoreFault> {
        secure(path).map_err(|fault| StoreFault(format!("{}: {fault}", path.display())))?;
        let options =
            options().filename(path).journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
        let writer = pool(1).connect_with(options.clone()).await.map_err(fault)?;
        MIGRATIONS.run(&writer).await.map_err(|error| StoreFault(error.to_string()))?;
        let readers = pool(READERS).connect_with(options.read_only(true)).await.map_err(fault)?;
        Sqlite { writer, readers, count: AtomicU64::new(0) }.counted().await
    }

    /// Sessions in memory: on one connection, with which they end.
    pub(super) async fn in_memory() -> Result<Self, StoreFault> {
        let writer = pool(1).connect_with(options().in_memory(true)).await.map_err(fault)?;
        MIGRATIONS.run(&writer).await.map_err(|error| StoreFault(error.to_string()))?;
        Ok(Sqlite { readers: writer.clone(), writer, count: AtomicU64::new(0) })
    }

    async fn counted(self) -> Result<Self, StoreFault> {
        self.count_anew().await?;
        Ok(self)
    }

    async fn count_anew(&self) -> Result<(), StoreFault> {
        let row = sqlx::query("SELECT count(*) AS rows FROM sessions").fetch_one(&self.readers).await.map_err(fault)?;
        let count: i64 = row.try_get("rows").map_err(fault)?;
        self.count.store(u64::try_from(count).unwrap_or(0), Ordering::Relaxed);
        Ok(())
    }

    /// Deletes what has expired, some rows at a time.
    async fn delete_expired(&self, now: Timestamp) -> Result<u64, StoreFault> {
        let mut gone = 0;
        loop {
            let query = sqlx::query(
                "DELETE FROM sessions WHERE rowid IN (SELECT rowid FROM sessions WHERE expires <= ? LIMIT ?)",
            );
            let query = query.bind(now.seconds()).bind(number(BATCH)?);
            let deleted = query.execute(&self.writer).await.map_err(fault)?.rows_affected();
            gone += deleted;
            if deleted < BATCH {
                return Ok(gone);
            }
        }
    }
}

fn options() -> SqliteConnectOptions {
    // Nothing of what is kept goes to the log, and nobody waits for a line about each statement.
    SqliteConnectOptions::new()
        .disable_statement_logging()
        .busy_timeout(PATIENCE)
        .pragma("secure_delete", "ON")
        .foreign_keys(true)
}

/// Connections are kept: whatever is in memory would go with them.
fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .min_connections(connections)
        .max_connections(connections)
        .acquire_timeout(2 * PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// Makes the file so that nobody else can read it; one that others can read is not used. SQLite gives the files that it puts
/// beside it the same mode.
fn secure(path: &Path) -> Result<(), String> {
    if path.is_symlink() {
        return Err("is a symbolic link; name the file itself".to_owned());
    }
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|error| error.to_string())?;
    let metadata = file.metadata().map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("is no plain file".to_owned());
    }
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777;
        if mode & 0o077 != 0 {
            return Err(format!("others can read it (mode {mode:04o}); it must be 0600 (chmod 600)"));
        }
    }
    Ok(())
}

impl Sessions for Sqlite {
    fn insert(&self, row: Row) -> Answer<'_, ()> {
        Box::pin(async move {
            sqlx::query(
                "INSERT INTO sessions (transaction_digest, request_digest, response_digest, version, expires, content) \
                 VALUES (?, ?, ?, ?, ?, ?)",
            )
            .bind(row.transaction.to_vec())
            .bind(row.request.to_vec())
            .bind(row.response.to_vec())
            .bind(number(row.version)?)
            .bind(row.expires.seconds())
            .bind(row.content)
            .execute(&self.writer)
            .await
            .map_err(fault)?;
            self.count.fetch_add(1, Ordering::Relaxed);
            Ok(())
        })
    }

    fn find(&self, key: Key, now: Timestamp) -> Answer<'_, Option<Row>> {
        let (query, digest) = match key {
            Key::Transaction(digest) => ("SELECT * FROM sessions WHERE transaction_digest = ? AND expires > ?", digest),
            Key::Request(digest) => ("SELECT * FROM sessions WHERE request_digest = ? AND expires > ?", digest),
            Key::Response(digest) => ("SELECT * FROM sessions WHERE response_digest = ? AND expires > ?", digest),
        };
        Box::pin(async move {
            let query = sqlx::query(query).bind(digest.to_vec()).bind(now.seconds());
            let found = query.fetch_optional(&self.readers).await.map_err(fault)?;
            found.map(|row| read(&row)).transpose()
        })
    }

    fn replace(&self, row: Row, now: Timestamp) -> Answer<'_, bool> {
        Box::pin(async move {
            let Some(before) = row.version.checked_sub(1) else { return Ok(false) };
            let done = sqlx::query(
                "UPDATE sessions SET request_digest = ?, response_digest = ?, version = ?, expires = ?, content = ? \
                 WHERE transaction_digest = ? AND version = ? AND expires > ?",
            )
            .bind(row.request.to_vec())
            .bind(row.response.to_vec())
            .bind(number(row.version)?)
            .bind(row.expires.seconds())
            .bind(row.content)
            .bind(row.transaction.to_vec())
            .bind(number(before)?)
            .bind(now.seconds())
            .execute(&self.writer)
            .await
            .map_err(fault)?;
            Ok(done.rows_affected() == 1)
        })
    }

    fn remove(&self, transaction: KeyDigest) -> Answer<'_, bool> {
        Box::pin(async move {
            let query = sqlx::query("DELETE FROM sessions WHERE transaction_digest = ?").bind(transaction.to_vec());
            let is_gone = query.execute(&self.writer).await.map_err(fault)?.rows_affected() == 1;
            if is_gone {
                // Another process may have begun it: never below zero.
                let less = |count: u64| Some(count.saturating_sub(1));
                let _ = self.count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
            }
            Ok(is_gone)
        })
    }

    fn remove_expired(&self, now: Timestamp) -> Answer<'_, u64> {
        Box::pin(async move {
            let gone = self.delete_expired(now).await?;
            if gone > 0 {
                // The log still holds what the table does not any more. Where a reader is in the way, the next sweep does it.
                sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await.map_err(fault)?;
            }
            self.count_anew().await?;
            Ok(gone)
        })
    }
}

impl Store for Sqlite {
    fn row_count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

fn read(row: &SqliteRow) -> Result<Row, StoreFault> {
    let digest = |column: &str| {
        let bytes: Vec<u8> = row.try_get(column).map_err(fault)?;
        KeyDigest::try_from(bytes).map_err(|_| StoreFault("a key is no digest".to_owned()))
    };
    let version: i64 = row.try_get("version").map_err(fault)?;
    Ok(Row {
        transaction: digest("transaction_digest")?,
        request: digest("request_digest")?,
        response: digest("response_digest")?,
        version: u64::try_from(version).map_err(|_| StoreFault("a version is below zero".to_owned()))?,
        expires: Timestamp::from_seconds(row.try_get("expires").map_err(fault)?),
        content: row.try_get("content").map_err(fault)?,
    })
}

fn number(version: u64) -> Result<i64, StoreFault> {
    i64::try_from(version).map_err(|_| StoreFault("a version is beyond counting".to_owned()))
}

/// What the database says is about itself: rows travel as parameters, which it does not repeat.
fn fault(error: sqlx::Error) -> StoreFault {
    StoreFault(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::laws;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_file_holds_the_laws() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let open = async || Arc::new(Sqlite::in_file(&path).await.unwrap()) as Arc<dyn Sessions>;
        laws::hold(open().await).await;
        laws::hold_between(open().await, open().await).await;
        laws::survive_reopening(open).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn memory_holds_the_laws() {
        laws::hold(Arc::new(Sqlite::in_memory().await.unwrap())).await;
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_we_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let store = Sqlite::in_file(&path).await.unwrap();
        store.insert(laws::row(1, Timestamp::from_seconds(100))).await.unwrap();
        let mut files = 0;
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
            files += 1;
        }
        assert!(files >= 2, "the file and its log");
        drop(store);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let refused = Sqlite::in_file(&path).await.err().expect("refused").to_string();
        assert!(refused.contains("0640"), "{refused}");
        assert!(Sqlite::in_file(folder.path()).await.is_err());
    }

    #[tokio::test]
    async fn a_sweep_goes_on_until_all_is_gone_and_empties_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let store = Sqlite::in_file(&path).await.unwrap();
        let now = Timestamp::from_seconds(100);
        let (count, kept) = (2 * BATCH + 7, laws::row(1, now.plus(1)));
        sqlx::query("BEGIN").execute(&store.writer).await.unwrap();
        for _ in 0..count {
            store.insert(Row { content: b"Kanarienvogel".to_vec(), ..laws::row(1, now) }).await.unwrap();
        }
        sqlx::query("COMMIT").execute(&store.writer).await.unwrap();
        store.insert(kept.clone()).await.unwrap();
        assert_eq!(store.row_count(), count + 1);
        assert_eq!(Sqlite::in_file(&path).await.unwrap().row_count(), count + 1, "counted at the start");
        assert_eq!(store.remove_expired(now).await.unwrap(), count);
        assert_eq!(store.row_count(), 1);
        let log = std::fs::metadata(folder.path().join("sessions.db-wal")).unwrap();
        assert_eq!(log.len(), 0);
        assert!(!std::fs::read(&path).unwrap().windows(13).any(|window| window == b"Kanarienvogel"));
        assert!(store.remove(kept.transaction).await.unwrap());
        assert_eq!(store.row_count(), 0);
        let row = sqlx::query("PRAGMA synchronous").fetch_one(&store.writer).await.unwrap();
        assert_eq!(row.get::<i64, _>(0), 2, "full");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("sessions.db"), folder.path().join("link.db"));
        drop(Sqlite::in_file(&path).await.unwrap());
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let refused = Sqlite::in_file(&link).await.err().expect("refused").to_string();
        assert!(refused.contains("symbolic link"), "{refused}");
    }

    #[tokio::test]
    async fn what_is_deleted_is_gone_from_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let store = Sqlite::in_file(&path).await.unwrap();
        let row = Row { content: b"Kanarienvogel".repeat(500), ..laws::row(1, Timestamp::from_seconds(100)) };
        store.insert(row.clone()).await.unwrap();
        assert!(store.remove(row.transaction).await.unwrap());
        store.readers.close().await;
        store.writer.close().await;
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.is_empty() && !bytes.windows(13).any(|window| window == b"Kanarienvogel"));
    }
}
