-- The reason that a run with anomalies is approved with has something to read in it: blanks of other kinds than the space are no reason either.

CREATE OR REPLACE FUNCTION :area.approve_run(run int, who text, reviewed text, override text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    r     run;
    codes text[];
    why   text;
    -- Tab and line ends, the blanks and marks of Unicode that are not seen, and the ideographic blank.
    blanks CONSTANT text := E' \t\n\r\u00A0\u00AD\u2002\u2003\u2009\u200B\u200C\u200D\u200E\u200F\u2028\u2029\u202F\u2060\u3000\uFEFF';
BEGIN
    SELECT * INTO r FROM run x WHERE x.run_id = run FOR UPDATE;
    IF r.state IS DISTINCT FROM 'computed' THEN
        RAISE EXCEPTION 'Run % is %, not computed.', run, coalesce(r.state, 'unknown') USING ERRCODE = 'BA004';
    END IF;
    IF r.made_by = coalesce(who, r.made_by) THEN
        RAISE EXCEPTION 'A run is approved by somebody else than who computed it.' USING ERRCODE = 'BA001';
    END IF;
    -- The content itself is proven once more when it is posted.
    IF r.digest IS DISTINCT FROM reviewed THEN
        RAISE EXCEPTION 'The content of run % is not what was reviewed.', run USING ERRCODE = 'BA005';
    END IF;
    IF r.ledger_head <> ledger_head() THEN
        RAISE EXCEPTION 'The ledger has moved since run % was computed.', run USING ERRCODE = 'BA006';
    END IF;
    SELECT array_agg(a.code) INTO codes FROM run_anomalies(run) a;
    IF codes IS NOT NULL THEN
        why := btrim(coalesce(override, ''), blanks);
        IF why = '' THEN
            RAISE EXCEPTION 'Run % has anomalies (%); its approval needs a written reason.', run, array_to_string(codes, ', ') USING ERRCODE = 'BA020';
        END IF;
        INSERT INTO run_override (run_id, by, reason, anomalies) VALUES (run, who, why, codes);
        INSERT INTO batch.audit (who, area, act, subject) VALUES (who, right(':area', 6), 'run.override', run || ' ' || array_to_string(codes, ' '));
    END IF;
    UPDATE run x SET state = 'approved', approved_by = who, approved_digest = reviewed, approved_at = now() WHERE x.run_id = run;
END $$;
