-- The database as the scripts in common/ and area/ make it: the common schema batch and the schema of one area (:area). For reading, and to compare with:
-- a database is made by the scripts. Written by pg_dump 15; see SchemaFileTests.

CREATE SCHEMA :area;

ALTER SCHEMA :area OWNER TO batch_owner;

CREATE SCHEMA batch;

ALTER SCHEMA batch OWNER TO batch_owner;

CREATE FUNCTION :area.accounts_posted(through date) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    SELECT count(*)::int - (count(*) FILTER (WHERE a.submission_id IN (
            SELECT w.submission_id FROM waiting_submission w
            UNION ALL SELECT s.submission_id FROM run_submission s JOIN posted_run r USING (run_id) WHERE r.posting_month > through)
        AND NOT EXISTS (SELECT FROM entry e WHERE e.account_id = a.account_id AND e.posting_month <= through OFFSET 0)))::int
    FROM account a WHERE a.opened <= through
$$;

ALTER FUNCTION :area.accounts_posted(through date) OWNER TO batch_owner;

CREATE FUNCTION :area.active_rule(slice jsonb) RETURNS TABLE(category text, age integer, account boolean, own boolean, share_rate numeric, share_fen numeric, share_least numeric, share_most numeric, flat_rate numeric, flat_fen numeric, flat_least numeric, flat_most numeric, premium_fen bigint, premium_rates numeric[], unsaid text)
    LANGUAGE sql STABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    SELECT c.key, a, (r ->> 'account')::boolean, r ->> 'own' = 'whole', s.rate, s.fixed_fen, s.least_fen, s.most_fen, f.rate, f.fixed_fen, f.least_fen,
           f.most_fen, p.fixed_fen, p.rates, coalesce(s.missing, f.missing)
    FROM jsonb_each(slice -> 'categories') c
    CROSS JOIN LATERAL (SELECT c.value -> 'active') AS active (r)
    CROSS JOIN generate_series(0, 150) a
    LEFT JOIN tier_at_age(r -> 'share') s ON s.age = a
    LEFT JOIN tier_at_age(r -> 'flat') f ON f.age = a
    CROSS JOIN premiums(r -> 'deductions', slice ->> 'rounding') p
    WHERE r IS NOT NULL
$$;

ALTER FUNCTION :area.active_rule(slice jsonb) OWNER TO batch_owner;

