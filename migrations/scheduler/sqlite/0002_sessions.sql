-- Who may book, whom, when, and who has been told. Times are UTC milliseconds, ids are UUIDv7 text.

-- A key's hash and the application it stands for; keys of one name are keys of one application.
CREATE TABLE api_keys (
    hash        TEXT    NOT NULL PRIMARY KEY,
    application TEXT    NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id          TEXT    NOT NULL PRIMARY KEY,
    application TEXT    NOT NULL,
    external_id TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    email       TEXT,
    locale      TEXT,
    time_zone   TEXT,
    created_at  INTEGER NOT NULL,
    UNIQUE (application, external_id)
) STRICT;

-- status: booked, live, ended, cancelled; whether a booked one is open is a question of the time.
-- terms is what was agreed, record what became of it, both JSON of scheduler-core.
CREATE TABLE sessions (
    id             TEXT    NOT NULL PRIMARY KEY,
    application    TEXT    NOT NULL,
    revision       INTEGER NOT NULL,
    room_id        TEXT    NOT NULL UNIQUE,
    status         TEXT    NOT NULL CHECK (status IN ('booked', 'live', 'ended', 'cancelled')),
    starts_at      INTEGER NOT NULL,
    lobby_opens_at INTEGER NOT NULL,
    terms          TEXT    NOT NULL,
    record         TEXT    NOT NULL,
    cancelled      INTEGER NOT NULL CHECK (cancelled IN (0, 1)),
    created_at     INTEGER NOT NULL
) STRICT;

-- Listing goes by start.
CREATE INDEX sessions_by_start ON sessions (application, starts_at, id);

CREATE TABLE participants (
    session_id TEXT    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL CHECK (position IN (0, 1)),
    user_id    TEXT    NOT NULL REFERENCES users (id),
    name       TEXT    NOT NULL,
    generation INTEGER NOT NULL,
    PRIMARY KEY (session_id, position),
    UNIQUE (session_id, user_id)
) STRICT;

-- The rooms of a person, newest first.
CREATE INDEX participants_by_user ON participants (user_id, session_id);

-- user_id is empty where a job concerns the session, before_ms 0 where it is no reminder.
CREATE TABLE jobs (
    id         TEXT    NOT NULL PRIMARY KEY,
    session_id TEXT    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    revision   INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    before_ms  INTEGER NOT NULL,
    user_id    TEXT    NOT NULL,
    due_at     INTEGER NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('due', 'claimed', 'done', 'missed', 'cancelled')),
    reason     TEXT,
    lease_until INTEGER,
    UNIQUE (session_id, revision, kind, before_ms, user_id)
) STRICT;

-- What is due is found by time.
CREATE INDEX jobs_due ON jobs (due_at) WHERE state IN ('due', 'claimed');

-- cause is what it stems from, as job:<id> or event:<id>: nothing is told twice.
CREATE TABLE notifications (
    id         TEXT    NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL,
    session_id TEXT    REFERENCES sessions (id) ON DELETE CASCADE,
    kind       TEXT    NOT NULL,
    cause      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    starts_at  INTEGER,
    with_name  TEXT,
    read_at    INTEGER,
    UNIQUE (user_id, cause)
) STRICT;

CREATE INDEX notifications_by_user ON notifications (user_id, id);

-- The first answer to each Idempotency-Key; answers hold no credentials.
CREATE TABLE idempotency (
    application TEXT    NOT NULL,
    scope       TEXT    NOT NULL,
    key         TEXT    NOT NULL,
    fingerprint TEXT    NOT NULL,
    answer      TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (application, scope, key)
) STRICT;

-- Keys are forgotten by age.
CREATE INDEX idempotency_by_age ON idempotency (created_at);
