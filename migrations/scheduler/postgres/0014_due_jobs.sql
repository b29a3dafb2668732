-- What is due, of a session or a room, as the file of SQLite explains it.

CREATE TABLE due_jobs (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    subject_kind TEXT COLLATE "C" NOT NULL CHECK (subject_kind IN ('session', 'room')),
    subject_id   TEXT COLLATE "C" NOT NULL,
    revision     BIGINT NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    before_ms    BIGINT NOT NULL,
    user_id      TEXT COLLATE "C" NOT NULL,
    payload      TEXT COLLATE "C",
    due_at       BIGINT NOT NULL,
    state        TEXT COLLATE "C" NOT NULL
                 CHECK (state IN ('due', 'claimed', 'done', 'missed', 'cancelled', 'failed')),
    reason       TEXT COLLATE "C",
    lease_until  BIGINT,
    term         BIGINT NOT NULL DEFAULT 0,
    attempts     BIGINT NOT NULL DEFAULT 0,
    open_at      BIGINT GENERATED ALWAYS AS (CASE WHEN state IN ('due', 'claimed') THEN due_at END) STORED,
    UNIQUE (subject_kind, subject_id, revision, kind, before_ms, user_id)
);

INSERT INTO due_jobs (id, subject_kind, subject_id, revision, kind, before_ms, user_id, due_at, state, reason, lease_until, term)
SELECT id, 'session', session_id, revision, kind, before_ms, user_id, due_at, state, reason, lease_until, term FROM jobs;

DROP TABLE jobs;

CREATE INDEX due_jobs_open ON due_jobs (open_at, id) WHERE open_at IS NOT NULL;

CREATE INDEX due_jobs_by_state ON due_jobs (state, id);

CREATE TABLE notification_counts (
    notification_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES notifications (id) ON DELETE CASCADE,
    messages        BIGINT NOT NULL
);
