-- How many messages a member wrote, and how many of those lie up to their read position: what is unread is what is
-- behind the position less what they wrote there. It is counted from this table on: before it, sending was reading, so
-- that nothing of one's own lay behind the position, and no row is as good as two zeros.
CREATE TABLE sent_counts (
    room_id   TEXT    NOT NULL,
    user_id   TEXT    NOT NULL,
    sent      INTEGER NOT NULL DEFAULT 0,
    sent_read INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX sent_counts_by_user ON sent_counts (user_id);
