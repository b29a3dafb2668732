-- Who was removed from a session: the ticket of their link reaches its room no more.
CREATE TABLE removals (
    session_id TEXT    NOT NULL,
    user_id    TEXT    NOT NULL,
    removed_at INTEGER NOT NULL,
    PRIMARY KEY (session_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX removals_by_time ON removals (removed_at);
