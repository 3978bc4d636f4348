-- How many retirees the runs of a month credit for it, each once; a run that is not posted yet is read from its own table. They are compared like all people, so
-- that a part of them that is missing in the agency's file is seen: it is a small part of all people.
CREATE FUNCTION :area.retirees_credited(runs int[], of_month date, open_run int) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    retirees bigint;
BEGIN
    IF cardinality(runs) = 1 THEN
        RETURN (SELECT coalesce(sum(t.entries), 0) FROM run_total t WHERE t.run_id = runs[1] AND t.component = 2 AND t.contribution_month = of_month);
    END IF;
    EXECUTE format($q$
        SELECT count(*) FROM (
            SELECT account_id FROM %s e WHERE posting_month = %L AND contribution_month = %2$L AND run_id = ANY (%3$L) AND component = 2
            GROUP BY account_id HAVING sum(account_fen) <> 0) g $q$,
        CASE WHEN open_run IS NULL THEN 'entry' ELSE format('(SELECT * FROM entry UNION ALL SELECT * FROM %I)', run_table(open_run)) END, of_month, runs) INTO retirees;
    RETURN retirees;
END $$;

REVOKE EXECUTE ON FUNCTION :area.retirees_credited(int[], date, int) FROM PUBLIC;

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
END $$;
