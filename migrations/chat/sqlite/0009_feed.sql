-- What others may know of people: by which name, and whether strangers of their tenant may follow them. revision is that of the
-- scheduler's facts, named_at when the name was told, by a fact or by a ticket.
CREATE TABLE profiles (
    user_id      TEXT    NOT NULL PRIMARY KEY,
    name         TEXT    NOT NULL,
    named_at     INTEGER NOT NULL DEFAULT 0,
    tenant       TEXT    NOT NULL DEFAULT '',
    discoverable INTEGER NOT NULL DEFAULT 0,
    revision     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Of each pair, the one with the lower id before the other, what the latest fact says: of those at one time the one with the higher
-- event_id.
CREATE TABLE matched_pairs (
    low_id     TEXT    NOT NULL,
    high_id    TEXT    NOT NULL,
    matched    INTEGER NOT NULL DEFAULT 0,
    changed_at INTEGER NOT NULL DEFAULT 0,
    event_id   TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (low_id, high_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX matched_pairs_by_high ON matched_pairs (high_id);

-- Who follows whom. Posts with a post_id above since_id are theirs to see. matched is 1 while the two are matched: other
-- follows count only while the author is discoverable.
CREATE TABLE follows (
    follower_id TEXT    NOT NULL,
    author_id   TEXT    NOT NULL,
    since_id    TEXT    NOT NULL,
    followed_at INTEGER NOT NULL,
    matched     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (follower_id, author_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX follows_by_author ON follows (author_id, follower_id);

-- Posts. Of one that was deleted the key stays, without a body, so that a retry can't bring it back.
CREATE TABLE posts (
    post_id   TEXT    NOT NULL PRIMARY KEY,
    author_id TEXT    NOT NULL,
    client_id TEXT    NOT NULL,
    body      TEXT,
    sent_at   INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX posts_by_key ON posts (author_id, client_id);

CREATE INDEX posts_by_author ON posts (author_id, post_id);

CREATE INDEX posts_by_time ON posts (sent_at);

-- Posts that readers find by their author: those that are not in all feeds yet, and those of whom too many follow.
CREATE TABLE pulled_posts (
    author_id TEXT NOT NULL,
    post_id   TEXT NOT NULL,
    PRIMARY KEY (author_id, post_id)
) STRICT, WITHOUT ROWID;

-- Posts as they were put into feeds. An entry counts only for who follows its author.
CREATE TABLE feed_entries (
    reader_id TEXT NOT NULL,
    post_id   TEXT NOT NULL,
    author_id TEXT NOT NULL,
    PRIMARY KEY (reader_id, post_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX feed_entries_by_post ON feed_entries (author_id, post_id, reader_id);

-- What is to be done batch by batch: a post put into feeds (its job_id is the post_id), or entries that count no more deleted.
-- after_id is how far it is.
CREATE TABLE feed_jobs (
    job_id    TEXT NOT NULL PRIMARY KEY,
    kind      TEXT NOT NULL,
    author_id TEXT NOT NULL DEFAULT '',
    reader_id TEXT NOT NULL DEFAULT '',
    post_id   TEXT NOT NULL DEFAULT '',
    after_id  TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE INDEX feed_jobs_by_author ON feed_jobs (author_id);

CREATE INDEX feed_jobs_by_kind ON feed_jobs (kind, job_id);
