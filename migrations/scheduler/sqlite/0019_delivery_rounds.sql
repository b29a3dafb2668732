-- Deliveries that were sent again once they were over: how many attempts had been made by then. Waits between attempts begin anew
-- from there, and the count in the delivery's own row goes on.
CREATE TABLE delivery_rounds (
    delivery_id     TEXT    NOT NULL PRIMARY KEY REFERENCES deliveries (id) ON DELETE CASCADE,
    attempts_before INTEGER NOT NULL
) STRICT;
