-- Contributions that are given back: refunded to the employer, carried over to another month of it, or written off. Proposed by one person, confirmed by
-- another; cancelled by a counter-entry, never deleted.

CREATE TABLE :area.money_return (
    return_id       int PRIMARY KEY,
    kind            text NOT NULL CHECK (kind IN ('refund', 'carry-over', 'write-off')),
    return_employer int NOT NULL,
    return_month    date NOT NULL,            -- the contribution month whose money it is
    to_month        date,                     -- of a carry-over: the month that it is set against
    amount_fen      bigint NOT NULL,          -- of a counter-entry negative
    on_date         date NOT NULL,            -- the day of the payment or of the decision
    document        text NOT NULL CHECK (btrim(document) <> ''),
    cancels         int REFERENCES :area.money_return,
    made_by         text NOT NULL,
    made_at         timestamptz NOT NULL DEFAULT now(),
    reason          text NOT NULL CHECK (btrim(reason) <> ''),
    CHECK ((kind = 'carry-over') = (to_month IS NOT NULL) AND to_month IS DISTINCT FROM return_month),
    CHECK (extract(day FROM return_month) = 1 AND extract(day FROM coalesce(to_month, return_month)) = 1),
    CHECK (amount_fen <> 0 AND (amount_fen < 0) = (cancels IS NOT NULL))
);
CREATE INDEX ON :area.money_return (return_month, return_employer);
CREATE INDEX ON :area.money_return (to_month, return_employer);
CREATE INDEX ON :area.money_return (cancels);

-- withdraw: of a proposal, by whoever made it or by another person. A confirmed one is over only by its counter-entry.
CREATE TABLE :area.money_return_act (
    return_act_id int PRIMARY KEY,
    returned      int NOT NULL UNIQUE REFERENCES :area.money_return,
    act           text NOT NULL CHECK (act IN ('confirm', 'withdraw')),
    acted_by      text NOT NULL,
    acted_at      timestamptz NOT NULL DEFAULT now(),
    reason        text NOT NULL,
    submission_id int UNIQUE,                 -- by which a run takes the money that a month gets
    CHECK (act = 'confirm' OR submission_id IS NULL AND btrim(reason) <> '')
);

CREATE VIEW :area.return_state AS
    SELECT r.*, CASE a.act WHEN 'confirm' THEN 'confirmed' WHEN 'withdraw' THEN 'withdrawn' ELSE 'proposed' END AS state, a.acted_by, a.acted_at, a.submission_id
    FROM :area.money_return r LEFT JOIN :area.money_return_act a ON a.returned = r.return_id;

-- What confirmed returns take from a month of an employer, or bring to one (negative): the month that a carry-over is set against, and a counter-entry.
-- taken_with: money that comes to a month counts for runs once they take this submission; what leaves a month counts at once (0).
CREATE VIEW :area.money_returned AS
    SELECT r.return_id, r.kind, r.return_employer AS employer_id, e.number AS employer, m.month, m.amount_fen, r.on_date, r.document, r.submission_id,
           CASE WHEN m.amount_fen < 0 THEN coalesce(r.submission_id, 0) ELSE 0 END AS taken_with
    FROM :area.return_state r JOIN :area.employer e ON e.employer_id = r.return_employer
    CROSS JOIN LATERAL (VALUES (r.return_month, r.amount_fen), (r.to_month, -r.amount_fen)) m (month, amount_fen)
    WHERE r.state = 'confirmed' AND m.month IS NOT NULL;

-- Contributions received for the months of employers less what was returned: what covers their declarations.
CREATE VIEW :area.money_for_month AS
    SELECT receipt_month AS month, employer_id, amount_fen, received_on AS on_date FROM :area.receipt_in_force
    UNION ALL
    SELECT month, employer_id, -amount_fen, on_date FROM :area.money_returned;