CREATE FUNCTION :area.approve_run(run integer, who text, reviewed text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$ SELECT approve_run(run, who, reviewed, NULL) $$;

ALTER FUNCTION :area.approve_run(run integer, who text, reviewed text) OWNER TO batch_owner;

CREATE FUNCTION :area.approve_run(run integer, who text, reviewed text, override text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
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

ALTER FUNCTION :area.approve_run(run integer, who text, reviewed text, override text) OWNER TO batch_owner;

CREATE FUNCTION :area.closable_from(of_month date) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    SELECT (of_month + interval '1 month' - coalesce(batch.threshold(right(':area', 6), 'close-early-days'), 0) * interval '1 day') AT TIME ZONE 'Asia/Shanghai'
$$;

ALTER FUNCTION :area.closable_from(of_month date) OWNER TO batch_owner;

CREATE FUNCTION :area.close_facts(fact text, month date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
DECLARE
    part text := fact || to_char(month, '_YYYY_MM');
BEGIN
    IF fact NOT IN ('contribution', 'pension', 'movement') OR month <> date_trunc('month', month)::date THEN
        RAISE EXCEPTION 'No such facts: % %', fact, month;
    END IF;
    IF EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass(':area.' || part)) THEN
        RETURN;
    END IF;
    EXECUTE format('ALTER TABLE :area.%I ADD PRIMARY KEY (%s)', part,
        CASE fact WHEN 'contribution' THEN 'person_id, employer_id, submission_id, row_no'
                  WHEN 'pension' THEN 'person_id, submission_id, row_no'
                  ELSE 'on_date, person_id, kind, channel, member, reference, submission_id, row_no' END);
    -- What is known by its document is looked up by person, whatever its day; days' totals never are.
    IF fact = 'movement' THEN
        EXECUTE format('CREATE INDEX ON :area.%I (person_id) WHERE kind <> 5', part);
    END IF;
    EXECUTE format('ALTER TABLE :area.%I ATTACH PARTITION :area.%I FOR VALUES IN (%L)', fact, part, month);
END $$;

ALTER FUNCTION :area.close_facts(fact text, month date) OWNER TO batch_owner;

CREATE FUNCTION :area.close_month(closing_month date, who text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
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
    INSERT INTO closing VALUES (closing_month, head, accounts_posted(closing_month), coalesce(before.closing_fen, 0), totals.account,
        coalesce(before.closing_fen, 0) + totals.account, totals.pool, totals.other,
        closing_seal(closing_month, before.seal, coalesce(before.closing_fen, 0), totals.account, totals.pool, totals.other, head));
    RETURN head;
END $$;

ALTER FUNCTION :area.close_month(closing_month date, who text) OWNER TO batch_owner;

CREATE FUNCTION :area.close_statement(statement_year integer, year_from date, year_to date, who text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
DECLARE
    part   text := 'statement_' || statement_year;
    stated bigint;
    moved  bigint;
    opened bigint;
    before bigint;
    n      int;
    hash   text;
BEGIN
    EXECUTE format('REVOKE INSERT ON %I FROM batch_program', part);
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (account_id, year)', part);
    EXECUTE format('SELECT count(*), coalesce(sum(movements_fen), 0), coalesce(sum(opening_fen), 0), encode(sha256(convert_to(concat_ws(''|'', count(*),
                    sum(hash_record_extended(s, 0)), sum(hash_record_extended(s, 20210601))), ''UTF8'')), ''hex'') FROM %I s', part)
        INTO n, stated, opened, hash;
    SELECT coalesce(sum(account_fen), 0) INTO moved FROM run_total t JOIN posted_run r USING (run_id) WHERE r.posting_month BETWEEN year_from AND year_to;
    SELECT coalesce(sum(closing_fen), 0) INTO before FROM statement s WHERE s.year = statement_year - 1;
    IF stated <> moved OR opened <> before THEN
        RAISE EXCEPTION 'Statements of % do not add up: movements % against %, openings % against %.', statement_year, stated, moved, opened, before
            USING ERRCODE = 'BA007';
    END IF;
    EXECUTE format('ALTER TABLE statement ATTACH PARTITION %I FOR VALUES IN (%s)', part, statement_year);
    INSERT INTO statement_year VALUES (statement_year, year_to, hash, n, who);
    RETURN n;
END $$;

ALTER FUNCTION :area.close_statement(statement_year integer, year_from date, year_to date, who text) OWNER TO batch_owner;

CREATE FUNCTION :area.closing_seal(closing_month date, previous text, opening numeric, account numeric, pool numeric, other numeric, of_seq bigint) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    SELECT encode(sha256(convert_to(concat_ws('|', previous, closing_month, opening, account, pool, other, (
        SELECT string_agg(concat_ws(':', r.seq, r.kind, r.digest, r.made_by, r.approved_by), '|' ORDER BY r.seq)
        FROM posted_run r WHERE r.posting_month = closing_month AND r.seq < of_seq)), 'UTF8')), 'hex')
$$;

ALTER FUNCTION :area.closing_seal(closing_month date, previous text, opening numeric, account numeric, pool numeric, other numeric, of_seq bigint) OWNER TO batch_owner;

CREATE FUNCTION :area.closing_to_reopen(of_month date) RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
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

ALTER FUNCTION :area.closing_to_reopen(of_month date) OWNER TO batch_owner;

CREATE FUNCTION :area.discard_run(run integer, who text, why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
DECLARE
    r run;
BEGIN
    SELECT * INTO r FROM run x WHERE x.run_id = run FOR UPDATE;
    IF r.state IS NULL OR r.state IN ('posted', 'discarded') THEN
        RAISE EXCEPTION 'Run % is %.', run, coalesce(r.state, 'unknown') USING ERRCODE = 'BA004';
    END IF;
    EXECUTE format('DROP TABLE IF EXISTS %I', run_table(run));
    UPDATE run x SET state = 'discarded', ended_by = who, ended_at = now(), reason = why WHERE x.run_id = run;
END $$;

ALTER FUNCTION :area.discard_run(run integer, who text, why text) OWNER TO batch_owner;

CREATE FUNCTION :area.fill_reversal(run integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $_$
DECLARE
    r        run;
    original run;
    filled   bigint;
BEGIN
    SELECT * INTO r FROM run x WHERE x.run_id = run AND x.state = 'computing' AND x.kind = 'reversal' FOR UPDATE;
    SELECT * INTO original FROM run x WHERE x.run_id = r.reverses;
    IF original.state IS DISTINCT FROM 'posted' THEN
        RAISE EXCEPTION 'Run % is not posted.', r.reverses USING ERRCODE = 'BA004';
    END IF;
    EXECUTE format('INSERT INTO %I SELECT $1, $2, account_id, contribution_month, component, -account_fen, -pool_fen, -other_fen,
                    -person_paid_fen, -employer_paid_fen, -paid_out_fen FROM entry WHERE posting_month = %L AND run_id = $3',
                   run_table(run), original.posting_month) USING r.posting_month, run, r.reverses;
    GET DIAGNOSTICS filled = ROW_COUNT;
    RETURN filled;
END $_$;

ALTER FUNCTION :area.fill_reversal(run integer) OWNER TO batch_owner;

CREATE FUNCTION :area.forget_run(run integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
DECLARE
    entries bigint;
BEGIN
    PERFORM FROM run r WHERE r.run_id = run AND r.state = 'computing' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Run % is not being computed.', run USING ERRCODE = 'BA004';
    END IF;
    EXECUTE format('SELECT count(*) FROM %I', run_table(run)) INTO entries;
    IF entries > 0 THEN
        RAISE EXCEPTION 'Run % has entries.', run USING ERRCODE = 'BA004';
    END IF;
    EXECUTE format('DROP TABLE %I', run_table(run));
    DELETE FROM run_chunk c WHERE c.run_id = run;
    DELETE FROM run_month m WHERE m.run_id = run;
    DELETE FROM run_submission s WHERE s.run_id = run;
    DELETE FROM run r WHERE r.run_id = run;
    DELETE FROM batch.run_area a WHERE a.run_id = run;
END $$;

ALTER FUNCTION :area.forget_run(run integer) OWNER TO batch_owner;

CREATE FUNCTION :area.identity_decider_is_another() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
DECLARE
    proposer text;
BEGIN
    SELECT c.proposed_by INTO proposer FROM :area.identity_change c WHERE c.identity_id = NEW.changed;
    IF NEW.act = 'withdraw' THEN
        IF NOT batch.same_person(proposer, NEW.acted_by) THEN
            RAISE EXCEPTION 'A proposal is withdrawn by the person who made it.' USING ERRCODE = 'BA340';
        END IF;
    ELSIF batch.same_person(proposer, NEW.acted_by) OR batch.is_the_programs_name(NEW.acted_by) THEN
        RAISE EXCEPTION 'A change of identity is approved or refused by another person than proposed it.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

ALTER FUNCTION :area.identity_decider_is_another() OWNER TO batch_owner;

CREATE FUNCTION :area.last_closed() RETURNS date
    LANGUAGE sql STABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$SELECT max(month) FROM closing_in_force$$;

ALTER FUNCTION :area.last_closed() OWNER TO batch_owner;

CREATE FUNCTION :area.last_poster(of_month date) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    SELECT l.by FROM ledger l WHERE l.act = 'post' AND l.month = of_month ORDER BY l.seq DESC LIMIT 1
$$;

ALTER FUNCTION :area.last_poster(of_month date) OWNER TO batch_owner;

CREATE FUNCTION :area.ledger_head() RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$SELECT coalesce(max(seq), 0) FROM ledger$$;

ALTER FUNCTION :area.ledger_head() OWNER TO batch_owner;

CREATE FUNCTION :area.match_confirmer_is_another() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
BEGIN
    IF NEW.act = 'confirm' AND (batch.same_person((SELECT m.made_by FROM :area.money_match m WHERE m.match_id = NEW.matched), NEW.acted_by)
                                OR batch.name_skeleton(NEW.acted_by) IN ('shipped', 'schedule', 'scheduler')) THEN
        RAISE EXCEPTION 'A match is confirmed by another person than proposed it.' USING ERRCODE = 'BA001';
    END IF;
    IF NEW.act <> 'confirm' AND EXISTS (SELECT FROM :area.money_match_act a WHERE a.matched = NEW.matched AND a.act IN ('refuse', 'undo', 'lapse'))
       OR NEW.act IN ('confirm', 'refuse') AND EXISTS (SELECT FROM :area.money_match_act a WHERE a.matched = NEW.matched)
       OR NEW.act IN ('confirm', 'refuse') AND (SELECT m.way FROM :area.money_match m WHERE m.match_id = NEW.matched) IS DISTINCT FROM 'hand' THEN
        RAISE EXCEPTION 'The match has ended, or is in force already.' USING ERRCODE = 'BA250';
    END IF;
    RETURN NEW;
END $$;

ALTER FUNCTION :area.match_confirmer_is_another() OWNER TO batch_owner;

CREATE FUNCTION :area.mended(parent integer) RETURNS TABLE(row_no integer, submission_id integer, child_row integer, outcome smallint, paid_fen bigint)
    LANGUAGE sql STABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $_$
    WITH RECURSIVE fate AS (
        SELECT c.parent_row AS row_no, c.submission_id, c.row_no AS child_row, c.outcome, c.paid_fen
        FROM submission_parent p JOIN child_row c USING (submission_id) WHERE p.parent = $1
        UNION ALL
        SELECT f.row_no, c.submission_id, c.row_no, c.outcome, c.paid_fen
        FROM fate f JOIN submission_parent p ON p.parent = f.submission_id JOIN child_row c ON c.submission_id = p.submission_id AND c.parent_row = f.child_row),
    -- A later row of the same child may have held an earlier one.
    told AS (
        SELECT f.row_no, f.submission_id, f.child_row, f.paid_fen, CASE WHEN f.outcome IN (1, 2) AND EXISTS (
            SELECT FROM rejection r WHERE r.submission_id = f.submission_id AND r.row_no = f.child_row) THEN 3::smallint ELSE f.outcome END AS outcome
        FROM fate f)
    SELECT DISTINCT ON (t.row_no) t.row_no, t.submission_id, t.child_row, t.outcome, t.paid_fen FROM told t
    ORDER BY t.row_no, t.outcome = 4, t.submission_id DESC, t.child_row DESC
$_$;

ALTER FUNCTION :area.mended(parent integer) OWNER TO batch_owner;

CREATE FUNCTION :area.money_of(of_employer integer, of_month date, on_day date, OUT received_fen bigint, OUT returned_fen bigint, OUT declared_fen bigint, OUT booked_fen bigint) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
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

ALTER FUNCTION :area.money_of(of_employer integer, of_month date, on_day date, OUT received_fen bigint, OUT returned_fen bigint, OUT declared_fen bigint, OUT booked_fen bigint) OWNER TO batch_owner;

CREATE FUNCTION :area.month_has_begun() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM run r WHERE r.run_id = NEW.reverses AND r.posting_month = NEW.posting_month) THEN
        PERFORM refuse_before_month(NEW.posting_month);
    END IF;
    RETURN NEW;
END $$;

ALTER FUNCTION :area.month_has_begun() OWNER TO batch_owner;

CREATE FUNCTION :area.movement_anomalies(of_run integer) RETURNS TABLE(code text, value numeric, against numeric, allowed numeric)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
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

ALTER FUNCTION :area.movement_anomalies(of_run integer) OWNER TO batch_owner;

CREATE FUNCTION :area.next_to_close() RETURNS date
    LANGUAGE sql STABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    SELECT coalesce((last_closed() + interval '1 month')::date, (SELECT min(r.posting_month) FROM posted_run r),
                    (SELECT min(f.month) FROM submission s JOIN filed f USING (submission_id) WHERE s.kind = 'regular' AND s.refused IS NULL))
$$;

ALTER FUNCTION :area.next_to_close() OWNER TO batch_owner;

CREATE FUNCTION :area.nothing_is_parked() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
BEGIN
    IF EXISTS (SELECT FROM batch.job j WHERE j.area = right(':area', 6) AND j.state = 'parked' AND j.kind IN ('chunk', 'allocate')) THEN
        RAISE EXCEPTION 'A piece of a run is parked; retry or cancel it before closing %.', to_char(NEW.month, 'YYYY-MM') USING ERRCODE = 'BA070';
    END IF;
    RETURN NEW;
END $$;

ALTER FUNCTION :area.nothing_is_parked() OWNER TO batch_owner;

CREATE FUNCTION :area.open_facts(fact text, month date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
DECLARE
    part text := fact || to_char(month, '_YYYY_MM');
BEGIN
    IF fact NOT IN ('contribution', 'pension', 'movement') OR month <> date_trunc('month', month)::date THEN
        RAISE EXCEPTION 'No such facts: % %', fact, month;
    END IF;
    IF to_regclass(':area.' || part) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING CONSTRAINTS, CHECK (%I = %L))', part, fact, fact || '_month', month);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO batch_program', part);
    RETURN true;
END $$;

ALTER FUNCTION :area.open_facts(fact text, month date) OWNER TO batch_owner;

CREATE FUNCTION :area.open_run(run_kind text, month date, who text, policies integer, taken integer[], reversed integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
DECLARE
    run int;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext(':area.ledger'));
    IF month <= last_closed() THEN
        RAISE EXCEPTION 'Month % is closed.', to_char(month, 'YYYY-MM') USING ERRCODE = 'BA002';
    END IF;
    IF EXISTS (SELECT FROM run WHERE state IN ('computing', 'computed', 'approved')) THEN
        RAISE EXCEPTION 'Another run is open in this area.' USING ERRCODE = 'BA003';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('batch.run_area'));
    INSERT INTO batch.run_area SELECT coalesce(max(a.run_id), 0) + 1, right(':area', 6) FROM batch.run_area a RETURNING run_id INTO run;
    INSERT INTO run (run_id, kind, posting_month, reverses, state, ledger_head, policy_seq, made_by)
    VALUES (run, run_kind, month, reversed, 'computing', ledger_head(), policies, who);
    INSERT INTO run_submission SELECT run, unnest(taken);
    EXECUTE format('CREATE TABLE %I (LIKE entry INCLUDING CONSTRAINTS, CHECK (posting_month = %L), CHECK (run_id = %s))', run_table(run), month, run);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO batch_program', run_table(run));
    RETURN run;
END $$;

ALTER FUNCTION :area.open_run(run_kind text, month date, who text, policies integer, taken integer[], reversed integer) OWNER TO batch_owner;

CREATE FUNCTION :area.open_statement(statement_year integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
BEGIN
    EXECUTE format('CREATE TABLE %I (LIKE statement INCLUDING CONSTRAINTS, CHECK (year = %s))', 'statement_' || statement_year, statement_year);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO batch_program', 'statement_' || statement_year);
END $$;

ALTER FUNCTION :area.open_statement(statement_year integer) OWNER TO batch_owner;

CREATE FUNCTION :area.plan_run(run integer, months date[], hashes text[], wholes boolean[], chunk_months date[], firsts integer[], lasts integer[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM run r WHERE r.run_id = run AND r.state = 'computing') THEN
        RAISE EXCEPTION 'Run % is not being computed.', run USING ERRCODE = 'BA004';
    END IF;
    INSERT INTO run_month SELECT run, m, h, w FROM unnest(months, hashes, wholes) t(m, h, w);
    INSERT INTO run_chunk (run_id, contribution_month, first_person, last_person)
    SELECT run, m, f, l FROM unnest(chunk_months, firsts, lasts) t(m, f, l);
END $$;

ALTER FUNCTION :area.plan_run(run integer, months date[], hashes text[], wholes boolean[], chunk_months date[], firsts integer[], lasts integer[]) OWNER TO batch_owner;

CREATE FUNCTION :area.post_run(run integer, who text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
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

ALTER FUNCTION :area.post_run(run integer, who text) OWNER TO batch_owner;

CREATE FUNCTION :area.posted_digest(run integer) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    SELECT run_digest(r.run_id, coalesce(to_regclass(':area.entry' || to_char(r.posting_month, '_YYYY_MM')), ':area.entry'::regclass))
    FROM run r WHERE r.run_id = run
$$;

ALTER FUNCTION :area.posted_digest(run integer) OWNER TO batch_owner;

CREATE FUNCTION :area.premiums(deductions jsonb, rounding text, OUT fixed_fen bigint, OUT rates numeric[]) RETURNS record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT coalesce(sum(CASE rounding WHEN 'down' THEN trunc(d.amount * 100)
                                      WHEN 'half-even' THEN round(d.amount * 100) - CASE WHEN mod(d.amount * 100, 2) = 0.5 THEN 1 ELSE 0 END
                                      ELSE round(d.amount * 100) END), 0)::bigint,
           array_agg(d.rate) FILTER (WHERE d.rate IS NOT NULL)
    FROM jsonb_to_recordset(coalesce(deductions, '[]')) AS d (amount numeric, rate numeric)
$$;

ALTER FUNCTION :area.premiums(deductions jsonb, rounding text, OUT fixed_fen bigint, OUT rates numeric[]) OWNER TO batch_owner;

CREATE FUNCTION :area.propose_reopening(of_month date, who text, why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
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

ALTER FUNCTION :area.propose_reopening(of_month date, who text, why text) OWNER TO batch_owner;

CREATE FUNCTION :area.refile(number integer, to_month date, who text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
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

ALTER FUNCTION :area.refile(number integer, to_month date, who text) OWNER TO batch_owner;

CREATE FUNCTION :area.refuse_before_month(of_month date) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
BEGIN
    IF now() < of_month::timestamp AT TIME ZONE 'Asia/Shanghai' THEN
        RAISE EXCEPTION '%', to_char(of_month, 'YYYY-MM-DD') USING ERRCODE = 'BA191';
    END IF;
END $$;

ALTER FUNCTION :area.refuse_before_month(of_month date) OWNER TO batch_owner;

CREATE FUNCTION :area.refuse_closing(closing_month date, who text) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
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
    IF batch.same_person(last_poster(closing_month), who) THEN
        RAISE EXCEPTION 'A month is closed by another person than posted last in it.' USING ERRCODE = 'BA152';
    END IF;
    IF EXISTS (SELECT FROM run WHERE state IN ('computing', 'computed', 'approved') AND posting_month <= closing_month) THEN
        RAISE EXCEPTION 'A run of month % or earlier is still open.', to_char(closing_month, 'YYYY-MM') USING ERRCODE = 'BA003';
    END IF;
END $$;

ALTER FUNCTION :area.refuse_closing(closing_month date, who text) OWNER TO batch_owner;

CREATE TABLE :area.money_return (
    return_id integer NOT NULL,
    kind text NOT NULL,
    return_employer integer NOT NULL,
    return_month date NOT NULL,
    to_month date,
    amount_fen bigint NOT NULL,
    on_date date NOT NULL,
    document text NOT NULL,
    cancels integer,
    made_by text NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    reason text NOT NULL,
    CONSTRAINT money_return_check CHECK ((((kind = 'carry-over'::text) = (to_month IS NOT NULL)) AND (to_month IS DISTINCT FROM return_month))),
    CONSTRAINT money_return_check1 CHECK (((EXTRACT(day FROM return_month) = (1)::numeric) AND (EXTRACT(day FROM COALESCE(to_month, return_month)) = (1)::numeric))),
    CONSTRAINT money_return_check2 CHECK (((amount_fen <> 0) AND ((amount_fen < 0) = (cancels IS NOT NULL)))),
    CONSTRAINT money_return_document_check CHECK ((btrim(document) <> ''::text)),
    CONSTRAINT money_return_kind_check CHECK ((kind = ANY (ARRAY['refund'::text, 'carry-over'::text, 'write-off'::text]))),
    CONSTRAINT money_return_reason_check CHECK ((btrim(reason) <> ''::text))
);

ALTER TABLE :area.money_return OWNER TO batch_owner;

CREATE FUNCTION :area.refuse_return(r :area.money_return, proposed boolean) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
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

ALTER FUNCTION :area.refuse_return(r :area.money_return, proposed boolean) OWNER TO batch_owner;

CREATE FUNCTION :area.reopen_month(of_month date, who text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
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

ALTER FUNCTION :area.reopen_month(of_month date, who text) OWNER TO batch_owner;

CREATE FUNCTION :area.reopener_is_another() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
DECLARE
    opened_by text;
BEGIN
    SELECT l.by INTO opened_by FROM :area.ledger l WHERE l.seq = NEW.seq;
    IF batch.same_person(NEW.proposed_by, opened_by) OR batch.is_the_programs_name(opened_by) THEN
        RAISE EXCEPTION 'A reopening is approved by another person than proposed it.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

ALTER FUNCTION :area.reopener_is_another() OWNER TO batch_owner;

CREATE FUNCTION :area.retired_rule(slice jsonb) RETURNS TABLE(category text, age integer, frozen boolean, credit text, pension text[], floor_fen numeric, floor_if_missing boolean, rate numeric, fixed_fen numeric, least_fen numeric, most_fen numeric, less_rate numeric, less_fen numeric, whole_months integer, whole_actual boolean, premium_fen bigint, premium_rates numeric[], unsaid text)
    LANGUAGE sql STABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    SELECT c.key, a, whole ->> 'credit' = 'frozen', coalesce(r ->> 'credit', 'none'), ARRAY(SELECT jsonb_array_elements_text(coalesce(r -> 'pension', '[]'))),
           (r ->> 'floor')::numeric * 100, coalesce((r ->> 'floorIfMissing')::boolean, false), t.rate, t.fixed_fen, t.least_fen, t.most_fen,
           coalesce((r ->> 'lessPerMissingYearRate')::numeric, 0), coalesce((r ->> 'lessPerMissingYearAmount')::numeric * 100, 0),
           (r -> 'proRata' ->> 'ofMonths')::int, coalesce(r -> 'proRata' ->> 'months' = 'actual', false), p.fixed_fen, p.rates,
           CASE WHEN r ->> 'credit' NOT IN ('none', 'pension-rate', 'amount', 'age-amount') THEN r ->> 'credit' ELSE coalesce(t.missing, r ->> 'floorMissing') END
    FROM jsonb_each(slice -> 'categories') c
    CROSS JOIN LATERAL (SELECT c.value -> 'retired') AS w (whole)
    CROSS JOIN LATERAL (SELECT CASE WHEN whole ->> 'credit' = 'frozen' THEN whole -> 'otherwise' ELSE whole END) AS retired (r)
    CROSS JOIN generate_series(0, 150) a
    LEFT JOIN tier_at_age(r -> 'tiers') t ON t.age = a
    CROSS JOIN premiums(whole -> 'deductions', slice ->> 'rounding') p
    WHERE whole IS NOT NULL
$$;

ALTER FUNCTION :area.retired_rule(slice jsonb) OWNER TO batch_owner;

CREATE FUNCTION :area.retirees_credited(runs integer[], of_month date, open_run integer) RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $_$
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
END $_$;

ALTER FUNCTION :area.retirees_credited(runs integer[], of_month date, open_run integer) OWNER TO batch_owner;

CREATE FUNCTION :area.return_is_confirmed_by_another() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
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

ALTER FUNCTION :area.return_is_confirmed_by_another() OWNER TO batch_owner;

CREATE FUNCTION :area.return_is_there() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
BEGIN
    PERFORM refuse_return(NEW, true);
    RETURN NEW;
END $$;

ALTER FUNCTION :area.return_is_there() OWNER TO batch_owner;

CREATE FUNCTION :area.run_anomalies(run integer) RETURNS TABLE(code text, value numeric, against numeric, allowed numeric)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
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

ALTER FUNCTION :area.run_anomalies(run integer) OWNER TO batch_owner;

CREATE FUNCTION :area.run_approver_is_another() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
BEGIN
    IF batch.same_person(NEW.made_by, NEW.approved_by) OR batch.is_the_programs_name(NEW.approved_by) THEN
        RAISE EXCEPTION 'A run is approved by somebody else than who computed it.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

ALTER FUNCTION :area.run_approver_is_another() OWNER TO batch_owner;

CREATE FUNCTION :area.run_comparison(of_run integer) RETURNS TABLE(earlier boolean, month date, runs integer[], people bigint, month_people bigint, new_people bigint, entries bigint, credited bigint, person_paid bigint, employer_paid bigint, pool_paid bigint, pool bigint, other bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $_$
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
END $_$;

ALTER FUNCTION :area.run_comparison(of_run integer) OWNER TO batch_owner;

CREATE FUNCTION :area.run_digest(run integer, entries regclass) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    SELECT totals_digest(array_agg(s)) FROM run_sums(run, entries) s
$$;

ALTER FUNCTION :area.run_digest(run integer, entries regclass) OWNER TO batch_owner;

CREATE TABLE :area.run_total (
    run_id integer NOT NULL,
    contribution_month date NOT NULL,
    component smallint NOT NULL,
    entries integer NOT NULL,
    account_fen bigint NOT NULL,
    credited_fen bigint NOT NULL,
    pool_fen bigint NOT NULL,
    other_fen bigint NOT NULL,
    person_paid_fen bigint NOT NULL,
    employer_paid_fen bigint NOT NULL,
    paid_out_fen bigint NOT NULL,
    row_hashes numeric NOT NULL
);

ALTER TABLE :area.run_total OWNER TO batch_owner;

CREATE FUNCTION :area.run_sums(run integer, entries regclass) RETURNS SETOF :area.run_total
    LANGUAGE plpgsql STABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $_$
BEGIN
    RETURN QUERY EXECUTE format($q$
        SELECT run_id, contribution_month, component, count(*)::int, sum(account_fen)::bigint, coalesce(sum(account_fen) FILTER (WHERE account_fen > 0), 0)::bigint,
               sum(pool_fen)::bigint, sum(other_fen)::bigint, sum(person_paid_fen)::bigint, sum(employer_paid_fen)::bigint, sum(paid_out_fen)::bigint,
               sum(hashint8extended(account_fen, hashint8extended(pool_fen, hashint8extended(other_fen, hashint8extended(person_paid_fen,
                   hashint8extended(employer_paid_fen, hashint8extended(paid_out_fen, hashint4extended(account_id, hashint4extended(run_id,
                   posting_month - date '2000-01-01')))))))))
        FROM %s %s GROUP BY run_id, contribution_month, component $q$,
        entries, CASE WHEN entries = to_regclass(':area.' || run_table(run)) THEN '' ELSE 'WHERE run_id = $1' END) USING run;
END $_$;

ALTER FUNCTION :area.run_sums(run integer, entries regclass) OWNER TO batch_owner;

CREATE FUNCTION :area.run_table(run integer) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT 'run_entry_' || run $$;

ALTER FUNCTION :area.run_table(run integer) OWNER TO batch_owner;

CREATE FUNCTION :area.seal_run(run integer) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
DECLARE
    content text;
    moved   int;
BEGIN
    PERFORM FROM run r WHERE r.run_id = run AND r.state = 'computing' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Run % is not being computed.', run USING ERRCODE = 'BA004';
    END IF;
    IF EXISTS (SELECT FROM run_chunk c WHERE c.run_id = run AND NOT c.done) THEN
        RAISE EXCEPTION 'Run % has chunks that are not done.', run USING ERRCODE = 'BA004';
    END IF;
    EXECUTE format('REVOKE INSERT ON %I FROM batch_program', run_table(run));
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (account_id, contribution_month, component, run_id, posting_month)', run_table(run));
    INSERT INTO run_total SELECT * FROM run_sums(run, (':area.' || run_table(run))::regclass);
    SELECT totals_digest(array_agg(t)) INTO content FROM run_total t WHERE t.run_id = run;
    -- Chunks of one month share no person; over several months people are counted from the entries.
    SELECT sum(c.people) INTO moved FROM run_chunk c WHERE c.run_id = run HAVING count(DISTINCT c.contribution_month) = 1;
    IF moved IS NULL THEN
        EXECUTE format('SELECT count(*) FROM (SELECT DISTINCT account_id FROM %I) a', run_table(run)) INTO moved;
    END IF;
    UPDATE run r SET state = 'computed', digest = content, people = moved WHERE r.run_id = run;
    RETURN content;
END $$;

ALTER FUNCTION :area.seal_run(run integer) OWNER TO batch_owner;

CREATE FUNCTION :area.sent_right(of_submission integer) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    SELECT EXISTS (SELECT FROM refused_employer r WHERE r.refused = of_submission)
       AND NOT EXISTS (
        SELECT FROM refused_employer r LEFT JOIN employer e ON e.number = r.employer
        WHERE r.refused = of_submission
          AND NOT (r.receipts AND EXISTS (
              SELECT FROM receipt t WHERE t.employer_id = e.employer_id AND t.receipt_month = r.month AND t.submission_id > of_submission AND t.row_no > 0))
          AND NOT (NOT r.receipts AND EXISTS (
              SELECT FROM contribution c WHERE c.employer_id = e.employer_id AND c.contribution_month = r.month AND c.submission_id > of_submission AND c.row_no > 0)))
$$;

ALTER FUNCTION :area.sent_right(of_submission integer) OWNER TO batch_owner;

CREATE FUNCTION :area.snap_balances() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET work_mem TO '96MB'
    SET jit TO 'off'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
DECLARE
    head   bigint;
    former balance_snapshot;
    since  text;
    part   text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext(':area.balance_snapshot'));
    -- The ledger's lock is held while a run is posted: what is committed is seen whole.
    head := ledger_head();
    SELECT * INTO former FROM balance_snapshot ORDER BY seq DESC LIMIT 1;
    IF former.seq = head THEN
        RETURN head;
    END IF;
    SELECT string_agg(format('SELECT account_id, account_fen FROM entry WHERE posting_month = %L AND run_id IN (%s)', month, runs), ' UNION ALL ') INTO since
    FROM (SELECT l.month, string_agg(l.run_id::text, ', ') AS runs FROM ledger l
          WHERE l.act = 'post' AND l.seq > coalesce(former.seq, 0) AND l.seq <= head GROUP BY l.month) m;
    part := 'balance_at_' || head;
    IF former.taken IS NULL THEN
        since := coalesce(since, 'SELECT 0 AS account_id, 0::bigint AS account_fen WHERE false');
    ELSE
        since := concat_ws(' UNION ALL ', format('SELECT account_id, balance_fen AS account_fen FROM %I', former.taken), since);
    END IF;
    EXECUTE format('CREATE TABLE %I AS SELECT account_id, sum(account_fen)::bigint AS balance_fen FROM (%s) m GROUP BY account_id', part, since);
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (account_id)', part);
    EXECUTE format('GRANT SELECT ON %I TO batch_program', part);
    IF former.taken IS NOT NULL THEN
        EXECUTE format('DROP TABLE %I', former.taken);
        DELETE FROM balance_snapshot s WHERE s.seq = former.seq;
    END IF;
    INSERT INTO balance_snapshot VALUES (head, part);
    RETURN head;
END $$;

ALTER FUNCTION :area.snap_balances() OWNER TO batch_owner;

CREATE FUNCTION :area.tier_at_age(tiers jsonb) RETURNS TABLE(age integer, rate numeric, fixed_fen numeric, least_fen numeric, most_fen numeric, missing text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT a, CASE WHEN t.missing IS NULL THEN t.rate END, coalesce(t.amount, t."perYearOfAge" * a) * 100, t.minimum * 100, t.maximum * 100, t.missing
    FROM jsonb_to_recordset(tiers) AS t ("from" int, "to" int, rate numeric, amount numeric, "perYearOfAge" numeric, minimum numeric, maximum numeric, missing text),
         generate_series(t."from", t."to") a
$$;

ALTER FUNCTION :area.tier_at_age(tiers jsonb) OWNER TO batch_owner;

CREATE FUNCTION :area.totals_digest(totals :area.run_total[]) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    SELECT encode(sha256(convert_to(coalesce(string_agg(t::text, E'\n' ORDER BY t.contribution_month, t.component), ''), 'UTF8')), 'hex') FROM unnest(totals) t
$$;

ALTER FUNCTION :area.totals_digest(totals :area.run_total[]) OWNER TO batch_owner;

CREATE FUNCTION :area.withdraw_reopening(of_month date, who text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO ':area', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
DECLARE
    p    reopening_proposal;
    late boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext(':area.ledger'));
    SELECT x.* INTO p FROM reopening_proposal x WHERE x.month = of_month ORDER BY x.closing_seq DESC LIMIT 1;
    IF p.closing_seq IS NULL THEN
        RAISE EXCEPTION 'Nobody has proposed to open % again.', to_char(of_month, 'YYYY-MM') USING ERRCODE = 'BA157';
    END IF;
    late := EXISTS (SELECT FROM ledger l WHERE l.act = 'post' AND l.seq > p.closing_seq) OR of_month IS DISTINCT FROM last_closed();
    IF NOT late AND NOT batch.same_person(p.proposed_by, who) THEN
        RAISE EXCEPTION 'A request that can still be granted is withdrawn by the person who made it.' USING ERRCODE = 'BA190';
    END IF;
    DELETE FROM reopening_proposal x WHERE x.closing_seq = p.closing_seq;
    INSERT INTO batch.audit (who, area, act, subject, reason) VALUES (who, right(':area', 6), 'month.reopen.withdraw', to_char(of_month, 'YYYY-MM'), p.reason);
END $$;

ALTER FUNCTION :area.withdraw_reopening(of_month date, who text) OWNER TO batch_owner;

CREATE FUNCTION batch.administrator_remains() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('batch.administrators'));
    IF (NEW.disabled OR NOT 'administrator' = ANY (NEW.roles))
       AND EXISTS (SELECT FROM batch.user_now u WHERE u.name = NEW.name AND NOT u.disabled AND 'administrator' = ANY (u.roles))
       AND NOT EXISTS (SELECT FROM batch.user_now u WHERE u.name <> NEW.name AND NOT u.disabled AND 'administrator' = ANY (u.roles)) THEN
        RAISE EXCEPTION 'The last administrator stays one and stays enabled.' USING ERRCODE = 'BA030';
    END IF;
    RETURN NEW;
END $$;

ALTER FUNCTION batch.administrator_remains() OWNER TO batch_owner;

CREATE FUNCTION batch.approver_is_another() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    c batch.policy_change;
BEGIN
    SELECT * INTO c FROM batch.policy_change x WHERE x.hash = NEW.hash;
    IF c.proposed_by = 'shipped' AND NEW.approved_by = 'shipped' THEN
        IF EXISTS (SELECT FROM batch.policy_change x WHERE x.area = c.area AND x.kind = 'file' AND x.hash <> c.hash) THEN
            RAISE EXCEPTION 'What comes with the program is in force before any change.' USING ERRCODE = 'BA001';
        END IF;
    ELSIF batch.same_person(c.proposed_by, NEW.approved_by) OR batch.is_the_programs_name(NEW.approved_by) OR batch.is_the_programs_name(c.proposed_by) THEN
        RAISE EXCEPTION 'A policy change is approved by somebody else than who proposed it.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

ALTER FUNCTION batch.approver_is_another() OWNER TO batch_owner;

CREATE FUNCTION batch.citizen_number(digits bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT CASE
        WHEN digits < 100000000000000000 THEN lpad(digits::text, 17, '0') || substr('10X98765432', 1 + (
            (SELECT sum(substr(lpad(digits::text, 17, '0'), i, 1)::int * (1 << (18 - i)) % 11) FROM generate_series(1, 17) i) % 11)::int, 1)
        WHEN digits < 200000000000000000 THEN (
            SELECT chr(65 + (n / 676)::int) || chr(65 + (n / 26 % 26)::int) || chr(65 + (n % 26)::int)
            FROM (SELECT (digits - 100000000000000000) / 1000000000000 AS n) letters) || lpad(((digits - 100000000000000000) % 1000000000000)::text, 12, '0')
        ELSE (
            SELECT string_agg(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', c, 1), '' ORDER BY place DESC)
            FROM generate_series(0, 10) place, LATERAL (SELECT (div((digits - 200000000000000000)::numeric, 37::numeric ^ place) % 37)::int AS c) d
            WHERE c > 0)
    END
$$;

ALTER FUNCTION batch.citizen_number(digits bigint) OWNER TO batch_owner;

CREATE FUNCTION batch.is_male(digits bigint) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT digits >= 100000000000000000 OR digits % 2 = 1
$$;

ALTER FUNCTION batch.is_male(digits bigint) OWNER TO batch_owner;

CREATE FUNCTION batch.is_the_programs_name(name text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    SELECT batch.name_skeleton(name) IN (
        SELECT batch.name_skeleton(n) FROM unnest(ARRAY['schedule', 'scheduler', 'shipped', 'system', 'program', 'batch', 'key', 'nobody', 'unknown']) n)
$$;

ALTER FUNCTION batch.is_the_programs_name(name text) OWNER TO batch_owner;

CREATE FUNCTION batch.lock_waits(application text) RETURNS TABLE(waiting integer, waiting_seconds integer, blocker integer, blocker_application text, blocker_seconds integer)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'batch', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    WITH RECURSIVE waits AS (
        SELECT w.pid, min(l.waitstart) AS since FROM pg_locks l JOIN pg_stat_activity w ON w.pid = l.pid
        WHERE NOT l.granted AND w.application_name = application AND w.datname = current_database() GROUP BY 1
    ), chain AS (
        SELECT w.pid AS waiting, p.pid FROM waits w CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) p (pid)
        UNION SELECT c.waiting, p.pid FROM chain c CROSS JOIN LATERAL unnest(pg_blocking_pids(c.pid)) p (pid)
    )
    SELECT w.pid, extract(epoch FROM clock_timestamp() - w.since)::int, c.pid, b.application_name, extract(epoch FROM clock_timestamp() - b.xact_start)::int
    FROM waits w JOIN chain c ON c.waiting = w.pid LEFT JOIN pg_stat_activity b ON b.pid = c.pid
    WHERE pg_blocking_pids(c.pid) = '{}'
$$;

ALTER FUNCTION batch.lock_waits(application text) OWNER TO batch_owner;

CREATE FUNCTION batch.log_rows(log text, key_column text, after bigint, upto bigint) RETURNS TABLE(row_key text, row_hash text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'batch', 'pg_temp'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $_$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT t.%1$I::text, encode(sha256(convert_to(jsonb_strip_nulls(to_jsonb(t))::text, ''UTF8'')), ''hex'') FROM batch.%2$I t WHERE %3$s AND %4$s ORDER BY t.%1$I',
        key_column, log,
        CASE WHEN after IS NULL THEN 'true' ELSE format('t.%I > %s', key_column, after) END, CASE WHEN upto IS NULL THEN 'true' ELSE format('t.%I <= %s', key_column, upto) END);
END $_$;

ALTER FUNCTION batch.log_rows(log text, key_column text, after bigint, upto bigint) OWNER TO batch_owner;

CREATE FUNCTION batch.log_writers(of_log text) RETURNS text[]
    LANGUAGE sql
    SET search_path TO 'batch', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    SELECT coalesce(array_agg(DISTINCT l.virtualtransaction), '{}') FROM pg_locks l
    WHERE l.locktype = 'relation' AND l.relation = format('batch.%I', of_log)::regclass AND l.mode = 'RowExclusiveLock' AND l.granted
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.pid IS DISTINCT FROM pg_backend_pid()
$$;

ALTER FUNCTION batch.log_writers(of_log text) OWNER TO batch_owner;

CREATE FUNCTION batch.masked_number(digits bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT left(n, 4) || repeat('*', 13) || right(n, 1) FROM batch.citizen_number(digits) n
$$;

ALTER FUNCTION batch.masked_number(digits bigint) OWNER TO batch_owner;

CREATE FUNCTION batch.name_is_its_own() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('batch.names'));
    IF batch.is_the_programs_name(NEW.name)
       OR EXISTS (SELECT FROM batch.user_change c WHERE (c.name <> NEW.name OR TG_TABLE_NAME = 'api_key') AND batch.name_skeleton(c.name) = batch.name_skeleton(NEW.name))
       OR EXISTS (SELECT FROM batch.api_key k WHERE (k.name <> NEW.name OR TG_TABLE_NAME = 'user_change') AND batch.name_skeleton(k.name) = batch.name_skeleton(NEW.name)) THEN
        RAISE EXCEPTION 'There is a user or a key whose name is the same or looks the same, or the program uses it itself.' USING ERRCODE = 'BA031';
    END IF;
    RETURN NEW;
END $$;

ALTER FUNCTION batch.name_is_its_own() OWNER TO batch_owner;

CREATE FUNCTION batch.name_skeleton(name text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    SELECT replace(replace(translate(regexp_replace(lower(normalize(name, NFKC)), U&'[[:space:][:cntrl:]._\00AD\200B-\200F\2060\FEFF-]', '', 'g'),
        '01|i已巳曰末士入干于', 'olll己己日未土人千千'), 'rn', 'm'), 'vv', 'w')
$$;

ALTER FUNCTION batch.name_skeleton(name text) OWNER TO batch_owner;

CREATE FUNCTION batch.proposal_act_in_order() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
DECLARE
    p batch.proposal;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('batch.proposal ' || NEW.kind || ' ' || NEW.subject));
    SELECT * INTO p FROM batch.proposal x WHERE x.kind = NEW.kind AND x.subject = NEW.subject;
    IF p.state IS NULL OR p.area <> NEW.area THEN
        RAISE EXCEPTION 'There is no such proposal.' USING ERRCODE = 'BA080';
    ELSIF p.state = 'approved' OR (NEW.act = 'propose') = (p.state = 'proposed') THEN
        RAISE EXCEPTION 'The proposal is %.', p.state USING ERRCODE = 'BA081';
    ELSIF NEW.act = 'withdraw' AND NOT batch.same_person(p.proposed_by, NEW.who) THEN
        RAISE EXCEPTION 'A proposal is withdrawn by the person who made it.' USING ERRCODE = 'BA082';
    ELSIF NEW.act = 'refuse' AND batch.same_person(p.proposed_by, NEW.who) THEN
        RAISE EXCEPTION 'A proposal is refused by another person than the one who made it.' USING ERRCODE = 'BA001';
    ELSIF batch.name_skeleton(NEW.who) IN ('shipped', 'schedule', 'scheduler') THEN
        RAISE EXCEPTION 'That name is the program''s.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

ALTER FUNCTION batch.proposal_act_in_order() OWNER TO batch_owner;

CREATE FUNCTION batch.proposal_still_waits() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
DECLARE
    of_kind    text := CASE TG_TABLE_NAME WHEN 'policy_approval' THEN 'policy' ELSE 'schedule' END;
    of_subject text := CASE TG_TABLE_NAME WHEN 'policy_approval' THEN to_jsonb(NEW) ->> 'hash' ELSE to_jsonb(NEW) ->> 'change_id' END;
    p batch.proposal;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('batch.proposal ' || of_kind || ' ' || of_subject));
    SELECT * INTO p FROM batch.proposal x WHERE x.kind = of_kind AND x.subject = of_subject;
    IF p.state IN ('withdrawn', 'refused') THEN
        RAISE EXCEPTION 'The proposal is %.', p.state USING ERRCODE = 'BA081';
    ELSIF p.proposed_by <> 'shipped' AND batch.same_person(p.proposed_by, NEW.approved_by) THEN
        RAISE EXCEPTION 'A proposal is approved by another person than the one who made it.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

ALTER FUNCTION batch.proposal_still_waits() OWNER TO batch_owner;

CREATE FUNCTION batch.same_person(a text, b text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    SELECT batch.name_skeleton(a) = batch.name_skeleton(b)
$$;

ALTER FUNCTION batch.same_person(a text, b text) OWNER TO batch_owner;

CREATE FUNCTION batch.schedule_approver_is_another() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    c batch.schedule_change;
BEGIN
    SELECT * INTO c FROM batch.schedule_change x WHERE x.change_id = NEW.change_id;
    IF c.proposed_by = 'shipped' AND NEW.approved_by = 'shipped' THEN
        IF EXISTS (SELECT FROM batch.schedule_change x WHERE x.area = c.area AND x.work = c.work AND x.change_id < c.change_id) THEN
            RAISE EXCEPTION 'What comes with the program is in force before any change.' USING ERRCODE = 'BA001';
        END IF;
    ELSIF batch.same_person(c.proposed_by, NEW.approved_by) OR batch.is_the_programs_name(NEW.approved_by) OR batch.is_the_programs_name(c.proposed_by) THEN
        RAISE EXCEPTION 'A schedule is approved by somebody else than who proposed it.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

ALTER FUNCTION batch.schedule_approver_is_another() OWNER TO batch_owner;

CREATE FUNCTION batch.seal_block(of_log text, key_column text, is_ordered boolean, upto bigint) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'batch', 'pg_temp'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $_$
DECLARE
    last      log_seal;
    of_keys   text[];
    of_hashes text[];
BEGIN
    SELECT * INTO last FROM log_seal s WHERE s.log = of_log ORDER BY s.ordinal DESC LIMIT 1;
    EXECUTE format(
        'SELECT array_agg(k), array_agg(h) FROM (
             SELECT t.%1$I::text AS k, encode(sha256(convert_to(jsonb_strip_nulls(to_jsonb(t))::text, ''UTF8'')), ''hex'') AS h FROM batch.%2$I t WHERE %3$s ORDER BY t.%1$I LIMIT 1000) r',
        key_column, of_log,
        CASE WHEN is_ordered THEN format('t.%I > %s AND t.%I <= %s', key_column, coalesce(last.keys[cardinality(last.keys)], '-1'), key_column, upto)
             ELSE format('t.%I::text NOT IN (SELECT unnest(s.keys) FROM batch.log_seal s WHERE s.log = %L)', key_column, of_log) END)
        INTO of_keys, of_hashes;
    IF of_keys IS NULL THEN
        RETURN 0;
    END IF;
    INSERT INTO log_seal (log, ordinal, keys, hashes, hash)
    VALUES (of_log, coalesce(last.ordinal, 0) + 1, of_keys, of_hashes, encode(sha256(convert_to(concat_ws(
        '|', coalesce(last.hash, ''), of_log, coalesce(last.ordinal, 0) + 1, array_to_string(of_keys, ','), array_to_string(of_hashes, ',')), 'UTF8')), 'hex'));
    RETURN cardinality(of_keys);
END $_$;

ALTER FUNCTION batch.seal_block(of_log text, key_column text, is_ordered boolean, upto bigint) OWNER TO batch_owner;

CREATE FUNCTION batch.seal_logs(patience interval) RETURNS text[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'batch', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
DECLARE
    until   timestamptz := clock_timestamp() + patience;
    kept    text[] := '{}';
    l       sealed_log;
    upto    bigint;
    sealed  bigint;
    writers text[];
BEGIN
    WHILE NOT pg_try_advisory_xact_lock(hashtext('batch.log_seal')) LOOP
        IF clock_timestamp() >= until THEN
            RETURN (SELECT array_agg(s.log) FROM sealed_log s);
        END IF;
        PERFORM pg_sleep(0.02);
    END LOOP;
    FOR l IN SELECT * FROM sealed_log LOOP
        IF l.ordered THEN
            EXECUTE format('SELECT max(%I) FROM batch.%I', l.key, l.log) INTO upto;
            SELECT s.keys[cardinality(s.keys)]::bigint INTO sealed FROM log_seal s WHERE s.log = l.log ORDER BY s.ordinal DESC LIMIT 1;
            CONTINUE WHEN upto IS NULL OR upto <= coalesce(sealed, -1);
            writers := log_writers(l.log);
            WHILE writers && log_writers(l.log) AND clock_timestamp() < until LOOP
                PERFORM pg_sleep(0.02);
            END LOOP;
            IF writers && log_writers(l.log) THEN
                kept := kept || l.log;
                CONTINUE;
            END IF;
        END IF;
        WHILE seal_block(l.log, l.key, l.ordered, upto) = 1000 LOOP
            IF clock_timestamp() >= until THEN
                kept := kept || l.log;
                EXIT;
            END IF;
        END LOOP;
    END LOOP;
    RETURN kept;
END $$;

ALTER FUNCTION batch.seal_logs(patience interval) OWNER TO batch_owner;

CREATE FUNCTION batch.sealed_upto(of_log text) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO 'batch', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    SELECT s.keys[cardinality(s.keys)]::bigint FROM log_seal s WHERE s.log = of_log ORDER BY s.ordinal DESC LIMIT 1
$$;

ALTER FUNCTION batch.sealed_upto(of_log text) OWNER TO batch_owner;

CREATE FUNCTION batch.threshold(of_area text, of_name text) RETURNS numeric
    LANGUAGE sql STABLE
    SET search_path TO 'batch', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET "TimeZone" TO 'Asia/Shanghai'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $$
    SELECT t.value FROM review_threshold t WHERE t.name = of_name AND (t.area = of_area OR t.area IS NULL)
    ORDER BY t.area NULLS LAST, t.threshold_id DESC LIMIT 1
$$;

ALTER FUNCTION batch.threshold(of_area text, of_name text) OWNER TO batch_owner;

CREATE TABLE :area.account (
    account_id integer NOT NULL,
    person_id integer NOT NULL,
    opened date NOT NULL,
    submission_id integer NOT NULL,
    CONSTRAINT account_number CHECK (((account_id % 100000000) = person_id))
);

ALTER TABLE :area.account OWNER TO batch_owner;

CREATE TABLE :area.entry (
    posting_month date NOT NULL,
    run_id integer NOT NULL,
    account_id integer NOT NULL,
    contribution_month date NOT NULL,
    component smallint NOT NULL,
    account_fen bigint NOT NULL,
    pool_fen bigint NOT NULL,
    other_fen bigint NOT NULL,
    person_paid_fen bigint NOT NULL,
    employer_paid_fen bigint NOT NULL,
    paid_out_fen bigint NOT NULL,
    CONSTRAINT legs_balance CHECK ((((account_fen + pool_fen) + other_fen) = ((person_paid_fen + employer_paid_fen) - paid_out_fen)))
)
PARTITION BY LIST (posting_month);

ALTER TABLE :area.entry OWNER TO batch_owner;

CREATE TABLE :area.statement (
    year integer NOT NULL,
    account_id integer NOT NULL,
    opening_fen bigint NOT NULL,
    movements_fen bigint NOT NULL,
    closing_fen bigint NOT NULL,
    accumulated_months integer NOT NULL,
    continuous_months integer NOT NULL,
    last_paid date,
    CONSTRAINT statement_adds_up CHECK (((opening_fen + movements_fen) = closing_fen))
)
PARTITION BY LIST (year);

ALTER TABLE :area.statement OWNER TO batch_owner;

CREATE TABLE :area.statement_year (
    year integer NOT NULL,
    through date NOT NULL,
    digest text NOT NULL,
    accounts integer NOT NULL,
    made_by text NOT NULL
);

ALTER TABLE :area.statement_year OWNER TO batch_owner;

CREATE VIEW :area.analyst_balance AS
 WITH carried AS (
         SELECT max(y.year) AS year,
            max(y.through) AS through
           FROM :area.statement_year y
        ), since AS (
         SELECT e.account_id,
            sum(e.account_fen) AS fen
           FROM :area.entry e
          WHERE (e.posting_month > COALESCE(( SELECT carried.through
                   FROM carried), '-infinity'::date))
          GROUP BY e.account_id
        )
 SELECT a.account_id AS account,
    a.person_id AS person,
    (((COALESCE(s.closing_fen, (0)::bigint))::numeric + COALESCE(n.fen, (0)::numeric)) / 100.0) AS balance
   FROM ((:area.account a
     LEFT JOIN :area.statement s ON (((s.account_id = a.account_id) AND (s.year = ( SELECT carried.year
           FROM carried)))))
     LEFT JOIN since n ON ((n.account_id = a.account_id)));

ALTER TABLE :area.analyst_balance OWNER TO batch_owner;

COMMENT ON VIEW :area.analyst_balance IS '账户余额：最近年度对账单加其后的分录 | balances: last year-end statement plus the entries since';

COMMENT ON COLUMN :area.analyst_balance.account IS '个人账户编号 | number of the account';

COMMENT ON COLUMN :area.analyst_balance.person IS '人员编号 | number of the person';

COMMENT ON COLUMN :area.analyst_balance.balance IS '余额（元） | balance, yuan';

CREATE TABLE :area.contribution (
    contribution_month date NOT NULL,
    person_id integer NOT NULL,
    employer_id integer NOT NULL,
    submission_id integer NOT NULL,
    row_no integer NOT NULL,
    state smallint NOT NULL,
    base_fen bigint NOT NULL,
    person_paid_fen bigint NOT NULL,
    employer_paid_fen bigint NOT NULL,
    received_on date
)
PARTITION BY LIST (contribution_month);

ALTER TABLE :area.contribution OWNER TO batch_owner;

CREATE TABLE :area.employer (
    employer_id integer NOT NULL,
    number text NOT NULL,
    name text NOT NULL
);

ALTER TABLE :area.employer OWNER TO batch_owner;

CREATE VIEW :area.analyst_contribution AS
 SELECT c.contribution_month,
    c.person_id AS person,
    e.number AS employer,
    e.name AS employer_name,
    c.submission_id AS submission,
    c.row_no AS "row",
        CASE c.state
            WHEN 1 THEN 'accepted'::text
            WHEN 2 THEN 'held'::text
            ELSE 'withdrawn'::text
        END AS state,
    ((c.base_fen)::numeric / 100.0) AS base,
    ((c.person_paid_fen)::numeric / 100.0) AS person_paid,
    ((c.employer_paid_fen)::numeric / 100.0) AS employer_paid,
    c.received_on
   FROM (:area.contribution c
     JOIN :area.employer e USING (employer_id));

ALTER TABLE :area.analyst_contribution OWNER TO batch_owner;

COMMENT ON VIEW :area.analyst_contribution IS '缴费申报的各个版本，最后一次报送为准 | versions of declared contributions; the latest submission speaks';

COMMENT ON COLUMN :area.analyst_contribution.contribution_month IS '费款所属期 | the month it is for';

COMMENT ON COLUMN :area.analyst_contribution.person IS '人员编号 | number of the person';

COMMENT ON COLUMN :area.analyst_contribution.employer IS '单位编号 | number of the employer';

COMMENT ON COLUMN :area.analyst_contribution.employer_name IS '单位名称 | name of the employer';

COMMENT ON COLUMN :area.analyst_contribution.submission IS '报送编号 | number of the submission';

COMMENT ON COLUMN :area.analyst_contribution."row" IS '文件行号；0 及以下为文件的后果 | row of the file; 0 or less: a consequence of the file';

COMMENT ON COLUMN :area.analyst_contribution.state IS '状态：接受、待定、撤回 | accepted, held or withdrawn';

COMMENT ON COLUMN :area.analyst_contribution.base IS '缴费基数（元） | contribution base, yuan';

COMMENT ON COLUMN :area.analyst_contribution.person_paid IS '个人缴费（元） | paid by the person, yuan';

COMMENT ON COLUMN :area.analyst_contribution.employer_paid IS '单位缴费（元） | paid by the employer, yuan';

COMMENT ON COLUMN :area.analyst_contribution.received_on IS '到账日期 | date of receipt';

CREATE VIEW :area.analyst_entry AS
 SELECT e.posting_month,
    e.contribution_month,
    e.run_id AS run,
    e.account_id AS account,
    e.component,
    ((e.account_fen)::numeric / 100.0) AS to_account,
    ((e.pool_fen)::numeric / 100.0) AS to_pool,
    ((e.other_fen)::numeric / 100.0) AS to_other,
    ((e.person_paid_fen)::numeric / 100.0) AS person_paid,
    ((e.employer_paid_fen)::numeric / 100.0) AS employer_paid,
    ((e.paid_out_fen)::numeric / 100.0) AS paid_out
   FROM :area.entry e;

ALTER TABLE :area.analyst_entry OWNER TO batch_owner;

COMMENT ON VIEW :area.analyst_entry IS '已入账分录，各方向并列，合计为零 | posted entries, legs side by side, summing to zero';

COMMENT ON COLUMN :area.analyst_entry.posting_month IS '入账月 | the month it was posted in';

COMMENT ON COLUMN :area.analyst_entry.contribution_month IS '费款所属期 | the month it is for';

COMMENT ON COLUMN :area.analyst_entry.run IS '批次号 | number of the run';

COMMENT ON COLUMN :area.analyst_entry.account IS '个人账户编号 | number of the account';

COMMENT ON COLUMN :area.analyst_entry.component IS '项目：1 缴费，2 退休划账，3 利息，4 期初，5 支出，6 清退，7 转入，8 转出，9 更正，10 钱包转出，11 钱包转入，12 钱包退回，13 急诊返还 | 1 contribution, 2 retiree, 3 interest, 4 opening, 5 spending, 6 pay-out, 7 transfer in, 8 transfer out, 9 correction, 10 wallet out, 11 wallet in, 12 wallet returned, 13 emergency paid back';

COMMENT ON COLUMN :area.analyst_entry.to_account IS '划入个人账户（元） | to the account, yuan';

COMMENT ON COLUMN :area.analyst_entry.to_pool IS '划入统筹基金（元） | to the pooled fund, yuan';

COMMENT ON COLUMN :area.analyst_entry.to_other IS '划入其他资金（元） | to other funds, yuan';

COMMENT ON COLUMN :area.analyst_entry.person_paid IS '个人缴费（元） | paid by the person, yuan';

COMMENT ON COLUMN :area.analyst_entry.employer_paid IS '单位缴费（元） | paid by the employer, yuan';

COMMENT ON COLUMN :area.analyst_entry.paid_out IS '支付（元） | paid out, yuan';

CREATE TABLE :area.person (
    person_id integer NOT NULL,
    citizen bigint NOT NULL,
    name text NOT NULL,
    birth date NOT NULL,
    submission_id integer NOT NULL,
    CONSTRAINT person_citizen_check CHECK (((citizen >= 0) AND (citizen <= '399999999999999999'::bigint))),
    CONSTRAINT person_number CHECK (((person_id >= 0) AND (person_id <= 99999999)))
);

ALTER TABLE :area.person OWNER TO batch_owner;

CREATE TABLE :area.person_event (
    person_id integer NOT NULL,
    event smallint NOT NULL,
    on_date date NOT NULL,
    value text,
    submission_id integer NOT NULL,
    row_no integer NOT NULL,
    document text,
    number bigint,
    birth date,
    CONSTRAINT person_event_event_check CHECK (((event >= 1) AND (event <= 31))),
    CONSTRAINT person_event_number CHECK (((number IS NOT NULL) = (event = ANY (ARRAY[15, 17]))))
);

ALTER TABLE :area.person_event OWNER TO batch_owner;

CREATE VIEW :area.insured AS
 SELECT p.person_id,
    COALESCE(n.number, p.citizen) AS citizen,
    COALESCE(m.value, p.name) AS name,
    COALESCE(b.birth, p.birth) AS birth,
    p.submission_id
   FROM (((:area.person p
     LEFT JOIN ( SELECT DISTINCT ON (person_event.person_id) person_event.person_id,
            person_event.number
           FROM :area.person_event
          WHERE (person_event.event = 15)
          ORDER BY person_event.person_id, person_event.submission_id DESC, person_event.row_no DESC) n USING (person_id))
     LEFT JOIN ( SELECT DISTINCT ON (person_event.person_id) person_event.person_id,
            person_event.value
           FROM :area.person_event
          WHERE (person_event.event = 16)
          ORDER BY person_event.person_id, person_event.submission_id DESC, person_event.row_no DESC) m USING (person_id))
     LEFT JOIN ( SELECT DISTINCT ON (person_event.person_id) person_event.person_id,
            person_event.birth
           FROM :area.person_event
          WHERE ((person_event.event = 15) AND (person_event.birth IS NOT NULL))
          ORDER BY person_event.person_id, person_event.submission_id DESC, person_event.row_no DESC) b USING (person_id));

ALTER TABLE :area.insured OWNER TO batch_owner;

CREATE VIEW :area.analyst_person AS
 SELECT p.person_id AS person,
    batch.masked_number(p.citizen) AS id_masked,
    ("left"(p.name, 1) || '*'::text) AS name_masked,
    (((EXTRACT(year FROM p.birth))::integer / 10) * 10) AS birth_decade,
        CASE
            WHEN (p.citizen >= '100000000000000000'::bigint) THEN NULL::text
            WHEN ((p.citizen % (2)::bigint) = 1) THEN 'male'::text
            ELSE 'female'::text
        END AS sex,
    a.account_id AS account,
    a.opened AS account_opened
   FROM (:area.insured p
     JOIN :area.account a USING (person_id));

ALTER TABLE :area.analyst_person OWNER TO batch_owner;

COMMENT ON VIEW :area.analyst_person IS '参保人及其账户，号码与姓名已脱敏 | insured persons and their accounts, number and name masked';

COMMENT ON COLUMN :area.analyst_person.person IS '人员编号 | number of the person within the area';

COMMENT ON COLUMN :area.analyst_person.id_masked IS '脱敏的公民身份号码 | citizen number, masked';

COMMENT ON COLUMN :area.analyst_person.name_masked IS '脱敏的姓名 | name, masked';

COMMENT ON COLUMN :area.analyst_person.birth_decade IS '出生年代，1980 即 1980 至 1989 年 | decade of birth: 1980 is 1980 to 1989';

COMMENT ON COLUMN :area.analyst_person.sex IS '性别，取自公民身份号码，其他证件为空 | sex, from the citizen number; empty for other documents';

COMMENT ON COLUMN :area.analyst_person.account IS '个人账户编号 | number of the account';

COMMENT ON COLUMN :area.analyst_person.account_opened IS '开户月份 | month in which the account was opened';

CREATE TABLE :area.run (
    run_id integer NOT NULL,
    kind text NOT NULL,
    posting_month date NOT NULL,
    reverses integer,
    state text NOT NULL,
    ledger_head bigint NOT NULL,
    policy_seq integer NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    people integer,
    digest text,
    approved_by text,
    approved_digest text,
    approved_at timestamp with time zone,
    ended_by text,
    ended_at timestamp with time zone,
    reason text,
    CONSTRAINT run_check CHECK (((kind = 'reversal'::text) = (reverses IS NOT NULL))),
    CONSTRAINT run_check1 CHECK (((state = ANY (ARRAY['computing'::text, 'discarded'::text])) OR (digest IS NOT NULL))),
    CONSTRAINT run_check2 CHECK (((state <> ALL (ARRAY['approved'::text, 'posted'::text])) OR ((approved_by <> made_by) AND (approved_digest = digest)))),
    CONSTRAINT run_kind_check CHECK ((kind = ANY (ARRAY['allocation'::text, 'reversal'::text, 'interest'::text]))),
    CONSTRAINT run_state_check CHECK ((state = ANY (ARRAY['computing'::text, 'computed'::text, 'approved'::text, 'posted'::text, 'discarded'::text])))
);

ALTER TABLE :area.run OWNER TO batch_owner;

CREATE VIEW :area.analyst_run AS
 SELECT r.run_id AS run,
    r.kind,
    r.posting_month,
    r.state,
    r.people,
    t.entries,
    (t.account_fen / 100.0) AS to_account,
    (t.pool_fen / 100.0) AS to_pool,
    (t.other_fen / 100.0) AS to_other,
    (t.person_paid_fen / 100.0) AS person_paid,
    (t.employer_paid_fen / 100.0) AS employer_paid,
    r.made_by,
    r.made_at,
    r.approved_by,
    r.approved_at,
    r.reverses
   FROM (:area.run r
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(x.entries), (0)::bigint) AS entries,
            COALESCE(sum(x.account_fen), (0)::numeric) AS account_fen,
            COALESCE(sum(x.pool_fen), (0)::numeric) AS pool_fen,
            COALESCE(sum(x.other_fen), (0)::numeric) AS other_fen,
            COALESCE(sum(x.person_paid_fen), (0)::numeric) AS person_paid_fen,
            COALESCE(sum(x.employer_paid_fen), (0)::numeric) AS employer_paid_fen
           FROM :area.run_total x
          WHERE (x.run_id = r.run_id)) t);

ALTER TABLE :area.analyst_run OWNER TO batch_owner;

COMMENT ON VIEW :area.analyst_run IS '批次及其合计 | runs with their totals';

COMMENT ON COLUMN :area.analyst_run.run IS '批次号 | number of the run';

COMMENT ON COLUMN :area.analyst_run.kind IS '类型 | allocation, reversal, interest and so on';

COMMENT ON COLUMN :area.analyst_run.posting_month IS '入账月 | the month it is posted in';

COMMENT ON COLUMN :area.analyst_run.state IS '状态 | computing, computed, approved, posted or discarded';

COMMENT ON COLUMN :area.analyst_run.people IS '涉及人数 | people with an entry';

COMMENT ON COLUMN :area.analyst_run.entries IS '分录数 | number of entries';

COMMENT ON COLUMN :area.analyst_run.to_account IS '划入个人账户合计（元） | to accounts, yuan';

COMMENT ON COLUMN :area.analyst_run.to_pool IS '统筹基金净额（元） | to the pooled fund, net, yuan';

COMMENT ON COLUMN :area.analyst_run.to_other IS '其他资金（元） | to other funds, yuan';

COMMENT ON COLUMN :area.analyst_run.person_paid IS '个人缴费（元） | paid by persons, yuan';

COMMENT ON COLUMN :area.analyst_run.employer_paid IS '单位缴费（元） | paid by employers, yuan';

COMMENT ON COLUMN :area.analyst_run.made_by IS '经办人 | who computed it';

COMMENT ON COLUMN :area.analyst_run.made_at IS '计算时间 | when it was computed';

COMMENT ON COLUMN :area.analyst_run.approved_by IS '复核人 | who approved it';

COMMENT ON COLUMN :area.analyst_run.approved_at IS '复核时间 | when it was approved';

COMMENT ON COLUMN :area.analyst_run.reverses IS '被冲正的批次 | the run that it reverses';

CREATE VIEW :area.analyst_statement AS
 SELECT s.year,
    s.account_id AS account,
    ((s.opening_fen)::numeric / 100.0) AS opening,
    ((s.movements_fen)::numeric / 100.0) AS movements,
    ((s.closing_fen)::numeric / 100.0) AS closing,
    s.accumulated_months,
    s.continuous_months,
    s.last_paid
   FROM :area.statement s;

ALTER TABLE :area.analyst_statement OWNER TO batch_owner;

COMMENT ON VIEW :area.analyst_statement IS '年度对账单 | year-end statements';

COMMENT ON COLUMN :area.analyst_statement.year IS '保险年度 | insurance year';

COMMENT ON COLUMN :area.analyst_statement.account IS '个人账户编号 | number of the account';

COMMENT ON COLUMN :area.analyst_statement.opening IS '年初余额（元） | opening, yuan';

COMMENT ON COLUMN :area.analyst_statement.movements IS '本年变动（元） | movements, yuan';

COMMENT ON COLUMN :area.analyst_statement.closing IS '年末余额（元） | closing, yuan';

COMMENT ON COLUMN :area.analyst_statement.accumulated_months IS '累计缴费月数 | accumulated months';

COMMENT ON COLUMN :area.analyst_statement.continuous_months IS '连续缴费月数 | continuous months';

COMMENT ON COLUMN :area.analyst_statement.last_paid IS '最后缴费月 | last month paid';

CREATE TABLE :area.submission (
    submission_id integer NOT NULL,
    content text NOT NULL,
    kind text NOT NULL,
    month date NOT NULL,
    file text NOT NULL,
    sha256 bytea NOT NULL,
    refused text,
    rows integer NOT NULL,
    accepted integer NOT NULL,
    unchanged integer NOT NULL,
    held integer NOT NULL,
    rejected integer NOT NULL,
    person_paid_fen bigint NOT NULL,
    employer_paid_fen bigint NOT NULL,
    held_fen bigint NOT NULL,
    received_by text NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    moved_fen bigint DEFAULT 0 NOT NULL,
    unchanged_fen bigint DEFAULT 0 NOT NULL,
    invisible_cells integer DEFAULT 0 NOT NULL,
    old_numbers integer DEFAULT 0 NOT NULL,
    CONSTRAINT submission_check CHECK ((rows = (((accepted + unchanged) + held) + rejected))),
    CONSTRAINT submission_check1 CHECK (((refused IS NULL) OR (rejected = rows))),
    CONSTRAINT submission_content_check CHECK ((content = ANY (ARRAY['payroll'::text, 'pension'::text, 'persons'::text, 'movements'::text, 'decision'::text, 'receipts'::text, 'bank'::text]))),
    CONSTRAINT submission_kind_check CHECK ((kind = ANY (ARRAY['regular'::text, 'supplementary'::text, 'replacement'::text])))
);

ALTER TABLE :area.submission OWNER TO batch_owner;

CREATE VIEW :area.analyst_submission AS
 SELECT s.submission_id AS submission,
    s.content,
    s.kind,
    s.month,
    s.file,
    s.refused,
    s.rows,
    s.accepted,
    s.unchanged,
    s.held,
    s.rejected,
    ((s.person_paid_fen)::numeric / 100.0) AS person_paid,
    ((s.employer_paid_fen)::numeric / 100.0) AS employer_paid,
    s.received_by,
    s.received_at
   FROM :area.submission s;

ALTER TABLE :area.analyst_submission OWNER TO batch_owner;

COMMENT ON VIEW :area.analyst_submission IS '报送文件及其结果 | submissions and what became of their rows';

COMMENT ON COLUMN :area.analyst_submission.submission IS '报送编号 | number of the submission';

COMMENT ON COLUMN :area.analyst_submission.content IS '内容 | payroll, pension, persons, movements or decision';

COMMENT ON COLUMN :area.analyst_submission.kind IS '类型 | regular, supplementary or replacement';

COMMENT ON COLUMN :area.analyst_submission.month IS '月份 | the month it was sent for';

COMMENT ON COLUMN :area.analyst_submission.file IS '文件名 | file name';

COMMENT ON COLUMN :area.analyst_submission.refused IS '整份拒收的代码 | code, when it was refused whole';

COMMENT ON COLUMN :area.analyst_submission.rows IS '行数 | rows';

COMMENT ON COLUMN :area.analyst_submission.accepted IS '接受 | accepted';

COMMENT ON COLUMN :area.analyst_submission.unchanged IS '未变 | unchanged';

COMMENT ON COLUMN :area.analyst_submission.held IS '待定 | held';

COMMENT ON COLUMN :area.analyst_submission.rejected IS '拒绝 | rejected';

COMMENT ON COLUMN :area.analyst_submission.person_paid IS '接受行的个人缴费（元） | paid by persons of the accepted rows, yuan';

COMMENT ON COLUMN :area.analyst_submission.employer_paid IS '接受行的单位缴费（元） | paid by employers of the accepted rows, yuan';

COMMENT ON COLUMN :area.analyst_submission.received_by IS '接收人 | who took it in';

COMMENT ON COLUMN :area.analyst_submission.received_at IS '接收时间 | when it was taken in';

CREATE TABLE batch.policy_approval (
    seq integer NOT NULL,
    hash text NOT NULL,
    approved_by text NOT NULL,
    approved_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE batch.policy_approval OWNER TO batch_owner;

CREATE TABLE batch.policy_change (
    hash text NOT NULL,
    area text NOT NULL,
    kind text NOT NULL,
    content text NOT NULL,
    figure text,
    from_month date,
    value numeric,
    document text NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT policy_change_check CHECK (((kind = 'figure'::text) = ((figure IS NOT NULL) AND (from_month IS NOT NULL) AND (value IS NOT NULL)))),
    CONSTRAINT policy_change_kind_check CHECK ((kind = ANY (ARRAY['file'::text, 'figure'::text, 'figures'::text])))
);

ALTER TABLE batch.policy_change OWNER TO batch_owner;

CREATE VIEW :area.approved_policy AS
 SELECT a.seq AS policy_seq,
    a.approved_by,
    a.approved_at,
    c.hash,
    c.area,
    c.kind,
    c.content,
    c.figure,
    c.from_month,
    c.value,
    c.document,
    c.proposed_by,
    c.proposed_at
   FROM (batch.policy_approval a
     JOIN batch.policy_change c USING (hash))
  WHERE (c.area = "right"(':area'::text, 6));

ALTER TABLE :area.approved_policy OWNER TO batch_owner;

CREATE TABLE :area.archive (
    sha256 bytea NOT NULL,
    bytes bigint NOT NULL,
    parts integer NOT NULL,
    archived_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE :area.archive OWNER TO batch_owner;

CREATE TABLE :area.archive_part (
    sha256 bytea NOT NULL,
    part integer NOT NULL,
    content bytea NOT NULL
);
ALTER TABLE ONLY :area.archive_part ALTER COLUMN content SET STORAGE EXTERNAL;

ALTER TABLE :area.archive_part OWNER TO batch_owner;

CREATE TABLE batch.audit (
    audit_id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    who text NOT NULL,
    area text,
    act text NOT NULL,
    subject text,
    reason text,
    origin text
);

ALTER TABLE batch.audit OWNER TO batch_owner;

CREATE VIEW :area.audited AS
 SELECT (((row_number() OVER (ORDER BY audit.audit_id) - 1) / 100) + 1) AS audit_hundred,
    audit.at,
    audit.who,
    audit.act,
    audit.subject,
    audit.reason,
    audit.origin
   FROM batch.audit
  WHERE (audit.area = "right"(':area'::text, 6));

ALTER TABLE :area.audited OWNER TO batch_owner;

CREATE TABLE :area.balance_snapshot (
    seq bigint NOT NULL,
    taken text NOT NULL
);

ALTER TABLE :area.balance_snapshot OWNER TO batch_owner;

CREATE TABLE :area.bank_line (
    serial text NOT NULL,
    submission_id integer NOT NULL,
    row_no integer NOT NULL,
    state smallint NOT NULL,
    traded_on date NOT NULL,
    credit_fen bigint NOT NULL,
    debit_fen bigint NOT NULL,
    payer text NOT NULL,
    payer_account text NOT NULL,
    document text NOT NULL,
    note text NOT NULL,
    balance_fen bigint,
    CONSTRAINT bank_line_check CHECK (((credit_fen > 0) <> (debit_fen > 0))),
    CONSTRAINT bank_line_credit_fen_check CHECK ((credit_fen >= 0)),
    CONSTRAINT bank_line_debit_fen_check CHECK ((debit_fen >= 0)),
    CONSTRAINT bank_line_state_check CHECK ((state = ANY (ARRAY[1, 3])))
);

ALTER TABLE :area.bank_line OWNER TO batch_owner;

CREATE VIEW :area.bank_line_in_force AS
 SELECT l.serial,
    l.submission_id,
    l.row_no,
    l.state,
    l.traded_on,
    l.credit_fen,
    l.debit_fen,
    l.payer,
    l.payer_account,
    l.document,
    l.note,
    l.balance_fen
   FROM :area.bank_line l
  WHERE ((l.state = 1) AND (NOT (EXISTS ( SELECT
           FROM :area.bank_line n
          WHERE ((n.serial = l.serial) AND (ROW((n.submission_id + 0), (- n.row_no)) > ROW((l.submission_id + 0), (- l.row_no))))
         OFFSET 0))));

ALTER TABLE :area.bank_line_in_force OWNER TO batch_owner;

CREATE TABLE :area.benefit_change (
    month date NOT NULL,
    person_id integer NOT NULL,
    from_month date NOT NULL,
    status smallint NOT NULL,
    waiting_until date,
    CONSTRAINT benefit_change_check CHECK (((status = 3) = (waiting_until IS NOT NULL))),
    CONSTRAINT benefit_change_status_check CHECK (((status >= 0) AND (status <= 4)))
);

ALTER TABLE :area.benefit_change OWNER TO batch_owner;

CREATE TABLE :area.benefit_export (
    month date NOT NULL,
    people integer NOT NULL,
    spells integer NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE :area.benefit_export OWNER TO batch_owner;

CREATE VIEW :area.book_account AS
 SELECT a.account,
    a.name,
    a.english,
    a.kind,
    a.closes_to
   FROM ( VALUES ('1002'::text,'收入户存款'::text,'income account'::text,'asset'::text,NULL::text), ('1003'::text,'财政专户存款'::text,'fiscal account'::text,'asset'::text,NULL::text), ('1004'::text,'支出户存款'::text,'expenditure account'::text,'asset'::text,NULL::text), ('110101'::text,'暂付款—待核对付款'::text,'payments to be checked'::text,'asset'::text,NULL::text), ('200101'::text,'暂收款—单位缴费'::text,'suspense of employers'::text,'liability'::text,NULL::text), ('200102'::text,'暂收款—待核对收款'::text,'money in to be checked'::text,'liability'::text,NULL::text), ('300101'::text,'基本医疗保险统筹基金'::text,'pooled fund'::text,'fund'::text,NULL::text), ('300102'::text,'基本医疗保险个人账户基金'::text,'personal accounts fund'::text,'fund'::text,NULL::text), ('300103'::text,'其他资金'::text,'other funds'::text,'fund'::text,NULL::text), ('300104'::text,'统筹基金—滞纳金、利息和其他收入'::text,'late fees, interest, other'::text,'fund'::text,NULL::text), ('400101'::text,'保险费收入—统筹基金'::text,'contributions to the pool'::text,'income'::text,'300101'::text), ('400102'::text,'保险费收入—个人账户基金'::text,'contributions to accounts'::text,'income'::text,'300102'::text), ('400103'::text,'保险费收入—其他资金'::text,'contributions to other funds'::text,'income'::text,'300103'::text), ('4301'::text,'利息收入'::text,'interest'::text,'income'::text,'300104'::text), ('4501'::text,'转移收入'::text,'transfers in'::text,'income'::text,'300102'::text), ('490101'::text,'其他收入—滞纳金'::text,'late fees'::text,'income'::text,'300104'::text), ('490102'::text,'其他收入—核销'::text,'written off'::text,'income'::text,'300104'::text), ('500101'::text,'待遇支出—个人账户消费'::text,'spending of accounts'::text,'expense'::text,'300102'::text), ('500102'::text,'待遇支出—个人账户支付'::text,'pay-outs of accounts'::text,'expense'::text,'300102'::text), ('5401'::text,'转移支出'::text,'transfers out'::text,'expense'::text,'300102'::text)) a(account, name, english, kind, closes_to);

ALTER TABLE :area.book_account OWNER TO batch_owner;

CREATE TABLE :area.closing (
    month date NOT NULL,
    seq bigint NOT NULL,
    accounts integer NOT NULL,
    opening_fen bigint NOT NULL,
    movements_fen bigint NOT NULL,
    closing_fen bigint NOT NULL,
    pool_fen bigint NOT NULL,
    other_fen bigint NOT NULL,
    seal text NOT NULL,
    CONSTRAINT closing_check CHECK (((opening_fen + movements_fen) = closing_fen))
);

ALTER TABLE :area.closing OWNER TO batch_owner;

CREATE TABLE :area.reopening (
    seq bigint NOT NULL,
    closing_seq bigint NOT NULL,
    month date NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    CONSTRAINT reopening_reason_check CHECK ((btrim(reason) <> ''::text))
);

ALTER TABLE :area.reopening OWNER TO batch_owner;

CREATE VIEW :area.closing_in_force AS
 SELECT c.month,
    c.seq,
    c.accounts,
    c.opening_fen,
    c.movements_fen,
    c.closing_fen,
    c.pool_fen,
    c.other_fen,
    c.seal
   FROM :area.closing c
  WHERE (NOT (EXISTS ( SELECT
           FROM :area.reopening o
          WHERE (o.closing_seq = c.seq))));

ALTER TABLE :area.closing_in_force OWNER TO batch_owner;

CREATE TABLE :area.closing_money (
    seq bigint NOT NULL,
    checked boolean NOT NULL,
    submissions integer NOT NULL,
    declared_fen bigint,
    received_fen bigint,
    booked_fen bigint,
    bank_lines integer,
    bank_in_fen bigint,
    bank_out_fen bigint,
    bank_matched_fen bigint,
    receipts integer,
    receipts_fen bigint,
    receipts_late_fen bigint,
    receipts_interest_fen bigint,
    receipts_matched_fen bigint,
    came_fen bigint,
    came_late_fen bigint,
    came_interest_fen bigint,
    employers integer
);

ALTER TABLE :area.closing_money OWNER TO batch_owner;

CREATE VIEW :area.book_file AS
 SELECT s.submission_id,
    s.received_by,
    s.file,
    (COALESCE(( SELECT (max(c.month) + '1 mon'::interval)
           FROM (:area.closing_in_force c
             JOIN :area.closing_money m USING (seq))
          WHERE (m.submissions < s.submission_id)), '-infinity'::timestamp without time zone))::date AS open_from
   FROM :area.submission s
  WHERE (s.content = ANY (ARRAY['receipts'::text, 'bank'::text]));

ALTER TABLE :area.book_file OWNER TO batch_owner;

CREATE TABLE :area.receipt (
    receipt_month date NOT NULL,
    employer_id integer NOT NULL,
    document text NOT NULL,
    submission_id integer NOT NULL,
    row_no integer NOT NULL,
    state smallint NOT NULL,
    amount_fen bigint NOT NULL,
    late_fee_fen bigint NOT NULL,
    interest_fen bigint NOT NULL,
    received_on date NOT NULL,
    CONSTRAINT receipt_amount_fen_check CHECK ((amount_fen >= 0)),
    CONSTRAINT receipt_interest_fen_check CHECK ((interest_fen >= 0)),
    CONSTRAINT receipt_late_fee_fen_check CHECK ((late_fee_fen >= 0)),
    CONSTRAINT receipt_state_check CHECK ((state = ANY (ARRAY[1, 3])))
);

ALTER TABLE :area.receipt OWNER TO batch_owner;

CREATE VIEW :area.book_money AS
 WITH file AS MATERIALIZED (
         SELECT book_file.submission_id,
            book_file.received_by,
            book_file.file,
            book_file.open_from
           FROM :area.book_file
        ), receipts AS (
         SELECT r.receipt_month,
            r.employer_id,
            r.document,
            r.submission_id,
            r.received_on,
            r.amount_fen,
            r.late_fee_fen,
            r.interest_fen,
            f.open_from,
            f.received_by,
            f.file,
            GREATEST(r.received_on, f.open_from) AS day
           FROM (( SELECT DISTINCT ON (receipt.receipt_month, receipt.employer_id, receipt.document, receipt.submission_id) receipt.receipt_month,
                    receipt.employer_id,
                    receipt.document,
                    receipt.submission_id,
                    receipt.received_on,
                        CASE receipt.state
                            WHEN 1 THEN receipt.amount_fen
                            ELSE (0)::bigint
                        END AS amount_fen,
                        CASE receipt.state
                            WHEN 1 THEN receipt.late_fee_fen
                            ELSE (0)::bigint
                        END AS late_fee_fen,
                        CASE receipt.state
                            WHEN 1 THEN receipt.interest_fen
                            ELSE (0)::bigint
                        END AS interest_fen
                   FROM :area.receipt
                  ORDER BY receipt.receipt_month, receipt.employer_id, receipt.document, receipt.submission_id, receipt.row_no) r
             JOIN file f USING (submission_id))
        ), receipt_versions AS (
         SELECT receipts.receipt_month,
            receipts.employer_id,
            receipts.document,
            receipts.submission_id,
            receipts.received_on,
            receipts.amount_fen,
            receipts.late_fee_fen,
            receipts.interest_fen,
            receipts.open_from,
            receipts.received_by,
            receipts.file,
            receipts.day,
            lag(receipts.day) OVER w AS day_before,
            lag(receipts.amount_fen) OVER w AS amount_before,
            lag(receipts.late_fee_fen) OVER w AS late_fee_before,
            lag(receipts.interest_fen) OVER w AS interest_before
           FROM receipts
          WINDOW w AS (PARTITION BY receipts.receipt_month, receipts.employer_id, receipts.document ORDER BY receipts.submission_id)
        ), lines AS (
         SELECT l.serial,
            l.submission_id,
            l.traded_on,
            l.credit_fen,
            l.debit_fen,
            f.open_from,
            f.received_by,
            f.file,
            GREATEST(l.traded_on, f.open_from) AS day
           FROM (( SELECT DISTINCT ON (bank_line.serial, bank_line.submission_id) bank_line.serial,
                    bank_line.submission_id,
                    bank_line.traded_on,
                        CASE bank_line.state
                            WHEN 1 THEN bank_line.credit_fen
                            ELSE (0)::bigint
                        END AS credit_fen,
                        CASE bank_line.state
                            WHEN 1 THEN bank_line.debit_fen
                            ELSE (0)::bigint
                        END AS debit_fen
                   FROM :area.bank_line
                  ORDER BY bank_line.serial, bank_line.submission_id, bank_line.row_no) l
             JOIN file f USING (submission_id))
        ), line_versions AS (
         SELECT lines.serial,
            lines.submission_id,
            lines.traded_on,
            lines.credit_fen,
            lines.debit_fen,
            lines.open_from,
            lines.received_by,
            lines.file,
            lines.day,
            lag(lines.day) OVER w AS day_before,
            lag(lines.credit_fen) OVER w AS credit_before,
            lag(lines.debit_fen) OVER w AS debit_before
           FROM lines
          WINDOW w AS (PARTITION BY lines.serial ORDER BY lines.submission_id)
        )
 SELECT receipt_versions.day,
    receipt_versions.submission_id,
    receipt_versions.received_by,
    receipt_versions.file,
    receipt_versions.amount_fen,
    receipt_versions.late_fee_fen,
    receipt_versions.interest_fen,
    (0)::bigint AS credit_fen,
    (0)::bigint AS debit_fen
   FROM receipt_versions
UNION ALL
 SELECT GREATEST(receipt_versions.day_before, receipt_versions.open_from) AS day,
    receipt_versions.submission_id,
    receipt_versions.received_by,
    receipt_versions.file,
    (- receipt_versions.amount_before) AS amount_fen,
    (- receipt_versions.late_fee_before) AS late_fee_fen,
    (- receipt_versions.interest_before) AS interest_fen,
    0 AS credit_fen,
    0 AS debit_fen
   FROM receipt_versions
  WHERE (receipt_versions.day_before IS NOT NULL)
UNION ALL
 SELECT line_versions.day,
    line_versions.submission_id,
    line_versions.received_by,
    line_versions.file,
    0 AS amount_fen,
    0 AS late_fee_fen,
    0 AS interest_fen,
    line_versions.credit_fen,
    line_versions.debit_fen
   FROM line_versions
UNION ALL
 SELECT GREATEST(line_versions.day_before, line_versions.open_from) AS day,
    line_versions.submission_id,
    line_versions.received_by,
    line_versions.file,
    0 AS amount_fen,
    0 AS late_fee_fen,
    0 AS interest_fen,
    (- line_versions.credit_before) AS credit_fen,
    (- line_versions.debit_before) AS debit_fen
   FROM line_versions
  WHERE (line_versions.day_before IS NOT NULL);

ALTER TABLE :area.book_money OWNER TO batch_owner;

CREATE TABLE :area.ledger (
    seq bigint NOT NULL,
    act text NOT NULL,
    run_id integer,
    month date NOT NULL,
    by text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ledger_act_check CHECK ((act = ANY (ARRAY['post'::text, 'close'::text, 'reopen'::text]))),
    CONSTRAINT ledger_check CHECK (((act = 'post'::text) = (run_id IS NOT NULL)))
);

ALTER TABLE :area.ledger OWNER TO batch_owner;

CREATE TABLE :area.money_return_act (
    return_act_id integer NOT NULL,
    returned integer NOT NULL,
    act text NOT NULL,
    acted_by text NOT NULL,
    acted_at timestamp with time zone DEFAULT now() NOT NULL,
    reason text NOT NULL,
    submission_id integer,
    CONSTRAINT money_return_act_act_check CHECK ((act = ANY (ARRAY['confirm'::text, 'withdraw'::text]))),
    CONSTRAINT money_return_act_check CHECK (((act = 'confirm'::text) OR ((submission_id IS NULL) AND (btrim(reason) <> ''::text))))
);

ALTER TABLE :area.money_return_act OWNER TO batch_owner;

CREATE VIEW :area.posted_run AS
 SELECT r.run_id,
    r.kind,
    r.posting_month,
    r.reverses,
    r.state,
    r.ledger_head,
    r.policy_seq,
    r.made_by,
    r.made_at,
    r.people,
    r.digest,
    r.approved_by,
    r.approved_digest,
    r.approved_at,
    r.ended_by,
    r.ended_at,
    r.reason,
    l.seq
   FROM (:area.run r
     JOIN :area.ledger l USING (run_id));

ALTER TABLE :area.posted_run OWNER TO batch_owner;

CREATE VIEW :area.return_state AS
 SELECT r.return_id,
    r.kind,
    r.return_employer,
    r.return_month,
    r.to_month,
    r.amount_fen,
    r.on_date,
    r.document,
    r.cancels,
    r.made_by,
    r.made_at,
    r.reason,
        CASE a.act
            WHEN 'confirm'::text THEN 'confirmed'::text
            WHEN 'withdraw'::text THEN 'withdrawn'::text
            ELSE 'proposed'::text
        END AS state,
    a.acted_by,
    a.acted_at,
    a.submission_id
   FROM (:area.money_return r
     LEFT JOIN :area.money_return_act a ON ((a.returned = r.return_id)));

ALTER TABLE :area.return_state OWNER TO batch_owner;

CREATE VIEW :area.book_entry AS
 WITH money AS (
         SELECT book_money.day,
            (sum(book_money.amount_fen))::bigint AS amount,
            (sum(book_money.late_fee_fen))::bigint AS late,
            (sum(book_money.interest_fen))::bigint AS interest,
            (sum(book_money.credit_fen))::bigint AS credit,
            (sum(book_money.debit_fen))::bigint AS debit,
            string_agg(DISTINCT book_money.received_by, '、'::text ORDER BY book_money.received_by) AS maker,
            (min(book_money.file) ||
                CASE
                    WHEN (count(DISTINCT book_money.submission_id) > 1) THEN format(' 等 %s 份'::text, count(DISTINCT book_money.submission_id))
                    ELSE ''::text
                END) AS source
           FROM :area.book_money
          GROUP BY book_money.day
        ), returned AS (
         SELECT return_state.on_date AS day,
            return_state.kind,
            (sum(return_state.amount_fen))::bigint AS amount
           FROM :area.return_state
          WHERE (return_state.state = 'confirmed'::text)
          GROUP BY return_state.on_date, return_state.kind
        ), return_day AS (
         SELECT return_state.on_date AS day,
            string_agg(DISTINCT return_state.made_by, '、'::text ORDER BY return_state.made_by) AS maker,
            string_agg(DISTINCT return_state.acted_by, '、'::text ORDER BY return_state.acted_by) AS checker,
            string_agg(DISTINCT return_state.document, ' '::text ORDER BY return_state.document) AS source
           FROM :area.return_state
          WHERE (return_state.state = 'confirmed'::text)
          GROUP BY return_state.on_date
        ), runs AS (
         SELECT r.posting_month,
            r.seq,
            r.made_by,
            r.approved_by,
            t.component,
            (sum(t.account_fen))::bigint AS a,
            (sum(t.pool_fen))::bigint AS p,
            (sum(t.other_fen))::bigint AS o,
            (sum((t.person_paid_fen + t.employer_paid_fen)))::bigint AS paid,
            (sum(t.paid_out_fen))::bigint AS paid_out,
                CASE r.kind
                    WHEN 'interest'::text THEN '计息'::text
                    WHEN 'reversal'::text THEN '冲正'::text
                    ELSE '划账'::text
                END AS act
           FROM (:area.posted_run r
             JOIN :area.run_total t USING (run_id))
          GROUP BY r.posting_month, r.seq, r.made_by, r.approved_by, t.component, r.kind
        ), numbered AS (
         SELECT runs.posting_month,
            runs.seq,
            runs.made_by,
            runs.approved_by,
            runs.component,
            runs.a,
            runs.p,
            runs.o,
            runs.paid,
            runs.paid_out,
            runs.act,
            dense_rank() OVER (PARTITION BY runs.posting_month, runs.act ORDER BY runs.seq) AS place
           FROM runs
        ), lines AS (
         SELECT m.day,
            1 AS part,
            (0)::bigint AS key,
            v.line,
            v.summary,
            v.account,
            v.debit,
            v.credit,
            m.maker,
            NULL::text AS checker,
            m.source
           FROM (money m
             CROSS JOIN LATERAL ( VALUES (1,'银行收款'::text,'1002'::text,m.credit,0), (2,'银行收款'::text,'200102'::text,0,m.credit), (3,'银行付款'::text,'110101'::text,m.debit,0), (4,'银行付款'::text,'1002'::text,0,m.debit), (5,'缴费到账'::text,'200102'::text,((m.amount + m.late) + m.interest),0), (6,'缴费到账'::text,'200101'::text,0,m.amount), (7,'滞纳金'::text,'490101'::text,0,m.late), (8,'欠费利息'::text,'4301'::text,0,m.interest)) v(line, summary, account, debit, credit))
        UNION ALL
         SELECT r.day,
            2,
            0,
            v.line,
            v.summary,
            v.account,
            v.debit,
            v.credit,
            g.maker,
            g.checker,
            g.source
           FROM ((returned r
             JOIN return_day g USING (day))
             CROSS JOIN LATERAL ( VALUES (1,'refund'::text,'退还单位缴费'::text,'200101'::text,r.amount,0), (2,'refund'::text,'退还单位缴费'::text,'110101'::text,0,r.amount), (3,'carry-over'::text,'结转到其他月份'::text,'200101'::text,r.amount,0), (4,'carry-over'::text,'结转自其他月份'::text,'200101'::text,0,r.amount), (5,'write-off'::text,'核销多缴款'::text,'200101'::text,r.amount,0), (6,'write-off'::text,'核销多缴款'::text,'490102'::text,0,r.amount)) v(line, kind, summary, account, debit, credit))
          WHERE (v.kind = r.kind)
        UNION ALL
         SELECT (((r.posting_month + '1 mon'::interval) - '1 day'::interval))::date AS date,
            3,
            r.seq,
            ((r.component * 10) + v.line),
            v.summary,
            v.account,
            v.debit,
            v.credit,
            r.made_by,
            r.approved_by,
            format('本月第 %s 次%s'::text, r.place, r.act) AS format
           FROM (numbered r
             CROSS JOIN LATERAL ( VALUES ('{1}'::integer[],1,'缴费入账'::text,'200101'::text,r.paid,0), ('{1}'::integer[],2,'划入个人账户'::text,'400102'::text,0,r.a), ('{1}'::integer[],3,'划入统筹基金'::text,'400101'::text,0,r.p), ('{1}'::integer[],4,'划入其他资金'::text,'400103'::text,0,r.o), ('{2}'::integer[],1,'退休人员划账'::text,'300101'::text,(- r.p),0), ('{2}'::integer[],2,'退休人员划账'::text,'300102'::text,0,r.a), ('{2}'::integer[],3,'退休人员划账'::text,'300103'::text,0,r.o), ('{3}'::integer[],1,'个人账户计息'::text,'300103'::text,(- r.o),0), ('{3}'::integer[],2,'个人账户计息'::text,'300102'::text,0,r.a), ('{3}'::integer[],3,'个人账户计息'::text,'300101'::text,0,r.p), ('{4}'::integer[],1,'接收期初余额'::text,'1003'::text,(- r.paid_out),0), ('{5,13}'::integer[],1,'个人账户消费'::text,'500101'::text,r.paid_out,0), ('{5,13}'::integer[],2,'个人账户消费'::text,'1004'::text,0,r.paid_out), ('{6}'::integer[],1,'个人账户支付'::text,'500102'::text,r.paid_out,0), ('{6}'::integer[],2,'个人账户支付'::text,'1004'::text,0,r.paid_out), ('{7,11}'::integer[],1,'转移接续转入'::text,'200102'::text,(- r.paid_out),0), ('{7,11}'::integer[],2,'转移接续转入'::text,'4501'::text,0,(- r.paid_out)), ('{8,10,12}'::integer[],1,'转移接续转出'::text,'5401'::text,r.paid_out,0), ('{8,10,12}'::integer[],2,'转移接续转出'::text,'1004'::text,0,r.paid_out), ('{9}'::integer[],1,'更正'::text,'300103'::text,(- r.o),0), ('{9}'::integer[],2,'更正'::text,'300102'::text,0,r.a), ('{9}'::integer[],3,'更正'::text,'300101'::text,0,r.p), ('{4}'::integer[],3,'接收期初余额'::text,'300102'::text,0,r.a), ('{5,6,7,8,10,11,12,13}'::integer[],3,'无继承人余额归统筹'::text,'300102'::text,(- (r.a + r.paid_out)),0), ('{4,5,6,7,8,10,11,12,13}'::integer[],4,'无继承人余额归统筹'::text,'300101'::text,0,r.p), ('{4,5,6,7,8,10,11,12,13}'::integer[],5,'其他资金'::text,'300103'::text,0,r.o), ('{2,3,4,5,6,7,8,9,10,11,12,13}'::integer[],6,'缴费'::text,'200101'::text,r.paid,0), ('{1,2,3,9}'::integer[],7,'支付'::text,'1004'::text,0,r.paid_out)) v(components, line, summary, account, debit, credit))
          WHERE (r.component = ANY (v.components))
        )
 SELECT (date_trunc('month'::text, (lines.day)::timestamp with time zone))::date AS month,
    lines.day,
    lines.part,
    lines.key,
    lines.line,
    lines.summary,
    lines.account,
    lines.debit AS debit_fen,
    lines.credit AS credit_fen,
    lines.maker,
    lines.checker,
    lines.source
   FROM lines
  WHERE ((lines.debit <> 0) OR (lines.credit <> 0));

ALTER TABLE :area.book_entry OWNER TO batch_owner;

CREATE VIEW :area.book_line AS
 SELECT book_entry.month,
    book_entry.day,
    book_entry.part,
    book_entry.key,
    book_entry.line,
    book_entry.summary,
    book_entry.account,
    book_entry.debit_fen,
    book_entry.credit_fen,
    book_entry.maker,
    book_entry.checker,
    book_entry.source
   FROM :area.book_entry
UNION ALL
 SELECT t.month,
    (((t.month + '1 mon'::interval) - '1 day'::interval))::date AS day,
    4 AS part,
    0 AS key,
    v.line,
    v.summary,
    v.account,
    v.debit AS debit_fen,
    v.credit AS credit_fen,
    ( SELECT l.by
           FROM (:area.closing_in_force c
             JOIN :area.ledger l USING (seq))
          WHERE (c.month = t.month)) AS maker,
    NULL::text AS checker,
    '本月收支'::text AS source
   FROM (( SELECT e.month,
            a.account,
            a.closes_to,
            a.kind,
            row_number() OVER (PARTITION BY e.month ORDER BY a.account) AS place,
            (sum((e.credit_fen - e.debit_fen)))::bigint AS fen
           FROM (:area.book_entry e
             JOIN :area.book_account a USING (account))
          WHERE (a.closes_to IS NOT NULL)
          GROUP BY e.month, a.account, a.closes_to, a.kind) t
     CROSS JOIN LATERAL ( VALUES ('income'::text,((t.place * 2))::integer,'结转本月收入'::text,t.account,t.fen,(0)::bigint), ('income'::text,(((t.place * 2) + 1))::integer,'结转本月收入'::text,t.closes_to,0,t.fen), ('expense'::text,((t.place * 2))::integer,'结转本月支出'::text,t.closes_to,(- t.fen),0), ('expense'::text,(((t.place * 2) + 1))::integer,'结转本月支出'::text,t.account,0,(- t.fen))) v(kind, line, summary, account, debit, credit))
  WHERE ((v.kind = t.kind) AND (t.fen <> 0));

ALTER TABLE :area.book_line OWNER TO batch_owner;

CREATE TABLE :area.child_row (
    submission_id integer NOT NULL,
    row_no integer NOT NULL,
    parent_row integer NOT NULL,
    outcome smallint NOT NULL,
    paid_fen bigint,
    CONSTRAINT child_row_outcome_check CHECK (((outcome >= 1) AND (outcome <= 4)))
);

ALTER TABLE :area.child_row OWNER TO batch_owner;

CREATE TABLE :area.closing_difference (
    seq bigint NOT NULL,
    item_no integer NOT NULL,
    kind text NOT NULL,
    employer_id integer,
    contribution_month date,
    document text NOT NULL,
    declared_fen bigint,
    received_fen bigint,
    booked_fen bigint,
    since date,
    accepted_by text NOT NULL,
    accepted_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    CONSTRAINT closing_difference_kind_check CHECK ((kind = ANY (ARRAY['employer'::text, 'line'::text, 'receipt'::text])))
);

ALTER TABLE :area.closing_difference OWNER TO batch_owner;

CREATE TABLE :area.closing_employer (
    seq bigint NOT NULL,
    item_no integer NOT NULL,
    employer_id integer,
    before_fen bigint NOT NULL,
    received_fen bigint NOT NULL,
    account_fen bigint NOT NULL,
    pool_fen bigint NOT NULL,
    other_fen bigint NOT NULL,
    refunded_fen bigint NOT NULL,
    written_off_fen bigint NOT NULL,
    carried_fen bigint NOT NULL,
    after_fen bigint NOT NULL,
    late_fee_fen bigint NOT NULL,
    interest_fen bigint NOT NULL,
    CONSTRAINT closing_employer_check CHECK ((((((((before_fen + received_fen) - account_fen) - pool_fen) - other_fen) - refunded_fen) - written_off_fen) = after_fen))
);

ALTER TABLE :area.closing_employer OWNER TO batch_owner;

CREATE TABLE :area.withdrawn_statement_year (
    seq bigint NOT NULL,
    closing_seq bigint NOT NULL,
    year integer NOT NULL,
    through date NOT NULL,
    digest text NOT NULL,
    accounts integer NOT NULL,
    made_by text NOT NULL
);

ALTER TABLE :area.withdrawn_statement_year OWNER TO batch_owner;

CREATE VIEW :area.closing_statements AS
 SELECT c.seq AS closing_seq,
    y.year,
    y.through,
    y.accounts,
    y.digest,
    y.made_by
   FROM (:area.closing_in_force c
     JOIN :area.statement_year y ON ((y.through = c.month)))
UNION ALL
 SELECT w.closing_seq,
    w.year,
    w.through,
    w.accounts,
    w.digest,
    w.made_by
   FROM :area.withdrawn_statement_year w;

ALTER TABLE :area.closing_statements OWNER TO batch_owner;

CREATE TABLE :area.decision (
    submission_id integer NOT NULL,
    fact text NOT NULL,
    held_in integer NOT NULL,
    held_row integer NOT NULL,
    act text NOT NULL,
    reason text NOT NULL,
    decided_by text NOT NULL,
    decided_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT decision_act_check CHECK ((act = ANY (ARRAY['take'::text, 'withdraw'::text])))
);

ALTER TABLE :area.decision OWNER TO batch_owner;

CREATE TABLE :area.difference_act (
    difference_act_id integer NOT NULL,
    act text NOT NULL,
    month date NOT NULL,
    acted_by text NOT NULL,
    acted_at timestamp with time zone DEFAULT now() NOT NULL,
    reason text NOT NULL,
    CONSTRAINT difference_act_act_check CHECK ((act = ANY (ARRAY['accept'::text, 'withdraw'::text]))),
    CONSTRAINT difference_act_acted_by_check CHECK ((batch.name_skeleton(acted_by) <> ALL (ARRAY['shipped'::text, 'schedule'::text, 'scheduler'::text]))),
    CONSTRAINT difference_act_reason_check CHECK ((btrim(reason) <> ''::text))
);

ALTER TABLE :area.difference_act OWNER TO batch_owner;

CREATE TABLE :area.difference_act_item (
    difference_act_id integer NOT NULL,
    item_no integer NOT NULL,
    kind text NOT NULL,
    employer_id integer,
    contribution_month date,
    document text NOT NULL,
    declared_fen bigint,
    received_fen bigint,
    booked_fen bigint,
    CONSTRAINT difference_act_item_kind_check CHECK ((kind = ANY (ARRAY['employer'::text, 'line'::text, 'receipt'::text])))
);

ALTER TABLE :area.difference_act_item OWNER TO batch_owner;

CREATE TABLE :area.dismissal (
    dismissed integer NOT NULL,
    by text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    reason text NOT NULL,
    CONSTRAINT dismissal_reason_check CHECK ((btrim(reason) <> ''::text))
);

ALTER TABLE :area.dismissal OWNER TO batch_owner;

ALTER TABLE :area.employer ALTER COLUMN employer_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME :area.employer_employer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE :area.refiling (
    refiling_id bigint NOT NULL,
    filed integer NOT NULL,
    was date NOT NULL,
    month date NOT NULL,
    by text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT refiling_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric))
);

ALTER TABLE :area.refiling OWNER TO batch_owner;

CREATE VIEW :area.filed AS
 SELECT s.submission_id,
    COALESCE(( SELECT r.month
           FROM :area.refiling r
          WHERE (r.filed = s.submission_id)
          ORDER BY r.refiling_id DESC
         LIMIT 1), s.month) AS month
   FROM :area.submission s;

ALTER TABLE :area.filed OWNER TO batch_owner;

CREATE TABLE :area.held_event (
    submission_id integer NOT NULL,
    row_no integer NOT NULL,
    person_id integer NOT NULL,
    event smallint NOT NULL,
    on_date date NOT NULL,
    value text,
    document text,
    number bigint,
    birth date
);

ALTER TABLE :area.held_event OWNER TO batch_owner;

CREATE TABLE :area.identity_change (
    identity_id integer NOT NULL,
    kind text NOT NULL,
    person_id integer NOT NULL,
    number_was bigint NOT NULL,
    name_was text NOT NULL,
    number bigint,
    birth date,
    name text,
    on_date date NOT NULL,
    document text NOT NULL,
    reason text NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamp with time zone DEFAULT now() NOT NULL,
    other_id integer,
    undoes integer,
    CONSTRAINT identity_change_check CHECK (((kind <> 'rename'::text) OR (number IS NOT NULL) OR (name IS NOT NULL))),
    CONSTRAINT identity_change_document_check CHECK ((btrim(document) <> ''::text)),
    CONSTRAINT identity_change_kind_check CHECK ((kind = ANY (ARRAY['rename'::text, 'join'::text, 'undo'::text, 'part'::text]))),
    CONSTRAINT identity_change_other CHECK ((((kind = 'part'::text) OR ((other_id IS NOT NULL) = (kind = ANY (ARRAY['join'::text, 'undo'::text])))) AND (other_id IS DISTINCT FROM person_id))),
    CONSTRAINT identity_change_part CHECK (((kind <> 'part'::text) OR (number IS NOT NULL))),
    CONSTRAINT identity_change_reason_check CHECK ((btrim(reason) <> ''::text)),
    CONSTRAINT identity_change_undoes CHECK (((undoes IS NOT NULL) = (kind = 'undo'::text)))
);

ALTER TABLE :area.identity_change OWNER TO batch_owner;

CREATE TABLE :area.identity_change_act (
    identity_act_id integer NOT NULL,
    changed integer NOT NULL,
    act text NOT NULL,
    acted_by text NOT NULL,
    acted_at timestamp with time zone DEFAULT now() NOT NULL,
    reason text NOT NULL,
    CONSTRAINT identity_change_act_act_check CHECK ((act = ANY (ARRAY['approve'::text, 'refuse'::text, 'withdraw'::text]))),
    CONSTRAINT identity_change_act_check CHECK (((act = 'approve'::text) OR (btrim(reason) <> ''::text)))
);

ALTER TABLE :area.identity_change_act OWNER TO batch_owner;

CREATE VIEW :area.identity_change_state AS
 SELECT c.identity_id,
    c.kind,
    c.person_id,
    c.number_was,
    c.name_was,
    c.number,
    c.birth,
    c.name,
    c.on_date,
    c.document,
    c.reason,
    c.proposed_by,
    c.proposed_at,
        CASE a.act
            WHEN 'approve'::text THEN 'approved'::text
            WHEN 'refuse'::text THEN 'refused'::text
            WHEN 'withdraw'::text THEN 'withdrawn'::text
            ELSE 'proposed'::text
        END AS state,
    a.acted_by,
    a.acted_at,
    a.reason AS act_reason,
    c.other_id,
    c.undoes
   FROM (:area.identity_change c
     LEFT JOIN :area.identity_change_act a ON ((a.changed = c.identity_id)));

ALTER TABLE :area.identity_change_state OWNER TO batch_owner;

CREATE TABLE :area.identity_row (
    identity_id integer NOT NULL,
    of_submission integer NOT NULL,
    of_row integer NOT NULL,
    goes boolean NOT NULL
);

ALTER TABLE :area.identity_row OWNER TO batch_owner;

CREATE TABLE :area.identity_submission (
    submission_id integer NOT NULL,
    changed integer NOT NULL
);

ALTER TABLE :area.identity_submission OWNER TO batch_owner;

CREATE TABLE :area.run_submission (
    run_id integer NOT NULL,
    submission_id integer NOT NULL
);

ALTER TABLE :area.run_submission OWNER TO batch_owner;

CREATE VIEW :area.standing_run AS
 SELECT r.run_id,
    r.kind,
    r.posting_month,
    r.reverses,
    r.state,
    r.ledger_head,
    r.policy_seq,
    r.made_by,
    r.made_at,
    r.people,
    r.digest,
    r.approved_by,
    r.approved_digest,
    r.approved_at,
    r.ended_by,
    r.ended_at,
    r.reason,
    r.seq
   FROM :area.posted_run r
  WHERE ((r.kind = 'allocation'::text) AND (NOT (EXISTS ( SELECT
           FROM :area.posted_run v
          WHERE (v.reverses = r.run_id)))));

ALTER TABLE :area.standing_run OWNER TO batch_owner;

CREATE VIEW :area.join_span AS
 SELECT j.identity_id,
    j.person_id AS to_person,
    j.other_id AS from_person,
    max(s.month) AS filed,
    max(r.posting_month) AS posted,
    ( SELECT max(ur.seq) AS max
           FROM (((:area.identity_change u
             JOIN :area.identity_submission ui ON ((ui.changed = u.identity_id)))
             JOIN :area.run_submission ut USING (submission_id))
             JOIN :area.standing_run ur USING (run_id))
          WHERE (u.undoes = j.identity_id)) AS undone
   FROM ((((:area.identity_change j
     JOIN :area.identity_submission i ON ((i.changed = j.identity_id)))
     JOIN :area.submission s USING (submission_id))
     JOIN :area.run_submission t USING (submission_id))
     JOIN :area.standing_run r USING (run_id))
  WHERE (j.kind = 'join'::text)
  GROUP BY j.identity_id, j.person_id, j.other_id;

ALTER TABLE :area.join_span OWNER TO batch_owner;

CREATE VIEW :area.joined_person AS
 SELECT j.other_id AS person_id,
    j.person_id AS into_person,
    j.number
   FROM :area.identity_change_state j
  WHERE ((j.kind = 'join'::text) AND (j.state = 'approved'::text) AND (NOT (EXISTS ( SELECT
           FROM :area.identity_change_state u
          WHERE ((u.undoes = j.identity_id) AND (u.state = 'approved'::text))))));

ALTER TABLE :area.joined_person OWNER TO batch_owner;

CREATE TABLE :area.money_match (
    match_id integer NOT NULL,
    way text NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    reason text NOT NULL,
    CONSTRAINT money_match_check CHECK (((way <> 'hand'::text) OR (btrim(reason) <> ''::text))),
    CONSTRAINT money_match_way_check CHECK ((way = ANY (ARRAY['document'::text, 'day'::text, 'sum'::text, 'parts'::text, 'hand'::text])))
);

ALTER TABLE :area.money_match OWNER TO batch_owner;

CREATE TABLE :area.money_match_act (
    match_act_id integer NOT NULL,
    matched integer NOT NULL,
    act text NOT NULL,
    acted_by text NOT NULL,
    acted_at timestamp with time zone DEFAULT now() NOT NULL,
    reason text NOT NULL,
    CONSTRAINT money_match_act_act_check CHECK ((act = ANY (ARRAY['confirm'::text, 'refuse'::text, 'undo'::text, 'lapse'::text])))
);

ALTER TABLE :area.money_match_act OWNER TO batch_owner;

CREATE VIEW :area.match_state AS
 SELECT m.match_id,
    m.way,
    m.made_by,
    m.made_at,
    m.reason,
    COALESCE(( SELECT
                CASE a.act
                    WHEN 'undo'::text THEN 'undone'::text
                    WHEN 'refuse'::text THEN 'refused'::text
                    ELSE 'lapsed'::text
                END AS "case"
           FROM :area.money_match_act a
          WHERE ((a.matched = m.match_id) AND (a.act <> 'confirm'::text))
          ORDER BY a.match_act_id
         LIMIT 1),
        CASE
            WHEN ((m.way <> 'hand'::text) OR (EXISTS ( SELECT
               FROM :area.money_match_act a
              WHERE (a.matched = m.match_id)))) THEN 'matched'::text
            ELSE 'proposed'::text
        END) AS state
   FROM :area.money_match m;

ALTER TABLE :area.match_state OWNER TO batch_owner;

CREATE VIEW :area.money_returned AS
 SELECT r.return_id,
    r.kind,
    r.return_employer AS employer_id,
    e.number AS employer,
    m.month,
    m.amount_fen,
    r.on_date,
    r.document,
    r.submission_id,
        CASE
            WHEN (m.amount_fen < 0) THEN COALESCE(r.submission_id, 0)
            ELSE 0
        END AS taken_with
   FROM ((:area.return_state r
     JOIN :area.employer e ON ((e.employer_id = r.return_employer)))
     CROSS JOIN LATERAL ( VALUES (r.return_month,r.amount_fen), (r.to_month,(- r.amount_fen))) m(month, amount_fen))
  WHERE ((r.state = 'confirmed'::text) AND (m.month IS NOT NULL));

ALTER TABLE :area.money_returned OWNER TO batch_owner;

CREATE VIEW :area.receipt_in_force AS
 SELECT r.receipt_month,
    r.employer_id,
    r.document,
    r.submission_id,
    r.row_no,
    r.state,
    r.amount_fen,
    r.late_fee_fen,
    r.interest_fen,
    r.received_on,
    ((r.amount_fen + r.late_fee_fen) + r.interest_fen) AS money_fen
   FROM :area.receipt r
  WHERE ((r.state = 1) AND (NOT (EXISTS ( SELECT
           FROM :area.receipt n
          WHERE ((n.receipt_month = r.receipt_month) AND (n.employer_id = r.employer_id) AND (n.document = r.document) AND (ROW((n.submission_id + 0), (- n.row_no)) > ROW((r.submission_id + 0), (- r.row_no))))
         OFFSET 0))));

ALTER TABLE :area.receipt_in_force OWNER TO batch_owner;

CREATE VIEW :area.money_for_month AS
 SELECT receipt_in_force.receipt_month AS month,
    receipt_in_force.employer_id,
    receipt_in_force.amount_fen,
    receipt_in_force.received_on AS on_date
   FROM :area.receipt_in_force
UNION ALL
 SELECT money_returned.month,
    money_returned.employer_id,
    (- money_returned.amount_fen) AS amount_fen,
    money_returned.on_date
   FROM :area.money_returned;

ALTER TABLE :area.money_for_month OWNER TO batch_owner;

CREATE TABLE :area.money_match_line (
    match_id integer NOT NULL,
    serial text NOT NULL,
    line_submission integer NOT NULL
);

ALTER TABLE :area.money_match_line OWNER TO batch_owner;

CREATE TABLE :area.money_match_receipt (
    match_id integer NOT NULL,
    receipt_month date NOT NULL,
    receipt_employer integer NOT NULL,
    document text NOT NULL,
    receipt_submission integer NOT NULL
);

ALTER TABLE :area.money_match_receipt OWNER TO batch_owner;

CREATE TABLE :area.moved_posting (
    submission_id integer NOT NULL,
    person_id integer NOT NULL,
    posting_month date NOT NULL,
    component smallint NOT NULL,
    fen bigint NOT NULL
);

ALTER TABLE :area.moved_posting OWNER TO batch_owner;

CREATE VIEW :area.posted_move AS
 SELECT m.submission_id,
    m.person_id,
    m.posting_month,
    m.component,
    m.fen,
    r.posting_month AS moved_in,
    r.seq
   FROM ((:area.moved_posting m
     JOIN :area.run_submission t USING (submission_id))
     JOIN :area.standing_run r USING (run_id));

ALTER TABLE :area.posted_move OWNER TO batch_owner;

CREATE VIEW :area.moved_entry AS
 SELECT p.person_id AS account_id,
    x.posting_month,
    NULL::date AS contribution_month,
    p.component,
    (x.sign * p.fen) AS account_fen,
    p.seq
   FROM (:area.posted_move p
     CROSS JOIN LATERAL ( VALUES (p.posting_month,1), (p.moved_in,'-1'::integer)) x(posting_month, sign))
UNION ALL
 SELECT e.account_id,
    x.posting_month,
    e.contribution_month,
    e.component,
    (x.sign * e.account_fen) AS account_fen,
    GREATEST(r.seq, p.since) AS seq
   FROM (((( SELECT posted_move.person_id,
            min(posted_move.seq) AS since
           FROM :area.posted_move
          GROUP BY posted_move.person_id) p
     JOIN :area.entry e ON ((e.account_id = p.person_id)))
     JOIN :area.posted_run r USING (run_id))
     CROSS JOIN LATERAL ( VALUES (((e.contribution_month + '1 mon'::interval))::date,1), (e.posting_month,'-1'::integer)) x(posting_month, sign))
  WHERE ((e.component = 3) AND (e.posting_month > (e.contribution_month + '1 year'::interval)));

ALTER TABLE :area.moved_entry OWNER TO batch_owner;

CREATE TABLE :area.movement (
    movement_month date NOT NULL,
    on_date date NOT NULL,
    person_id integer NOT NULL,
    kind smallint NOT NULL,
    channel smallint NOT NULL,
    member bigint NOT NULL,
    reference text NOT NULL COLLATE pg_catalog."C",
    submission_id integer NOT NULL,
    row_no integer NOT NULL,
    state smallint NOT NULL,
    amount_fen bigint NOT NULL,
    ground smallint NOT NULL,
    document text,
    counterpart text,
    CONSTRAINT movement_kind CHECK (((kind >= 4) AND (kind <= 13))),
    CONSTRAINT movement_sign CHECK (((kind = 9) OR ((amount_fen >= 0) = (kind = ANY (ARRAY[4, 7, 11, 12, 13]))) OR (amount_fen = 0)))
)
PARTITION BY LIST (movement_month);

ALTER TABLE :area.movement OWNER TO batch_owner;

CREATE TABLE :area.pension (
    pension_month date NOT NULL,
    person_id integer NOT NULL,
    submission_id integer NOT NULL,
    row_no integer NOT NULL,
    state smallint NOT NULL,
    prior_year_fen bigint,
    this_year_fen bigint,
    month_fen bigint
)
PARTITION BY LIST (pension_month);

ALTER TABLE :area.pension OWNER TO batch_owner;

CREATE VIEW :area.person_number AS
 SELECT p.citizen AS number,
    p.person_id
   FROM :area.person p
  WHERE (NOT (EXISTS ( SELECT
           FROM :area.person_event g
          WHERE ((g.event = 17) AND (g.number = p.citizen) AND (g.person_id = p.person_id)))))
UNION ALL
 SELECT e.number,
    e.person_id
   FROM :area.person_event e
  WHERE ((e.event = 15) AND (NOT (EXISTS ( SELECT
           FROM :area.person_event g
          WHERE ((g.event = 17) AND (g.number = e.number) AND (g.person_id = e.person_id) AND (ROW(g.submission_id, abs(g.row_no)) > ROW(e.submission_id, abs(e.row_no))))))));

ALTER TABLE :area.person_number OWNER TO batch_owner;

CREATE VIEW :area.posted_join AS
 SELECT j.identity_id,
    j.person_id AS to_person,
    j.other_id AS from_person,
    max(s.month) AS filed,
    max(r.posting_month) AS posted
   FROM ((((:area.identity_change j
     JOIN :area.identity_submission i ON ((i.changed = j.identity_id)))
     JOIN :area.submission s USING (submission_id))
     JOIN :area.run_submission t USING (submission_id))
     JOIN :area.standing_run r USING (run_id))
  WHERE ((j.kind = 'join'::text) AND (NOT (EXISTS ( SELECT
           FROM (((:area.identity_change u
             JOIN :area.identity_submission ui ON ((ui.changed = u.identity_id)))
             JOIN :area.run_submission ut USING (submission_id))
             JOIN :area.standing_run ur USING (run_id))
          WHERE (u.undoes = j.identity_id)))))
  GROUP BY j.identity_id, j.person_id, j.other_id;

ALTER TABLE :area.posted_join OWNER TO batch_owner;

CREATE TABLE :area.run_month (
    run_id integer NOT NULL,
    contribution_month date NOT NULL,
    policy_hash text NOT NULL,
    whole boolean NOT NULL
);

ALTER TABLE :area.run_month OWNER TO batch_owner;

CREATE VIEW :area.posted_policy AS
 SELECT DISTINCT ON (m.contribution_month) m.contribution_month,
    m.policy_hash,
    r.policy_seq,
    r.run_id
   FROM (:area.run_month m
     JOIN :area.standing_run r USING (run_id))
  ORDER BY m.contribution_month, r.seq DESC;

ALTER TABLE :area.posted_policy OWNER TO batch_owner;

CREATE TABLE :area.record_seal (
    kind text NOT NULL,
    ordinal bigint NOT NULL,
    number bigint NOT NULL,
    shape_id integer NOT NULL,
    content text NOT NULL,
    hash text NOT NULL
);

ALTER TABLE :area.record_seal OWNER TO batch_owner;

CREATE TABLE :area.record_shape (
    shape_id integer NOT NULL,
    kind text NOT NULL,
    columns jsonb NOT NULL,
    CONSTRAINT record_shape_kind_check CHECK ((kind = ANY (ARRAY['submission'::text, 'run'::text, 'act'::text, 'employer'::text, 'policy'::text, 'audit'::text, 'match'::text, 'match act'::text, 'return'::text, 'return act'::text, 'difference act'::text, 'identity'::text, 'identity act'::text, 'scan'::text])))
);

ALTER TABLE :area.record_shape OWNER TO batch_owner;

ALTER TABLE :area.refiling ALTER COLUMN refiling_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME :area.refiling_refiling_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE :area.refused_employer (
    refused integer NOT NULL,
    employer text NOT NULL,
    month date NOT NULL,
    receipts boolean NOT NULL
);

ALTER TABLE :area.refused_employer OWNER TO batch_owner;

CREATE TABLE :area.rejected_row (
    submission_id integer NOT NULL,
    row_no integer NOT NULL,
    paid_fen bigint
);

ALTER TABLE :area.rejected_row OWNER TO batch_owner;

CREATE TABLE :area.rejection (
    submission_id integer NOT NULL,
    row_no integer NOT NULL,
    fault_no smallint NOT NULL,
    code text NOT NULL,
    column_name text NOT NULL,
    found text NOT NULL,
    expected text NOT NULL
);

ALTER TABLE :area.rejection OWNER TO batch_owner;

CREATE TABLE :area.reopening_proposal (
    closing_seq bigint NOT NULL,
    month date NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamp with time zone DEFAULT now() NOT NULL,
    reason text NOT NULL,
    CONSTRAINT reopening_proposal_reason_check CHECK ((btrim(reason) <> ''::text))
);

ALTER TABLE :area.reopening_proposal OWNER TO batch_owner;

CREATE TABLE :area.run_chunk (
    run_id integer NOT NULL,
    contribution_month date NOT NULL,
    first_person integer NOT NULL,
    last_person integer NOT NULL,
    done boolean DEFAULT false NOT NULL,
    people integer DEFAULT 0 NOT NULL
);

ALTER TABLE :area.run_chunk OWNER TO batch_owner;

CREATE TABLE :area.run_override (
    run_id integer NOT NULL,
    by text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    reason text NOT NULL,
    anomalies text[] NOT NULL,
    CONSTRAINT run_override_reason_check CHECK ((btrim(reason) <> ''::text))
);

ALTER TABLE :area.run_override OWNER TO batch_owner;

CREATE TABLE :area.scan (
    scan_id integer NOT NULL,
    decision integer,
    changed integer,
    media_type text NOT NULL,
    file_name text NOT NULL,
    sha256 bytea NOT NULL,
    content bytea NOT NULL,
    added_by text NOT NULL,
    added_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT scan_check CHECK ((num_nonnulls(decision, changed) = 1)),
    CONSTRAINT scan_content_check CHECK ((length(content) > 0)),
    CONSTRAINT scan_file_name_check CHECK ((btrim(file_name) <> ''::text)),
    CONSTRAINT scan_media_type_check CHECK ((media_type = ANY (ARRAY['application/pdf'::text, 'image/jpeg'::text, 'image/png'::text]))),
    CONSTRAINT scan_sha256_check CHECK ((length(sha256) = 32))
);

ALTER TABLE :area.scan OWNER TO batch_owner;

CREATE TABLE :area.seal (
    seq bigint NOT NULL,
    content text NOT NULL,
    hash text NOT NULL
);

ALTER TABLE :area.seal OWNER TO batch_owner;

CREATE VIEW :area.sealed_columns AS
 SELECT k.kind,
    k.key,
    (c.relname)::text AS table_name,
    jsonb_agg(a.attname ORDER BY a.attnum) AS columns
   FROM ((( VALUES ('submission'::text,'submission_id'::text), ('run'::text,'run_id'::text), ('act'::text,'seq'::text), ('employer'::text,'employer_id'::text), ('policy'::text,'policy_seq'::text), ('audit'::text,'audit_hundred'::text), ('match'::text,'match_id'::text), ('match act'::text,'match_act_id'::text), ('return'::text,'return_id'::text), ('return act'::text,'return_act_id'::text), ('difference act'::text,'difference_act_id'::text), ('identity'::text,'identity_id'::text), ('identity act'::text,'identity_act_id'::text), ('scan'::text,'scan_id'::text)) k(kind, key)
     JOIN pg_class c ON (((c.relnamespace = (':area'::regnamespace)::oid) AND (NOT c.relispartition))))
     JOIN pg_attribute a ON (((a.attrelid = c.oid) AND (a.attnum > 0) AND (NOT a.attisdropped))))
  WHERE ((EXISTS ( SELECT
           FROM pg_attribute n
          WHERE ((n.attrelid = c.oid) AND (n.attname = k.key) AND (NOT n.attisdropped)))) AND
        CASE k.kind
            WHEN 'employer'::text THEN (c.relname = 'employer'::name)
            WHEN 'policy'::text THEN (c.relname = 'approved_policy'::name)
            WHEN 'audit'::text THEN (c.relname = 'audited'::name)
            ELSE (c.relkind = ANY (ARRAY['r'::"char", 'p'::"char"]))
        END AND (c.relname !~~ 'run\_entry\_%'::text) AND ((((((k.kind <> 'submission'::text) OR ((c.relname)::text <> 'waiting_submission'::text)) AND ((k.kind <> 'submission'::text) OR ((c.relname)::text <> 'run_submission'::text))) AND ((k.kind <> 'run'::text) OR ((c.relname)::text <> 'entry'::text))) AND ((k.kind <> 'run'::text) OR ((c.relname)::text <> 'ledger'::text))) AND ((k.kind <> 'act'::text) OR ((c.relname)::text <> 'seal'::text))) AND ((c.relname = 'run_chunk'::name) OR (NOT (has_table_privilege('batch_program'::name, c.oid, 'UPDATE'::text) OR has_any_column_privilege('batch_program'::name, c.oid, 'UPDATE'::text) OR has_table_privilege('batch_program'::name, c.oid, 'DELETE'::text)))))
  GROUP BY k.kind, k.key, c.relname;

ALTER TABLE :area.sealed_columns OWNER TO batch_owner;

CREATE VIEW :area.standing_interest AS
 SELECT r.run_id,
    r.kind,
    r.posting_month,
    r.reverses,
    r.state,
    r.ledger_head,
    r.policy_seq,
    r.made_by,
    r.made_at,
    r.people,
    r.digest,
    r.approved_by,
    r.approved_digest,
    r.approved_at,
    r.ended_by,
    r.ended_at,
    r.reason,
    r.seq
   FROM :area.posted_run r
  WHERE ((r.kind = 'interest'::text) AND (NOT (EXISTS ( SELECT
           FROM :area.posted_run v
          WHERE (v.reverses = r.run_id)))));

ALTER TABLE :area.standing_interest OWNER TO batch_owner;

CREATE TABLE :area.submission_month (
    submission_id integer NOT NULL,
    fact text NOT NULL,
    month date NOT NULL,
    facts integer NOT NULL,
    CONSTRAINT submission_month_fact_check CHECK ((fact = ANY (ARRAY['contribution'::text, 'pension'::text, 'event'::text, 'movement'::text, 'receipt'::text, 'bank'::text])))
);

ALTER TABLE :area.submission_month OWNER TO batch_owner;

CREATE TABLE :area.submission_parent (
    submission_id integer NOT NULL,
    parent integer NOT NULL,
    CONSTRAINT submission_parent_check CHECK ((parent < submission_id))
);

ALTER TABLE :area.submission_parent OWNER TO batch_owner;

CREATE VIEW :area.taken_submission AS
 SELECT DISTINCT s.submission_id
   FROM (:area.run_submission s
     JOIN :area.standing_run r USING (run_id));

ALTER TABLE :area.taken_submission OWNER TO batch_owner;

CREATE TABLE :area.upload (
    upload_id integer NOT NULL,
    file text NOT NULL,
    sha256 bytea,
    bytes bigint NOT NULL,
    month date,
    kind text NOT NULL,
    confirm boolean NOT NULL,
    parent integer,
    upload_key text,
    content text,
    received_by text NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    state text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    rows_read integer DEFAULT 0 NOT NULL,
    bytes_read bigint DEFAULT 0 NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    submission_id integer,
    already boolean DEFAULT false NOT NULL,
    fault jsonb,
    CONSTRAINT upload_check CHECK (((state <> 'taken'::text) OR (submission_id IS NOT NULL))),
    CONSTRAINT upload_check1 CHECK (((state <> ALL (ARRAY['refused'::text, 'failed'::text])) OR (fault IS NOT NULL))),
    CONSTRAINT upload_check2 CHECK (((sha256 IS NOT NULL) OR (state = 'refused'::text))),
    CONSTRAINT upload_kind_check CHECK ((kind = ANY (ARRAY['regular'::text, 'supplementary'::text, 'replacement'::text]))),
    CONSTRAINT upload_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'taking'::text, 'taken'::text, 'refused'::text, 'failed'::text])))
);

ALTER TABLE :area.upload OWNER TO batch_owner;

CREATE TABLE :area.waiting_submission (
    submission_id integer NOT NULL,
    month date NOT NULL
);

ALTER TABLE :area.waiting_submission OWNER TO batch_owner;

CREATE TABLE :area.withdrawn_statement (
    seq bigint NOT NULL,
    year integer NOT NULL,
    account_id integer NOT NULL,
    opening_fen bigint NOT NULL,
    movements_fen bigint NOT NULL,
    closing_fen bigint NOT NULL,
    accumulated_months integer NOT NULL,
    continuous_months integer NOT NULL,
    last_paid date
);

ALTER TABLE :area.withdrawn_statement OWNER TO batch_owner;

CREATE TABLE batch.alarm (
    alarm_id integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    area text,
    code text NOT NULL,
    zh text NOT NULL,
    en text NOT NULL,
    job_id integer
);

ALTER TABLE batch.alarm OWNER TO batch_owner;

ALTER TABLE batch.alarm ALTER COLUMN alarm_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batch.alarm_alarm_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE batch.alarm_seen (
    alarm_id integer NOT NULL,
    by text NOT NULL,
    why text,
    at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE batch.alarm_seen OWNER TO batch_owner;

CREATE TABLE batch.api_key (
    key_id text NOT NULL,
    name text NOT NULL,
    hash text NOT NULL,
    scopes text[] NOT NULL,
    areas text[] DEFAULT '{}'::text[] NOT NULL,
    expires_at timestamp with time zone,
    by text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT api_key_key_id_check CHECK ((key_id ~ '^[a-z2-7]{8}$'::text)),
    CONSTRAINT api_key_name_check CHECK (((name = btrim(name)) AND ((length(name) >= 1) AND (length(name) <= 64))))
);

ALTER TABLE batch.api_key OWNER TO batch_owner;

CREATE TABLE batch.api_key_revoked (
    key_id text NOT NULL,
    by text NOT NULL,
    why text,
    at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE batch.api_key_revoked OWNER TO batch_owner;

CREATE TABLE batch.api_key_used (
    key_id text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE batch.api_key_used OWNER TO batch_owner;

CREATE TABLE batch.area (
    code text NOT NULL,
    schema_name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT area_code_check CHECK ((code ~ '^[0-9]{6}$'::text))
);

ALTER TABLE batch.area OWNER TO batch_owner;

ALTER TABLE batch.audit ALTER COLUMN audit_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batch.audit_audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE batch.inquiry (
    inquiry_id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    who text NOT NULL,
    channel text NOT NULL,
    area text,
    person_id integer,
    what text NOT NULL,
    reason text,
    account_id integer
);

ALTER TABLE batch.inquiry OWNER TO batch_owner;

ALTER TABLE batch.inquiry ALTER COLUMN inquiry_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batch.inquiry_inquiry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE batch.job (
    job_id integer NOT NULL,
    kind text NOT NULL,
    area text NOT NULL,
    argument text NOT NULL,
    parent integer,
    asked_by text NOT NULL,
    asked_at timestamp with time zone DEFAULT now() NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    wanted text,
    wanted_by text,
    wanted_why text,
    wake_at timestamp with time zone DEFAULT now() NOT NULL,
    woken_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    worker text,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    done bigint DEFAULT 0 NOT NULL,
    total bigint,
    result jsonb,
    fault jsonb,
    waits jsonb,
    CONSTRAINT job_area_check CHECK ((area ~ '^[0-9]{6}$'::text)),
    CONSTRAINT job_argument_check CHECK ((length(argument) <= 100)),
    CONSTRAINT job_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text, 'paused'::text, 'parked'::text, 'done'::text, 'refused'::text, 'cancelled'::text]))),
    CONSTRAINT job_wanted_check CHECK ((wanted = ANY (ARRAY['pause'::text, 'cancel'::text])))
);

ALTER TABLE batch.job OWNER TO batch_owner;

CREATE VIEW batch.job_alive AS
 SELECT ((pg_locks.objid)::bigint)::integer AS job_id
   FROM pg_locks
  WHERE ((pg_locks.locktype = 'advisory'::text) AND (pg_locks.objsubid = 2) AND pg_locks.granted AND ((pg_locks.classid)::bigint = ((hashtext('batch.job'::text))::bigint & '4294967295'::bigint)) AND (pg_locks.database = ( SELECT pg_database.oid
           FROM pg_database
          WHERE (pg_database.datname = current_database()))));

ALTER TABLE batch.job_alive OWNER TO batch_owner;

CREATE TABLE batch.job_event (
    seq bigint NOT NULL,
    job_id integer NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    act text NOT NULL,
    who text NOT NULL,
    why text
);

ALTER TABLE batch.job_event OWNER TO batch_owner;

ALTER TABLE batch.job_event ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batch.job_event_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE batch.job_file (
    job_id integer NOT NULL,
    piece integer NOT NULL,
    bytes bytea NOT NULL
);

ALTER TABLE batch.job_file OWNER TO batch_owner;

ALTER TABLE batch.job ALTER COLUMN job_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batch.job_job_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE batch.log_seal (
    log text NOT NULL,
    ordinal integer NOT NULL,
    keys text[] NOT NULL,
    hashes text[] NOT NULL,
    hash text NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE batch.log_seal OWNER TO batch_owner;

CREATE TABLE batch.log_verified (
    log text NOT NULL,
    ordinal integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE batch.log_verified OWNER TO batch_owner;

CREATE TABLE batch.migration (
    series text NOT NULL,
    number integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT migration_number_check CHECK ((number > 0)),
    CONSTRAINT migration_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);

ALTER TABLE batch.migration OWNER TO batch_owner;

COMMENT ON TABLE batch.migration IS 'Every numbered script that was applied here, with the hash of its text.';

ALTER TABLE batch.policy_approval ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batch.policy_approval_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE batch.policy_slice (
    hash text NOT NULL,
    area text NOT NULL,
    content jsonb NOT NULL
);

ALTER TABLE batch.policy_slice OWNER TO batch_owner;

CREATE TABLE batch.program_login (
    login text NOT NULL,
    secret text NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE batch.program_login OWNER TO batch_owner;

CREATE TABLE batch.proposal_act (
    act_id integer NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    area text NOT NULL,
    act text NOT NULL,
    who text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT proposal_act_act_check CHECK ((act = ANY (ARRAY['propose'::text, 'withdraw'::text, 'refuse'::text]))),
    CONSTRAINT proposal_act_check CHECK (((act <> 'refuse'::text) OR (btrim(reason) <> ''::text))),
    CONSTRAINT proposal_act_kind_check CHECK ((kind = ANY (ARRAY['policy'::text, 'schedule'::text])))
);

ALTER TABLE batch.proposal_act OWNER TO batch_owner;

CREATE TABLE batch.schedule_approval (
    seq integer NOT NULL,
    change_id integer NOT NULL,
    approved_by text NOT NULL,
    approved_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE batch.schedule_approval OWNER TO batch_owner;

CREATE TABLE batch.schedule_change (
    change_id integer NOT NULL,
    area text NOT NULL,
    work text NOT NULL,
    cron text NOT NULL,
    missed text NOT NULL,
    enabled boolean NOT NULL,
    argument text DEFAULT ''::text NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT schedule_change_area_check CHECK ((area ~ '^[0-9]{6}$'::text)),
    CONSTRAINT schedule_change_missed_check CHECK ((missed = ANY (ARRAY['alarm'::text, 'skip'::text, 'once'::text]))),
    CONSTRAINT schedule_change_work_check CHECK ((work = ANY (ARRAY['drop-folder'::text, 'allocate'::text, 'close'::text, 'verify'::text, 'interest'::text, 'retention'::text])))
);

ALTER TABLE batch.schedule_change OWNER TO batch_owner;

CREATE VIEW batch.proposal AS
 SELECT p.kind,
    p.subject,
    p.area,
    COALESCE(again.who, p.proposed_by) AS proposed_by,
    p.approved_by,
        CASE
            WHEN (p.approved_by IS NOT NULL) THEN 'approved'::text
            WHEN (last.act = 'withdraw'::text) THEN 'withdrawn'::text
            WHEN (last.act = 'refuse'::text) THEN 'refused'::text
            ELSE 'proposed'::text
        END AS state,
    last.who AS ended_by,
    last.reason,
    last.at AS ended_at
   FROM ((( SELECT 'policy'::text AS kind,
            c.hash AS subject,
            c.area,
            c.proposed_by,
            a.approved_by
           FROM (batch.policy_change c
             LEFT JOIN batch.policy_approval a USING (hash))
        UNION ALL
         SELECT 'schedule'::text,
            (c.change_id)::text AS change_id,
            c.area,
            c.proposed_by,
            a.approved_by
           FROM (batch.schedule_change c
             LEFT JOIN batch.schedule_approval a USING (change_id))) p
     LEFT JOIN LATERAL ( SELECT x.who
           FROM batch.proposal_act x
          WHERE ((x.kind = p.kind) AND (x.subject = p.subject) AND (x.act = 'propose'::text))
          ORDER BY x.act_id DESC
         LIMIT 1) again ON (true))
     LEFT JOIN LATERAL ( SELECT x.act,
            x.who,
            x.reason,
            x.at
           FROM batch.proposal_act x
          WHERE ((x.kind = p.kind) AND (x.subject = p.subject))
          ORDER BY x.act_id DESC
         LIMIT 1) last ON (true));

ALTER TABLE batch.proposal OWNER TO batch_owner;

ALTER TABLE batch.proposal_act ALTER COLUMN act_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batch.proposal_act_act_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE batch.protection_key (
    name text NOT NULL,
    xml text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE batch.protection_key OWNER TO batch_owner;

CREATE TABLE batch.review_threshold (
    threshold_id integer NOT NULL,
    area text,
    name text NOT NULL,
    value numeric NOT NULL,
    set_by text NOT NULL,
    set_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT close_early_days CHECK (((name <> 'close-early-days'::text) OR ((value <= (31)::numeric) AND (value = trunc(value))))),
    CONSTRAINT review_threshold_name_check CHECK ((name = ANY (ARRAY['credited-off-percent'::text, 'people-off-percent'::text, 'retirees-off-percent'::text, 'least-people'::text, 'single-credit-yuan'::text, 'negative-credits'::text, 'single-movement-yuan'::text, 'money-out-percent'::text, 'corrections-percent'::text, 'close-early-days'::text]))),
    CONSTRAINT review_threshold_value_check CHECK ((value >= (0)::numeric))
);

ALTER TABLE batch.review_threshold OWNER TO batch_owner;

ALTER TABLE batch.review_threshold ALTER COLUMN threshold_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batch.review_threshold_threshold_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE batch.run_area (
    run_id integer NOT NULL,
    area text NOT NULL
);

ALTER TABLE batch.run_area OWNER TO batch_owner;

ALTER TABLE batch.schedule_approval ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batch.schedule_approval_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE batch.schedule_change ALTER COLUMN change_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batch.schedule_change_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE batch.schedule_fire (
    area text NOT NULL,
    work text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    outcome text NOT NULL,
    job_id integer,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT schedule_fire_outcome_check CHECK ((outcome = ANY (ARRAY['fired'::text, 'late'::text, 'skipped'::text, 'alarmed'::text])))
);

ALTER TABLE batch.schedule_fire OWNER TO batch_owner;

CREATE VIEW batch.schedule_now AS
 SELECT DISTINCT ON (c.area, c.work) c.area,
    c.work,
    c.cron,
    c.missed,
    c.enabled,
    c.argument,
    c.proposed_by,
    a.approved_by,
    a.approved_at,
    c.change_id
   FROM (batch.schedule_change c
     JOIN batch.schedule_approval a USING (change_id))
  ORDER BY c.area, c.work, a.seq DESC;

ALTER TABLE batch.schedule_now OWNER TO batch_owner;

CREATE VIEW batch.sealed_log AS
 SELECT l.log,
    l.key,
    l.ordered
   FROM ( VALUES ('audit'::text,'audit_id'::text,true), ('sign_in'::text,'seq'::text,true), ('user_change'::text,'seq'::text,true), ('inquiry'::text,'inquiry_id'::text,true), ('job_event'::text,'seq'::text,true), ('schedule_change'::text,'change_id'::text,true), ('schedule_approval'::text,'seq'::text,true), ('proposal_act'::text,'act_id'::text,true), ('alarm'::text,'alarm_id'::text,true), ('alarm_seen'::text,'alarm_id'::text,false), ('api_key'::text,'key_id'::text,false), ('api_key_revoked'::text,'key_id'::text,false), ('area'::text,'code'::text,false), ('review_threshold'::text,'threshold_id'::text,false)) l(log, key, ordered);

ALTER TABLE batch.sealed_log OWNER TO batch_owner;

CREATE TABLE batch.session (
    session_id text NOT NULL,
    name text NOT NULL,
    user_version bigint NOT NULL,
    origin text,
    opened_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    CONSTRAINT session_session_id_check CHECK ((session_id ~ '^[0-9a-f]{64}$'::text))
);

ALTER TABLE batch.session OWNER TO batch_owner;

CREATE TABLE batch.session_end (
    session_id text NOT NULL,
    why text NOT NULL,
    by text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT session_end_why_check CHECK ((why = ANY (ARRAY['signed-out'::text, 'ended'::text])))
);

ALTER TABLE batch.session_end OWNER TO batch_owner;

CREATE TABLE batch.sign_in (
    seq bigint NOT NULL,
    name text NOT NULL,
    outcome text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT sign_in_outcome_check CHECK ((outcome = ANY (ARRAY['good'::text, 'wrong'::text, 'locking'::text, 'locked'::text, 'reset'::text])))
);

ALTER TABLE batch.sign_in OWNER TO batch_owner;

ALTER TABLE batch.sign_in ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batch.sign_in_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE batch.user_change (
    seq bigint NOT NULL,
    name text NOT NULL,
    roles text[] NOT NULL,
    password_hash text NOT NULL,
    one_time boolean NOT NULL,
    disabled boolean DEFAULT false NOT NULL,
    what text NOT NULL,
    by text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    real_name text,
    unit text,
    CONSTRAINT user_change_name_check CHECK (((name = btrim(name)) AND ((length(name) >= 1) AND (length(name) <= 64)) AND (name !~ '[[:cntrl:]]'::text))),
    CONSTRAINT user_change_real_name_check CHECK (((real_name = btrim(real_name)) AND ((length(real_name) >= 1) AND (length(real_name) <= 32)) AND (real_name !~ '[[:cntrl:]]'::text))),
    CONSTRAINT user_change_roles_check CHECK ((roles <@ ARRAY['operator'::text, 'reviewer'::text, 'analyst'::text, 'inquiry'::text, 'administrator'::text, 'auditor'::text])),
    CONSTRAINT user_change_unit_check CHECK (((unit = btrim(unit)) AND ((length(unit) >= 1) AND (length(unit) <= 64)) AND (unit !~ '[[:cntrl:]]'::text))),
    CONSTRAINT user_change_what_check CHECK ((what = ANY (ARRAY['added'::text, 'roles'::text, 'password'::text, 'reset'::text, 'disabled'::text, 'enabled'::text, 'named'::text])))
);

ALTER TABLE batch.user_change OWNER TO batch_owner;

ALTER TABLE batch.user_change ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME batch.user_change_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW batch.user_now AS
 SELECT DISTINCT ON (user_change.name) user_change.name,
    user_change.roles,
    user_change.one_time,
    user_change.disabled,
    user_change.password_hash,
    user_change.seq,
    user_change.by,
    user_change.at,
    user_change.real_name,
    user_change.unit
   FROM batch.user_change
  ORDER BY user_change.name, user_change.seq DESC;

ALTER TABLE batch.user_now OWNER TO batch_owner;

CREATE TABLE batch.write_check (
    filler bytea NOT NULL
);
ALTER TABLE ONLY batch.write_check ALTER COLUMN filler SET STORAGE EXTERNAL;

ALTER TABLE batch.write_check OWNER TO batch_owner;

ALTER TABLE ONLY :area.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (account_id);

ALTER TABLE ONLY :area.archive_part
    ADD CONSTRAINT archive_part_pkey PRIMARY KEY (sha256, part);

ALTER TABLE ONLY :area.archive
    ADD CONSTRAINT archive_pkey PRIMARY KEY (sha256);

ALTER TABLE ONLY :area.balance_snapshot
    ADD CONSTRAINT balance_snapshot_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY :area.bank_line
    ADD CONSTRAINT bank_line_pkey PRIMARY KEY (serial, submission_id, row_no);

ALTER TABLE ONLY :area.benefit_change
    ADD CONSTRAINT benefit_change_pkey PRIMARY KEY (month, person_id, from_month);

ALTER TABLE ONLY :area.benefit_export
    ADD CONSTRAINT benefit_export_pkey PRIMARY KEY (month);

ALTER TABLE ONLY :area.child_row
    ADD CONSTRAINT child_row_pkey PRIMARY KEY (submission_id, row_no);

ALTER TABLE ONLY :area.closing_difference
    ADD CONSTRAINT closing_difference_pkey PRIMARY KEY (seq, item_no);

ALTER TABLE ONLY :area.closing_employer
    ADD CONSTRAINT closing_employer_pkey PRIMARY KEY (seq, item_no);

ALTER TABLE ONLY :area.closing_money
    ADD CONSTRAINT closing_money_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY :area.closing
    ADD CONSTRAINT closing_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY :area.decision
    ADD CONSTRAINT decision_pkey PRIMARY KEY (submission_id);

ALTER TABLE ONLY :area.difference_act_item
    ADD CONSTRAINT difference_act_item_pkey PRIMARY KEY (difference_act_id, item_no);

ALTER TABLE ONLY :area.difference_act
    ADD CONSTRAINT difference_act_pkey PRIMARY KEY (difference_act_id);

ALTER TABLE ONLY :area.dismissal
    ADD CONSTRAINT dismissal_pkey PRIMARY KEY (dismissed);

ALTER TABLE ONLY :area.employer
    ADD CONSTRAINT employer_number_key UNIQUE (number);

ALTER TABLE ONLY :area.employer
    ADD CONSTRAINT employer_pkey PRIMARY KEY (employer_id);

ALTER TABLE ONLY :area.held_event
    ADD CONSTRAINT held_event_pkey PRIMARY KEY (submission_id, row_no);

ALTER TABLE ONLY :area.identity_change_act
    ADD CONSTRAINT identity_change_act_changed_key UNIQUE (changed);

ALTER TABLE ONLY :area.identity_change_act
    ADD CONSTRAINT identity_change_act_pkey PRIMARY KEY (identity_act_id);

ALTER TABLE ONLY :area.identity_change
    ADD CONSTRAINT identity_change_pkey PRIMARY KEY (identity_id);

ALTER TABLE ONLY :area.identity_row
    ADD CONSTRAINT identity_row_pkey PRIMARY KEY (identity_id, of_submission, of_row);

ALTER TABLE ONLY :area.identity_submission
    ADD CONSTRAINT identity_submission_pkey PRIMARY KEY (submission_id);

ALTER TABLE ONLY :area.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY :area.ledger
    ADD CONSTRAINT ledger_run_id_key UNIQUE (run_id);

ALTER TABLE ONLY :area.money_match_act
    ADD CONSTRAINT money_match_act_matched_act_key UNIQUE (matched, act);

ALTER TABLE ONLY :area.money_match_act
    ADD CONSTRAINT money_match_act_pkey PRIMARY KEY (match_act_id);

ALTER TABLE ONLY :area.money_match_line
    ADD CONSTRAINT money_match_line_pkey PRIMARY KEY (match_id, serial);

ALTER TABLE ONLY :area.money_match
    ADD CONSTRAINT money_match_pkey PRIMARY KEY (match_id);

ALTER TABLE ONLY :area.money_match_receipt
    ADD CONSTRAINT money_match_receipt_pkey PRIMARY KEY (match_id, receipt_month, receipt_employer, document);

ALTER TABLE ONLY :area.money_return_act
    ADD CONSTRAINT money_return_act_pkey PRIMARY KEY (return_act_id);

ALTER TABLE ONLY :area.money_return_act
    ADD CONSTRAINT money_return_act_returned_key UNIQUE (returned);

ALTER TABLE ONLY :area.money_return_act
    ADD CONSTRAINT money_return_act_submission_id_key UNIQUE (submission_id);

ALTER TABLE ONLY :area.money_return
    ADD CONSTRAINT money_return_pkey PRIMARY KEY (return_id);

ALTER TABLE ONLY :area.moved_posting
    ADD CONSTRAINT moved_posting_pkey PRIMARY KEY (submission_id, person_id, posting_month, component);

ALTER TABLE ONLY :area.person
    ADD CONSTRAINT person_citizen_key UNIQUE (citizen);

ALTER TABLE ONLY :area.person_event
    ADD CONSTRAINT person_event_pkey PRIMARY KEY (person_id, event, submission_id, row_no);

ALTER TABLE ONLY :area.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (person_id);

ALTER TABLE ONLY :area.receipt
    ADD CONSTRAINT receipt_pkey PRIMARY KEY (receipt_month, employer_id, document, submission_id, row_no);

ALTER TABLE ONLY :area.record_seal
    ADD CONSTRAINT record_seal_kind_number_key UNIQUE (kind, number);

ALTER TABLE ONLY :area.record_seal
    ADD CONSTRAINT record_seal_pkey PRIMARY KEY (kind, ordinal);

ALTER TABLE ONLY :area.record_shape
    ADD CONSTRAINT record_shape_pkey PRIMARY KEY (shape_id);

ALTER TABLE ONLY :area.refiling
    ADD CONSTRAINT refiling_pkey PRIMARY KEY (refiling_id);

ALTER TABLE ONLY :area.refused_employer
    ADD CONSTRAINT refused_employer_pkey PRIMARY KEY (refused, employer, month);

ALTER TABLE ONLY :area.rejected_row
    ADD CONSTRAINT rejected_row_pkey PRIMARY KEY (submission_id, row_no);

ALTER TABLE ONLY :area.rejection
    ADD CONSTRAINT rejection_pkey PRIMARY KEY (submission_id, row_no, fault_no);

ALTER TABLE ONLY :area.reopening
    ADD CONSTRAINT reopening_closing_seq_key UNIQUE (closing_seq);

ALTER TABLE ONLY :area.reopening
    ADD CONSTRAINT reopening_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY :area.reopening_proposal
    ADD CONSTRAINT reopening_proposal_pkey PRIMARY KEY (closing_seq);

ALTER TABLE ONLY :area.run_chunk
    ADD CONSTRAINT run_chunk_pkey PRIMARY KEY (run_id, contribution_month, first_person);

ALTER TABLE ONLY :area.run_month
    ADD CONSTRAINT run_month_pkey PRIMARY KEY (run_id, contribution_month);

ALTER TABLE ONLY :area.run_override
    ADD CONSTRAINT run_override_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY :area.run
    ADD CONSTRAINT run_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY :area.run_submission
    ADD CONSTRAINT run_submission_pkey PRIMARY KEY (run_id, submission_id);

ALTER TABLE ONLY :area.run_total
    ADD CONSTRAINT run_total_pkey PRIMARY KEY (run_id, contribution_month, component);

ALTER TABLE ONLY :area.scan
    ADD CONSTRAINT scan_changed_sha256_key UNIQUE (changed, sha256);

ALTER TABLE ONLY :area.scan
    ADD CONSTRAINT scan_decision_sha256_key UNIQUE (decision, sha256);

ALTER TABLE ONLY :area.scan
    ADD CONSTRAINT scan_pkey PRIMARY KEY (scan_id);

ALTER TABLE ONLY :area.seal
    ADD CONSTRAINT seal_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY :area.statement_year
    ADD CONSTRAINT statement_year_pkey PRIMARY KEY (year);

ALTER TABLE ONLY :area.submission_month
    ADD CONSTRAINT submission_month_pkey PRIMARY KEY (submission_id, fact, month);

ALTER TABLE ONLY :area.submission_parent
    ADD CONSTRAINT submission_parent_pkey PRIMARY KEY (submission_id);

ALTER TABLE ONLY :area.submission
    ADD CONSTRAINT submission_pkey PRIMARY KEY (submission_id);

ALTER TABLE ONLY :area.upload
    ADD CONSTRAINT upload_pkey PRIMARY KEY (upload_id);

ALTER TABLE ONLY :area.upload
    ADD CONSTRAINT upload_received_by_upload_key_key UNIQUE (received_by, upload_key);

ALTER TABLE ONLY :area.waiting_submission
    ADD CONSTRAINT waiting_submission_pkey PRIMARY KEY (submission_id);

ALTER TABLE ONLY :area.withdrawn_statement
    ADD CONSTRAINT withdrawn_statement_pkey PRIMARY KEY (seq, account_id);

ALTER TABLE ONLY :area.withdrawn_statement_year
    ADD CONSTRAINT withdrawn_statement_year_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY batch.alarm
    ADD CONSTRAINT alarm_pkey PRIMARY KEY (alarm_id);

ALTER TABLE ONLY batch.alarm_seen
    ADD CONSTRAINT alarm_seen_pkey PRIMARY KEY (alarm_id);

ALTER TABLE ONLY batch.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (key_id);

ALTER TABLE ONLY batch.api_key_revoked
    ADD CONSTRAINT api_key_revoked_pkey PRIMARY KEY (key_id);

ALTER TABLE ONLY batch.api_key_used
    ADD CONSTRAINT api_key_used_pkey PRIMARY KEY (key_id);

ALTER TABLE ONLY batch.area
    ADD CONSTRAINT area_pkey PRIMARY KEY (code);

ALTER TABLE ONLY batch.area
    ADD CONSTRAINT area_schema_name_key UNIQUE (schema_name);

ALTER TABLE ONLY batch.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (audit_id);

ALTER TABLE ONLY batch.inquiry
    ADD CONSTRAINT inquiry_pkey PRIMARY KEY (inquiry_id);

ALTER TABLE ONLY batch.job_event
    ADD CONSTRAINT job_event_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY batch.job_file
    ADD CONSTRAINT job_file_pkey PRIMARY KEY (job_id, piece);

ALTER TABLE ONLY batch.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (job_id);

ALTER TABLE ONLY batch.log_seal
    ADD CONSTRAINT log_seal_pkey PRIMARY KEY (log, ordinal);

ALTER TABLE ONLY batch.log_verified
    ADD CONSTRAINT log_verified_pkey PRIMARY KEY (log, ordinal);

ALTER TABLE ONLY batch.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (series, number);

ALTER TABLE ONLY batch.policy_approval
    ADD CONSTRAINT policy_approval_hash_key UNIQUE (hash);

ALTER TABLE ONLY batch.policy_approval
    ADD CONSTRAINT policy_approval_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY batch.policy_change
    ADD CONSTRAINT policy_change_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY batch.policy_slice
    ADD CONSTRAINT policy_slice_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY batch.program_login
    ADD CONSTRAINT program_login_pkey PRIMARY KEY (login);

ALTER TABLE ONLY batch.proposal_act
    ADD CONSTRAINT proposal_act_pkey PRIMARY KEY (act_id);

ALTER TABLE ONLY batch.protection_key
    ADD CONSTRAINT protection_key_pkey PRIMARY KEY (name);

ALTER TABLE ONLY batch.review_threshold
    ADD CONSTRAINT review_threshold_pkey PRIMARY KEY (threshold_id);

ALTER TABLE ONLY batch.run_area
    ADD CONSTRAINT run_area_pkey PRIMARY KEY (run_id);

ALTER TABLE ONLY batch.schedule_approval
    ADD CONSTRAINT schedule_approval_change_id_key UNIQUE (change_id);

ALTER TABLE ONLY batch.schedule_approval
    ADD CONSTRAINT schedule_approval_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY batch.schedule_change
    ADD CONSTRAINT schedule_change_pkey PRIMARY KEY (change_id);

ALTER TABLE ONLY batch.schedule_fire
    ADD CONSTRAINT schedule_fire_pkey PRIMARY KEY (area, work, due_at);

ALTER TABLE ONLY batch.session_end
    ADD CONSTRAINT session_end_pkey PRIMARY KEY (session_id);

ALTER TABLE ONLY batch.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (session_id);

ALTER TABLE ONLY batch.sign_in
    ADD CONSTRAINT sign_in_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY batch.user_change
    ADD CONSTRAINT user_change_pkey PRIMARY KEY (seq);

CREATE INDEX account_person_id_idx ON :area.account USING btree (person_id);

CREATE INDEX bank_line_submission_id_idx ON :area.bank_line USING btree (submission_id);

CREATE INDEX bank_line_traded_on_idx ON :area.bank_line USING btree (traded_on);

CREATE INDEX benefit_change_person_id_idx ON :area.benefit_change USING btree (person_id);

CREATE INDEX closing_month_idx ON :area.closing USING btree (month);

CREATE INDEX decision_held_in_held_row_idx ON :area.decision USING btree (held_in, held_row);

CREATE INDEX held_event_person_id_idx ON :area.held_event USING btree (person_id);

CREATE INDEX identity_change_other_id_idx ON :area.identity_change USING btree (other_id);

CREATE INDEX identity_change_person_id_idx ON :area.identity_change USING btree (person_id);

CREATE INDEX identity_submission_changed_idx ON :area.identity_submission USING btree (changed);

CREATE INDEX money_match_line_serial_idx ON :area.money_match_line USING btree (serial);

CREATE INDEX money_match_receipt_receipt_month_receipt_employer_document_idx ON :area.money_match_receipt USING btree (receipt_month, receipt_employer, document);

CREATE INDEX money_return_cancels_idx ON :area.money_return USING btree (cancels);

CREATE INDEX money_return_return_month_return_employer_idx ON :area.money_return USING btree (return_month, return_employer);

CREATE INDEX money_return_to_month_return_employer_idx ON :area.money_return USING btree (to_month, return_employer);

CREATE INDEX moved_posting_person_id_idx ON :area.moved_posting USING btree (person_id);

CREATE UNIQUE INDEX one_open_run ON :area.run USING btree ((true)) WHERE (state = ANY (ARRAY['computing'::text, 'computed'::text, 'approved'::text]));

CREATE UNIQUE INDEX one_reversal ON :area.run USING btree (reverses) WHERE (state <> 'discarded'::text);

CREATE INDEX person_event_event_submission_id_row_no_idx ON :area.person_event USING btree (event, submission_id, row_no);

CREATE INDEX person_event_left_idx ON :area.person_event USING btree ("left"(value, 17)) WHERE (event = ANY (ARRAY[13, 14]));

CREATE INDEX person_event_number_idx ON :area.person_event USING btree (number) WHERE (event = ANY (ARRAY[15, 17]));

CREATE INDEX person_event_person_id_event_submission_id_row_no_idx ON :area.person_event USING btree (person_id, event, submission_id, row_no) WHERE (event = ANY (ARRAY[4, 5, 6, 15]));

CREATE INDEX person_event_person_id_idx ON :area.person_event USING btree (person_id) WHERE (event = ANY (ARRAY[10, 11, 12]));

CREATE INDEX person_event_submission_id_idx ON :area.person_event USING btree (submission_id);

CREATE INDEX person_event_value_idx ON :area.person_event USING btree (value) WHERE (event = 7);

CREATE INDEX receipt_received_on_idx ON :area.receipt USING btree (received_on);

CREATE INDEX receipt_submission_id_idx ON :area.receipt USING btree (submission_id);

CREATE INDEX refiling_filed_refiling_id_idx ON :area.refiling USING btree (filed, refiling_id);

CREATE INDEX run_submission_submission_id_idx ON :area.run_submission USING btree (submission_id);

CREATE INDEX submission_parent_parent_idx ON :area.submission_parent USING btree (parent);

CREATE INDEX submission_sha256_idx ON :area.submission USING btree (sha256);

CREATE INDEX upload_upload_id_idx ON :area.upload USING btree (upload_id) WHERE (state = ANY (ARRAY['waiting'::text, 'taking'::text, 'failed'::text]));

CREATE INDEX inquiry_area_person_id_at_idx ON batch.inquiry USING btree (area, person_id, at);

CREATE INDEX inquiry_who_at_idx ON batch.inquiry USING btree (who, at);

CREATE INDEX job_event_job_id_seq_idx ON batch.job_event USING btree (job_id, seq);

CREATE UNIQUE INDEX job_once ON batch.job USING btree (kind, area, argument) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text, 'paused'::text, 'parked'::text]));

CREATE INDEX job_parent_idx ON batch.job USING btree (parent) WHERE (parent IS NOT NULL);

CREATE INDEX job_wake_at_idx ON batch.job USING btree (wake_at) WHERE (state = 'queued'::text);

CREATE INDEX proposal_act_kind_subject_act_id_idx ON batch.proposal_act USING btree (kind, subject, act_id DESC);

CREATE INDEX session_name_opened_at_idx ON batch.session USING btree (name, opened_at);

CREATE INDEX sign_in_name_seq_idx ON batch.sign_in USING btree (name, seq DESC);

CREATE INDEX user_change_name_seq_idx ON batch.user_change USING btree (name, seq DESC);

CREATE TRIGGER approver_is_another AFTER UPDATE OF approved_by ON :area.run FOR EACH ROW WHEN (((new.approved_by IS DISTINCT FROM old.approved_by) AND (new.approved_by IS NOT NULL))) EXECUTE FUNCTION :area.run_approver_is_another();

CREATE TRIGGER identity_decider_is_another BEFORE INSERT ON :area.identity_change_act FOR EACH ROW EXECUTE FUNCTION :area.identity_decider_is_another();

CREATE TRIGGER match_confirmer_is_another BEFORE INSERT ON :area.money_match_act FOR EACH ROW EXECUTE FUNCTION :area.match_confirmer_is_another();

CREATE TRIGGER month_has_begun BEFORE INSERT OR UPDATE OF state ON :area.run FOR EACH ROW WHEN ((new.state = ANY (ARRAY['computing'::text, 'computed'::text, 'approved'::text, 'posted'::text]))) EXECUTE FUNCTION :area.month_has_begun();

CREATE TRIGGER nothing_is_parked BEFORE INSERT ON :area.closing FOR EACH ROW EXECUTE FUNCTION :area.nothing_is_parked();

CREATE TRIGGER reopener_is_another BEFORE INSERT ON :area.reopening FOR EACH ROW EXECUTE FUNCTION :area.reopener_is_another();

CREATE TRIGGER return_is_confirmed_by_another BEFORE INSERT ON :area.money_return_act FOR EACH ROW EXECUTE FUNCTION :area.return_is_confirmed_by_another();

CREATE TRIGGER return_is_there BEFORE INSERT ON :area.money_return FOR EACH ROW EXECUTE FUNCTION :area.return_is_there();

CREATE TRIGGER administrator_remains BEFORE INSERT ON batch.user_change FOR EACH ROW EXECUTE FUNCTION batch.administrator_remains();

CREATE TRIGGER approver_is_another BEFORE INSERT ON batch.policy_approval FOR EACH ROW EXECUTE FUNCTION batch.approver_is_another();

CREATE TRIGGER approver_is_another BEFORE INSERT ON batch.schedule_approval FOR EACH ROW EXECUTE FUNCTION batch.schedule_approver_is_another();

CREATE TRIGGER in_order BEFORE INSERT ON batch.proposal_act FOR EACH ROW EXECUTE FUNCTION batch.proposal_act_in_order();

CREATE TRIGGER name_is_its_own BEFORE INSERT ON batch.api_key FOR EACH ROW EXECUTE FUNCTION batch.name_is_its_own();

CREATE TRIGGER name_is_its_own BEFORE INSERT ON batch.user_change FOR EACH ROW WHEN ((new.what = 'added'::text)) EXECUTE FUNCTION batch.name_is_its_own();

CREATE TRIGGER still_waits BEFORE INSERT ON batch.policy_approval FOR EACH ROW EXECUTE FUNCTION batch.proposal_still_waits();

CREATE TRIGGER still_waits BEFORE INSERT ON batch.schedule_approval FOR EACH ROW EXECUTE FUNCTION batch.proposal_still_waits();

ALTER TABLE ONLY :area.closing_difference
    ADD CONSTRAINT closing_difference_seq_fkey FOREIGN KEY (seq) REFERENCES :area.closing_money(seq);

ALTER TABLE ONLY :area.closing_employer
    ADD CONSTRAINT closing_employer_seq_fkey FOREIGN KEY (seq) REFERENCES :area.closing_money(seq);

ALTER TABLE ONLY :area.closing
    ADD CONSTRAINT closing_seq_fkey FOREIGN KEY (seq) REFERENCES :area.ledger(seq);

ALTER TABLE ONLY :area.difference_act_item
    ADD CONSTRAINT difference_act_item_difference_act_id_fkey FOREIGN KEY (difference_act_id) REFERENCES :area.difference_act(difference_act_id);

ALTER TABLE ONLY :area.identity_change_act
    ADD CONSTRAINT identity_change_act_changed_fkey FOREIGN KEY (changed) REFERENCES :area.identity_change(identity_id);

ALTER TABLE ONLY :area.identity_change
    ADD CONSTRAINT identity_change_undoes_fkey FOREIGN KEY (undoes) REFERENCES :area.identity_change(identity_id);

ALTER TABLE ONLY :area.identity_row
    ADD CONSTRAINT identity_row_identity_id_fkey FOREIGN KEY (identity_id) REFERENCES :area.identity_change(identity_id);

ALTER TABLE ONLY :area.identity_submission
    ADD CONSTRAINT identity_submission_changed_fkey FOREIGN KEY (changed) REFERENCES :area.identity_change(identity_id);

ALTER TABLE ONLY :area.ledger
    ADD CONSTRAINT ledger_run_id_fkey FOREIGN KEY (run_id) REFERENCES :area.run(run_id);

ALTER TABLE ONLY :area.money_match_act
    ADD CONSTRAINT money_match_act_matched_fkey FOREIGN KEY (matched) REFERENCES :area.money_match(match_id);

ALTER TABLE ONLY :area.money_match_line
    ADD CONSTRAINT money_match_line_match_id_fkey FOREIGN KEY (match_id) REFERENCES :area.money_match(match_id);

ALTER TABLE ONLY :area.money_match_receipt
    ADD CONSTRAINT money_match_receipt_match_id_fkey FOREIGN KEY (match_id) REFERENCES :area.money_match(match_id);

ALTER TABLE ONLY :area.money_return_act
    ADD CONSTRAINT money_return_act_returned_fkey FOREIGN KEY (returned) REFERENCES :area.money_return(return_id);

ALTER TABLE ONLY :area.money_return
    ADD CONSTRAINT money_return_cancels_fkey FOREIGN KEY (cancels) REFERENCES :area.money_return(return_id);

ALTER TABLE ONLY :area.record_seal
    ADD CONSTRAINT record_seal_shape_id_fkey FOREIGN KEY (shape_id) REFERENCES :area.record_shape(shape_id);

ALTER TABLE ONLY :area.reopening
    ADD CONSTRAINT reopening_closing_seq_fkey FOREIGN KEY (closing_seq) REFERENCES :area.closing(seq);

ALTER TABLE ONLY :area.reopening
    ADD CONSTRAINT reopening_seq_fkey FOREIGN KEY (seq) REFERENCES :area.ledger(seq);

ALTER TABLE ONLY :area.run_override
    ADD CONSTRAINT run_override_run_id_fkey FOREIGN KEY (run_id) REFERENCES :area.run(run_id);

ALTER TABLE ONLY :area.run
    ADD CONSTRAINT run_reverses_fkey FOREIGN KEY (reverses) REFERENCES :area.run(run_id);

ALTER TABLE ONLY :area.scan
    ADD CONSTRAINT scan_changed_fkey FOREIGN KEY (changed) REFERENCES :area.identity_change(identity_id);

ALTER TABLE ONLY :area.scan
    ADD CONSTRAINT scan_decision_fkey FOREIGN KEY (decision) REFERENCES :area.decision(submission_id);

ALTER TABLE ONLY :area.seal
    ADD CONSTRAINT seal_seq_fkey FOREIGN KEY (seq) REFERENCES :area.ledger(seq);

ALTER TABLE ONLY :area.withdrawn_statement
    ADD CONSTRAINT withdrawn_statement_seq_fkey FOREIGN KEY (seq) REFERENCES :area.withdrawn_statement_year(seq);

ALTER TABLE ONLY :area.withdrawn_statement_year
    ADD CONSTRAINT withdrawn_statement_year_seq_fkey FOREIGN KEY (seq) REFERENCES :area.reopening(seq);

ALTER TABLE ONLY batch.alarm_seen
    ADD CONSTRAINT alarm_seen_alarm_id_fkey FOREIGN KEY (alarm_id) REFERENCES batch.alarm(alarm_id);

ALTER TABLE ONLY batch.api_key_revoked
    ADD CONSTRAINT api_key_revoked_key_id_fkey FOREIGN KEY (key_id) REFERENCES batch.api_key(key_id);

ALTER TABLE ONLY batch.api_key_used
    ADD CONSTRAINT api_key_used_key_id_fkey FOREIGN KEY (key_id) REFERENCES batch.api_key(key_id);

ALTER TABLE ONLY batch.job_event
    ADD CONSTRAINT job_event_job_id_fkey FOREIGN KEY (job_id) REFERENCES batch.job(job_id);

ALTER TABLE ONLY batch.job_file
    ADD CONSTRAINT job_file_job_id_fkey FOREIGN KEY (job_id) REFERENCES batch.job(job_id);

ALTER TABLE ONLY batch.job
    ADD CONSTRAINT job_parent_fkey FOREIGN KEY (parent) REFERENCES batch.job(job_id);

ALTER TABLE ONLY batch.policy_approval
    ADD CONSTRAINT policy_approval_hash_fkey FOREIGN KEY (hash) REFERENCES batch.policy_change(hash);

ALTER TABLE ONLY batch.schedule_approval
    ADD CONSTRAINT schedule_approval_change_id_fkey FOREIGN KEY (change_id) REFERENCES batch.schedule_change(change_id);

ALTER TABLE ONLY batch.schedule_fire
    ADD CONSTRAINT schedule_fire_job_id_fkey FOREIGN KEY (job_id) REFERENCES batch.job(job_id);

ALTER TABLE ONLY batch.session_end
    ADD CONSTRAINT session_end_session_id_fkey FOREIGN KEY (session_id) REFERENCES batch.session(session_id);

GRANT USAGE ON SCHEMA :area TO batch_program;
GRANT USAGE ON SCHEMA :area TO batch_analyst;

GRANT USAGE ON SCHEMA batch TO batch_program;
GRANT USAGE ON SCHEMA batch TO batch_analyst;

REVOKE ALL ON FUNCTION :area.accounts_posted(through date) FROM PUBLIC;

REVOKE ALL ON FUNCTION :area.active_rule(slice jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.active_rule(slice jsonb) TO batch_program;

REVOKE ALL ON FUNCTION :area.approve_run(run integer, who text, reviewed text) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.approve_run(run integer, who text, reviewed text) TO batch_program;

REVOKE ALL ON FUNCTION :area.approve_run(run integer, who text, reviewed text, override text) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.approve_run(run integer, who text, reviewed text, override text) TO batch_program;

REVOKE ALL ON FUNCTION :area.closable_from(of_month date) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.closable_from(of_month date) TO batch_program;

REVOKE ALL ON FUNCTION :area.close_facts(fact text, month date) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.close_facts(fact text, month date) TO batch_program;

REVOKE ALL ON FUNCTION :area.close_month(closing_month date, who text) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.close_month(closing_month date, who text) TO batch_program;

REVOKE ALL ON FUNCTION :area.close_statement(statement_year integer, year_from date, year_to date, who text) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.close_statement(statement_year integer, year_from date, year_to date, who text) TO batch_program;

REVOKE ALL ON FUNCTION :area.closing_seal(closing_month date, previous text, opening numeric, account numeric, pool numeric, other numeric, of_seq bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.closing_seal(closing_month date, previous text, opening numeric, account numeric, pool numeric, other numeric, of_seq bigint) TO batch_program;

REVOKE ALL ON FUNCTION :area.closing_to_reopen(of_month date) FROM PUBLIC;

REVOKE ALL ON FUNCTION :area.discard_run(run integer, who text, why text) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.discard_run(run integer, who text, why text) TO batch_program;

REVOKE ALL ON FUNCTION :area.fill_reversal(run integer) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.fill_reversal(run integer) TO batch_program;

REVOKE ALL ON FUNCTION :area.forget_run(run integer) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.forget_run(run integer) TO batch_program;

REVOKE ALL ON FUNCTION :area.identity_decider_is_another() FROM PUBLIC;

REVOKE ALL ON FUNCTION :area.last_closed() FROM PUBLIC;
GRANT ALL ON FUNCTION :area.last_closed() TO batch_program;

REVOKE ALL ON FUNCTION :area.last_poster(of_month date) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.last_poster(of_month date) TO batch_program;

REVOKE ALL ON FUNCTION :area.ledger_head() FROM PUBLIC;
GRANT ALL ON FUNCTION :area.ledger_head() TO batch_program;

REVOKE ALL ON FUNCTION :area.match_confirmer_is_another() FROM PUBLIC;

REVOKE ALL ON FUNCTION :area.mended(parent integer) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.mended(parent integer) TO batch_program;

REVOKE ALL ON FUNCTION :area.month_has_begun() FROM PUBLIC;

REVOKE ALL ON FUNCTION :area.movement_anomalies(of_run integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION :area.next_to_close() FROM PUBLIC;
GRANT ALL ON FUNCTION :area.next_to_close() TO batch_program;

REVOKE ALL ON FUNCTION :area.nothing_is_parked() FROM PUBLIC;

REVOKE ALL ON FUNCTION :area.open_facts(fact text, month date) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.open_facts(fact text, month date) TO batch_program;

REVOKE ALL ON FUNCTION :area.open_run(run_kind text, month date, who text, policies integer, taken integer[], reversed integer) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.open_run(run_kind text, month date, who text, policies integer, taken integer[], reversed integer) TO batch_program;

REVOKE ALL ON FUNCTION :area.open_statement(statement_year integer) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.open_statement(statement_year integer) TO batch_program;

REVOKE ALL ON FUNCTION :area.plan_run(run integer, months date[], hashes text[], wholes boolean[], chunk_months date[], firsts integer[], lasts integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.plan_run(run integer, months date[], hashes text[], wholes boolean[], chunk_months date[], firsts integer[], lasts integer[]) TO batch_program;

REVOKE ALL ON FUNCTION :area.post_run(run integer, who text) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.post_run(run integer, who text) TO batch_program;

REVOKE ALL ON FUNCTION :area.posted_digest(run integer) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.posted_digest(run integer) TO batch_program;

REVOKE ALL ON FUNCTION :area.premiums(deductions jsonb, rounding text, OUT fixed_fen bigint, OUT rates numeric[]) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.premiums(deductions jsonb, rounding text, OUT fixed_fen bigint, OUT rates numeric[]) TO batch_program;

REVOKE ALL ON FUNCTION :area.propose_reopening(of_month date, who text, why text) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.propose_reopening(of_month date, who text, why text) TO batch_program;

REVOKE ALL ON FUNCTION :area.refile(number integer, to_month date, who text) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.refile(number integer, to_month date, who text) TO batch_program;

REVOKE ALL ON FUNCTION :area.refuse_before_month(of_month date) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.refuse_before_month(of_month date) TO batch_program;

REVOKE ALL ON FUNCTION :area.refuse_closing(closing_month date, who text) FROM PUBLIC;

GRANT SELECT,INSERT ON TABLE :area.money_return TO batch_program;

REVOKE ALL ON FUNCTION :area.reopen_month(of_month date, who text) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.reopen_month(of_month date, who text) TO batch_program;

REVOKE ALL ON FUNCTION :area.retired_rule(slice jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.retired_rule(slice jsonb) TO batch_program;

REVOKE ALL ON FUNCTION :area.retirees_credited(runs integer[], of_month date, open_run integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION :area.return_is_confirmed_by_another() FROM PUBLIC;

REVOKE ALL ON FUNCTION :area.return_is_there() FROM PUBLIC;

REVOKE ALL ON FUNCTION :area.run_anomalies(run integer) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.run_anomalies(run integer) TO batch_program;

REVOKE ALL ON FUNCTION :area.run_comparison(of_run integer) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.run_comparison(of_run integer) TO batch_program;

REVOKE ALL ON FUNCTION :area.run_digest(run integer, entries regclass) FROM PUBLIC;

GRANT SELECT ON TABLE :area.run_total TO batch_program;

REVOKE ALL ON FUNCTION :area.run_sums(run integer, entries regclass) FROM PUBLIC;

REVOKE ALL ON FUNCTION :area.run_table(run integer) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.run_table(run integer) TO batch_program;

REVOKE ALL ON FUNCTION :area.seal_run(run integer) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.seal_run(run integer) TO batch_program;

REVOKE ALL ON FUNCTION :area.sent_right(of_submission integer) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.sent_right(of_submission integer) TO batch_program;

REVOKE ALL ON FUNCTION :area.snap_balances() FROM PUBLIC;
GRANT ALL ON FUNCTION :area.snap_balances() TO batch_program;

REVOKE ALL ON FUNCTION :area.tier_at_age(tiers jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.tier_at_age(tiers jsonb) TO batch_program;

REVOKE ALL ON FUNCTION :area.totals_digest(totals :area.run_total[]) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.totals_digest(totals :area.run_total[]) TO batch_program;

REVOKE ALL ON FUNCTION :area.withdraw_reopening(of_month date, who text) FROM PUBLIC;
GRANT ALL ON FUNCTION :area.withdraw_reopening(of_month date, who text) TO batch_program;

REVOKE ALL ON FUNCTION batch.administrator_remains() FROM PUBLIC;

GRANT ALL ON FUNCTION batch.is_the_programs_name(name text) TO batch_program;

REVOKE ALL ON FUNCTION batch.lock_waits(application text) FROM PUBLIC;
GRANT ALL ON FUNCTION batch.lock_waits(application text) TO batch_program;

REVOKE ALL ON FUNCTION batch.log_rows(log text, key_column text, after bigint, upto bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION batch.log_rows(log text, key_column text, after bigint, upto bigint) TO batch_program;

REVOKE ALL ON FUNCTION batch.log_writers(of_log text) FROM PUBLIC;

REVOKE ALL ON FUNCTION batch.name_is_its_own() FROM PUBLIC;

GRANT ALL ON FUNCTION batch.name_skeleton(name text) TO batch_program;

REVOKE ALL ON FUNCTION batch.proposal_act_in_order() FROM PUBLIC;

REVOKE ALL ON FUNCTION batch.proposal_still_waits() FROM PUBLIC;

GRANT ALL ON FUNCTION batch.same_person(a text, b text) TO batch_program;

REVOKE ALL ON FUNCTION batch.seal_block(of_log text, key_column text, is_ordered boolean, upto bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION batch.seal_logs(patience interval) FROM PUBLIC;
GRANT ALL ON FUNCTION batch.seal_logs(patience interval) TO batch_program;

REVOKE ALL ON FUNCTION batch.sealed_upto(of_log text) FROM PUBLIC;
GRANT ALL ON FUNCTION batch.sealed_upto(of_log text) TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.account TO batch_program;

GRANT SELECT ON TABLE :area.entry TO batch_program;

GRANT SELECT ON TABLE :area.statement TO batch_program;

GRANT SELECT ON TABLE :area.statement_year TO batch_program;

GRANT SELECT ON TABLE :area.analyst_balance TO batch_analyst;

GRANT SELECT,INSERT ON TABLE :area.contribution TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.employer TO batch_program;

GRANT SELECT ON TABLE :area.analyst_contribution TO batch_analyst;

GRANT SELECT ON TABLE :area.analyst_entry TO batch_analyst;

GRANT SELECT,INSERT ON TABLE :area.person TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.person_event TO batch_program;

GRANT SELECT ON TABLE :area.insured TO batch_program;

GRANT SELECT ON TABLE :area.analyst_person TO batch_analyst;

GRANT SELECT ON TABLE :area.run TO batch_program;

GRANT SELECT ON TABLE :area.analyst_run TO batch_analyst;

GRANT SELECT ON TABLE :area.analyst_statement TO batch_analyst;

GRANT SELECT,INSERT ON TABLE :area.submission TO batch_program;

GRANT SELECT ON TABLE :area.analyst_submission TO batch_analyst;

GRANT SELECT,INSERT ON TABLE batch.policy_approval TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.policy_change TO batch_program;

GRANT SELECT ON TABLE :area.approved_policy TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.archive TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.archive_part TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.audit TO batch_program;

GRANT SELECT ON TABLE :area.audited TO batch_program;

GRANT SELECT ON TABLE :area.balance_snapshot TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.bank_line TO batch_program;

GRANT SELECT ON TABLE :area.bank_line_in_force TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.benefit_change TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.benefit_export TO batch_program;

GRANT SELECT ON TABLE :area.book_account TO batch_program;

GRANT SELECT ON TABLE :area.closing TO batch_program;

GRANT SELECT ON TABLE :area.reopening TO batch_program;

GRANT SELECT ON TABLE :area.closing_in_force TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.closing_money TO batch_program;

GRANT SELECT ON TABLE :area.book_file TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.receipt TO batch_program;

GRANT SELECT ON TABLE :area.book_money TO batch_program;

GRANT SELECT ON TABLE :area.ledger TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.money_return_act TO batch_program;

GRANT SELECT ON TABLE :area.posted_run TO batch_program;

GRANT SELECT ON TABLE :area.return_state TO batch_program;

GRANT SELECT ON TABLE :area.book_entry TO batch_program;

GRANT SELECT ON TABLE :area.book_line TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.child_row TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.closing_difference TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.closing_employer TO batch_program;

GRANT SELECT ON TABLE :area.withdrawn_statement_year TO batch_program;

GRANT SELECT ON TABLE :area.closing_statements TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.decision TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.difference_act TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.difference_act_item TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.dismissal TO batch_program;

GRANT USAGE ON SEQUENCE :area.employer_employer_id_seq TO batch_program;

GRANT SELECT ON TABLE :area.refiling TO batch_program;

GRANT SELECT ON TABLE :area.filed TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.held_event TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.identity_change TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.identity_change_act TO batch_program;

GRANT SELECT ON TABLE :area.identity_change_state TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.identity_row TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.identity_submission TO batch_program;

GRANT SELECT ON TABLE :area.run_submission TO batch_program;

GRANT SELECT ON TABLE :area.standing_run TO batch_program;

GRANT SELECT ON TABLE :area.join_span TO batch_program;

GRANT SELECT ON TABLE :area.joined_person TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.money_match TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.money_match_act TO batch_program;

GRANT SELECT ON TABLE :area.match_state TO batch_program;

GRANT SELECT ON TABLE :area.money_returned TO batch_program;

GRANT SELECT ON TABLE :area.receipt_in_force TO batch_program;

GRANT SELECT ON TABLE :area.money_for_month TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.money_match_line TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.money_match_receipt TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.moved_posting TO batch_program;

GRANT SELECT ON TABLE :area.posted_move TO batch_program;

GRANT SELECT ON TABLE :area.moved_entry TO batch_program;

GRANT SELECT ON TABLE :area.movement TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.pension TO batch_program;

GRANT SELECT ON TABLE :area.person_number TO batch_program;

GRANT SELECT ON TABLE :area.posted_join TO batch_program;

GRANT SELECT ON TABLE :area.run_month TO batch_program;

GRANT SELECT ON TABLE :area.posted_policy TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.record_seal TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.record_shape TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.refused_employer TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.rejected_row TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.rejection TO batch_program;

GRANT SELECT ON TABLE :area.reopening_proposal TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.run_chunk TO batch_program;

GRANT UPDATE(done) ON TABLE :area.run_chunk TO batch_program;

GRANT UPDATE(people) ON TABLE :area.run_chunk TO batch_program;

GRANT SELECT ON TABLE :area.run_override TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.scan TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.seal TO batch_program;

GRANT SELECT ON TABLE :area.sealed_columns TO batch_program;

GRANT SELECT ON TABLE :area.standing_interest TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.submission_month TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.submission_parent TO batch_program;

GRANT SELECT ON TABLE :area.taken_submission TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.upload TO batch_program;

GRANT UPDATE(content) ON TABLE :area.upload TO batch_program;

GRANT UPDATE(state) ON TABLE :area.upload TO batch_program;

GRANT UPDATE(attempts) ON TABLE :area.upload TO batch_program;

GRANT UPDATE(rows_read) ON TABLE :area.upload TO batch_program;

GRANT UPDATE(bytes_read) ON TABLE :area.upload TO batch_program;

GRANT UPDATE(started_at) ON TABLE :area.upload TO batch_program;

GRANT UPDATE(ended_at) ON TABLE :area.upload TO batch_program;

GRANT UPDATE(submission_id) ON TABLE :area.upload TO batch_program;

GRANT UPDATE(already) ON TABLE :area.upload TO batch_program;

GRANT UPDATE(fault) ON TABLE :area.upload TO batch_program;

GRANT SELECT,INSERT ON TABLE :area.waiting_submission TO batch_program;

GRANT SELECT ON TABLE :area.withdrawn_statement TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.alarm TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.alarm_seen TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.api_key TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.api_key_revoked TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.api_key_used TO batch_program;

GRANT SELECT ON TABLE batch.area TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.inquiry TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.job TO batch_program;

GRANT UPDATE(state) ON TABLE batch.job TO batch_program;

GRANT UPDATE(wanted) ON TABLE batch.job TO batch_program;

GRANT UPDATE(wanted_by) ON TABLE batch.job TO batch_program;

GRANT UPDATE(wanted_why) ON TABLE batch.job TO batch_program;

GRANT UPDATE(wake_at) ON TABLE batch.job TO batch_program;

GRANT UPDATE(woken_at) ON TABLE batch.job TO batch_program;

GRANT UPDATE(attempts) ON TABLE batch.job TO batch_program;

GRANT UPDATE(worker) ON TABLE batch.job TO batch_program;

GRANT UPDATE(started_at) ON TABLE batch.job TO batch_program;

GRANT UPDATE(ended_at) ON TABLE batch.job TO batch_program;

GRANT UPDATE(done) ON TABLE batch.job TO batch_program;

GRANT UPDATE(total) ON TABLE batch.job TO batch_program;

GRANT UPDATE(result) ON TABLE batch.job TO batch_program;

GRANT UPDATE(fault) ON TABLE batch.job TO batch_program;

GRANT UPDATE(waits) ON TABLE batch.job TO batch_program;

GRANT SELECT ON TABLE batch.job_alive TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.job_event TO batch_program;

GRANT SELECT,INSERT,DELETE ON TABLE batch.job_file TO batch_program;

GRANT SELECT ON TABLE batch.log_seal TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.log_verified TO batch_program;

GRANT SELECT ON TABLE batch.migration TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.policy_slice TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.proposal_act TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.schedule_approval TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.schedule_change TO batch_program;

GRANT SELECT ON TABLE batch.proposal TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.protection_key TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.review_threshold TO batch_program;

GRANT SELECT ON TABLE batch.run_area TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.schedule_fire TO batch_program;

GRANT SELECT ON TABLE batch.schedule_now TO batch_program;

GRANT SELECT ON TABLE batch.sealed_log TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.session TO batch_program;

GRANT UPDATE(seen_at) ON TABLE batch.session TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.session_end TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.sign_in TO batch_program;

GRANT SELECT,INSERT ON TABLE batch.user_change TO batch_program;

GRANT SELECT ON TABLE batch.user_now TO batch_program;

GRANT INSERT ON TABLE batch.write_check TO batch_program;
