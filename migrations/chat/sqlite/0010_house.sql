-- What becomes of messages after they were said.

-- The text is gone from then on, whether or not it is still here.
ALTER TABLE messages ADD COLUMN expires_at INTEGER;
-- When its sender took the message back: then neither text nor salt is here.
ALTER TABLE messages ADD COLUMN deleted_at INTEGER;

-- The texts that have an end and are here.
CREATE INDEX messages_by_expiry ON messages (expires_at) WHERE expires_at IS NOT NULL AND salt IS NOT NULL;

-- What is known of a room beside its messages.
CREATE TABLE message_rooms (
    room_id      TEXT    PRIMARY KEY,
    -- How often a text was taken away.
    changes      INTEGER NOT NULL DEFAULT 0,
    -- The last message that was too old: what lies up to there is shown to nobody, and deleted.
    begins_after INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
