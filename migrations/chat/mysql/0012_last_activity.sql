-- As SQLite's 0012, which says what the table is for. Every statement may run again.

CREATE TABLE IF NOT EXISTS last_activity (
    user_id   VARCHAR(255) NOT NULL PRIMARY KEY,
    active_at BIGINT       NOT NULL,
    INDEX last_activity_by_time (active_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