-- An employer's month: received up to a day, returned, declared in force, and booked by posted runs (as the report by employers has it).
CREATE FUNCTION :area.money_of(of_employer int, of_month date, on_day date, OUT received_fen bigint, OUT returned_fen bigint, OUT declared_fen bigint, OUT booked_fen bigint)
LANGUAGE plpgsql STABLE SET search_path = :area, pg_temp AS $$
BEGIN
    SELECT coalesce(sum(r.amount_fen), 0) INTO received_fen FROM receipt_in_force r
    WHERE r.receipt_month = of_month AND r.employer_id = of_employer AND r.received_on <= on_day;
    SELECT coalesce(sum(m.amount_fen), 0) INTO returned_fen FROM money_returned m WHERE m.month = of_month AND m.employer_id = of_employer;
    SELECT coalesce(sum(l.fen) FILTER (WHERE l.state = 1), 0) INTO declared_fen FROM (
        SELECT DISTINCT ON (c.person_id) c.state, c.person_paid_fen + c.employer_paid_fen AS fen FROM contribution c
        WHERE c.contribution_month = of_month AND c.employer_id = of_employer ORDER BY c.person_id, c.submission_id DESC, (c.row_no <= 0) DESC, c.row_no DESC) l;
    WITH people AS MATERIALIZED (
        SELECT DISTINCT c.person_id FROM contribution c WHERE c.contribution_month = of_month AND c.employer_id = of_employer),
    moved AS (
        SELECT a.person_id, sum(e.person_paid_fen + e.employer_paid_fen) AS fen FROM people JOIN account a USING (person_id) JOIN entry e USING (account_id)
        WHERE e.contribution_month = of_month AND e.component = 1 AND e.posting_month >= of_month GROUP BY 1),
    taken AS MATERIALIZED (SELECT DISTINCT s.submission_id FROM run_submission s JOIN posted_run USING (run_id)),
    last_employer AS (
        SELECT DISTINCT ON (c.person_id) c.person_id, c.employer_id FROM contribution c JOIN people USING (person_id) JOIN taken USING (submission_id)
        WHERE c.contribution_month = of_month ORDER BY c.person_id, (c.state = 1) DESC, c.submission_id DESC, c.row_no DESC)
    SELECT coalesce(sum(m.fen), 0) INTO booked_fen FROM moved m JOIN last_employer l USING (person_id) WHERE l.employer_id = of_employer;
END $$;

-- Refuses a return of what is not there. A proposal counts beside the other open proposals; what is declared or booked is not there to be returned.
CREATE FUNCTION :area.refuse_return(r :area.money_return, proposed boolean) RETURNS void
LANGUAGE plpgsql SET search_path = :area, pg_temp AS $$
DECLARE
    -- A counter-entry takes back from the month that the carry-over was set against; of others the money comes back to its month.
    from_month date := CASE WHEN r.cancels IS NULL THEN r.return_month ELSE r.to_month END;
    m          record;
    waiting    bigint;
    left_fen   bigint;
    told       text;
BEGIN
    -- Files change what is there, runs book it and closings end a month: one of them at a time.
    PERFORM pg_advisory_xact_lock(hashtext(':area.intake'));
    PERFORM pg_advisory_xact_lock(hashtext(':area.ledger'));
    IF r.on_date < last_closed() + interval '1 month' THEN
        RAISE EXCEPTION 'RETURN_MONTH_CLOSED|%', to_char(r.on_date, 'YYYY-MM') USING ERRCODE = 'BA320';
    END IF;
    IF r.on_date > (now() AT TIME ZONE 'Asia/Shanghai')::date THEN
        RAISE EXCEPTION 'RETURN_DAY_AHEAD' USING ERRCODE = 'BA320';
    END IF;
    IF r.cancels IS NOT NULL AND (
        NOT EXISTS (SELECT FROM return_state o WHERE o.return_id = r.cancels AND o.state = 'confirmed' AND o.cancels IS NULL
                    AND (o.kind, o.return_employer, o.return_month, o.amount_fen) = (r.kind, r.return_employer, r.return_month, -r.amount_fen)
                    AND o.to_month IS NOT DISTINCT FROM r.to_month AND o.on_date <= r.on_date)
        OR EXISTS (SELECT FROM return_state o WHERE o.cancels = r.cancels AND o.return_id <> r.return_id AND o.state <> 'withdrawn')) THEN
        RAISE EXCEPTION 'RETURN_CANCELLED' USING ERRCODE = 'BA320';
    END IF;
    IF from_month IS NULL THEN
        RETURN;
    END IF;
    IF NOT proposed AND EXISTS (SELECT FROM run n JOIN run_month USING (run_id) WHERE n.state IN ('computing', 'computed', 'approved') AND contribution_month = from_month) THEN
        RAISE EXCEPTION 'RETURN_RUN_OPEN' USING ERRCODE = 'BA320';
    END IF;
    SELECT * INTO m FROM money_of(r.return_employer, from_month, r.on_date);
    SELECT coalesce(sum(abs(o.amount_fen)), 0) INTO waiting FROM return_state o
    WHERE proposed AND o.state = 'proposed' AND o.return_id <> r.return_id AND o.return_employer = r.return_employer
      AND from_month = CASE WHEN o.cancels IS NULL THEN o.return_month ELSE o.to_month END;
    left_fen := m.received_fen - m.returned_fen - waiting;
    told := concat_ws('|', to_char(from_month, 'YYYY-MM'), m.received_fen, m.returned_fen + waiting, m.declared_fen, m.booked_fen,
                      greatest(left_fen - greatest(m.declared_fen, m.booked_fen, 0), 0), abs(r.amount_fen));
    IF abs(r.amount_fen) > left_fen THEN
        RAISE EXCEPTION 'RETURN_TOO_MUCH|%', told USING ERRCODE = 'BA320';
    ELSIF abs(r.amount_fen) > left_fen - greatest(m.declared_fen, m.booked_fen) THEN
        RAISE EXCEPTION 'RETURN_ALLOCATED|%', told USING ERRCODE = 'BA320';
    END IF;
