-- Browsers that show pushes to somebody. An endpoint has one owner: endpoint_hash is SHA-256 of it, in base64url. One
-- that belongs to a login ends with it; one of a page that came by a join link is of that session alone, and of the
-- link that counted then (generation).
CREATE TABLE push_subscriptions (
    id            TEXT    NOT NULL PRIMARY KEY,
    user_id       TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    login_id      TEXT    REFERENCES logins (id) ON DELETE CASCADE,
    session_id    TEXT    REFERENCES sessions (id) ON DELETE CASCADE,
    generation    INTEGER,
    endpoint_hash TEXT    NOT NULL UNIQUE,
    endpoint      TEXT    NOT NULL,
    p256dh        TEXT    NOT NULL,
    auth          TEXT    NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX push_subscriptions_by_user ON push_subscriptions (user_id, id);
CREATE INDEX push_subscriptions_by_login ON push_subscriptions (login_id);
CREATE INDEX push_subscriptions_by_session ON push_subscriptions (session_id);
