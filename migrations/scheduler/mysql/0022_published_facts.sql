-- As the file of SQLite explains it. Every statement may run again.

CREATE TABLE IF NOT EXISTS person_revisions (
    user_id  VARCHAR(255) NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS fact_backlogs (
    name     VARCHAR(64) NOT NULL PRIMARY KEY,
    after_id VARCHAR(255) NOT NULL,
    finished BIGINT NOT NULL CHECK (finished IN (0, 1))
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
