-- Deliveries that were sent again, as the file of SQLite explains it. It may run again.

CREATE TABLE IF NOT EXISTS delivery_rounds (
    delivery_id     VARCHAR(255) NOT NULL PRIMARY KEY,
    attempts_before BIGINT NOT NULL,
    FOREIGN KEY (delivery_id) REFERENCES deliveries (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
