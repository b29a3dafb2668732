-- Accounts of people, as the file of SQLite explains them. Every statement may run again.

CREATE TABLE IF NOT EXISTS accounts (
    user_id        VARCHAR(255) NOT NULL PRIMARY KEY,
    email          VARCHAR(255) NOT NULL,
    email_key      VARCHAR(255) NOT NULL UNIQUE,
    email_verified BIGINT NOT NULL CHECK (email_verified IN (0, 1)),
    password       VARCHAR(255) NOT NULL,
    discoverable   BIGINT NOT NULL CHECK (discoverable IN (0, 1)),
    notify         LONGTEXT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- A name of 100 characters may have more in small letters.
CREATE TABLE IF NOT EXISTS searchable_names (
    name_key VARCHAR(300) NOT NULL,
    user_id  VARCHAR(255) NOT NULL,
    PRIMARY KEY (name_key, user_id),
    INDEX searchable_names_by_user (user_id),
    FOREIGN KEY (user_id) REFERENCES accounts (user_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS logins (
    id           VARCHAR(255) NOT NULL PRIMARY KEY,
    user_id      VARCHAR(255) NOT NULL,
    hash         VARCHAR(255) NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    user_agent   VARCHAR(255),
    INDEX logins_by_user (user_id, id),
    INDEX logins_by_expiry (expires_at),
    FOREIGN KEY (user_id) REFERENCES accounts (user_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS account_tokens (
    hash       VARCHAR(255) NOT NULL PRIMARY KEY,
    user_id    VARCHAR(255) NOT NULL,
    kind       VARCHAR(64) NOT NULL CHECK (kind IN ('verify', 'reset')),
    email      VARCHAR(255) NOT NULL,
    login_id   VARCHAR(255),
    expires_at BIGINT NOT NULL,
    INDEX account_tokens_by_user (user_id, kind),
    INDEX account_tokens_by_expiry (expires_at),
    FOREIGN KEY (user_id) REFERENCES accounts (user_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS invites (
    hash       VARCHAR(255) NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    INDEX invites_by_expiry (expires_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS mails (
    id          VARCHAR(255) NOT NULL PRIMARY KEY,
    kind        VARCHAR(64) NOT NULL,
    address     VARCHAR(255) NOT NULL,
    address_key VARCHAR(255) NOT NULL,
    user_id     VARCHAR(255),
    detail      LONGTEXT,
    locale      VARCHAR(255) NOT NULL,
    created_at  BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    state       VARCHAR(64) NOT NULL CHECK (state IN ('due', 'sent', 'dead')),
    reason      VARCHAR(300),
    INDEX mails_due (state, due_at, id),
    INDEX mails_by_address (address_key, created_at),
    INDEX mails_by_user (user_id),
    INDEX mails_by_age (created_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
