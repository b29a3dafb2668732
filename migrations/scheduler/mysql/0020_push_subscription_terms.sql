-- Which key a push subscription was made with, and when it ends, as the file of SQLite explains it. It may run again.

CREATE TABLE IF NOT EXISTS push_subscription_terms (
    subscription_id VARCHAR(255) NOT NULL PRIMARY KEY,
    vapid_key       VARCHAR(255),
    expires_at      BIGINT,
    FOREIGN KEY (subscription_id) REFERENCES push_subscriptions (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
