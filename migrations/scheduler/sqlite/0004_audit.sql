-- Who did what to whom, from where. No reference to sessions: a row outlives its session.
CREATE TABLE audit (
    id           TEXT    NOT NULL PRIMARY KEY,
    at           INTEGER NOT NULL,
    actor        TEXT    NOT NULL,
    action       TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    session_id   TEXT,
    user_id      TEXT,
    from_address TEXT,
    detail       TEXT
) STRICT;

CREATE INDEX audit_by_time ON audit (at, id);
CREATE INDEX audit_by_session ON audit (session_id, at, id) WHERE session_id IS NOT NULL;

-- When a key was last shown, to a quarter of an hour.
ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;

-- The configuration of the last start: each key, and a keyed hash of its value.
CREATE TABLE configuration (
    name        TEXT NOT NULL PRIMARY KEY,
    fingerprint TEXT NOT NULL
) STRICT;
