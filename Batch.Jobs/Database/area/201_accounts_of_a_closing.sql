-- A closing counts the accounts of what was posted up to its month. A file that only waits, or was posted in a later month, opens accounts too, with dates in
-- months before; counted with them, a month closed twice had two counts.

-- The accounts opened up to the month, without those that came with a submission not posted up to it and have no entry up to it. Only these few are looked for in the
-- ledger, one by one: OFFSET 0 keeps the planner from reading all of it.
CREATE FUNCTION :area.accounts_posted(through date) RETURNS integer
LANGUAGE sql STABLE SET search_path = :area, pg_temp AS $$
    SELECT count(*)::int - (count(*) FILTER (WHERE a.submission_id IN (
            SELECT w.submission_id FROM waiting_submission w
            UNION ALL SELECT s.submission_id FROM run_submission s JOIN posted_run r USING (run_id) WHERE r.posting_month > through)
        AND NOT EXISTS (SELECT FROM entry e WHERE e.account_id = a.account_id AND e.posting_month <= through OFFSET 0)))::int
    FROM account a WHERE a.opened <= through
$$;

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
    INSERT INTO closing VALUES (closing_month, head, accounts_posted(closing_month), coalesce(before.closing_fen, 0), totals.account,
        coalesce(before.closing_fen, 0) + totals.account, totals.pool, totals.other,
        closing_seal(closing_month, before.seal, coalesce(before.closing_fen, 0), totals.account, totals.pool, totals.other, head));
    RETURN head;
END $$;

REVOKE EXECUTE ON FUNCTION :area.accounts_posted(date) FROM PUBLIC;
