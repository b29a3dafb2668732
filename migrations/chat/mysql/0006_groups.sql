-- As SQLite's 0006, which says what the tables are for. Every statement may run again.

CREATE TABLE IF NOT EXISTS room_groups (
    room_id  VARCHAR(255) NOT NULL PRIMARY KEY,
    name     LONGTEXT NOT NULL,
    revision BIGINT NOT NULL,
    FOREIGN KEY (room_id) REFERENCES rooms (room_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS group_members (
    room_id  VARCHAR(255) NOT NULL,
    user_id  VARCHAR(255) NOT NULL,
    role     VARCHAR(255) NOT NULL,
    from_seq BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (room_id, user_id),
    INDEX group_members_by_user (user_id),
    FOREIGN KEY (room_id) REFERENCES rooms (room_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
