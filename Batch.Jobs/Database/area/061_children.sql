-- A file that mends rejected rows of an earlier one names, for each of its rows, the row that it mends.

CREATE TABLE :area.child_row (
    submission_id int NOT NULL,
    row_no        int NOT NULL,
    parent_row    int NOT NULL,
    outcome       smallint NOT NULL CHECK (outcome BETWEEN 1 AND 4),  -- 1 accepted, 2 unchanged, 3 held, 4 rejected
    paid_fen      bigint,                                             -- as declared; null: it cannot be read
    PRIMARY KEY (submission_id, row_no)
);

-- What the rejected rows of a submission say was paid, where it can be read: so that parent and children reconcile in money too.
CREATE TABLE :area.rejected_row (
    submission_id int NOT NULL,
    row_no        int NOT NULL,
    paid_fen      bigint,
    PRIMARY KEY (submission_id, row_no)
);

ALTER TABLE :area.submission ADD COLUMN unchanged_fen bigint NOT NULL DEFAULT 0;  -- both amounts of the unchanged rows

-- What became of a submission's rejected rows in its children, and in theirs: a row that passed once stays mended, else the latest word counts.
CREATE FUNCTION :area.mended(parent int) RETURNS TABLE (row_no int, submission_id int, child_row int, outcome smallint, paid_fen bigint)
LANGUAGE sql STABLE SET search_path = :area, pg_temp AS $$
    WITH RECURSIVE fate AS (
        SELECT c.parent_row AS row_no, c.submission_id, c.row_no AS child_row, c.outcome, c.paid_fen
        FROM submission_parent p JOIN child_row c USING (submission_id) WHERE p.parent = $1
        UNION ALL
        SELECT f.row_no, c.submission_id, c.row_no, c.outcome, c.paid_fen
        FROM fate f JOIN submission_parent p ON p.parent = f.submission_id JOIN child_row c ON c.submission_id = p.submission_id AND c.parent_row = f.child_row),
    -- A later row of the same child may have held an earlier one.
    told AS (
        SELECT f.row_no, f.submission_id, f.child_row, f.paid_fen, CASE WHEN f.outcome IN (1, 2) AND EXISTS (
            SELECT FROM rejection r WHERE r.submission_id = f.submission_id AND r.row_no = f.child_row) THEN 3::smallint ELSE f.outcome END AS outcome
        FROM fate f)
    SELECT DISTINCT ON (t.row_no) t.row_no, t.submission_id, t.child_row, t.outcome, t.paid_fen FROM told t
    ORDER BY t.row_no, t.outcome = 4, t.submission_id DESC, t.child_row DESC
$$;

REVOKE EXECUTE ON FUNCTION :area.mended FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :area.mended TO batch_program;
GRANT SELECT, INSERT ON :area.child_row, :area.rejected_row TO batch_program;
GRANT SELECT ON :area.child_row, :area.rejected_row TO batch_analyst;
