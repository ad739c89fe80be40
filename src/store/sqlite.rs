//! Sessions in SQLite: a file of this machine, or memory. Nothing to install.
//!
//! One connection writes and some read beside it (WAL), so that no caller of this process meets a locked table; another process
//! is waited for. The file is ours alone (0600), and what is deleted is overwritten. A change is with the operating system before
//! its caller goes on: a process that dies loses nothing, a machine that loses its power may lose the last moment.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Row as _};

use crate::openid4vp::ports::{Answer, Key, KeyDigest, Row, Sessions, StoreFault};
use crate::time::Timestamp;

/// The tables, and how they came to be.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// How long another process is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// Connections that read a file.
const READERS: u32 = 4;

/// Sessions in a database of SQLite.
pub(super) struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Sqlite {
    /// The sessions in that file, which is made when it is not there.
    pub(super) async fn in_file(path: &Path) -> Result<Self, StoreFault> {
        secure(path).map_err(|fault| StoreFault(format!("{}: {fault}", path.display())))?;
        let options = options().filename(path).journal_mode(SqliteJournalMode::Wal);
        let writer = pool(1).connect_with(options.clone()).await.map_err(fault)?;
        MIGRATIONS.run(&writer).await.map_err(|error| StoreFault(error.to_string()))?;
        let readers = pool(READERS).connect_with(options.read_only(true)).await.map_err(fault)?;
        Ok(Sqlite { writer, readers })
    }

    /// Sessions in memory: on one connection, with which they end.
    pub(super) async fn in_memory() -> Result<Self, StoreFault> {
        let writer = pool(1).connect_with(options().in_memory(true)).await.map_err(fault)?;
        MIGRATIONS.run(&writer).await.map_err(|error| StoreFault(error.to_string()))?;
        Ok(Sqlite { readers: writer.clone(), writer })
    }
}

fn options() -> SqliteConnectOptions {
    // Nothing of what is kept goes to the log, and nobody waits for a line about each statement.
    SqliteConnectOptions::new()
        .disable_statement_logging()
        .busy_timeout(PATIENCE)
        .synchronous(SqliteSynchronous::Normal)
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
            Ok(query.execute(&self.writer).await.map_err(fault)?.rows_affected() == 1)
        })
    }

    fn remove_expired(&self, now: Timestamp) -> Answer<'_, u64> {
        Box::pin(async move {
            let query = sqlx::query("DELETE FROM sessions WHERE expires <= ?").bind(now.seconds());
            Ok(query.execute(&self.writer).await.map_err(fault)?.rows_affected())
        })
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
