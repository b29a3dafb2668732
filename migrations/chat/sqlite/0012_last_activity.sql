-- When people were last seen to do something, to a minute: what is told of those who are not connected.
CREATE TABLE last_activity (
    user_id   TEXT    PRIMARY KEY,
    active_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX last_activity_by_time ON last_activity (active_at);
