-- Which question the two of a session were given, at which place of it. The pair is named by its ids in their order, the
-- same in each of their sessions; repeats is how often they had that question before, so that two sessions of theirs that
-- ask at the same time can't be given the same one. An id of a question is short, so that all of the pair's key can be indexed.
CREATE TABLE IF NOT EXISTS asked_questions (
    session_id  VARCHAR(255) NOT NULL,
    position    BIGINT NOT NULL,
    first_user  VARCHAR(255) NOT NULL,
    second_user VARCHAR(255) NOT NULL,
    question_id VARCHAR(64) NOT NULL,
    repeats     BIGINT NOT NULL,
    PRIMARY KEY (session_id, position),
    UNIQUE (first_user, second_user, question_id, repeats),
    FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