END $$;

CREATE FUNCTION :area.return_is_there() RETURNS trigger LANGUAGE plpgsql SET search_path = :area, pg_temp AS $$
BEGIN
    PERFORM refuse_return(NEW, true);
    RETURN NEW;
END $$;

CREATE TRIGGER return_is_there BEFORE INSERT ON :area.money_return FOR EACH ROW EXECUTE FUNCTION :area.return_is_there();

CREATE FUNCTION :area.return_is_confirmed_by_another() RETURNS trigger LANGUAGE plpgsql SET search_path = :area, pg_temp AS $$
DECLARE
    r money_return;
BEGIN
    SELECT * INTO r FROM money_return o WHERE o.return_id = NEW.returned;
    IF NEW.act = 'confirm' THEN
        IF batch.same_person(r.made_by, NEW.acted_by) OR batch.name_skeleton(NEW.acted_by) IN ('shipped', 'schedule', 'scheduler') THEN
            RAISE EXCEPTION 'A return of money is confirmed by another person than proposed it.' USING ERRCODE = 'BA001';
        END IF;
        PERFORM refuse_return(r, false);
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER return_is_confirmed_by_another BEFORE INSERT ON :area.money_return_act FOR EACH ROW EXECUTE FUNCTION :area.return_is_confirmed_by_another();

ALTER TABLE :area.record_shape DROP CONSTRAINT record_shape_kind_check,
    ADD CONSTRAINT record_shape_kind_check CHECK (kind IN ('submission', 'run', 'act', 'employer', 'policy', 'audit', 'match', 'match act', 'return', 'return act'));

CREATE OR REPLACE VIEW :area.sealed_columns AS
    SELECT k.kind, k.key, c.relname::text AS table_name, jsonb_agg(a.attname ORDER BY a.attnum) AS columns
    FROM (VALUES ('submission', 'submission_id'), ('run', 'run_id'), ('act', 'seq'), ('employer', 'employer_id'), ('policy', 'policy_seq'), ('audit', 'audit_hundred'),
                 ('match', 'match_id'), ('match act', 'match_act_id'), ('return', 'return_id'), ('return act', 'return_act_id')) k (kind, key)
    JOIN pg_class c ON c.relnamespace = ':area'::regnamespace AND NOT c.relispartition
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE EXISTS (SELECT FROM pg_attribute n WHERE n.attrelid = c.oid AND n.attname = k.key AND NOT n.attisdropped)
      AND CASE k.kind WHEN 'employer' THEN c.relname = 'employer' WHEN 'policy' THEN c.relname = 'approved_policy' WHEN 'audit' THEN c.relname = 'audited' ELSE c.relkind IN ('r', 'p') END
      AND c.relname NOT LIKE 'run\_entry\_%'
      AND (k.kind, c.relname::text) NOT IN (('submission', 'waiting_submission'), ('submission', 'run_submission'), ('run', 'entry'), ('run', 'ledger'), ('act', 'seal'))
      AND (c.relname = 'run_chunk' OR NOT (has_table_privilege('batch_program', c.oid, 'UPDATE') OR has_any_column_privilege('batch_program', c.oid, 'UPDATE')
                                           OR has_table_privilege('batch_program', c.oid, 'DELETE')))
    GROUP BY k.kind, k.key, c.relname;

REVOKE EXECUTE ON FUNCTION :area.return_is_there(), :area.return_is_confirmed_by_another() FROM PUBLIC;
GRANT SELECT, INSERT ON :area.money_return, :area.money_return_act TO batch_program;
GRANT SELECT ON :area.return_state, :area.money_returned, :area.money_for_month TO batch_program;
