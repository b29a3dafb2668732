-- How people find each other, as the file of SQLite explains it.

CREATE TABLE matches (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    application TEXT COLLATE "C" NOT NULL,
    low_id      TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    high_id     TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    room_id     TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at  BIGINT NOT NULL,
    ended_at    BIGINT,
    in_force    BIGINT CHECK (in_force = 1),
    UNIQUE (low_id, high_id, in_force)
);

CREATE INDEX matches_by_high ON matches (high_id);

CREATE TABLE match_sessions (
    session_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    match_id   TEXT COLLATE "C" NOT NULL REFERENCES matches (id) ON DELETE CASCADE
);

CREATE INDEX match_sessions_by_match ON match_sessions (match_id);

CREATE TABLE gifts (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    giver_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    receiver_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind        TEXT COLLATE "C" NOT NULL CHECK (kind IN ('plain', 'special')),
    letter      TEXT COLLATE "C" NOT NULL,
    times       TEXT COLLATE "C" NOT NULL,
    sent_at     BIGINT NOT NULL,
    opens_at    BIGINT NOT NULL,
    opened_at   BIGINT,
    due_at      BIGINT,
    fate        TEXT COLLATE "C" NOT NULL CHECK (fate IN ('delivered', 'undelivered', 'withdrawn')),
    match_id    TEXT COLLATE "C"
);

CREATE INDEX gifts_by_giver ON gifts (giver_id, id);
CREATE INDEX gifts_by_day ON gifts (giver_id, sent_at);
CREATE INDEX gifts_by_receiver ON gifts (receiver_id, id);
CREATE INDEX gifts_by_pair ON gifts (giver_id, receiver_id);
CREATE INDEX gifts_due ON gifts (due_at, id) WHERE due_at IS NOT NULL;

CREATE TABLE peeks (
    user_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    next_at BIGINT NOT NULL
);

CREATE TABLE proposals (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    match_id    TEXT COLLATE "C" NOT NULL REFERENCES matches (id) ON DELETE CASCADE,
    by_id       TEXT COLLATE "C" NOT NULL,
    times       TEXT COLLATE "C" NOT NULL,
    duration_ms BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    state       TEXT COLLATE "C" NOT NULL
                CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn', 'replaced', 'expired')),
    in_force    BIGINT CHECK (in_force = 1),
    starts_at   BIGINT,
    session_id  TEXT COLLATE "C",
    UNIQUE (match_id, in_force)
);

CREATE TABLE blocks (
    by_id      TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (by_id, user_id)
);

CREATE INDEX blocks_by_user ON blocks (user_id);

CREATE TABLE notification_subjects (
    notification_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES notifications (id) ON DELETE CASCADE,
    gift_id         TEXT COLLATE "C",
    match_id        TEXT COLLATE "C"
);
