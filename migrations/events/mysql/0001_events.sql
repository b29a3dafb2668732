-- Facts for other services and those of others, as the files of SQLite up to 1002 leave them. The columns are
-- explained there. DDL commits by itself here: every statement may run again, so that a file that was stopped
-- in its middle completes. No comment has a semicolon or a quote, because files are run statement by statement.

CREATE TABLE IF NOT EXISTS outbox (
    -- From outbox_head: AUTO_INCREMENT would give positions in another order than that of the commits.
    position    BIGINT NOT NULL PRIMARY KEY,
    event_id    VARCHAR(255) NOT NULL UNIQUE,
    occurred_at BIGINT NOT NULL,
    body        LONGTEXT NOT NULL,
    INDEX outbox_by_time (occurred_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- The last position that was given. Its lock is held until the commit.
CREATE TABLE IF NOT EXISTS outbox_head (
    id       BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    position BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Leaves a position that has risen since.
INSERT INTO outbox_head (id, position) VALUES (1, 0) ON DUPLICATE KEY UPDATE id = 1;

CREATE TABLE IF NOT EXISTS outbox_cursor (
    destination VARCHAR(255) NOT NULL PRIMARY KEY,
    position    BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS inbox (
    event_id    VARCHAR(255) NOT NULL PRIMARY KEY,
    received_at BIGINT NOT NULL,
    INDEX inbox_by_time (received_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS inbox_watermark (
    source      VARCHAR(255) NOT NULL,
    node        VARCHAR(255) NOT NULL,
    complete_to BIGINT NOT NULL,
    heard_at    BIGINT NOT NULL,
    PRIMARY KEY (source, node)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS write_probe (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    at BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
