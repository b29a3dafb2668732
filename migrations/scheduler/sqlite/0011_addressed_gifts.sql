-- Gifts to addresses, mails that were refused, and reports.

-- A gift to an address waits until an account has shown that the address is its own. From then on it is claimed, and a row of
-- gifts of the same id has its text and its times. One that was taken back stays as withdrawn, without its text: it counts
-- among those of its day. times is JSON.
CREATE TABLE addressed_gifts (
    gift_id   TEXT    NOT NULL PRIMARY KEY,
    giver_id  TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email     TEXT    NOT NULL,
    email_key TEXT    NOT NULL,
    kind      TEXT    NOT NULL CHECK (kind IN ('plain', 'special')),
    letter    TEXT    NOT NULL,
    times     TEXT    NOT NULL,
    sent_at   INTEGER NOT NULL,
    opens_at  INTEGER NOT NULL,
    fate      TEXT    NOT NULL CHECK (fate IN ('waiting', 'claimed', 'withdrawn'))
) STRICT;

CREATE INDEX addressed_gifts_by_email ON addressed_gifts (email_key, fate);
CREATE INDEX addressed_gifts_by_giver ON addressed_gifts (giver_id, gift_id);
CREATE INDEX addressed_gifts_by_day ON addressed_gifts (giver_id, sent_at);
CREATE INDEX addressed_gifts_by_age ON addressed_gifts (fate, sent_at);

-- An address by the SHA-256 of its small letters, in base64: who has refused mails of gifts is not forgotten, and not named. The
-- lock of the row counts the mails to the address one by one.
CREATE TABLE mail_recipients (
    address_hash TEXT    NOT NULL PRIMARY KEY,
    refused_at   INTEGER
) STRICT;

CREATE TABLE reports (
    id         TEXT    NOT NULL PRIMARY KEY,
    by_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id TEXT,
    reason     TEXT    NOT NULL,
    text       TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX reports_by_day ON reports (by_id, created_at);
CREATE INDEX reports_by_user ON reports (user_id);
