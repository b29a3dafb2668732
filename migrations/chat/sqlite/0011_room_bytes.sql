-- How much the texts of a room come to.

-- Bytes of all texts of the room up to this message, whether or not they are here still. Those from before are not counted.
ALTER TABLE messages ADD COLUMN bytes_through INTEGER;

-- The same up to the room's beginning, and of those after it the bytes of texts that were taken away.
ALTER TABLE message_rooms ADD COLUMN begin_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message_rooms ADD COLUMN freed_bytes INTEGER NOT NULL DEFAULT 0;
