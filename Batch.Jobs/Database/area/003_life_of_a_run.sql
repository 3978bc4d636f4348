-- The life of a run: open -> computing -> seal -> computed -> approve -> approved -> post -> posted, or discard. These functions run with
-- the owner's rights; they are the only way in. Errors of the caller carry an ERRCODE of class BA that the program turns into sentences.

CREATE FUNCTION :area.ledger_head() RETURNS bigint LANGUAGE sql STABLE SET search_path = :area, pg_temp AS
    'SELECT coalesce(max(seq), 0) FROM ledger';

CREATE FUNCTION :area.last_closed() RETURNS date LANGUAGE sql STABLE SET search_path = :area, pg_temp AS
    'SELECT max(month) FROM closing';

CREATE FUNCTION :area.run_table(run int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'run_entry_' || run $$;

-- Sums of a run's entries by contribution month and component, with a sum of row hashes that no change of a row leaves alone.
CREATE FUNCTION :area.run_sums(run int, entries regclass) RETURNS SETOF :area.run_total
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = :area, pg_temp AS $$
BEGIN
    RETURN QUERY EXECUTE format($q$
        SELECT run_id, contribution_month, component, count(*)::int, sum(account_fen)::bigint, coalesce(sum(account_fen) FILTER (WHERE account_fen > 0), 0)::bigint,
               sum(pool_fen)::bigint, sum(other_fen)::bigint, sum(person_paid_fen)::bigint, sum(employer_paid_fen)::bigint, sum(paid_out_fen)::bigint,
               sum(hashint8extended(account_fen, hashint8extended(pool_fen, hashint8extended(other_fen, hashint8extended(person_paid_fen,
                   hashint8extended(employer_paid_fen, hashint8extended(paid_out_fen, hashint4extended(account_id, hashint4extended(run_id,
                   posting_month - date '2000-01-01')))))))))
        FROM %s WHERE run_id = $1 GROUP BY run_id, contribution_month, component $q$, entries) USING run;
END $$;

-- The content of a run as one text.
CREATE FUNCTION :area.totals_digest(totals :area.run_total[]) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = :area, pg_temp AS $$
    SELECT encode(sha256(convert_to(coalesce(string_agg(t::text, E'\n' ORDER BY t.contribution_month, t.component), ''), 'UTF8')), 'hex') FROM unnest(totals) t
$$;

CREATE FUNCTION :area.run_digest(run int, entries regclass) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = :area, pg_temp AS $$
    SELECT totals_digest(array_agg(s)) FROM run_sums(run, entries) s
$$;

CREATE FUNCTION :area.open_run(run_kind text, month date, who text, policies int, taken int[], reversed int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
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

CREATE FUNCTION :area.plan_run(run int, months date[], hashes text[], wholes boolean[], chunk_months date[], firsts int[], lasts int[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM run r WHERE r.run_id = run AND r.state = 'computing') THEN
        RAISE EXCEPTION 'Run % is not being computed.', run USING ERRCODE = 'BA004';
    END IF;
    INSERT INTO run_month SELECT run, m, h, w FROM unnest(months, hashes, wholes) t(m, h, w);
    INSERT INTO run_chunk (run_id, contribution_month, first_person, last_person)
    SELECT run, m, f, l FROM unnest(chunk_months, firsts, lasts) t(m, f, l);
END $$;

-- Nothing is written to a run after this: rights are withdrawn, the key is built, totals and digest are set once.
CREATE FUNCTION :area.seal_run(run int) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
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

CREATE FUNCTION :area.approve_run(run int, who text, reviewed text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    r run;
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
    UPDATE run x SET state = 'approved', approved_by = who, approved_digest = reviewed, approved_at = now() WHERE x.run_id = run;
END $$;

-- Makes an approved run part of the ledger: its table becomes the month's partition, or its rows go into the one that is there.
CREATE FUNCTION :area.post_run(run int, who text) RETURNS bigint
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
    INSERT INTO waiting_submission SELECT s.submission_id, s.month FROM run_submission t JOIN submission s USING (submission_id)
    WHERE t.run_id = r.reverses ON CONFLICT DO NOTHING;
    INSERT INTO ledger (seq, act, run_id, month, by) VALUES (head + 1, 'post', run, r.posting_month, who);
    UPDATE run x SET state = 'posted', ended_by = who, ended_at = now() WHERE x.run_id = run;
    RETURN head + 1;
END $$;

-- The entries go, the decision stays on record.
CREATE FUNCTION :area.discard_run(run int, who text, why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
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

-- A run that would change nothing is not kept.
CREATE FUNCTION :area.forget_run(run int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
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

-- Fills a reversal: the negated entries of a posted run, in the open month, tagged with the same contribution months.
CREATE FUNCTION :area.fill_reversal(run int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
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
END $$;

CREATE FUNCTION :area.open_statement(statement_year int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE TABLE %I (LIKE statement INCLUDING CONSTRAINTS, CHECK (year = %s))', 'statement_' || statement_year, statement_year);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO batch_program', 'statement_' || statement_year);
END $$;

-- Attaches a year's statements after proving that they carry every account over: openings are the previous closings, movements the year's entries.
CREATE FUNCTION :area.close_statement(statement_year int, year_from date, year_to date, who text) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
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

-- The seal of a closing: over the one before it, the month's totals, and its runs with who made and approved exactly which content.
CREATE FUNCTION :area.closing_seal(closing_month date, previous text, opening numeric, account numeric, pool numeric, other numeric) RETURNS text
LANGUAGE sql STABLE SET search_path = :area, pg_temp AS $$
    SELECT encode(sha256(convert_to(concat_ws('|', previous, closing_month, opening, account, pool, other, (
        SELECT string_agg(concat_ws(':', r.seq, r.kind, r.digest, r.made_by, r.approved_by), '|' ORDER BY r.seq)
        FROM posted_run r WHERE r.posting_month = closing_month)), 'UTF8')), 'hex')
$$;

-- Ends a month: no entry is posted into it any more. Asserts that the totals of its runs are the sums of its entries.
CREATE FUNCTION :area.close_month(closing_month date, who text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    head    bigint;
    last    date := last_closed();
    earlier date;
    totals  record;
    sums    record;
    opening bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext(':area.ledger'));
    IF closing_month <= last THEN
        RAISE EXCEPTION 'Month % is closed.', to_char(closing_month, 'YYYY-MM') USING ERRCODE = 'BA002';
    END IF;
    IF EXISTS (SELECT FROM run WHERE state IN ('computing', 'computed', 'approved') AND posting_month <= closing_month) THEN
        RAISE EXCEPTION 'A run of month % or earlier is still open.', to_char(closing_month, 'YYYY-MM') USING ERRCODE = 'BA003';
    END IF;
    SELECT min(posting_month) INTO earlier FROM posted_run WHERE posting_month < closing_month AND posting_month > coalesce(last, '-infinity');
    IF earlier IS NOT NULL THEN
        RAISE EXCEPTION 'Month % is to be closed first.', to_char(earlier, 'YYYY-MM') USING ERRCODE = 'BA008';
    END IF;
    SELECT coalesce(sum(account_fen), 0) AS account, coalesce(sum(pool_fen), 0) AS pool, coalesce(sum(other_fen), 0) AS other,
           coalesce(sum(t.entries), 0) AS entries
        INTO totals FROM run_total t JOIN posted_run r USING (run_id) WHERE r.posting_month = closing_month;
    EXECUTE format('SELECT coalesce(sum(account_fen), 0) AS account, coalesce(sum(pool_fen), 0) AS pool, coalesce(sum(other_fen), 0) AS other,
                    count(*) AS entries FROM entry WHERE posting_month = %L', closing_month) INTO sums;
    IF (totals.account, totals.pool, totals.other, totals.entries) IS DISTINCT FROM (sums.account, sums.pool, sums.other, sums.entries) THEN
        RAISE EXCEPTION 'The totals of the runs of % are not the sums of its entries.', to_char(closing_month, 'YYYY-MM') USING ERRCODE = 'BA007';
    END IF;
    SELECT coalesce((SELECT closing_fen FROM closing WHERE month = last), 0) INTO opening;
    head := ledger_head() + 1;
    INSERT INTO ledger (seq, act, run_id, month, by) VALUES (head, 'close', NULL, closing_month, who);
    INSERT INTO closing VALUES (closing_month, head, (SELECT count(*) FROM account WHERE opened <= closing_month), opening, totals.account,
        opening + totals.account, totals.pool, totals.other,
        closing_seal(closing_month, (SELECT c.seal FROM closing c WHERE c.month = last), opening, totals.account, totals.pool, totals.other));
    RETURN head;
END $$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA :area FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA :area TO batch_program;
