-- Rooms, how far their members are, and who was removed, as the files of SQLite up to 0003 leave them. The
-- columns are explained there. Messages are kept elsewhere. Every statement may run again.

CREATE TABLE IF NOT EXISTS rooms (
    room_id   VARCHAR(255) NOT NULL PRIMARY KEY,
    epoch     VARCHAR(255) NOT NULL,
    last_seq  BIGINT NOT NULL DEFAULT 0,
    active_at BIGINT NOT NULL,
    revision  BIGINT NOT NULL DEFAULT 0
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS members (
    room_id       VARCHAR(255) NOT NULL,
    user_id       VARCHAR(255) NOT NULL,
    name          LONGTEXT NOT NULL,
    read_seq      BIGINT NOT NULL DEFAULT 0,
    delivered_seq BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (room_id, user_id),
    INDEX members_by_user (user_id),
    FOREIGN KEY (room_id) REFERENCES rooms (room_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS removals (
    session_id VARCHAR(255) NOT NULL,
    user_id    VARCHAR(255) NOT NULL,
    removed_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, user_id),
    INDEX removals_by_time (removed_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
