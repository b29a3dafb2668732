-- What is to be told to whom, by which channel: one row for each person or endpoint, channel and cause.

-- idempotency_key: what it stems from, by which channel, to whom. target: the push subscription or the webhook endpoint.
-- What is told is the notification, where its own row has it, or the event. lane: deliveries of one lane go out one after the other, by their ids. open_at: when a pending one may be claimed, its
-- time or the end of the claim on it; NULL in one that is over. term counts the claims. expires_at: when it is too late.
CREATE TABLE deliveries (
    id              TEXT    NOT NULL PRIMARY KEY,
    idempotency_key TEXT    NOT NULL UNIQUE,
    channel         TEXT    NOT NULL CHECK (channel IN ('in_app', 'push', 'email', 'webhook')),
    kind            TEXT    NOT NULL,
    application     TEXT    NOT NULL,
    user_id         TEXT,
    session_id      TEXT    REFERENCES sessions (id) ON DELETE CASCADE,
    target          TEXT,
    lane            TEXT,
    notification_id TEXT,
    event           TEXT,
    state           TEXT    NOT NULL CHECK (state IN ('pending', 'sent', 'failed', 'missed', 'suppressed')),
    reason          TEXT,
    attempts        INTEGER NOT NULL,
    term            INTEGER NOT NULL,
    due_at          INTEGER NOT NULL,
    open_at         INTEGER,
    expires_at      INTEGER,
    created_at      INTEGER NOT NULL,
    sent_at         INTEGER
) STRICT;

CREATE INDEX deliveries_open ON deliveries (channel, open_at, id) WHERE open_at IS NOT NULL;
CREATE INDEX deliveries_by_lane ON deliveries (lane, id) WHERE open_at IS NOT NULL;
CREATE INDEX deliveries_by_application ON deliveries (application, id);
CREATE INDEX deliveries_by_state ON deliveries (state, id);
CREATE INDEX deliveries_by_session ON deliveries (session_id, id);
CREATE INDEX deliveries_by_user ON deliveries (user_id);
CREATE INDEX deliveries_by_target ON deliveries (target, id);
CREATE INDEX deliveries_by_age ON deliveries (created_at);
