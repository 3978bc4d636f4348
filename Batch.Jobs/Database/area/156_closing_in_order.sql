-- Months are closed in order, after they have ended, by another person than posted last in them; the last closing can be opened again by two people.

-- A month opened again is closed again later: one month may have several closings, of which the last one is in force.
ALTER TABLE :area.closing DROP CONSTRAINT closing_pkey;
ALTER TABLE :area.closing DROP CONSTRAINT closing_seq_key, ADD CONSTRAINT closing_pkey PRIMARY KEY (seq);
CREATE INDEX ON :area.closing (month);

ALTER TABLE :area.ledger DROP CONSTRAINT ledger_act_check, ADD CONSTRAINT ledger_act_check CHECK (act IN ('post', 'close', 'reopen'));

-- A closing that was opened again: an act of the ledger, done by another person than proposed it.
CREATE TABLE :area.reopening (
    seq         bigint PRIMARY KEY REFERENCES :area.ledger,
    closing_seq bigint NOT NULL UNIQUE REFERENCES :area.closing,
    month       date NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    reason      text NOT NULL CHECK (btrim(reason) <> '')
);

-- Proposed and not approved yet; the approval turns the row into a reopening.
CREATE TABLE :area.reopening_proposal (
    closing_seq bigint PRIMARY KEY,
    month       date NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL DEFAULT now(),
    reason      text NOT NULL CHECK (btrim(reason) <> '')
);

-- The statements that a closing made before it was opened again, as they were. seq: the reopening.
CREATE TABLE :area.withdrawn_statement_year (
    seq         bigint PRIMARY KEY REFERENCES :area.reopening,
    closing_seq bigint NOT NULL,
    year        int NOT NULL,
    through     date NOT NULL,
    digest      text NOT NULL,
    accounts    int NOT NULL,
    made_by     text NOT NULL
);
CREATE TABLE :area.withdrawn_statement (
    seq                bigint NOT NULL REFERENCES :area.withdrawn_statement_year,
    year               int NOT NULL,
    account_id         int NOT NULL,
    opening_fen        bigint NOT NULL,
    movements_fen      bigint NOT NULL,
    closing_fen        bigint NOT NULL,
    accumulated_months int NOT NULL,
    continuous_months  int NOT NULL,
    last_paid          date,
    PRIMARY KEY (seq, account_id)
);

CREATE VIEW :area.closing_in_force AS
    SELECT c.* FROM :area.closing c WHERE NOT EXISTS (SELECT FROM :area.reopening o WHERE o.closing_seq = c.seq);

-- The statements that each closing made, withdrawn or not.
CREATE VIEW :area.closing_statements AS
    SELECT c.seq AS closing_seq, y.year, y.through, y.accounts, y.digest, y.made_by FROM :area.closing_in_force c JOIN :area.statement_year y ON y.through = c.month
    UNION ALL SELECT w.closing_seq, w.year, w.through, w.accounts, w.digest, w.made_by FROM :area.withdrawn_statement_year w;

GRANT SELECT ON :area.reopening, :area.reopening_proposal, :area.withdrawn_statement_year, :area.withdrawn_statement, :area.closing_in_force, :area.closing_statements
    TO batch_program;

CREATE OR REPLACE FUNCTION :area.last_closed() RETURNS date LANGUAGE sql STABLE SET search_path = :area, pg_temp AS
    'SELECT max(month) FROM closing_in_force';

-- The month to close next. Nothing closed yet: the first month that was posted into, else the first that a regular file came for. NULL: any month.
CREATE FUNCTION :area.next_to_close() RETURNS date LANGUAGE sql STABLE SET search_path = :area, pg_temp AS $$
    SELECT coalesce((last_closed() + interval '1 month')::date, (SELECT min(r.posting_month) FROM posted_run r),
                    (SELECT min(s.month) FROM submission s WHERE s.kind = 'regular' AND s.refused IS NULL))
$$;

-- From when on a month may be closed: its end in Asia/Shanghai, or so many days before as close-early-days allows. The clock is the database's.
CREATE FUNCTION :area.closable_from(of_month date) RETURNS timestamptz LANGUAGE sql STABLE SET search_path = :area, pg_temp AS $$
    SELECT (of_month + interval '1 month' - coalesce(batch.threshold(right(':area', 6), 'close-early-days'), 0) * interval '1 day') AT TIME ZONE 'Asia/Shanghai'
$$;

