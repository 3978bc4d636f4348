-- The anomalies of what a run moves besides contributions and retirees' credits: a single movement, what goes out of the accounts in the month beside the last month
-- in which as many movements went out as are needed for a comparison, and how many corrections there are beside the accounts that the area has.
CREATE FUNCTION :area.movement_anomalies(of_run int) RETURNS TABLE (code text, value numeric, against numeric, allowed numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    posting date := (SELECT r.posting_month FROM run r WHERE r.run_id = of_run);
    least   numeric := batch.threshold(right(':area', 6), 'least-people');
BEGIN
    -- Spending 5, pay-outs 6 and transfers out 8; what a reversal puts back counts against it.
    SELECT -sum(t.account_fen) / 100.0 INTO value FROM run_total t JOIN run x USING (run_id)
        WHERE t.component IN (5, 6, 8) AND (x.run_id = of_run OR (x.state = 'posted' AND x.posting_month = posting));
    IF EXISTS (SELECT FROM run_total t WHERE t.run_id = of_run AND t.component IN (5, 6, 8)) THEN
        allowed := batch.threshold(right(':area', 6), 'money-out-percent');
        SELECT -sum(t.account_fen) / 100.0 INTO against FROM posted_run p JOIN run_total t USING (run_id)
            WHERE t.component IN (5, 6, 8) AND p.posting_month < posting
            GROUP BY p.posting_month HAVING sum(t.entries) >= least AND sum(t.account_fen) < 0 ORDER BY p.posting_month DESC LIMIT 1;
        IF value * 100 > allowed * against THEN
            code := 'MONEY_OUT_LARGE';
            RETURN NEXT;
        END IF;
    END IF;
    -- Of a few accounts each correction is many per cent.
    SELECT coalesce(sum(t.entries), 0) INTO value FROM run_total t WHERE t.run_id = of_run AND t.component = 9;
    IF value >= 20 THEN
        allowed := batch.threshold(right(':area', 6), 'corrections-percent');
        against := (SELECT count(*) FROM account);
        IF value * 100 > allowed * against THEN
            code := 'CORRECTIONS_MANY';
            RETURN NEXT;
        END IF;
    END IF;
    IF EXISTS (SELECT FROM run_total t WHERE t.run_id = of_run AND t.component >= 4) AND to_regclass(':area.' || run_table(of_run)) IS NOT NULL THEN
        against := NULL;
        allowed := batch.threshold(right(':area', 6), 'single-movement-yuan');
        EXECUTE format('SELECT max(abs(account_fen)) / 100.0 FROM %I WHERE component >= 4', run_table(of_run)) INTO value;
        IF value > allowed THEN
            code := 'MOVEMENT_LARGE';
            RETURN NEXT;
        END IF;
    END IF;
END $$;

REVOKE EXECUTE ON FUNCTION :area.movement_anomalies(int) FROM PUBLIC;

CREATE OR REPLACE FUNCTION :area.run_anomalies(run int) RETURNS TABLE (code text, value numeric, against numeric, allowed numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    r       run;
    now_    record;
    entries record;
    moved   numeric;
    retired numeric;
    area    text := right(':area', 6);
    table_  text := ':area.' || run_table(run);
BEGIN
    SELECT * INTO r FROM run x WHERE x.run_id = run;
    IF r.kind IS DISTINCT FROM 'allocation' OR r.state NOT IN ('computed', 'approved') THEN
        RETURN;
    END IF;
    SELECT (max(c.credited) FILTER (WHERE NOT c.earlier))::numeric AS credited, max(c.month_people) FILTER (WHERE NOT c.earlier) AS people,
           max(c.new_people) FILTER (WHERE NOT c.earlier) AS new_people,
           (max(c.credited) FILTER (WHERE c.earlier))::numeric AS credited_before, max(c.month_people) FILTER (WHERE c.earlier) AS people_before,
           max(c.runs) FILTER (WHERE NOT c.earlier) AS runs, max(c.runs) FILTER (WHERE c.earlier) AS runs_before, max(c.month) FILTER (WHERE c.earlier) AS month_before
        INTO now_ FROM run_comparison(run) c;
    IF now_.people_before >= batch.threshold(area, 'least-people') THEN
        allowed := batch.threshold(area, 'credited-off-percent');
        IF now_.new_people = 0 THEN
            SELECT coalesce(sum(2 * t.credited_fen - t.account_fen), 0) INTO moved FROM run_total t WHERE t.run_id = run AND t.component IN (1, 2);
            IF moved * 100 > allowed * abs(now_.credited_before) THEN
                code := 'CORRECTIONS_OFF'; value := moved / 100.0; against := now_.credited_before / 100.0;
                RETURN NEXT;
            END IF;
        ELSE
            IF abs(now_.credited - now_.credited_before) * 100 > allowed * abs(now_.credited_before) THEN
                code := 'CREDITED_OFF'; value := now_.credited / 100.0; against := now_.credited_before / 100.0;
                RETURN NEXT;
            END IF;
            allowed := batch.threshold(area, 'people-off-percent');
            IF abs(now_.people - now_.people_before) * 100 > allowed * now_.people_before THEN
                code := 'PEOPLE_OFF'; value := now_.people; against := now_.people_before;
                RETURN NEXT;
            END IF;
            allowed := batch.threshold(area, 'retirees-off-percent');
            retired := retirees_credited(now_.runs_before, now_.month_before, NULL);
            value := retirees_credited(now_.runs, r.posting_month, run);
            -- Of a few retirees each one is many per cent; where there were none, these are the first.
            IF retired > 0 AND abs(value - retired) >= 5 AND abs(value - retired) * 100 > allowed * retired THEN
                code := 'RETIREES_OFF'; against := retired;
                RETURN NEXT;
            END IF;
        END IF;
    END IF;
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
    RETURN QUERY SELECT * FROM movement_anomalies(run);
END $$;
