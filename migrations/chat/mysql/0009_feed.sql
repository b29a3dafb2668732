-- As SQLite's 0009, which says what the tables are for. Every statement may run again.

CREATE TABLE IF NOT EXISTS profiles (
    user_id      VARCHAR(255) NOT NULL PRIMARY KEY,
    name         LONGTEXT     NOT NULL,
    named_at     BIGINT       NOT NULL DEFAULT 0,
    tenant       VARCHAR(255) NOT NULL DEFAULT '',
    discoverable BIGINT       NOT NULL DEFAULT 0,
    revision     BIGINT       NOT NULL DEFAULT 0
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS matched_pairs (
    low_id     VARCHAR(255) NOT NULL,
    high_id    VARCHAR(255) NOT NULL,
    matched    BIGINT       NOT NULL DEFAULT 0,
    changed_at BIGINT       NOT NULL DEFAULT 0,
    event_id   VARCHAR(255) NOT NULL DEFAULT '',
    PRIMARY KEY (low_id, high_id),
    INDEX matched_pairs_by_high (high_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS follows (
    follower_id VARCHAR(255) NOT NULL,
    author_id   VARCHAR(255) NOT NULL,
    since_id    VARCHAR(255) NOT NULL,
    followed_at BIGINT       NOT NULL,
    matched     BIGINT       NOT NULL DEFAULT 0,
    PRIMARY KEY (follower_id, author_id),
    INDEX follows_by_author (author_id, follower_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS posts (
    post_id   VARCHAR(255) NOT NULL PRIMARY KEY,
    author_id VARCHAR(255) NOT NULL,
    client_id VARCHAR(255) NOT NULL,
    body      LONGTEXT,
    sent_at   BIGINT       NOT NULL,
    UNIQUE INDEX posts_by_key (author_id, client_id),
    INDEX posts_by_author (author_id, post_id),
    INDEX posts_by_time (sent_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS pulled_posts (
    author_id VARCHAR(255) NOT NULL,
    post_id   VARCHAR(255) NOT NULL,
    PRIMARY KEY (author_id, post_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS feed_entries (
    reader_id VARCHAR(255) NOT NULL,
    post_id   VARCHAR(255) NOT NULL,
    author_id VARCHAR(255) NOT NULL,
    PRIMARY KEY (reader_id, post_id),
    INDEX feed_entries_by_post (author_id, post_id, reader_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS feed_jobs (
    job_id    VARCHAR(255) NOT NULL PRIMARY KEY,
    kind      VARCHAR(64)  NOT NULL,
    author_id VARCHAR(255) NOT NULL DEFAULT '',
    reader_id VARCHAR(255) NOT NULL DEFAULT '',
    post_id   VARCHAR(255) NOT NULL DEFAULT '',
    after_id  VARCHAR(255) NOT NULL DEFAULT '',
    INDEX feed_jobs_by_author (author_id),
    INDEX feed_jobs_by_kind (kind, job_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
