-- Whose credentials are good no longer, each until they have run out by themselves.
CREATE TABLE revocations (
    session TEXT    NOT NULL,
    -- Empty for everybody of the session.
    person  TEXT    NOT NULL,
    until   INTEGER NOT NULL,
    PRIMARY KEY (session, person)
) STRICT;

CREATE INDEX revocations_by_time ON revocations (until);
