-- Nothing is computed, approved or posted in a month that has not begun in Asia/Shanghai: its money would be told as there, and be in the way of the months
-- before it. The clock is the database's.
CREATE FUNCTION :area.refuse_before_month(of_month date) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = :area, pg_temp AS $$
BEGIN
    IF now() < of_month::timestamp AT TIME ZONE 'Asia/Shanghai' THEN
        RAISE EXCEPTION '%', to_char(of_month, 'YYYY-MM-DD') USING ERRCODE = 'BA191';
    END IF;
END $$;

-- Each step of a run, whichever function does it. A reversal in the month of the run that it reverses takes out what should not be there, and is allowed.
CREATE FUNCTION :area.month_has_begun() RETURNS trigger LANGUAGE plpgsql SET search_path = :area, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM run r WHERE r.run_id = NEW.reverses AND r.posting_month = NEW.posting_month) THEN
        PERFORM refuse_before_month(NEW.posting_month);
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER month_has_begun BEFORE INSERT OR UPDATE OF state ON :area.run FOR EACH ROW
    WHEN (NEW.state IN ('computing', 'computed', 'approved', 'posted')) EXECUTE FUNCTION :area.month_has_begun();

REVOKE EXECUTE ON FUNCTION :area.refuse_before_month(date), :area.month_has_begun() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :area.refuse_before_month(date) TO batch_program;

-- The month to close next, where nothing is closed or posted yet: the first that a regular file is filed under.
CREATE OR REPLACE FUNCTION :area.next_to_close() RETURNS date LANGUAGE sql STABLE SET search_path = :area, pg_temp AS $$
    SELECT coalesce((last_closed() + interval '1 month')::date, (SELECT min(r.posting_month) FROM posted_run r),
                    (SELECT min(f.month) FROM submission s JOIN filed f USING (submission_id) WHERE s.kind = 'regular' AND s.refused IS NULL))
$$;

-- As before; what a reversal gives back waits under the month that it is filed under now.
CREATE OR REPLACE FUNCTION :area.post_run(run int, who text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    r    run;
    part text;
    head bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext(':area.ledger'));
    SELECT * INTO r FROM run x WHERE x.run_id = run FOR UPDATE;
    IF r.state IS DISTINCT FROM 'approved' THEN
        RAISE EXCEPTION 'Run % is %, not approved.', run, coalesce(r.state, 'unknown') USING ERRCODE = 'BA004';
    END IF;
    IF r.approved_by = r.made_by THEN
        RAISE EXCEPTION 'A run is approved by somebody else than who computed it.' USING ERRCODE = 'BA001';
    END IF;
    IF r.posting_month <= last_closed() THEN
        RAISE EXCEPTION 'Month % is closed.', to_char(r.posting_month, 'YYYY-MM') USING ERRCODE = 'BA002';
    END IF;
    head := ledger_head();
    IF head <> r.ledger_head THEN
        RAISE EXCEPTION 'The ledger has moved since run % was computed.', run USING ERRCODE = 'BA006';
    END IF;
    part := run_table(run);
    IF run_digest(run, (':area.' || part)::regclass) IS DISTINCT FROM r.approved_digest THEN
        RAISE EXCEPTION 'The content of run % is not what was approved.', run USING ERRCODE = 'BA005';
    END IF;
    IF to_regclass(':area.entry' || to_char(r.posting_month, '_YYYY_MM')) IS NULL THEN
        EXECUTE format('REVOKE ALL ON %I FROM batch_program', part);
        EXECUTE format('ALTER TABLE entry ATTACH PARTITION %I FOR VALUES IN (%L)', part, r.posting_month);
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', part, part || '_run_id_check');
        EXECUTE format('ALTER TABLE %I RENAME TO %I', part, 'entry' || to_char(r.posting_month, '_YYYY_MM'));
    ELSE
        EXECUTE format('INSERT INTO entry SELECT * FROM %I', part);
        EXECUTE format('DROP TABLE %I', part);
    END IF;
    DELETE FROM waiting_submission w USING run_submission s WHERE s.run_id = run AND s.submission_id = w.submission_id;
    INSERT INTO waiting_submission SELECT f.submission_id, f.month FROM run_submission t JOIN filed f USING (submission_id)
    WHERE t.run_id = r.reverses ON CONFLICT DO NOTHING;
    INSERT INTO ledger (seq, act, run_id, month, by) VALUES (head + 1, 'post', run, r.posting_month, who);
    UPDATE run x SET state = 'posted', ended_by = who, ended_at = now() WHERE x.run_id = run;
    RETURN head + 1;
END $$;
