-- The records that all areas share are sealed soon after they are written, whatever their age, and by the database itself: the program makes no seal any more.

-- Ordered: numbers come in the order of the rows, so that none can come before a sealed one. The others are few, and sealed as they are found.
CREATE VIEW batch.sealed_log AS
    SELECT * FROM (VALUES
        ('audit', 'audit_id', true), ('sign_in', 'seq', true), ('user_change', 'seq', true), ('inquiry', 'inquiry_id', true), ('job_event', 'seq', true),
        ('schedule_change', 'change_id', true), ('schedule_approval', 'seq', true), ('alarm', 'alarm_id', true), ('alarm_seen', 'alarm_id', false),
        ('api_key', 'key_id', false), ('api_key_revoked', 'key_id', false), ('area', 'code', false), ('review_threshold', 'threshold_id', false)) l (log, key, ordered);

-- The seal up to which each log was verified and found right: what is verified by default comes after it.
CREATE TABLE batch.log_verified (
    log     text NOT NULL,
    ordinal int  NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (log, ordinal)
);

DROP FUNCTION batch.log_rows(text, text, text, bigint, bigint);

-- The rows of a log after one number and up to another with the hash of each, whatever the session's form of dates: as JSON, in which a column that was added
-- later and is empty does not show.
CREATE FUNCTION batch.log_rows(log text, key_column text, after bigint, upto bigint) RETURNS TABLE (row_key text, row_hash text)
LANGUAGE plpgsql STABLE SET search_path = batch, pg_temp SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT t.%1$I::text, encode(sha256(convert_to(jsonb_strip_nulls(to_jsonb(t))::text, ''UTF8'')), ''hex'') FROM batch.%2$I t WHERE %3$s AND %4$s ORDER BY t.%1$I',
        key_column, log,
        CASE WHEN after IS NULL THEN 'true' ELSE format('t.%I > %s', key_column, after) END, CASE WHEN upto IS NULL THEN 'true' ELSE format('t.%I <= %s', key_column, upto) END);
END $$;

-- The transactions of others that have written to a log and not ended, or may be about to write: each holds this lock from before it takes a number until its end.
CREATE FUNCTION batch.log_writers(of_log text) RETURNS text[] LANGUAGE sql VOLATILE SET search_path = batch, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT l.virtualtransaction), '{}') FROM pg_locks l
    WHERE l.locktype = 'relation' AND l.relation = format('batch.%I', of_log)::regclass AND l.mode = 'RowExclusiveLock' AND l.granted
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.pid IS DISTINCT FROM pg_backend_pid()
$$;

-- One block of a log: its rows that are not sealed yet, at most a thousand. Returns how many.
CREATE FUNCTION batch.seal_block(of_log text, key_column text, is_ordered boolean, upto bigint) RETURNS int
LANGUAGE plpgsql VOLATILE SET search_path = batch, pg_temp SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' AS $$
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
END $$;

-- Seals what is written and final. A number is final when no transaction that may have taken a lower one is still open: the highest number is read, then who is
-- writing, and after their end all rows up to it (READ COMMITTED: each statement sees what was committed before it). patience: how long others are waited for, who
-- write or seal, and for how long blocks are made; zero waits for nobody, makes one block of each log, and is for the end of an act. Returns the logs that were left.
CREATE FUNCTION batch.seal_logs(patience interval) RETURNS text[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = batch, pg_temp AS $$
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

-- How far a log is sealed: no row with this number or a lower one can still come.
CREATE FUNCTION batch.sealed_upto(of_log text) RETURNS bigint LANGUAGE sql STABLE SET search_path = batch, pg_temp AS $$
    SELECT s.keys[cardinality(s.keys)]::bigint FROM log_seal s WHERE s.log = of_log ORDER BY s.ordinal DESC LIMIT 1
$$;

REVOKE INSERT ON batch.log_seal FROM batch_program;
REVOKE EXECUTE ON FUNCTION batch.log_rows, batch.log_writers, batch.seal_block, batch.seal_logs, batch.sealed_upto FROM PUBLIC;
GRANT EXECUTE ON FUNCTION batch.log_rows, batch.seal_logs, batch.sealed_upto TO batch_program;
GRANT SELECT ON batch.sealed_log TO batch_program;
GRANT SELECT, INSERT ON batch.log_verified TO batch_program;
