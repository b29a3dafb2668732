-- What is due, of a session or a room, as the file of SQLite explains it. Every statement may run again: of one that was
-- stopped after the last of them the old table is gone, and stands here empty until it goes again.

CREATE TABLE IF NOT EXISTS jobs (
    id          VARCHAR(255) NOT NULL PRIMARY KEY,
    session_id  VARCHAR(255) NOT NULL,
    revision    BIGINT NOT NULL,
    kind        VARCHAR(64) NOT NULL,
    before_ms   BIGINT NOT NULL,
    user_id     VARCHAR(255) NOT NULL,
    due_at      BIGINT NOT NULL,
    state       VARCHAR(64) NOT NULL,
    reason      VARCHAR(64),
    lease_until BIGINT,
    term        BIGINT NOT NULL DEFAULT 0
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS due_jobs (
    id           VARCHAR(255) NOT NULL PRIMARY KEY,
    subject_kind VARCHAR(16) NOT NULL CHECK (subject_kind IN ('session', 'room')),
    subject_id   VARCHAR(255) NOT NULL,
    revision     BIGINT NOT NULL,
    kind         VARCHAR(64) NOT NULL,
    before_ms    BIGINT NOT NULL,
    user_id      VARCHAR(255) NOT NULL,
    payload      LONGTEXT,
    due_at       BIGINT NOT NULL,
    state        VARCHAR(64) NOT NULL
                 CHECK (state IN ('due', 'claimed', 'done', 'missed', 'cancelled', 'failed')),
    reason       VARCHAR(64),
    lease_until  BIGINT,
    term         BIGINT NOT NULL DEFAULT 0,
    attempts     BIGINT NOT NULL DEFAULT 0,
    open_at      BIGINT GENERATED ALWAYS AS (CASE WHEN state IN ('due', 'claimed') THEN due_at END) STORED,
    UNIQUE (subject_kind, subject_id, revision, kind, before_ms, user_id),
    INDEX due_jobs_open (open_at, id),
    INDEX due_jobs_by_state (state, id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

INSERT INTO due_jobs (id, subject_kind, subject_id, revision, kind, before_ms, user_id, due_at, state, reason, lease_until, term)
SELECT id, 'session', session_id, revision, kind, before_ms, user_id, due_at, state, reason, lease_until, term FROM jobs
ON DUPLICATE KEY UPDATE due_jobs.id = due_jobs.id;

DROP TABLE IF EXISTS jobs;

CREATE TABLE IF NOT EXISTS notification_counts (
    notification_id VARCHAR(255) NOT NULL PRIMARY KEY,
    messages        BIGINT NOT NULL,
    FOREIGN KEY (notification_id) REFERENCES notifications (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
