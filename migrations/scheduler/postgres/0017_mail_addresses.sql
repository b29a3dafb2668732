-- Where mails go that tell people of something, and who wants none.

-- An address by the SHA-256 of its small letters, in base64, and never by itself. refused_at: since when its server has said that
-- there is no such mailbox, and reason the code that it said. sent counts the mails of the day of UTC that begins at
-- day_at.
CREATE TABLE mail_addresses (
    address_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    refused_at   BIGINT,
    reason       TEXT COLLATE "C",
    day_at       BIGINT NOT NULL,
    sent         BIGINT NOT NULL
);

CREATE INDEX mail_addresses_by_day ON mail_addresses (day_at, address_hash);

-- People of applications who want no mails. Those with an account say so in their settings.
CREATE TABLE email_optouts (
    user_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    at      BIGINT NOT NULL
);
