-- What recurs in schedulers, as the file of SQLite explains it.

CREATE TABLE schedule_runs (
    name             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    schedule         TEXT COLLATE "C" NOT NULL,
    last_started_at  BIGINT,
    last_finished_at BIGINT,
    last_result      TEXT COLLATE "C",
    last_error       TEXT COLLATE "C",
    runs             BIGINT NOT NULL
);
