-- How far each node of each service is taken, in place of each service. What came from a process that did
-- not name its node has an empty one. heard_at: when a batch last came from it.
CREATE TABLE inbox_watermark (
    source      TEXT    NOT NULL,
    node        TEXT    NOT NULL,
    complete_to INTEGER NOT NULL,
    heard_at    INTEGER NOT NULL,
    PRIMARY KEY (source, node)
) STRICT;

INSERT INTO inbox_watermark (source, node, complete_to, heard_at)
SELECT source, '', complete_to, 0 FROM inbox_source;

DROP TABLE inbox_source;
