-- Rooms that take no more messages. One may be here before anything else is known of it.
CREATE TABLE closed_rooms (
    room_id   TEXT    PRIMARY KEY,
    closed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who blocks whom, and whom no more: of the events that tell of it the latest counts, by time and id.
CREATE TABLE blocks (
    by_id      TEXT    NOT NULL,
    user_id    TEXT    NOT NULL,
    blocked    INTEGER NOT NULL DEFAULT 0,
    changed_at INTEGER NOT NULL DEFAULT 0,
    event_id   TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (by_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX blocks_by_user ON blocks (user_id);
CREATE INDEX blocks_by_time ON blocks (blocked, changed_at);

-- Whoever is named a member locks these rows first, so that nobody is named who is being erased.
CREATE TABLE people (
    user_id   TEXT    PRIMARY KEY,
    -- 0: not erased.
    erased_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX people_by_erasure ON people (erased_at);
