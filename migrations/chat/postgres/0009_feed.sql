-- As SQLite's 0009, which says what the tables are for.

CREATE TABLE profiles (
    user_id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name         TEXT COLLATE "C" NOT NULL,
    named_at     BIGINT           NOT NULL DEFAULT 0,
    tenant       TEXT COLLATE "C" NOT NULL DEFAULT '',
    discoverable BIGINT           NOT NULL DEFAULT 0,
    revision     BIGINT           NOT NULL DEFAULT 0
);

CREATE TABLE matched_pairs (
    low_id     TEXT COLLATE "C" NOT NULL,
    high_id    TEXT COLLATE "C" NOT NULL,
    matched    BIGINT           NOT NULL DEFAULT 0,
    changed_at BIGINT           NOT NULL DEFAULT 0,
    event_id   TEXT COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (low_id, high_id)
);

CREATE INDEX matched_pairs_by_high ON matched_pairs (high_id);

CREATE TABLE follows (
    follower_id TEXT COLLATE "C" NOT NULL,
    author_id   TEXT COLLATE "C" NOT NULL,
    since_id    TEXT COLLATE "C" NOT NULL,
    followed_at BIGINT           NOT NULL,
    matched     BIGINT           NOT NULL DEFAULT 0,
    PRIMARY KEY (follower_id, author_id)
);

CREATE INDEX follows_by_author ON follows (author_id, follower_id);

CREATE TABLE posts (
    post_id   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    author_id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    body      TEXT COLLATE "C",
    sent_at   BIGINT           NOT NULL
);

CREATE UNIQUE INDEX posts_by_key ON posts (author_id, client_id);

CREATE INDEX posts_by_author ON posts (author_id, post_id);

CREATE INDEX posts_by_time ON posts (sent_at);

CREATE TABLE pulled_posts (
    author_id TEXT COLLATE "C" NOT NULL,
    post_id   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (author_id, post_id)
);

CREATE TABLE feed_entries (
    reader_id TEXT COLLATE "C" NOT NULL,
    post_id   TEXT COLLATE "C" NOT NULL,
    author_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (reader_id, post_id)
);

CREATE INDEX feed_entries_by_post ON feed_entries (author_id, post_id, reader_id);

CREATE TABLE feed_jobs (
    job_id    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind      TEXT COLLATE "C" NOT NULL,
    author_id TEXT COLLATE "C" NOT NULL DEFAULT '',
    reader_id TEXT COLLATE "C" NOT NULL DEFAULT '',
    post_id   TEXT COLLATE "C" NOT NULL DEFAULT '',
    after_id  TEXT COLLATE "C" NOT NULL DEFAULT ''
);

CREATE INDEX feed_jobs_by_author ON feed_jobs (author_id);

CREATE INDEX feed_jobs_by_kind ON feed_jobs (kind, job_id);
