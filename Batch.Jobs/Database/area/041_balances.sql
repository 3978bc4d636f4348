-- What every account holds after an act of the ledger: derived from the entries and never the other way round, so that the money that a
-- million accounts have is known without reading their year. Replaced as a whole; V5 proves it.

CREATE TABLE :area.balance_snapshot (
    seq   bigint PRIMARY KEY,                 -- the ledger up to which it holds; no row: nothing is snapped yet
    taken text NOT NULL                       -- its table
);
GRANT SELECT ON :area.balance_snapshot TO batch_program, batch_analyst;

-- Carries the snapshot on to the head of the ledger: the one before and the entries posted since. Returns the head.
CREATE FUNCTION :area.snap_balances() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp SET work_mem = '96MB' SET jit = off AS $$
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

REVOKE EXECUTE ON FUNCTION :area.snap_balances FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :area.snap_balances TO batch_program;
