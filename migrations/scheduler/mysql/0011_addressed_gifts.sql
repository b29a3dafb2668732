-- Gifts to addresses, mails that were refused, and reports, as the file of SQLite explains them. Every statement may run again.

CREATE TABLE IF NOT EXISTS addressed_gifts (
    gift_id   VARCHAR(255) NOT NULL PRIMARY KEY,
    giver_id  VARCHAR(255) NOT NULL,
    email     VARCHAR(255) NOT NULL,
    email_key VARCHAR(255) NOT NULL,
    kind      VARCHAR(64) NOT NULL CHECK (kind IN ('plain', 'special')),
    letter    LONGTEXT NOT NULL,
    times     VARCHAR(255) NOT NULL,
    sent_at   BIGINT NOT NULL,
    opens_at  BIGINT NOT NULL,
    fate      VARCHAR(64) NOT NULL CHECK (fate IN ('waiting', 'claimed', 'withdrawn')),
    INDEX addressed_gifts_by_email (email_key, fate),
    INDEX addressed_gifts_by_giver (giver_id, gift_id),
    INDEX addressed_gifts_by_day (giver_id, sent_at),
    INDEX addressed_gifts_by_age (fate, sent_at),
    FOREIGN KEY (giver_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS mail_recipients (
    address_hash VARCHAR(255) NOT NULL PRIMARY KEY,
    refused_at   BIGINT
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS reports (
    id         VARCHAR(255) NOT NULL PRIMARY KEY,
    by_id      VARCHAR(255) NOT NULL,
    user_id    VARCHAR(255) NOT NULL,
    session_id VARCHAR(255),
    reason     VARCHAR(255) NOT NULL,
    text       LONGTEXT,
    created_at BIGINT NOT NULL,
    INDEX reports_by_day (by_id, created_at),
    INDEX reports_by_user (user_id),
    FOREIGN KEY (by_id) REFERENCES users (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
