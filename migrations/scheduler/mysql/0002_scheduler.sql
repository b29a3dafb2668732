-- Who may book, whom, when, and who has been told, as the files of SQLite up to 0005 leave them. The columns
-- are explained there. Every statement may run again. References stand apart from their columns, where MySQL
-- would read past them, and indexes within their tables, because MySQL has no CREATE INDEX IF NOT EXISTS.

CREATE TABLE IF NOT EXISTS api_keys (
    hash         VARCHAR(255) NOT NULL PRIMARY KEY,
    application  VARCHAR(255) NOT NULL,
    created_at   BIGINT NOT NULL,
    scope        VARCHAR(64) NOT NULL DEFAULT 'app' CHECK (scope IN ('app', 'operator')),
    last_used_at BIGINT
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS users (
    id          VARCHAR(255) NOT NULL PRIMARY KEY,
    application VARCHAR(255) NOT NULL,
    external_id VARCHAR(255) NOT NULL,
    name        VARCHAR(255) NOT NULL,
    email       VARCHAR(255),
    locale      VARCHAR(255),
    time_zone   VARCHAR(255),
    created_at  BIGINT NOT NULL,
    UNIQUE (application, external_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS sessions (
    id             VARCHAR(255) NOT NULL PRIMARY KEY,
    application    VARCHAR(255) NOT NULL,
    revision       BIGINT NOT NULL,
    room_id        VARCHAR(255) NOT NULL UNIQUE,
    status         VARCHAR(64) NOT NULL CHECK (status IN ('booked', 'live', 'ended', 'cancelled')),
    starts_at      BIGINT NOT NULL,
    lobby_opens_at BIGINT NOT NULL,
    terms          LONGTEXT NOT NULL,
    record         LONGTEXT NOT NULL,
    cancelled      BIGINT NOT NULL CHECK (cancelled IN (0, 1)),
    created_at     BIGINT NOT NULL,
    INDEX sessions_by_start (application, starts_at, id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS participants (
    session_id VARCHAR(255) NOT NULL,
    position   BIGINT NOT NULL CHECK (position IN (0, 1)),
    user_id    VARCHAR(255) NOT NULL,
    name       VARCHAR(255) NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (session_id, position),
    UNIQUE (session_id, user_id),
    INDEX participants_by_user (user_id, session_id),
    FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS jobs (
    id          VARCHAR(255) NOT NULL PRIMARY KEY,
    session_id  VARCHAR(255) NOT NULL,
    revision    BIGINT NOT NULL,
    kind        VARCHAR(64) NOT NULL,
    before_ms   BIGINT NOT NULL,
    user_id     VARCHAR(255) NOT NULL,
    due_at      BIGINT NOT NULL,
    state       VARCHAR(64) NOT NULL CHECK (state IN ('due', 'claimed', 'done', 'missed', 'cancelled')),
    reason      VARCHAR(64),
    lease_until BIGINT,
    term        BIGINT NOT NULL DEFAULT 0,
    open_at     BIGINT GENERATED ALWAYS AS (CASE WHEN state IN ('due', 'claimed') THEN due_at END) STORED,
    UNIQUE (session_id, revision, kind, before_ms, user_id),
    INDEX jobs_due (open_at, id),
    FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- A cause is longer than the id of an event that stands in it.
CREATE TABLE IF NOT EXISTS notifications (
    id         VARCHAR(255) NOT NULL PRIMARY KEY,
    user_id    VARCHAR(255) NOT NULL,
    session_id VARCHAR(255),
    kind       VARCHAR(64) NOT NULL,
    cause      VARCHAR(300) NOT NULL,
    created_at BIGINT NOT NULL,
    starts_at  BIGINT,
    with_name  VARCHAR(255),
    read_at    BIGINT,
    UNIQUE (user_id, cause),
    INDEX notifications_by_user (user_id, id),
    INDEX notifications_by_session (session_id),
    FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS idempotency (
    application VARCHAR(255) NOT NULL,
    scope       VARCHAR(255) NOT NULL,
    "key"       VARCHAR(255) NOT NULL,
    fingerprint VARCHAR(255) NOT NULL,
    answer      LONGTEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (application, scope, "key"),
    INDEX idempotency_by_age (created_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS timeline (
    id         VARCHAR(255) NOT NULL PRIMARY KEY,
    session_id VARCHAR(255) NOT NULL,
    at         BIGINT NOT NULL,
    body       LONGTEXT NOT NULL,
    INDEX timeline_by_session (session_id, at, id),
    FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Texts are cut to 300 characters before they come here.
CREATE TABLE IF NOT EXISTS audit (
    id           VARCHAR(255) NOT NULL PRIMARY KEY,
    at           BIGINT NOT NULL,
    actor        VARCHAR(300) NOT NULL,
    action       VARCHAR(300) NOT NULL,
    subject      VARCHAR(300) NOT NULL,
    session_id   VARCHAR(300),
    user_id      VARCHAR(300),
    from_address VARCHAR(300),
    detail       VARCHAR(300),
    INDEX audit_by_time (at, id),
    INDEX audit_by_session (session_id, at, id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS configuration (
    name        VARCHAR(255) NOT NULL PRIMARY KEY,
    fingerprint VARCHAR(255) NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
