-- As SQLite's 0007, which says what the table is for.

CREATE TABLE sent_counts (
    room_id   TEXT COLLATE "C" NOT NULL,
    user_id   TEXT COLLATE "C" NOT NULL,
    sent      BIGINT NOT NULL DEFAULT 0,
    sent_read BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (room_id, user_id)
);

CREATE INDEX sent_counts_by_user ON sent_counts (user_id);
