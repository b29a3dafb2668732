-- Who is told of an application's events, as the file of SQLite explains it.
CREATE TABLE webhook_endpoints (
    id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    application    TEXT COLLATE "C" NOT NULL,
    kind           TEXT COLLATE "C" NOT NULL CHECK (kind IN ('url', 'listener')),
    position       BIGINT NOT NULL,
    url            TEXT COLLATE "C",
    events         TEXT COLLATE "C" NOT NULL,
    description    TEXT COLLATE "C",
    disabled       TEXT COLLATE "C",
    secret_number  BIGINT NOT NULL,
    previous_until BIGINT,
    failing_since  BIGINT,
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT,
    UNIQUE (application, kind, position)
);
