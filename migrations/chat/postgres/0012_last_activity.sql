-- As SQLite's 0012, which says what the table is for.

CREATE TABLE last_activity (
    user_id   TEXT COLLATE "C" PRIMARY KEY,
    active_at BIGINT NOT NULL
);

CREATE INDEX last_activity_by_time ON last_activity (active_at);
