-- What an operator decided about a held row. The decision is a submission of its own, with its own facts: runs take it, and a later one overrides it.

CREATE TABLE :area.decision (
    submission_id int PRIMARY KEY,           -- the decision
    fact          text NOT NULL,
    held_in       int NOT NULL,              -- the submission whose row was held
    held_row      int NOT NULL,
    act           text NOT NULL CHECK (act IN ('take', 'withdraw')),
    reason        text NOT NULL,
    decided_by    text NOT NULL,
    decided_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON :area.decision (held_in, held_row);

GRANT SELECT, INSERT ON :area.decision TO batch_program;
GRANT SELECT ON :area.decision TO batch_analyst;
