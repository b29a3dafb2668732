-- Who may book, whom, when, and who has been told, as the files of SQLite up to 0005 leave them; the columns
-- are explained there.

CREATE TABLE api_keys (
    hash         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    application  TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    scope        TEXT COLLATE "C" NOT NULL DEFAULT 'app' CHECK (scope IN ('app', 'operator')),
    last_used_at BIGINT
);

CREATE TABLE users (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    application TEXT COLLATE "C" NOT NULL,
    external_id TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    email       TEXT COLLATE "C",
    locale      TEXT COLLATE "C",
    time_zone   TEXT COLLATE "C",
    created_at  BIGINT NOT NULL,
    UNIQUE (application, external_id)
);

CREATE TABLE sessions (
    id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    application    TEXT COLLATE "C" NOT NULL,
    revision       BIGINT NOT NULL,
    room_id        TEXT COLLATE "C" NOT NULL UNIQUE,
    status         TEXT COLLATE "C" NOT NULL
                   CHECK (status IN ('booked', 'live', 'ended', 'cancelled')),
    starts_at      BIGINT NOT NULL,
    lobby_opens_at BIGINT NOT NULL,
    terms          TEXT COLLATE "C" NOT NULL,
    record         TEXT COLLATE "C" NOT NULL,
    cancelled      BIGINT NOT NULL CHECK (cancelled IN (0, 1)),
    created_at     BIGINT NOT NULL
);

CREATE INDEX sessions_by_start ON sessions (application, starts_at, id);

CREATE TABLE participants (
    session_id TEXT COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    position   BIGINT NOT NULL CHECK (position IN (0, 1)),
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    name       TEXT COLLATE "C" NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (session_id, position),
    UNIQUE (session_id, user_id)
);

CREATE INDEX participants_by_user ON participants (user_id, session_id);

CREATE TABLE jobs (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    session_id  TEXT COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    revision    BIGINT NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    before_ms   BIGINT NOT NULL,
    user_id     TEXT COLLATE "C" NOT NULL,
    due_at      BIGINT NOT NULL,
    state       TEXT COLLATE "C" NOT NULL
                CHECK (state IN ('due', 'claimed', 'done', 'missed', 'cancelled')),
    reason      TEXT COLLATE "C",
    lease_until BIGINT,
    term        BIGINT NOT NULL DEFAULT 0,
    open_at     BIGINT GENERATED ALWAYS AS (CASE WHEN state IN ('due', 'claimed') THEN due_at END) STORED,
    UNIQUE (session_id, revision, kind, before_ms, user_id)
);

CREATE INDEX jobs_due ON jobs (open_at, id) WHERE open_at IS NOT NULL;

CREATE TABLE notifications (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id    TEXT COLLATE "C" NOT NULL,
    session_id TEXT COLLATE "C" REFERENCES sessions (id) ON DELETE CASCADE,
    kind       TEXT COLLATE "C" NOT NULL,
    cause      TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    starts_at  BIGINT,
    with_name  TEXT COLLATE "C",
    read_at    BIGINT,
    UNIQUE (user_id, cause)
);

CREATE INDEX notifications_by_user ON notifications (user_id, id);
-- Erasing a session looks for its rows.
CREATE INDEX notifications_by_session ON notifications (session_id) WHERE session_id IS NOT NULL;

CREATE TABLE idempotency (
    application TEXT COLLATE "C" NOT NULL,
    scope       TEXT COLLATE "C" NOT NULL,
    key         TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    answer      TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (application, scope, key)
);

CREATE INDEX idempotency_by_age ON idempotency (created_at);

CREATE TABLE timeline (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    session_id TEXT COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    at         BIGINT NOT NULL,
    body       TEXT COLLATE "C" NOT NULL
);

CREATE INDEX timeline_by_session ON timeline (session_id, at, id);

CREATE TABLE audit (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at           BIGINT NOT NULL,
    actor        TEXT COLLATE "C" NOT NULL,
    action       TEXT COLLATE "C" NOT NULL,
    subject      TEXT COLLATE "C" NOT NULL,
    session_id   TEXT COLLATE "C",
    user_id      TEXT COLLATE "C",
    from_address TEXT COLLATE "C",
    detail       TEXT COLLATE "C"
);

CREATE INDEX audit_by_time ON audit (at, id);
CREATE INDEX audit_by_session ON audit (session_id, at, id) WHERE session_id IS NOT NULL;

CREATE TABLE configuration (
    name        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    fingerprint TEXT COLLATE "C" NOT NULL
);
