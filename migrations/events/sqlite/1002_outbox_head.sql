-- The last position that the outbox gave. From now on positions are taken from here instead of the table's
-- own sequence: other databases have none that follows the order of the commits, and all count alike.
CREATE TABLE outbox_head (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL
) STRICT;

-- The sequence knows positions that were deleted since; without a row in it the outbox was never written.
INSERT INTO outbox_head (id, position)
SELECT 1, coalesce(
    (SELECT max(seq) FROM sqlite_sequence WHERE name = 'outbox'),
    (SELECT max(position) FROM outbox),
    0
);
