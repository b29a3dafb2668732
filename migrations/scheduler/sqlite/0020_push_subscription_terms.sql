-- Beside a push subscription: which key of ours it was made with, and takes messages of, and when its push service ends it,
-- if it says so. One without a row is from before this was noted.
CREATE TABLE push_subscription_terms (
    subscription_id TEXT NOT NULL PRIMARY KEY REFERENCES push_subscriptions (id) ON DELETE CASCADE,
    vapid_key       TEXT,
    expires_at      INTEGER
) STRICT;
