-- Rooms of groups. Who changes anything of a room has locked its row first, and before it the rows in users of all whom they
-- put into it. A room that is closed leaves no row: its id is never given again.
CREATE TABLE rooms (
    id          TEXT    NOT NULL PRIMARY KEY,
    application TEXT    NOT NULL,
    name        TEXT,
    revision    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX rooms_by_application ON rooms (application, id);

-- position rises with the order in which they came. given_name is what an application calls somebody in this room alone.
CREATE TABLE room_members (
    room_id    TEXT    NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    role       TEXT    NOT NULL CHECK (role IN ('owner', 'member')),
    given_name TEXT,
    joined_at  INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id)
) STRICT;

CREATE INDEX room_members_by_user ON room_members (user_id, room_id);

-- The group that a notification is of. The room may be gone by now.
CREATE TABLE notification_rooms (
    notification_id TEXT NOT NULL PRIMARY KEY REFERENCES notifications (id) ON DELETE CASCADE,
    room_id         TEXT NOT NULL
) STRICT;

CREATE INDEX notification_rooms_by_room ON notification_rooms (room_id);
