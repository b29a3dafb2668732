-- When a session that is not over keeps each of its two busy: by its duration alone (ends_at), with every extension
-- (busy_until), and if it begins as late as it can (latest_end_at). Other sessions of a person are found by it.
CREATE TABLE occupancies (
    session_id    TEXT    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id       TEXT    NOT NULL REFERENCES users (id),
    starts_at     INTEGER NOT NULL,
    ends_at       INTEGER NOT NULL,
    busy_until    INTEGER NOT NULL,
    latest_end_at INTEGER NOT NULL,
    PRIMARY KEY (session_id, user_id)
) STRICT;

CREATE INDEX occupancies_by_user ON occupancies (user_id, latest_end_at);

INSERT INTO occupancies (session_id, user_id, starts_at, ends_at, busy_until, latest_end_at)
SELECT id, user_id, starts_at,
       min(starts_at + countdown + duration, hard_end),
       min(starts_at + countdown + duration + extensions, hard_end),
       starts_at + closes_after + 30000 + countdown + connect + duration + extensions + pauses
FROM (
    SELECT s.id, p.user_id, s.starts_at,
           coalesce(json_extract(s.terms, '$.countdown_ms'), 0) AS countdown,
           coalesce(json_extract(s.terms, '$.duration_ms'), 0) AS duration,
           coalesce(json_extract(s.terms, '$.extension_ms') * json_extract(s.terms, '$.max_extensions'), 0) AS extensions,
           coalesce(json_extract(s.terms, '$.closes_after_ms'), 0) AS closes_after,
           coalesce(json_extract(s.terms, '$.connect_ms'), 0) AS connect,
           CASE json_extract(s.terms, '$.on_loss') WHEN 'pause' THEN coalesce(json_extract(s.terms, '$.max_pause_ms'), 0) ELSE 0 END AS pauses,
           coalesce(json_extract(s.terms, '$.hard_end_at'), 9223372036854775807) AS hard_end
    FROM sessions s JOIN participants p ON p.session_id = s.id
    WHERE s.status IN ('booked', 'live')
);
