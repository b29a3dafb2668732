-- Facts for other services and those of others, as the files of SQLite up to 1002 leave them; the columns are
-- explained there.

CREATE TABLE outbox (
    -- From outbox_head: a sequence would give positions in another order than that of the commits.
    position    BIGINT NOT NULL PRIMARY KEY,
    event_id    TEXT COLLATE "C" NOT NULL UNIQUE,
    occurred_at BIGINT NOT NULL,
    body        TEXT COLLATE "C" NOT NULL
);

CREATE INDEX outbox_by_time ON outbox (occurred_at);

-- The last position that was given; its lock is held until the commit.
CREATE TABLE outbox_head (
    id       BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    position BIGINT NOT NULL
);

INSERT INTO outbox_head (id, position) VALUES (1, 0);

CREATE TABLE outbox_cursor (
    destination TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    position    BIGINT NOT NULL
);

CREATE TABLE inbox (
    event_id    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    received_at BIGINT NOT NULL
);

CREATE INDEX inbox_by_time ON inbox (received_at);

CREATE TABLE inbox_watermark (
    source      TEXT COLLATE "C" NOT NULL,
    node        TEXT COLLATE "C" NOT NULL,
    complete_to BIGINT NOT NULL,
    heard_at    BIGINT NOT NULL,
    PRIMARY KEY (source, node)
);

CREATE TABLE write_probe (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    at BIGINT NOT NULL
);
