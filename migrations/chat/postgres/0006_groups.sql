-- As SQLite's 0006, which says what the tables are for.

CREATE TABLE room_groups (
    room_id  TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES rooms (room_id),
    name     TEXT COLLATE "C" NOT NULL DEFAULT '',
    revision BIGINT NOT NULL
);

CREATE TABLE group_members (
    room_id  TEXT COLLATE "C" NOT NULL REFERENCES rooms (room_id),
    user_id  TEXT COLLATE "C" NOT NULL,
    role     TEXT COLLATE "C" NOT NULL,
    from_seq BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (room_id, user_id)
);

CREATE INDEX group_members_by_user ON group_members (user_id);
