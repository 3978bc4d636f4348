-- The sums of a run that is not posted: its table holds nothing else (run_table's check says so), so it is read from end to end, by several
-- workers where the server has them, and not by way of its key.
CREATE OR REPLACE FUNCTION :area.run_sums(run int, entries regclass) RETURNS SETOF :area.run_total
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = :area, pg_temp AS $$
BEGIN
    RETURN QUERY EXECUTE format($q$
        SELECT run_id, contribution_month, component, count(*)::int, sum(account_fen)::bigint, coalesce(sum(account_fen) FILTER (WHERE account_fen > 0), 0)::bigint,
               sum(pool_fen)::bigint, sum(other_fen)::bigint, sum(person_paid_fen)::bigint, sum(employer_paid_fen)::bigint, sum(paid_out_fen)::bigint,
               sum(hashint8extended(account_fen, hashint8extended(pool_fen, hashint8extended(other_fen, hashint8extended(person_paid_fen,
                   hashint8extended(employer_paid_fen, hashint8extended(paid_out_fen, hashint4extended(account_id, hashint4extended(run_id,
                   posting_month - date '2000-01-01')))))))))
        FROM %s %s GROUP BY run_id, contribution_month, component $q$,
        entries, CASE WHEN entries = to_regclass(':area.' || run_table(run)) THEN '' ELSE 'WHERE run_id = $1' END) USING run;
END $$;
