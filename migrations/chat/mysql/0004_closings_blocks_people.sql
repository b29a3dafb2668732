-- As SQLite's 0004, which says what the tables are for. Every statement may run again.

CREATE TABLE IF NOT EXISTS closed_rooms (
    room_id   VARCHAR(255) NOT NULL PRIMARY KEY,
    closed_at BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS blocks (
    by_id      VARCHAR(255) NOT NULL,
    user_id    VARCHAR(255) NOT NULL,
    blocked    BIGINT NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL DEFAULT 0,
    event_id   VARCHAR(255) NOT NULL DEFAULT '',
    PRIMARY KEY (by_id, user_id),
    INDEX blocks_by_user (user_id),
    INDEX blocks_by_time (blocked, changed_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS people (
    user_id   VARCHAR(255) NOT NULL PRIMARY KEY,
    erased_at BIGINT NOT NULL DEFAULT 0,
    INDEX people_by_erasure (erased_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
