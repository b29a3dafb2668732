-- Who is told of an application's events, as the file of SQLite explains it. Every statement may run again.

CREATE TABLE IF NOT EXISTS webhook_endpoints (
    id             VARCHAR(255) NOT NULL PRIMARY KEY,
    application    VARCHAR(255) NOT NULL,
    kind           VARCHAR(64) NOT NULL CHECK (kind IN ('url', 'listener')),
    position       BIGINT NOT NULL,
    url            LONGTEXT,
    events         LONGTEXT NOT NULL,
    description    LONGTEXT,
    disabled       VARCHAR(64),
    secret_number  BIGINT NOT NULL,
    previous_until BIGINT,
    failing_since  BIGINT,
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT,
    UNIQUE (application, kind, position)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
