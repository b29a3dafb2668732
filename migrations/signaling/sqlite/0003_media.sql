-- Media rooms of sessions that are over, until nobody can get back in. Written with the session's end.
CREATE TABLE media_closings (
    session  TEXT    NOT NULL PRIMARY KEY,
    -- livekit or openvidu
    kind     TEXT    NOT NULL,
    revision INTEGER NOT NULL,
    ended_at INTEGER NOT NULL
) STRICT;

-- What media servers told, each once, as it came. state: new, parked (its session is not known here yet),
-- done, dead (it can't be read: `rendezvous media replay` makes it new again).
CREATE TABLE media_inbox (
    position    INTEGER PRIMARY KEY AUTOINCREMENT,
    server      TEXT    NOT NULL,
    -- What is the same when it comes again.
    event_key   TEXT    NOT NULL,
    received_at INTEGER NOT NULL,
    body        TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('new', 'parked', 'done', 'dead')),
    why         TEXT,
    UNIQUE (server, event_key)
) STRICT;

CREATE INDEX media_inbox_by_state ON media_inbox (state, position);
CREATE INDEX media_inbox_by_time ON media_inbox (received_at);
