-- As SQLite's 0007, which says what the table is for. Every statement may run again.

CREATE TABLE IF NOT EXISTS sent_counts (
    room_id   VARCHAR(255) NOT NULL,
    user_id   VARCHAR(255) NOT NULL,
    sent      BIGINT NOT NULL DEFAULT 0,
    sent_read BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (room_id, user_id),
    INDEX sent_counts_by_user (user_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
