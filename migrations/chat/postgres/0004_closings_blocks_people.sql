-- As SQLite's 0004, which says what the tables are for.

CREATE TABLE closed_rooms (
    room_id   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    closed_at BIGINT NOT NULL
);

CREATE TABLE blocks (
    by_id      TEXT COLLATE "C" NOT NULL,
    user_id    TEXT COLLATE "C" NOT NULL,
    blocked    BIGINT NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL DEFAULT 0,
    event_id   TEXT COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (by_id, user_id)
);

CREATE INDEX blocks_by_user ON blocks (user_id);
CREATE INDEX blocks_by_time ON blocks (blocked, changed_at);

CREATE TABLE people (
    user_id   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    erased_at BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX people_by_erasure ON people (erased_at);
