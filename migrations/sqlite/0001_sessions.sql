-- Sessions of presentations. Keys are digests of secrets that this table never holds; `content` is opaque to it.
CREATE TABLE sessions (
    transaction_digest BLOB NOT NULL UNIQUE,
    request_digest BLOB NOT NULL UNIQUE,
    response_digest BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    content BLOB NOT NULL
) STRICT;

CREATE INDEX sessions_by_expiry ON sessions (expires);
