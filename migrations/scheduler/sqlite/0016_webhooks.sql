-- Who is told of an application's events. kind 'url' has an address, and 'listener' an end. position: its place among those of
-- its kind, of which an application has so many. events is JSON, disabled a reason. Secrets are derived: their number stands
-- here, and until when the one before it signs, too.
CREATE TABLE webhook_endpoints (
    id             TEXT    NOT NULL PRIMARY KEY,
    application    TEXT    NOT NULL,
    kind           TEXT    NOT NULL CHECK (kind IN ('url', 'listener')),
    position       INTEGER NOT NULL,
    url            TEXT,
    events         TEXT    NOT NULL,
    description    TEXT,
    disabled       TEXT,
    secret_number  INTEGER NOT NULL,
    previous_until INTEGER,
    failing_since  INTEGER,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER,
    UNIQUE (application, kind, position)
) STRICT;
