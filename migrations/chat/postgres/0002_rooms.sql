-- Rooms, how far their members are, and who was removed, as the files of SQLite up to 0003 leave them; the
-- columns are explained there. Messages are kept elsewhere.

CREATE TABLE rooms (
    room_id   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    epoch     TEXT COLLATE "C" NOT NULL,
    last_seq  BIGINT NOT NULL DEFAULT 0,
    active_at BIGINT NOT NULL,
    revision  BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE members (
    room_id       TEXT COLLATE "C" NOT NULL REFERENCES rooms (room_id),
    user_id       TEXT COLLATE "C" NOT NULL,
    name          TEXT COLLATE "C" NOT NULL,
    read_seq      BIGINT NOT NULL DEFAULT 0,
    delivered_seq BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (room_id, user_id)
);

CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE removals (
    session_id TEXT COLLATE "C" NOT NULL,
    user_id    TEXT COLLATE "C" NOT NULL,
    removed_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, user_id)
);

CREATE INDEX removals_by_time ON removals (removed_at);
