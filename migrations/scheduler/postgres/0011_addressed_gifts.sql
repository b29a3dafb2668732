-- Gifts to addresses, mails that were refused, and reports, as the file of SQLite explains them.

CREATE TABLE addressed_gifts (
    gift_id   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    giver_id  TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email     TEXT COLLATE "C" NOT NULL,
    email_key TEXT COLLATE "C" NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL CHECK (kind IN ('plain', 'special')),
    letter    TEXT COLLATE "C" NOT NULL,
    times     TEXT COLLATE "C" NOT NULL,
    sent_at   BIGINT NOT NULL,
    opens_at  BIGINT NOT NULL,
    fate      TEXT COLLATE "C" NOT NULL CHECK (fate IN ('waiting', 'claimed', 'withdrawn'))
);

CREATE INDEX addressed_gifts_by_email ON addressed_gifts (email_key, fate);
CREATE INDEX addressed_gifts_by_giver ON addressed_gifts (giver_id, gift_id);
CREATE INDEX addressed_gifts_by_day ON addressed_gifts (giver_id, sent_at);
CREATE INDEX addressed_gifts_by_age ON addressed_gifts (fate, sent_at);

CREATE TABLE mail_recipients (
    address_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    refused_at   BIGINT
);

CREATE TABLE reports (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    by_id      TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id TEXT COLLATE "C",
    reason     TEXT COLLATE "C" NOT NULL,
    text       TEXT COLLATE "C",
    created_at BIGINT NOT NULL
);

CREATE INDEX reports_by_day ON reports (by_id, created_at);
CREATE INDEX reports_by_user ON reports (user_id);
