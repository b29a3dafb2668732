-- Browsers that show pushes to somebody, as the file of SQLite explains them. It may run again.

CREATE TABLE IF NOT EXISTS push_subscriptions (
    id            VARCHAR(255) NOT NULL PRIMARY KEY,
    user_id       VARCHAR(255) NOT NULL,
    login_id      VARCHAR(255),
    session_id    VARCHAR(255),
    generation    BIGINT,
    endpoint_hash VARCHAR(255) NOT NULL UNIQUE,
    endpoint      LONGTEXT NOT NULL,
    p256dh        VARCHAR(255) NOT NULL,
    auth          VARCHAR(255) NOT NULL,
    created_at    BIGINT NOT NULL,
    INDEX push_subscriptions_by_user (user_id, id),
    INDEX push_subscriptions_by_login (login_id),
    INDEX push_subscriptions_by_session (session_id),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    FOREIGN KEY (login_id) REFERENCES logins (id) ON DELETE CASCADE,
    FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
