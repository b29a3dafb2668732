-- Accounts of people, as the file of SQLite explains them.

CREATE TABLE accounts (
    user_id        TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES users (id),
    email          TEXT COLLATE "C" NOT NULL,
    email_key      TEXT COLLATE "C" NOT NULL UNIQUE,
    email_verified BIGINT NOT NULL CHECK (email_verified IN (0, 1)),
    password       TEXT COLLATE "C" NOT NULL,
    discoverable   BIGINT NOT NULL CHECK (discoverable IN (0, 1)),
    notify         TEXT COLLATE "C" NOT NULL
);

CREATE TABLE searchable_names (
    name_key TEXT COLLATE "C" NOT NULL,
    user_id  TEXT COLLATE "C" NOT NULL REFERENCES accounts (user_id) ON DELETE CASCADE,
    PRIMARY KEY (name_key, user_id)
);

CREATE INDEX searchable_names_by_user ON searchable_names (user_id);

CREATE TABLE logins (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id      TEXT COLLATE "C" NOT NULL REFERENCES accounts (user_id) ON DELETE CASCADE,
    hash         TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    user_agent   TEXT COLLATE "C"
);

CREATE INDEX logins_by_user ON logins (user_id, id);
CREATE INDEX logins_by_expiry ON logins (expires_at);

CREATE TABLE account_tokens (
    hash       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES accounts (user_id) ON DELETE CASCADE,
    kind       TEXT COLLATE "C" NOT NULL CHECK (kind IN ('verify', 'reset')),
    email      TEXT COLLATE "C" NOT NULL,
    login_id   TEXT COLLATE "C",
    expires_at BIGINT NOT NULL
);

CREATE INDEX account_tokens_by_user ON account_tokens (user_id, kind);
CREATE INDEX account_tokens_by_expiry ON account_tokens (expires_at);

CREATE TABLE invites (
    hash       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX invites_by_expiry ON invites (expires_at);

CREATE TABLE mails (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind        TEXT COLLATE "C" NOT NULL,
    address     TEXT COLLATE "C" NOT NULL,
    address_key TEXT COLLATE "C" NOT NULL,
    user_id     TEXT COLLATE "C",
    detail      TEXT COLLATE "C",
    locale      TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    state       TEXT COLLATE "C" NOT NULL CHECK (state IN ('due', 'sent', 'dead')),
    reason      TEXT COLLATE "C"
);

CREATE INDEX mails_due ON mails (state, due_at, id);
CREATE INDEX mails_by_address ON mails (address_key, created_at);
CREATE INDEX mails_by_user ON mails (user_id);
CREATE INDEX mails_by_age ON mails (created_at);
