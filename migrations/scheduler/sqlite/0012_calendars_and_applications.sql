-- The secret by which a person's calendars read their sessions: its hash alone.
CREATE TABLE calendar_feeds (
    user_id    TEXT    NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    hash       TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

-- What the two said of a session once it was over. Who writes has locked the session.
CREATE TABLE session_feedback (
    session_id TEXT    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    score      INTEGER NOT NULL,
    body       TEXT,
    given_at   INTEGER NOT NULL,
    changed_at INTEGER,
    revision   INTEGER NOT NULL,
    PRIMARY KEY (session_id, user_id)
) STRICT;

CREATE INDEX session_feedback_by_user ON session_feedback (user_id);

-- What applications say of themselves, once they say anything; body is JSON, and id the name of their keys.
CREATE TABLE applications (
    id       TEXT    NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    body     TEXT    NOT NULL
) STRICT;
