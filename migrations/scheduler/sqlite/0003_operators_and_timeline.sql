-- What a key is good for: an application's bookings, or an operator's tickets.
ALTER TABLE api_keys ADD COLUMN scope TEXT NOT NULL DEFAULT 'app' CHECK (scope IN ('app', 'operator'));

-- What happened to each session, row by row. id is the event's own where one tells of it, so that nothing
-- stands here twice; body is JSON of the item as it is told. at and id are the order.
CREATE TABLE timeline (
    id         TEXT    NOT NULL PRIMARY KEY,
    session_id TEXT    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    at         INTEGER NOT NULL,
    body       TEXT    NOT NULL
) STRICT;

CREATE INDEX timeline_by_session ON timeline (session_id, at, id);
