-- Rooms of groups, as the file of SQLite explains it. Every statement may run again.

CREATE TABLE IF NOT EXISTS rooms (
    id          VARCHAR(255) NOT NULL PRIMARY KEY,
    application VARCHAR(255) NOT NULL,
    name        VARCHAR(255),
    revision    BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    INDEX rooms_by_application (application, id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS room_members (
    room_id    VARCHAR(255) NOT NULL,
    user_id    VARCHAR(255) NOT NULL,
    position   BIGINT NOT NULL,
    role       VARCHAR(64) NOT NULL CHECK (role IN ('owner', 'member')),
    given_name VARCHAR(255),
    joined_at  BIGINT NOT NULL,
    PRIMARY KEY (room_id, user_id),
    INDEX room_members_by_user (user_id, room_id),
    FOREIGN KEY (room_id) REFERENCES rooms (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS notification_rooms (
    notification_id VARCHAR(255) NOT NULL PRIMARY KEY,
    room_id         VARCHAR(255) NOT NULL,
    INDEX notification_rooms_by_room (room_id),
    FOREIGN KEY (notification_id) REFERENCES notifications (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
