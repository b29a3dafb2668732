-- Rises with each claim of a job: whoever lost a claim is told from the one who has it.
ALTER TABLE jobs ADD COLUMN term INTEGER NOT NULL DEFAULT 0;

-- When an open job is due; NULL in one that is over.
ALTER TABLE jobs ADD COLUMN open_at INTEGER
    GENERATED ALWAYS AS (CASE WHEN state IN ('due', 'claimed') THEN due_at END) VIRTUAL;

-- The order of the scan: a column of its own, because not every database has partial indexes.
DROP INDEX jobs_due;
CREATE INDEX jobs_due ON jobs (open_at, id) WHERE open_at IS NOT NULL;
