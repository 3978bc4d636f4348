-- A request to open a month again is withdrawn by the person who made it; once it can no longer be granted, anybody who closes months dismisses it.
CREATE FUNCTION :area.withdraw_reopening(of_month date, who text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
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

REVOKE EXECUTE ON FUNCTION :area.withdraw_reopening(date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :area.withdraw_reopening(date, text) TO batch_program;
