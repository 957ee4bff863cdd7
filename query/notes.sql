-- Tags and notes of one's own, beside an archive. Plain SQLite; docs/notes.md describes it.
-- A message is named by the SHA-256 of its exact bytes, so that a new index of the dump keeps them.

PRAGMA application_id = 0x5758534E; -- "WXSN"
PRAGMA user_version = 1;

CREATE TABLE tag (
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    tag TEXT NOT NULL,         -- lower case
    added_at INTEGER NOT NULL, -- Unix seconds, UTC
    added_by TEXT NOT NULL,    -- login name
    PRIMARY KEY (sha256, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_by_name ON tag (tag);

CREATE TABLE note (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    text TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    added_by TEXT NOT NULL
) STRICT;
CREATE INDEX note_by_message ON note (sha256);
