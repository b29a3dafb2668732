-- Where mails go that tell people of something, and who wants none, as the file of SQLite explains it. Every statement may run again.

CREATE TABLE IF NOT EXISTS mail_addresses (
    address_hash VARCHAR(255) NOT NULL PRIMARY KEY,
    refused_at   BIGINT,
    reason       LONGTEXT,
    day_at       BIGINT NOT NULL,
    sent         BIGINT NOT NULL,
    INDEX mail_addresses_by_day (day_at, address_hash)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS email_optouts (
    user_id VARCHAR(255) NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
