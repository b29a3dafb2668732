-- Calendar feeds, feedback and applications, as the file of SQLite explains them. Every statement may run again.

CREATE TABLE IF NOT EXISTS calendar_feeds (
    user_id    VARCHAR(255) NOT NULL PRIMARY KEY,
    hash       VARCHAR(255) NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS session_feedback (
    session_id VARCHAR(255) NOT NULL,
    user_id    VARCHAR(255) NOT NULL,
    score      BIGINT NOT NULL,
    body       LONGTEXT,
    given_at   BIGINT NOT NULL,
    changed_at BIGINT,
    revision   BIGINT NOT NULL,
    PRIMARY KEY (session_id, user_id),
    INDEX session_feedback_by_user (user_id),
    FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS applications (
    id       VARCHAR(255) NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL,
    body     LONGTEXT NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
