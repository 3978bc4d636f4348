-- A join is undone also after the year in which it was posted has ended. Closed months and statements stay as they are; the interest of those years is worked out anew
-- on each one's own balance, and posted in the open month.

-- Of what was recorded for the person who stays since a join: which rows are the other's, as the proposer of its undoing says.
CREATE TABLE :area.identity_row (
    identity_id   int NOT NULL REFERENCES :area.identity_change,
    of_submission int NOT NULL,
    of_row        int NOT NULL,
    goes          boolean NOT NULL,             -- to the other person
    PRIMARY KEY (identity_id, of_submission, of_row)
);

-- In which months the ledger had posted what a change moves from one person to another: there it bears interest for the person whose it is.
CREATE TABLE :area.moved_posting (
    submission_id int NOT NULL,                 -- the submission of the change
    person_id     int NOT NULL,
    posting_month date NOT NULL,
    component     smallint NOT NULL,
    fen           bigint NOT NULL,
    PRIMARY KEY (submission_id, person_id, posting_month, component)
);
CREATE INDEX ON :area.moved_posting (person_id);

-- The same once the change is posted: moved_in is the month of its run.
CREATE VIEW :area.posted_move AS
    SELECT m.submission_id, m.person_id, m.posting_month, m.component, m.fen, r.posting_month AS moved_in, r.seq
    FROM :area.moved_posting m JOIN :area.run_submission t USING (submission_id) JOIN :area.standing_run r USING (run_id);

-- What is counted beside the entries of such persons when interest is worked out: what moved counts in the months in which it was posted first and not in the month of
-- the change, and interest that was posted after the year that follows its own is a part of what that year began with. seq: since which run.
CREATE VIEW :area.moved_entry AS
    SELECT p.person_id AS account_id, x.posting_month, NULL::date AS contribution_month, p.component, x.sign * p.fen AS account_fen, p.seq
    FROM :area.posted_move p CROSS JOIN LATERAL (VALUES (p.posting_month, 1), (p.moved_in, -1)) x (posting_month, sign)
    UNION ALL
    SELECT e.account_id, x.posting_month, e.contribution_month, e.component, x.sign * e.account_fen, greatest(r.seq, p.since)
    FROM (SELECT person_id, min(seq) AS since FROM :area.posted_move GROUP BY 1) p JOIN :area.entry e ON e.account_id = p.person_id JOIN :area.posted_run r USING (run_id)
    CROSS JOIN LATERAL (VALUES ((e.contribution_month + interval '1 month')::date, 1), (e.posting_month, -1)) x (posting_month, sign)
    WHERE e.component = 3 AND e.posting_month > e.contribution_month + interval '12 months';

-- Every join that was posted, and since which run it is undone.
CREATE VIEW :area.join_span AS
    SELECT j.identity_id, j.person_id AS to_person, j.other_id AS from_person, max(s.month) AS filed, max(r.posting_month) AS posted, (
        SELECT max(ur.seq) FROM :area.identity_change u JOIN :area.identity_submission ui ON ui.changed = u.identity_id
        JOIN :area.run_submission ut USING (submission_id) JOIN :area.standing_run ur USING (run_id) WHERE u.undoes = j.identity_id) AS undone
    FROM :area.identity_change j JOIN :area.identity_submission i ON i.changed = j.identity_id JOIN :area.submission s USING (submission_id)
    JOIN :area.run_submission t USING (submission_id) JOIN :area.standing_run r USING (run_id)
    WHERE j.kind = 'join' GROUP BY 1, 2, 3;

GRANT SELECT, INSERT ON :area.identity_row, :area.moved_posting TO batch_program;
GRANT SELECT ON :area.posted_move, :area.moved_entry, :area.join_span TO batch_program;
