-- Anomalies: what of a run is so far off that its approval needs a written reason. The reason is kept with the approval; without it neither a page
-- nor the command line approves.

CREATE TABLE :area.run_override (
    run_id    int PRIMARY KEY REFERENCES :area.run,
    by        text NOT NULL,
    at        timestamptz NOT NULL DEFAULT now(),
    reason    text NOT NULL CHECK (btrim(reason) <> ''),
    anomalies text[] NOT NULL
);

-- value: what the run brings; against: what it is compared with (NULL: nothing); allowed: the threshold. The posting month with this run is
-- compared with the month posted before it, so that a month posted in several runs grows towards the last one. The first month has nothing to
-- be compared with: only its single credits are looked at. A reversal takes back what was approved; interest and the like are proven elsewhere.
CREATE FUNCTION :area.run_anomalies(run int) RETURNS TABLE (code text, value numeric, against numeric, allowed numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    r        run;
    earlier  date;
    now_     record;
    before   record;
    entries  record;
    area     text := right(':area', 6);
    table_   text := ':area.' || run_table(run);
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

CREATE FUNCTION :area.approve_run(run int, who text, reviewed text, override text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    r     run;
    codes text[];
BEGIN
    SELECT * INTO r FROM run x WHERE x.run_id = run FOR UPDATE;
    IF r.state IS DISTINCT FROM 'computed' THEN
        RAISE EXCEPTION 'Run % is %, not computed.', run, coalesce(r.state, 'unknown') USING ERRCODE = 'BA004';
    END IF;
    IF r.made_by = who THEN
        RAISE EXCEPTION 'A run is approved by somebody else than who computed it.' USING ERRCODE = 'BA001';
    END IF;
    -- The content itself is proven once more when it is posted.
    IF r.digest <> reviewed THEN
        RAISE EXCEPTION 'The content of run % is not what was reviewed.', run USING ERRCODE = 'BA005';
    END IF;
    SELECT array_agg(a.code) INTO codes FROM run_anomalies(run) a;
    IF codes IS NOT NULL THEN
        IF coalesce(btrim(override), '') = '' THEN
            RAISE EXCEPTION 'Run % has anomalies (%); its approval needs a written reason.', run, array_to_string(codes, ', ') USING ERRCODE = 'BA020';
        END IF;
        INSERT INTO run_override (run_id, by, reason, anomalies) VALUES (run, who, btrim(override), codes);
        INSERT INTO batch.audit (who, area, act, subject) VALUES (who, right(':area', 6), 'run.override', run || ' ' || array_to_string(codes, ' '));
    END IF;
    UPDATE run x SET state = 'approved', approved_by = who, approved_digest = reviewed, approved_at = now() WHERE x.run_id = run;
END $$;

CREATE OR REPLACE FUNCTION :area.approve_run(run int, who text, reviewed text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = :area, pg_temp AS $$ SELECT approve_run(run, who, reviewed, NULL) $$;

GRANT SELECT ON :area.run_override TO batch_program;
REVOKE EXECUTE ON FUNCTION :area.run_anomalies(int), :area.approve_run(int, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :area.run_anomalies(int), :area.approve_run(int, text, text, text) TO batch_program;
