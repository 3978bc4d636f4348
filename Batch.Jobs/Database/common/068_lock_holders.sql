-- Who waits behind a session that waits itself is told of the one that holds the lock in the end: to end that one is what helps.
CREATE OR REPLACE FUNCTION batch.lock_waits(application text) RETURNS TABLE (waiting int, waiting_seconds int, blocker int, blocker_application text, blocker_seconds int)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = batch, pg_temp AS $$
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
