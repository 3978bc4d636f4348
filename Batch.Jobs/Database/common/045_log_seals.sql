-- The records of what all areas share (the whole audit log with its sign-ins, users, keys and inquiries) sealed row by row, in blocks of a chain for each table.
-- Made by verification; whoever changes, removes or slips in a row later breaks the block that holds it, and the row is named.
CREATE TABLE batch.log_seal (
    log     text NOT NULL,
    ordinal int  NOT NULL,
    keys    text[] NOT NULL,                  -- of the rows, in their order
    hashes  text[] NOT NULL,                  -- of each row
    hash    text NOT NULL,                    -- SHA-256 of the hash before, the log, the ordinal, the keys and the hashes
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (log, ordinal)
);

-- The rows of a log with the hash of each, whatever the session's form of dates: as JSON, in which a column that was added later and is empty does not show.
-- A row is ripe when no record with a lower number can still be on its way.
CREATE FUNCTION batch.log_rows(log text, key_column text, time_column text, after bigint, upto bigint) RETURNS TABLE (row_key text, row_hash text, ripe boolean)
LANGUAGE plpgsql STABLE SET search_path = batch, pg_temp SET timezone = 'Asia/Shanghai' SET datestyle = 'ISO, YMD' AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT t.%1$I::text, encode(sha256(convert_to(jsonb_strip_nulls(to_jsonb(t))::text, ''UTF8'')), ''hex''), t.%2$I < now() - interval ''10 minutes''
         FROM batch.%3$I t WHERE %4$s AND %5$s ORDER BY t.%1$I',
        key_column, time_column, log,
        CASE WHEN after IS NULL THEN 'true' ELSE format('t.%I > %s', key_column, after) END, CASE WHEN upto IS NULL THEN 'true' ELSE format('t.%I <= %s', key_column, upto) END);
END $$;

-- Written to by the check of a host that it can write, and taken back at once.
CREATE TABLE batch.write_check (filler bytea NOT NULL);
ALTER TABLE batch.write_check ALTER filler SET STORAGE EXTERNAL;

REVOKE EXECUTE ON FUNCTION batch.log_rows FROM PUBLIC;
GRANT EXECUTE ON FUNCTION batch.log_rows TO batch_program;
GRANT SELECT, INSERT ON batch.log_seal TO batch_program;
GRANT INSERT ON batch.write_check TO batch_program;
