-- A file that was sent under a wrong month is filed under the right one while no run holds it. Its record stays as it came in; the word on its month that
-- counts is the latest of these.

CREATE TABLE :area.refiling (
    refiling_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    filed       int NOT NULL,
    was         date NOT NULL,
    month       date NOT NULL CHECK (extract(day FROM month) = 1),
    by          text NOT NULL,
    at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON :area.refiling (filed, refiling_id);

-- The month that each submission counts for.
CREATE VIEW :area.filed AS
    SELECT s.submission_id, coalesce((SELECT r.month FROM :area.refiling r WHERE r.filed = s.submission_id ORDER BY r.refiling_id DESC LIMIT 1), s.month) AS month
    FROM :area.submission s;

-- 'done', or why not: 'taken' by a run, held by an 'open-run', the month is 'closed', the file has a row of a later month or a regular one none of it ('other-month').
CREATE FUNCTION :area.refile(number int, to_month date, who text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    filed_in date;
BEGIN
    SELECT w.month INTO filed_in FROM waiting_submission w WHERE w.submission_id = number FOR UPDATE;
    IF filed_in IS NULL THEN
        RETURN 'taken';
    END IF;
    IF EXISTS (SELECT FROM run_submission t JOIN run r USING (run_id) WHERE t.submission_id = number AND r.state IN ('computing', 'computed', 'approved')) THEN
        RETURN 'open-run';
    END IF;
    IF to_month <= last_closed() THEN
        RETURN 'closed';
    END IF;
    IF EXISTS (SELECT FROM submission_month m WHERE m.submission_id = number AND m.fact <> 'event' AND m.month >= to_month + interval '1 month')
       OR EXISTS (SELECT FROM submission s WHERE s.submission_id = number AND s.kind = 'regular' AND s.content IN ('payroll', 'pension'))
          AND NOT EXISTS (SELECT FROM submission_month m WHERE m.submission_id = number AND m.month = to_month) THEN
        RETURN 'other-month';
    END IF;
    UPDATE waiting_submission w SET month = to_month WHERE w.submission_id = number;
    INSERT INTO refiling (filed, was, month, by) VALUES (number, filed_in, to_month, who);
    INSERT INTO batch.audit (who, area, act, subject)
    VALUES (who, right(':area', 6), 'submission.refile', number || ' ' || to_char(filed_in, 'YYYY-MM') || ' ' || to_char(to_month, 'YYYY-MM'));
    RETURN 'done';
END $$;

GRANT SELECT ON :area.refiling, :area.filed TO batch_program;
REVOKE EXECUTE ON FUNCTION :area.refile(int, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :area.refile(int, date, text) TO batch_program;
