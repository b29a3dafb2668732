-- When a session that is not over keeps each of its two busy; the columns are explained with SQLite's.

CREATE TABLE occupancies (
    session_id    TEXT COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id       TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    starts_at     BIGINT NOT NULL,
    ends_at       BIGINT NOT NULL,
    busy_until    BIGINT NOT NULL,
    latest_end_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, user_id)
);

CREATE INDEX occupancies_by_user ON occupancies (user_id, latest_end_at);

INSERT INTO occupancies (session_id, user_id, starts_at, ends_at, busy_until, latest_end_at)
SELECT id, user_id, starts_at,
       least(starts_at + countdown + duration, hard_end),
       least(starts_at + countdown + duration + extensions, hard_end),
       starts_at + closes_after + 30000 + countdown + connect + duration + extensions + pauses
FROM (
    SELECT s.id, p.user_id, s.starts_at,
           coalesce((s.terms::json ->> 'countdown_ms')::bigint, 0) AS countdown,
           coalesce((s.terms::json ->> 'duration_ms')::bigint, 0) AS duration,
           coalesce((s.terms::json ->> 'extension_ms')::bigint * (s.terms::json ->> 'max_extensions')::bigint, 0) AS extensions,
           coalesce((s.terms::json ->> 'closes_after_ms')::bigint, 0) AS closes_after,
           coalesce((s.terms::json ->> 'connect_ms')::bigint, 0) AS connect,
           CASE s.terms::json ->> 'on_loss' WHEN 'pause' THEN coalesce((s.terms::json ->> 'max_pause_ms')::bigint, 0) ELSE 0 END AS pauses,
           (s.terms::json ->> 'hard_end_at')::bigint AS hard_end
    FROM sessions s JOIN participants p ON p.session_id = s.id
    WHERE s.status IN ('booked', 'live')
) AS open;
