-- What a run is compared with: once, for the pages, the command line, the API and the anomalies. The run's month, with what was posted in it before the run, is
-- compared with the last month before it in which people were credited for the month itself. Compared are contributions and retirees' credits: interest and
-- movements come in some months only. What was posted after the run changes nothing: a posted run keeps its comparison.
-- month_people: credited for the month itself. people: also those with amounts of earlier months alone. new_people: those for whom the run is the first of the
-- month that credits them for it; none: the run holds corrections, arrears or movements only, and there is nothing that it could be compared with.
CREATE FUNCTION :area.run_comparison(of_run int) RETURNS TABLE (
    earlier boolean, month date, runs int[], people bigint, month_people bigint, new_people bigint, entries bigint, credited bigint, person_paid bigint,
    employer_paid bigint, pool_paid bigint, pool bigint, other bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    r       run;
    own_seq bigint;
    source  text;
BEGIN
    SELECT * INTO r FROM run x WHERE x.run_id = of_run;
    IF r.kind IS DISTINCT FROM 'allocation' OR r.state NOT IN ('computed', 'approved', 'posted') THEN
        RETURN;
    END IF;
    own_seq := coalesce((SELECT l.seq FROM ledger l WHERE l.run_id = of_run), 9223372036854775807);
    FOREACH earlier IN ARRAY ARRAY[false, true] LOOP
        month := r.posting_month;
        IF earlier THEN
            SELECT max(m.posting_month) INTO month FROM (
                SELECT p.posting_month FROM posted_run p JOIN run_total t ON t.run_id = p.run_id AND t.component IN (1, 2) AND t.contribution_month = p.posting_month
                WHERE p.posting_month < r.posting_month AND p.seq < own_seq
                GROUP BY p.posting_month HAVING sum(t.account_fen) > 0 OR sum(t.person_paid_fen + t.employer_paid_fen) > 0) m;
            CONTINUE WHEN month IS NULL;
        END IF;
        SELECT coalesce(array_agg(p.run_id ORDER BY p.seq), '{}') INTO runs FROM posted_run p
        WHERE p.posting_month = month AND p.seq < own_seq AND EXISTS (SELECT FROM run_total t WHERE t.run_id = p.run_id AND t.component IN (1, 2));
        IF NOT earlier THEN
            runs := runs || of_run;
        END IF;
        SELECT coalesce(sum(t.entries), 0), coalesce(sum(t.account_fen), 0), coalesce(sum(t.person_paid_fen), 0), coalesce(sum(t.employer_paid_fen), 0),
               coalesce(-sum(t.pool_fen) FILTER (WHERE t.component = 2), 0), coalesce(sum(t.pool_fen), 0), coalesce(sum(t.other_fen), 0),
               coalesce(sum(t.entries) FILTER (WHERE t.contribution_month = month), 0)
            INTO entries, credited, person_paid, employer_paid, pool_paid, pool, other, month_people
            FROM run_total t WHERE t.run_id = ANY (runs) AND t.component IN (1, 2);
        IF cardinality(runs) = 1 AND NOT EXISTS (SELECT FROM run_total t WHERE t.run_id = runs[1] AND t.component NOT IN (1, 2)) THEN
            -- One run has one entry a person for its own month; who has entries was counted when it was sealed.
            people := (SELECT x.people FROM run x WHERE x.run_id = runs[1]);
            new_people := month_people;
        ELSE
            -- Of several runs each person counts once, and not when they come to nothing together.
            source := CASE WHEN earlier OR r.state = 'posted' THEN 'entry' ELSE format('(SELECT * FROM entry UNION ALL SELECT * FROM %I)', run_table(of_run)) END;
            EXECUTE format($q$
                SELECT count(DISTINCT account_id), count(*) FILTER (WHERE own), count(*) FILTER (WHERE own AND of_run AND NOT others) FROM (
                    SELECT account_id, contribution_month = %1$L AS own, bool_or(run_id = %2$s) AS of_run,
                           coalesce(sum(account_fen) FILTER (WHERE run_id <> %2$s), 0) <> 0 OR coalesce(sum(pool_fen) FILTER (WHERE run_id <> %2$s), 0) <> 0 AS others
                    FROM %3$s e WHERE posting_month = %1$L AND run_id = ANY (%4$L) AND component IN (1, 2)
                    GROUP BY account_id, contribution_month HAVING sum(account_fen) <> 0 OR sum(pool_fen) <> 0 OR sum(other_fen) <> 0) g $q$,
                month, of_run, source, runs) INTO people, month_people, new_people;
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;

REVOKE EXECUTE ON FUNCTION :area.run_comparison(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :area.run_comparison(int) TO batch_program;

-- As before, with the one comparison. A run that holds corrections only is not compared with a whole month: what it moves, additions and deductions added up,
-- is held against what the month before was credited.
CREATE OR REPLACE FUNCTION :area.run_anomalies(run int) RETURNS TABLE (code text, value numeric, against numeric, allowed numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    r       run;
    now_    record;
    entries record;
    moved   numeric;
    area    text := right(':area', 6);
    table_  text := ':area.' || run_table(run);
BEGIN
    SELECT * INTO r FROM run x WHERE x.run_id = run;
    IF r.kind IS DISTINCT FROM 'allocation' OR r.state NOT IN ('computed', 'approved') THEN
        RETURN;
    END IF;
    SELECT (max(c.credited) FILTER (WHERE NOT c.earlier))::numeric AS credited, max(c.month_people) FILTER (WHERE NOT c.earlier) AS people,
           max(c.new_people) FILTER (WHERE NOT c.earlier) AS new_people,
           (max(c.credited) FILTER (WHERE c.earlier))::numeric AS credited_before, max(c.month_people) FILTER (WHERE c.earlier) AS people_before
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