-- Who posted last in a month and so does not close it; NULL: nothing was posted in it.
CREATE FUNCTION :area.last_poster(of_month date) RETURNS text LANGUAGE sql STABLE SET search_path = :area, pg_temp AS $$
    SELECT l.by FROM ledger l WHERE l.act = 'post' AND l.month = of_month ORDER BY l.seq DESC LIMIT 1
$$;

-- The seal of a closing over the runs that were posted before it: later ones come when it was opened again.
CREATE FUNCTION :area.closing_seal(closing_month date, previous text, opening numeric, account numeric, pool numeric, other numeric, of_seq bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = :area, pg_temp AS $$
    SELECT encode(sha256(convert_to(concat_ws('|', previous, closing_month, opening, account, pool, other, (
        SELECT string_agg(concat_ws(':', r.seq, r.kind, r.digest, r.made_by, r.approved_by), '|' ORDER BY r.seq)
        FROM posted_run r WHERE r.posting_month = closing_month AND r.seq < of_seq)), 'UTF8')), 'hex')
$$;

CREATE FUNCTION :area.refuse_closing(closing_month date, who text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = :area, pg_temp AS $$
BEGIN
    IF closing_month <= last_closed() THEN
        RAISE EXCEPTION 'Month % is closed.', to_char(closing_month, 'YYYY-MM') USING ERRCODE = 'BA002';
    END IF;
    IF closing_month <> date_trunc('month', closing_month) OR closing_month IS NULL THEN
        RAISE EXCEPTION 'A month is named by its first day.' USING ERRCODE = '22023';
    END IF;
    IF closing_month <> next_to_close() THEN
        RAISE EXCEPTION '%', to_char(next_to_close(), 'YYYY-MM') USING ERRCODE = 'BA150';
    END IF;
    IF now() < closable_from(closing_month) THEN
        RAISE EXCEPTION '%', to_char(closable_from(closing_month) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') USING ERRCODE = 'BA151';
    END IF;
    IF last_poster(closing_month) = who THEN
        RAISE EXCEPTION 'A month is closed by another person than posted last in it.' USING ERRCODE = 'BA152';
    END IF;
    IF EXISTS (SELECT FROM run WHERE state IN ('computing', 'computed', 'approved') AND posting_month <= closing_month) THEN
        RAISE EXCEPTION 'A run of month % or earlier is still open.', to_char(closing_month, 'YYYY-MM') USING ERRCODE = 'BA003';
    END IF;
END $$;

-- Ends a month: no entry is posted into it any more. Asserts that the totals of its runs are the sums of its entries.
CREATE OR REPLACE FUNCTION :area.close_month(closing_month date, who text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    head   bigint;
    before closing;
    totals record;
    sums   record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext(':area.ledger'));
    PERFORM refuse_closing(closing_month, who);
    SELECT coalesce(sum(account_fen), 0) AS account, coalesce(sum(pool_fen), 0) AS pool, coalesce(sum(other_fen), 0) AS other,
           coalesce(sum(t.entries), 0) AS entries
        INTO totals FROM run_total t JOIN posted_run r USING (run_id) WHERE r.posting_month = closing_month;
    EXECUTE format('SELECT coalesce(sum(account_fen), 0) AS account, coalesce(sum(pool_fen), 0) AS pool, coalesce(sum(other_fen), 0) AS other,
                    count(*) AS entries FROM entry WHERE posting_month = %L', closing_month) INTO sums;
    IF (totals.account, totals.pool, totals.other, totals.entries) IS DISTINCT FROM (sums.account, sums.pool, sums.other, sums.entries) THEN
        RAISE EXCEPTION 'The totals of the runs of % are not the sums of its entries.', to_char(closing_month, 'YYYY-MM') USING ERRCODE = 'BA007';
    END IF;
    SELECT * INTO before FROM closing_in_force ORDER BY month DESC LIMIT 1;
    head := ledger_head() + 1;
    INSERT INTO ledger (seq, act, run_id, month, by) VALUES (head, 'close', NULL, closing_month, who);
    INSERT INTO closing VALUES (closing_month, head, (SELECT count(*) FROM account WHERE opened <= closing_month), coalesce(before.closing_fen, 0), totals.account,
        coalesce(before.closing_fen, 0) + totals.account, totals.pool, totals.other,
        closing_seal(closing_month, before.seal, coalesce(before.closing_fen, 0), totals.account, totals.pool, totals.other, head));
    RETURN head;
END $$;

DROP FUNCTION :area.closing_seal(date, text, numeric, numeric, numeric, numeric);

-- Only the last closed month, and only while nothing was posted since: a later run, interest too, may rest on the closing.
CREATE FUNCTION :area.closing_to_reopen(of_month date) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = :area, pg_temp AS $$
DECLARE
    c     closing;
    after int;
BEGIN
    SELECT * INTO c FROM closing_in_force WHERE month = of_month;
    IF c.seq IS NULL THEN
        RAISE EXCEPTION 'Month % is not closed.', to_char(of_month, 'YYYY-MM') USING ERRCODE = 'BA153';
    END IF;
    IF of_month <> last_closed() THEN
        RAISE EXCEPTION '%', to_char(last_closed(), 'YYYY-MM') USING ERRCODE = 'BA154';
    END IF;
    SELECT min(l.run_id) INTO after FROM ledger l WHERE l.act = 'post' AND l.seq > c.seq;
    IF after IS NOT NULL THEN
        RAISE EXCEPTION '%', after USING ERRCODE = 'BA155';
    END IF;
    RETURN c.seq;
END $$;

CREATE FUNCTION :area.propose_reopening(of_month date, who text, why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    closed bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext(':area.ledger'));
    closed := closing_to_reopen(of_month);
    IF coalesce(btrim(why), '') = '' THEN
        RAISE EXCEPTION 'A reopening is proposed with a reason.' USING ERRCODE = 'BA156';
    END IF;
    INSERT INTO reopening_proposal AS p (closing_seq, month, proposed_by, reason) VALUES (closed, of_month, who, btrim(why))
    ON CONFLICT (closing_seq) DO UPDATE SET proposed_by = who, reason = btrim(why), proposed_at = now()
        WHERE (p.proposed_by, p.reason) <> (who, btrim(why));
    IF FOUND THEN
        INSERT INTO batch.audit (who, area, act, subject, reason) VALUES (who, right(':area', 6), 'month.reopen.propose', to_char(of_month, 'YYYY-MM'), btrim(why));
    END IF;
END $$;

-- Opens the last closed month again. Its closing stays on record; the statements that it made are set aside and no longer carry anything over.
CREATE FUNCTION :area.reopen_month(of_month date, who text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    closed bigint;
    head   bigint;
    p      reopening_proposal;
    y      statement_year;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext(':area.ledger'));
    closed := closing_to_reopen(of_month);
    DELETE FROM reopening_proposal x WHERE x.closing_seq = closed RETURNING * INTO p;
    IF p.closing_seq IS NULL THEN
        RAISE EXCEPTION 'Nobody has proposed to open % again.', to_char(of_month, 'YYYY-MM') USING ERRCODE = 'BA157';
    END IF;
    IF p.proposed_by = who THEN
        RAISE EXCEPTION 'A reopening is approved by another person than proposed it.' USING ERRCODE = 'BA001';
    END IF;
    head := ledger_head() + 1;
    INSERT INTO ledger (seq, act, run_id, month, by) VALUES (head, 'reopen', NULL, of_month, who);
    INSERT INTO reopening VALUES (head, closed, of_month, p.proposed_by, p.proposed_at, p.reason);
    DELETE FROM statement_year x WHERE x.through = of_month RETURNING * INTO y;
    IF y.year IS NOT NULL THEN
        INSERT INTO withdrawn_statement_year VALUES (head, closed, y.year, y.through, y.digest, y.accounts, y.made_by);
        INSERT INTO withdrawn_statement SELECT head, s.year, s.account_id, s.opening_fen, s.movements_fen, s.closing_fen, s.accumulated_months, s.continuous_months, s.last_paid
        FROM statement s WHERE s.year = y.year;
        EXECUTE format('DROP TABLE %I', 'statement_' || y.year);
    END IF;
    INSERT INTO batch.audit (who, area, act, subject, reason) VALUES (who, right(':area', 6), 'month.reopen', to_char(of_month, 'YYYY-MM'), p.reason);
    RETURN head;
END $$;

REVOKE EXECUTE ON FUNCTION :area.next_to_close(), :area.closable_from(date), :area.last_poster(date), :area.closing_seal(date, text, numeric, numeric, numeric, numeric, bigint),
    :area.refuse_closing(date, text), :area.closing_to_reopen(date), :area.propose_reopening(date, text, text), :area.reopen_month(date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :area.next_to_close(), :area.closable_from(date), :area.last_poster(date), :area.closing_seal(date, text, numeric, numeric, numeric, numeric, bigint),
    :area.propose_reopening(date, text, text), :area.reopen_month(date, text) TO batch_program;
