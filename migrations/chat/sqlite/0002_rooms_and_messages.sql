-- Rooms and how far their members are; and the messages, which with their keys are the truth about `seq`.

CREATE TABLE rooms (
    room_id   TEXT    PRIMARY KEY,
    epoch     TEXT    NOT NULL,
    -- Up to here everything that follows from a message has been done: positions, events.
    last_seq  INTEGER NOT NULL DEFAULT 0,
    active_at INTEGER NOT NULL,
    -- Of the booking that the members' names are from; 0 where they are from a ticket.
    revision  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
    room_id       TEXT    NOT NULL REFERENCES rooms (room_id),
    user_id       TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    read_seq      INTEGER NOT NULL DEFAULT 0,
    delivered_seq INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX members_by_user ON members (user_id);

-- Positions are in the order of the commits.
CREATE TABLE messages (
    position   INTEGER PRIMARY KEY,
    room_id    TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    message_id TEXT    NOT NULL,
    sender     TEXT    NOT NULL,
    client_id  TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    sent_at    INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX messages_by_seq ON messages (room_id, seq);
CREATE UNIQUE INDEX messages_by_key ON messages (room_id, sender, client_id);
