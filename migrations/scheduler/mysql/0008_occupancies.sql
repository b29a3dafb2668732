-- When a session that is not over keeps each of its two busy; the columns are explained with SQLite's. Both statements
-- may run again.

CREATE TABLE IF NOT EXISTS occupancies (
    session_id    VARCHAR(255) NOT NULL,
    user_id       VARCHAR(255) NOT NULL,
    starts_at     BIGINT NOT NULL,
    ends_at       BIGINT NOT NULL,
    busy_until    BIGINT NOT NULL,
    latest_end_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, user_id),
    INDEX occupancies_by_user (user_id, latest_end_at),
    FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

INSERT INTO occupancies (session_id, user_id, starts_at, ends_at, busy_until, latest_end_at)
SELECT id, user_id, starts_at,
       LEAST(starts_at + countdown + duration, hard_end),
       LEAST(starts_at + countdown + duration + extensions, hard_end),
       starts_at + closes_after + 30000 + countdown + connect + duration + extensions + pauses
FROM (
    SELECT s.id, p.user_id, s.starts_at,
           COALESCE(CAST(JSON_EXTRACT(s.terms, '$.countdown_ms') AS SIGNED), 0) AS countdown,
           COALESCE(CAST(JSON_EXTRACT(s.terms, '$.duration_ms') AS SIGNED), 0) AS duration,
           COALESCE(CAST(JSON_EXTRACT(s.terms, '$.extension_ms') AS SIGNED)
               * CAST(JSON_EXTRACT(s.terms, '$.max_extensions') AS SIGNED), 0) AS extensions,
           COALESCE(CAST(JSON_EXTRACT(s.terms, '$.closes_after_ms') AS SIGNED), 0) AS closes_after,
           COALESCE(CAST(JSON_EXTRACT(s.terms, '$.connect_ms') AS SIGNED), 0) AS connect,
           CASE JSON_UNQUOTE(JSON_EXTRACT(s.terms, '$.on_loss'))
               WHEN 'pause' THEN COALESCE(CAST(JSON_EXTRACT(s.terms, '$.max_pause_ms') AS SIGNED), 0) ELSE 0 END AS pauses,
           COALESCE(CAST(JSON_EXTRACT(s.terms, '$.hard_end_at') AS SIGNED), 9223372036854775807) AS hard_end
    FROM sessions s JOIN participants p ON p.session_id = s.id
    WHERE s.status IN ('booked', 'live')
) AS still_open
WHERE NOT EXISTS (SELECT 1 FROM occupancies AS filled WHERE filled.session_id = still_open.id);
