-- What is due, of a session or a room. subject_id refers to no table: who erases a session deletes its jobs.
-- user_id is empty where a job concerns all, before_ms 0 where it is no reminder; revision is that of the session, and of a
-- room the number of its quarter of an hour. payload is JSON of scheduler-core; reason is why it was missed, or why the last
-- of its attempts failed; term rises with each claim. open_at is when an open job is due, NULL in one that is over.
CREATE TABLE due_jobs (
    id           TEXT    NOT NULL PRIMARY KEY,
    subject_kind TEXT    NOT NULL CHECK (subject_kind IN ('session', 'room')),
    subject_id   TEXT    NOT NULL,
    revision     INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    before_ms    INTEGER NOT NULL,
    user_id      TEXT    NOT NULL,
    payload      TEXT,
    due_at       INTEGER NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('due', 'claimed', 'done', 'missed', 'cancelled', 'failed')),
    reason       TEXT,
    lease_until  INTEGER,
    term         INTEGER NOT NULL DEFAULT 0,
    attempts     INTEGER NOT NULL DEFAULT 0,
    open_at      INTEGER GENERATED ALWAYS AS (CASE WHEN state IN ('due', 'claimed') THEN due_at END) VIRTUAL,
    UNIQUE (subject_kind, subject_id, revision, kind, before_ms, user_id)
) STRICT;

INSERT INTO due_jobs (id, subject_kind, subject_id, revision, kind, before_ms, user_id, due_at, state, reason, lease_until, term)
SELECT id, 'session', session_id, revision, kind, before_ms, user_id, due_at, state, reason, lease_until, term FROM jobs;

DROP TABLE jobs;

-- The order of the scan.
CREATE INDEX due_jobs_open ON due_jobs (open_at, id) WHERE open_at IS NOT NULL;

-- Operators look for what failed.
CREATE INDEX due_jobs_by_state ON due_jobs (state, id);

-- How many unread messages a notification was last told to stand for, elsewhere than in the list.
CREATE TABLE notification_counts (
    notification_id TEXT    NOT NULL PRIMARY KEY REFERENCES notifications (id) ON DELETE CASCADE,
    messages        INTEGER NOT NULL
) STRICT;
