-- Browsers that show pushes to somebody, as the file of SQLite explains them.

CREATE TABLE push_subscriptions (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id       TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    login_id      TEXT COLLATE "C" REFERENCES logins (id) ON DELETE CASCADE,
    session_id    TEXT COLLATE "C" REFERENCES sessions (id) ON DELETE CASCADE,
    generation    BIGINT,
    endpoint_hash TEXT COLLATE "C" NOT NULL UNIQUE,
    endpoint      TEXT COLLATE "C" NOT NULL,
    p256dh        TEXT COLLATE "C" NOT NULL,
    auth          TEXT COLLATE "C" NOT NULL,
    created_at    BIGINT NOT NULL
);

CREATE INDEX push_subscriptions_by_user ON push_subscriptions (user_id, id);
CREATE INDEX push_subscriptions_by_login ON push_subscriptions (login_id);
CREATE INDEX push_subscriptions_by_session ON push_subscriptions (session_id);
