-- The revision under which the services were told last what others may know of somebody with an account. Who was never to be found
-- has no row.
CREATE TABLE person_revisions (
    user_id  TEXT    NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL
) STRICT;

-- What was there before the services were told of such things is told once, in the order of ids: up to where it is.
CREATE TABLE fact_backlogs (
    name     TEXT    NOT NULL PRIMARY KEY,
    after_id TEXT    NOT NULL,
    finished INTEGER NOT NULL CHECK (finished IN (0, 1))
) STRICT;
