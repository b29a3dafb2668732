-- Facts for other services, in the order of their commits; and those of others, taken once each.

CREATE TABLE outbox (
    position    INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id    TEXT    NOT NULL UNIQUE,
    occurred_at INTEGER NOT NULL,
    body        TEXT    NOT NULL
) STRICT;

CREATE INDEX outbox_by_time ON outbox (occurred_at);

-- How far each service has taken them.
CREATE TABLE outbox_cursor (
    destination TEXT    PRIMARY KEY,
    position    INTEGER NOT NULL
) STRICT;

CREATE TABLE inbox (
    event_id    TEXT    PRIMARY KEY,
    received_at INTEGER NOT NULL
) STRICT;

CREATE INDEX inbox_by_time ON inbox (received_at);

-- Everything of that service up to then has been taken.
CREATE TABLE inbox_source (
    source      TEXT    PRIMARY KEY,
    complete_to INTEGER NOT NULL
) STRICT;

-- Readiness writes here to know that it can.
CREATE TABLE write_probe (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL
) STRICT;
