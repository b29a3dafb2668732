-- Which key a push subscription was made with, and when it ends, as the file of SQLite explains it.

CREATE TABLE push_subscription_terms (
    subscription_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES push_subscriptions (id) ON DELETE CASCADE,
    vapid_key       TEXT COLLATE "C",
    expires_at      BIGINT
);
