-- Rooms that are groups: their name and their members are those of the highest revision. A room without a row is of two.
CREATE TABLE room_groups (
    room_id  TEXT    PRIMARY KEY REFERENCES rooms (room_id),
    -- Empty where it has none.
    name     TEXT    NOT NULL DEFAULT '',
    revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a group's members have beside others.
CREATE TABLE group_members (
    room_id  TEXT    NOT NULL REFERENCES rooms (room_id),
    user_id  TEXT    NOT NULL,
    role     TEXT    NOT NULL,
    -- The first message that they read: who joins does not see what was before.
    from_seq INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX group_members_by_user ON group_members (user_id);
