-- What each message is stored with, so that one that was changed, lost or swapped is seen: in base64 (RFC 4648, section 5),
-- without padding. `salt` makes the digest of the text; once a text is to be gone, salt and text go and `digest` stays.
-- All four are null in messages from before.
ALTER TABLE messages ADD COLUMN salt TEXT;
ALTER TABLE messages ADD COLUMN digest TEXT;
ALTER TABLE messages ADD COLUMN previous TEXT;
ALTER TABLE messages ADD COLUMN chain TEXT;

-- Where a room's chain begins: what lies up to `seq` has none, or is not there any more. A room without a row has all of its
-- messages in its chain.
CREATE TABLE chain_anchors (
    room_id TEXT    PRIMARY KEY,
    seq     INTEGER NOT NULL,
    chain   TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO chain_anchors (room_id, seq, chain)
SELECT room_id, max(seq), 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' FROM messages GROUP BY room_id;
