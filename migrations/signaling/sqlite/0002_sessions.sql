-- What signaling knows of a session beyond its tickets; one row a session, forgotten at forget_at.
-- kept_as: open (a snapshot that a restart goes on from), over (why it ended, who was kicked),
-- booked (nobody has joined; newer than tickets may be).
CREATE TABLE sessions (
    id        TEXT    NOT NULL PRIMARY KEY,
    kept_as   TEXT    NOT NULL CHECK (kept_as IN ('open', 'over', 'booked')),
    body      TEXT    NOT NULL,
    forget_at INTEGER NOT NULL
) STRICT;

-- Pruning looks for what is due to be forgotten.
CREATE INDEX sessions_forget_at ON sessions (forget_at);
