-- How people find each other. Of each pair the one with the lower id is low_id; who changes anything between two people
-- has locked both of their rows in users first, in that order.

-- in_force is 1 while a match stands, and NULL after: of two people one stands at most.
CREATE TABLE matches (
    id          TEXT    NOT NULL PRIMARY KEY,
    application TEXT    NOT NULL,
    low_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    high_id     TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    room_id     TEXT    NOT NULL UNIQUE,
    created_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    in_force    INTEGER CHECK (in_force = 1),
    UNIQUE (low_id, high_id, in_force)
) STRICT;

CREATE INDEX matches_by_high ON matches (high_id);

-- Sessions that a match has booked. Their room is the match's; the room_id of such a session is its own id, and no room.
CREATE TABLE match_sessions (
    session_id TEXT NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    match_id   TEXT NOT NULL REFERENCES matches (id) ON DELETE CASCADE
) STRICT;

CREATE INDEX match_sessions_by_match ON match_sessions (match_id);

-- times is JSON. opened_at is set once somebody has written down that it is open; until then due_at is opens_at. A gift
-- that is taken back stays as withdrawn, without its text: it counts among those of its day.
CREATE TABLE gifts (
    id          TEXT    NOT NULL PRIMARY KEY,
    giver_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    receiver_id TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind        TEXT    NOT NULL CHECK (kind IN ('plain', 'special')),
    letter      TEXT    NOT NULL,
    times       TEXT    NOT NULL,
    sent_at     INTEGER NOT NULL,
    opens_at    INTEGER NOT NULL,
    opened_at   INTEGER,
    due_at      INTEGER,
    fate        TEXT    NOT NULL CHECK (fate IN ('delivered', 'undelivered', 'withdrawn')),
    match_id    TEXT
) STRICT;

CREATE INDEX gifts_by_giver ON gifts (giver_id, id);
CREATE INDEX gifts_by_day ON gifts (giver_id, sent_at);
CREATE INDEX gifts_by_receiver ON gifts (receiver_id, id);
CREATE INDEX gifts_by_pair ON gifts (giver_id, receiver_id);
CREATE INDEX gifts_due ON gifts (due_at, id) WHERE due_at IS NOT NULL;

-- When somebody who has peeked may again, whatever their time zone is by then.
CREATE TABLE peeks (
    user_id TEXT    NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    next_at INTEGER NOT NULL
) STRICT;

-- in_force as of matches: a match has one open proposal at most. Whether an open one has expired is a question of the
-- time. starts_at and session_id are of accepted ones.
CREATE TABLE proposals (
    id          TEXT    NOT NULL PRIMARY KEY,
    match_id    TEXT    NOT NULL REFERENCES matches (id) ON DELETE CASCADE,
    by_id       TEXT    NOT NULL,
    times       TEXT    NOT NULL,
    duration_ms INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    state       TEXT    NOT NULL
                CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn', 'replaced', 'expired')),
    in_force    INTEGER CHECK (in_force = 1),
    starts_at   INTEGER,
    session_id  TEXT,
    UNIQUE (match_id, in_force)
) STRICT;

CREATE TABLE blocks (
    by_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (by_id, user_id)
) STRICT;

CREATE INDEX blocks_by_user ON blocks (user_id);

-- What a notification is of, beside a session.
CREATE TABLE notification_subjects (
    notification_id TEXT NOT NULL PRIMARY KEY REFERENCES notifications (id) ON DELETE CASCADE,
    gift_id         TEXT,
    match_id        TEXT
) STRICT;
