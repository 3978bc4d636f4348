-- Which sessions of a program wait for a lock, for how long, and who holds it: by the owner, who sees since when others are at work. The name of the program that
-- holds it and its process are told, nothing of what it does.
CREATE FUNCTION batch.lock_waits(application text) RETURNS TABLE (waiting int, waiting_seconds int, blocker int, blocker_application text, blocker_seconds int)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = batch, pg_temp AS $$
    SELECT w.pid, extract(epoch FROM clock_timestamp() - min(l.waitstart))::int, p.pid, b.application_name, extract(epoch FROM clock_timestamp() - b.xact_start)::int
    FROM pg_locks l JOIN pg_stat_activity w ON w.pid = l.pid CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) p (pid) LEFT JOIN pg_stat_activity b ON b.pid = p.pid
    WHERE NOT l.granted AND w.application_name = application AND w.datname = current_database()
    GROUP BY w.pid, p.pid, b.application_name, b.xact_start
$$;

REVOKE EXECUTE ON FUNCTION batch.lock_waits FROM PUBLIC;
GRANT EXECUTE ON FUNCTION batch.lock_waits TO batch_program;
