-- What recurs in schedulers, as the file of SQLite explains it. Every statement may run again.

CREATE TABLE IF NOT EXISTS schedule_runs (
    name             VARCHAR(255) NOT NULL PRIMARY KEY,
    schedule         VARCHAR(255) NOT NULL,
    last_started_at  BIGINT,
    last_finished_at BIGINT,
    last_result      VARCHAR(64),
    last_error       LONGTEXT,
    runs             BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
