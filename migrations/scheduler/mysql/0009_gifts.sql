-- How people find each other, as the file of SQLite explains it. Every statement may run again.

CREATE TABLE IF NOT EXISTS matches (
    id          VARCHAR(255) NOT NULL PRIMARY KEY,
    application VARCHAR(255) NOT NULL,
    low_id      VARCHAR(255) NOT NULL,
    high_id     VARCHAR(255) NOT NULL,
    room_id     VARCHAR(255) NOT NULL UNIQUE,
    created_at  BIGINT NOT NULL,
    ended_at    BIGINT,
    in_force    BIGINT CHECK (in_force = 1),
    UNIQUE (low_id, high_id, in_force),
    INDEX matches_by_high (high_id),
    FOREIGN KEY (low_id) REFERENCES users (id) ON DELETE CASCADE,
    FOREIGN KEY (high_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS match_sessions (
    session_id VARCHAR(255) NOT NULL PRIMARY KEY,
    match_id   VARCHAR(255) NOT NULL,
    INDEX match_sessions_by_match (match_id),
    FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE,
    FOREIGN KEY (match_id) REFERENCES matches (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS gifts (
    id          VARCHAR(255) NOT NULL PRIMARY KEY,
    giver_id    VARCHAR(255) NOT NULL,
    receiver_id VARCHAR(255) NOT NULL,
    kind        VARCHAR(64) NOT NULL CHECK (kind IN ('plain', 'special')),
    letter      LONGTEXT NOT NULL,
    times       VARCHAR(255) NOT NULL,
    sent_at     BIGINT NOT NULL,
    opens_at    BIGINT NOT NULL,
    opened_at   BIGINT,
    due_at      BIGINT,
    fate        VARCHAR(64) NOT NULL CHECK (fate IN ('delivered', 'undelivered', 'withdrawn')),
    match_id    VARCHAR(255),
    INDEX gifts_by_giver (giver_id, id),
    INDEX gifts_by_day (giver_id, sent_at),
    INDEX gifts_by_receiver (receiver_id, id),
    INDEX gifts_by_pair (giver_id, receiver_id),
    INDEX gifts_due (due_at, id),
    FOREIGN KEY (giver_id) REFERENCES users (id) ON DELETE CASCADE,
    FOREIGN KEY (receiver_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS peeks (
    user_id VARCHAR(255) NOT NULL PRIMARY KEY,
    next_at BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS proposals (
    id          VARCHAR(255) NOT NULL PRIMARY KEY,
    match_id    VARCHAR(255) NOT NULL,
    by_id       VARCHAR(255) NOT NULL,
    times       VARCHAR(255) NOT NULL,
    duration_ms BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    state       VARCHAR(64) NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn', 'replaced', 'expired')),
    in_force    BIGINT CHECK (in_force = 1),
    starts_at   BIGINT,
    session_id  VARCHAR(255),
    UNIQUE (match_id, in_force),
    FOREIGN KEY (match_id) REFERENCES matches (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS blocks (
    by_id      VARCHAR(255) NOT NULL,
    user_id    VARCHAR(255) NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (by_id, user_id),
    INDEX blocks_by_user (user_id),
    FOREIGN KEY (by_id) REFERENCES users (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS notification_subjects (
    notification_id VARCHAR(255) NOT NULL PRIMARY KEY,
    gift_id         VARCHAR(255),
    match_id        VARCHAR(255),
    FOREIGN KEY (notification_id) REFERENCES notifications (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
