-- A run may not pass over an open month in silence: a month before it that is not closed, with payroll or pension files filed under it and nothing posted in it. Their
-- credits would be posted in the run's month, and the month itself would stay empty. Months before the first one of the ledger are not passed over.

CREATE FUNCTION :area.skipped_months(run int) RETURNS TABLE (month date, submissions bigint)
LANGUAGE sql STABLE SET search_path = :area, pg_temp AS $$
    SELECT f.month, count(*) FROM run r
    JOIN (SELECT run_id, submission_id FROM run_submission) t ON t.run_id = r.run_id
    JOIN filed f USING (submission_id)
    JOIN submission s USING (submission_id)
    WHERE r.run_id = run AND s.kind = 'regular' AND s.content IN ('payroll', 'pension') AND f.month < r.posting_month AND f.month > coalesce(last_closed(), '-infinity')
      AND EXISTS (SELECT FROM ledger l WHERE l.act IN ('post', 'close') AND l.month < f.month)
      AND NOT EXISTS (SELECT FROM posted_run p WHERE p.posting_month = f.month)
    GROUP BY 1 ORDER BY 1
$$;

CREATE OR REPLACE FUNCTION :area.run_anomalies(run int) RETURNS TABLE (code text, value numeric, against numeric, allowed numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    r        run;
    earlier  date;
    now_     record;
    before   record;
    entries  record;
    area     text := right(':area', 6);
    table_   text := ':area.' || run_table(run);
    skipped  record;
BEGIN
    SELECT * INTO r FROM run x WHERE x.run_id = run;
    IF r.kind IS DISTINCT FROM 'allocation' OR r.state NOT IN ('computed', 'approved') THEN
        RETURN;
    END IF;
    SELECT max(p.posting_month) INTO earlier FROM posted_run p
    WHERE p.posting_month < r.posting_month AND EXISTS (SELECT FROM run_total t WHERE t.run_id = p.run_id AND t.component IN (1, 2));
    SELECT coalesce(sum(t.account_fen), 0) AS credited,
           coalesce(sum(CASE x.kind WHEN 'reversal' THEN -t.entries ELSE t.entries END) FILTER (WHERE t.contribution_month = x.posting_month), 0) AS people
        INTO now_ FROM run_total t JOIN run x USING (run_id)
        WHERE t.component IN (1, 2) AND (x.run_id = run OR (x.state = 'posted' AND x.posting_month = r.posting_month));
    SELECT coalesce(sum(t.account_fen), 0) AS credited,
           coalesce(sum(CASE x.kind WHEN 'reversal' THEN -t.entries ELSE t.entries END) FILTER (WHERE t.contribution_month = x.posting_month), 0) AS people
        INTO before FROM run_total t JOIN run x USING (run_id)
        WHERE t.component IN (1, 2) AND x.state = 'posted' AND x.posting_month = earlier;
    IF before.people >= batch.threshold(area, 'least-people') THEN
        allowed := batch.threshold(area, 'credited-off-percent');
        IF abs(now_.credited - before.credited) * 100 > allowed * abs(before.credited) THEN
            code := 'CREDITED_OFF'; value := now_.credited / 100.0; against := before.credited / 100.0;
            RETURN NEXT;
        END IF;
        allowed := batch.threshold(area, 'people-off-percent');
        IF abs(now_.people - before.people) * 100 > allowed * before.people THEN
            code := 'PEOPLE_OFF'; value := now_.people; against := before.people;
            RETURN NEXT;
        END IF;
    END IF;
    FOR skipped IN SELECT * FROM skipped_months(run) LOOP
        code := 'MONTH_SKIPPED'; value := skipped.submissions; against := extract(year FROM skipped.month) * 100 + extract(month FROM skipped.month); allowed := 0;
        RETURN NEXT;
    END LOOP;
    IF to_regclass(table_) IS NULL THEN
        RETURN;
    END IF;
    EXECUTE format('SELECT max(account_fen) AS largest, count(*) FILTER (WHERE account_fen < 0) AS negative FROM %s WHERE component IN (1, 2)', table_) INTO entries;
    against := NULL;
    allowed := batch.threshold(area, 'single-credit-yuan');
    IF entries.largest > allowed * 100 THEN
        code := 'CREDIT_LARGE'; value := entries.largest / 100.0;
        RETURN NEXT;
    END IF;
    allowed := batch.threshold(area, 'negative-credits');
    IF entries.negative > allowed THEN
        code := 'CREDITS_NEGATIVE'; value := entries.negative;
        RETURN NEXT;
    END IF;
END $$;

REVOKE EXECUTE ON FUNCTION :area.skipped_months(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :area.skipped_months(int) TO batch_program;
