-- People with an account of their own. Each is a row of `users` too, of the application `people` and with its own
-- id as external_id. email is as they wrote it, email_key what makes it one: no two accounts have the same.
-- password is a PHC string of Argon2id; notify is JSON of the wire.
CREATE TABLE accounts (
    user_id        TEXT    NOT NULL PRIMARY KEY REFERENCES users (id),
    email          TEXT    NOT NULL,
    email_key      TEXT    NOT NULL UNIQUE,
    email_verified INTEGER NOT NULL CHECK (email_verified IN (0, 1)),
    password       TEXT    NOT NULL,
    discoverable   INTEGER NOT NULL CHECK (discoverable IN (0, 1)),
    notify         TEXT    NOT NULL
) STRICT;

-- By what those are found who want to be: their name in small letters, once from each of its words on.
CREATE TABLE searchable_names (
    name_key TEXT NOT NULL,
    user_id  TEXT NOT NULL REFERENCES accounts (user_id) ON DELETE CASCADE,
    PRIMARY KEY (name_key, user_id)
) STRICT;

CREATE INDEX searchable_names_by_user ON searchable_names (user_id);

-- Browsers in which somebody is logged in; hash is that of the cookie.
CREATE TABLE logins (
    id           TEXT    NOT NULL PRIMARY KEY,
    user_id      TEXT    NOT NULL REFERENCES accounts (user_id) ON DELETE CASCADE,
    hash         TEXT    NOT NULL UNIQUE,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    user_agent   TEXT
) STRICT;

CREATE INDEX logins_by_user ON logins (user_id, id);
CREATE INDEX logins_by_expiry ON logins (expires_at);

-- What a mail's link is good for, once: kind verify or reset. email is the address that the mail went to, login_id
-- the login that asked for it.
CREATE TABLE account_tokens (
    hash       TEXT    NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL REFERENCES accounts (user_id) ON DELETE CASCADE,
    kind       TEXT    NOT NULL CHECK (kind IN ('verify', 'reset')),
    email      TEXT    NOT NULL,
    login_id   TEXT,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX account_tokens_by_user ON account_tokens (user_id, kind);
CREATE INDEX account_tokens_by_expiry ON account_tokens (expires_at);

-- Invitations of an operator, each for one sign-up; hash is that of the code.
CREATE TABLE invites (
    hash       TEXT    NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX invites_by_expiry ON invites (expires_at);

-- Mails that are to be sent, and those of the last day: their number is limited by address. A token is drawn when
-- its mail is sent; none stands here. state: due, sent, dead; due_at moves ahead with each attempt, and is the claim.
CREATE TABLE mails (
    id          TEXT    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL,
    address     TEXT    NOT NULL,
    address_key TEXT    NOT NULL,
    user_id     TEXT,
    detail      TEXT,
    locale      TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('due', 'sent', 'dead')),
    reason      TEXT
) STRICT;

CREATE INDEX mails_due ON mails (state, due_at, id);
CREATE INDEX mails_by_address ON mails (address_key, created_at);
CREATE INDEX mails_by_user ON mails (user_id);
CREATE INDEX mails_by_age ON mails (created_at);
