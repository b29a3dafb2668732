-- As the file of SQLite explains it.

CREATE TABLE person_revisions (
    user_id  TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    revision BIGINT NOT NULL
);

CREATE TABLE fact_backlogs (
    name     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    after_id TEXT COLLATE "C" NOT NULL,
    finished BIGINT NOT NULL CHECK (finished IN (0, 1))
);
