-- Rooms of groups, as the file of SQLite explains it.

CREATE TABLE rooms (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    application TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C",
    revision    BIGINT NOT NULL,
    created_at  BIGINT NOT NULL
);

CREATE INDEX rooms_by_application ON rooms (application, id);

CREATE TABLE room_members (
    room_id    TEXT COLLATE "C" NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    position   BIGINT NOT NULL,
    role       TEXT COLLATE "C" NOT NULL CHECK (role IN ('owner', 'member')),
    given_name TEXT COLLATE "C",
    joined_at  BIGINT NOT NULL,
    PRIMARY KEY (room_id, user_id)
);

CREATE INDEX room_members_by_user ON room_members (user_id, room_id);

CREATE TABLE notification_rooms (
    notification_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES notifications (id) ON DELETE CASCADE,
    room_id         TEXT COLLATE "C" NOT NULL
);

CREATE INDEX notification_rooms_by_room ON notification_rooms (room_id);
