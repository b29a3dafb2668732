-- What recurs in schedulers: one row a task, of all nodes together. A task that one node at a time does is claimed by the lock of
-- its row. last_result: ok, failed, panicked.
CREATE TABLE schedule_runs (
    name             TEXT    NOT NULL PRIMARY KEY,
    schedule         TEXT    NOT NULL,
    last_started_at  INTEGER,
    last_finished_at INTEGER,
    last_result      TEXT,
    last_error       TEXT,
    runs             INTEGER NOT NULL
) STRICT;
