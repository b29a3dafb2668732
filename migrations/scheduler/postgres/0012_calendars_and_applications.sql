-- Calendar feeds, feedback and applications, as the file of SQLite explains them.

CREATE TABLE calendar_feeds (
    user_id    TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    hash       TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE session_feedback (
    session_id TEXT COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    score      BIGINT NOT NULL,
    body       TEXT COLLATE "C",
    given_at   BIGINT NOT NULL,
    changed_at BIGINT,
    revision   BIGINT NOT NULL,
    PRIMARY KEY (session_id, user_id)
);

CREATE INDEX session_feedback_by_user ON session_feedback (user_id);

CREATE TABLE applications (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL,
    body     TEXT COLLATE "C" NOT NULL
);
