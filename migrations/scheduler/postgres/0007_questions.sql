-- Which question the two of a session were given, at which place of it. The pair is named by its ids in their order, the
-- same in each of their sessions; repeats is how often they had that question before, so that two sessions of theirs that
-- ask at the same time can't be given the same one.
CREATE TABLE asked_questions (
    session_id  TEXT COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    position    BIGINT NOT NULL,
    first_user  TEXT COLLATE "C" NOT NULL,
    second_user TEXT COLLATE "C" NOT NULL,
    question_id TEXT COLLATE "C" NOT NULL,
    repeats     BIGINT NOT NULL,
    PRIMARY KEY (session_id, position),
    UNIQUE (first_user, second_user, question_id, repeats)
);
