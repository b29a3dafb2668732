-- Deliveries that were sent again, as the file of SQLite explains it.

CREATE TABLE delivery_rounds (
    delivery_id     TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
    attempts_before BIGINT NOT NULL
);
