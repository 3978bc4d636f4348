-- What the chain of posted entries and closings does not hold: the facts as they came in, what is recorded of a run beside its entries, the acts of
-- the ledger with their closings, the employers and the approved policies. Each is sealed once it can change no more, by the same verification that
-- makes the chain.

-- Which tables and columns a seal was made over. A later script may add to them: older seals are held against what they were made over.
CREATE TABLE :area.record_shape (
    shape_id int PRIMARY KEY,
    kind     text NOT NULL CHECK (kind IN ('submission', 'run', 'act', 'employer', 'policy')),
    columns  jsonb NOT NULL                  -- {"table": ["column", ...], ...}
);

CREATE TABLE :area.record_seal (
    kind     text NOT NULL,
    ordinal  bigint NOT NULL,                -- place in the chain of its kind, from 1
    number   bigint NOT NULL,                -- of the submission, run, act of the ledger, employer or policy approval
    shape_id int NOT NULL REFERENCES :area.record_shape,
    content  text NOT NULL,                  -- table=rows.hash ... of the rows that belong to it
    hash     text NOT NULL,                  -- SHA-256 of the hash before, the number, the columns and the content
    PRIMARY KEY (kind, ordinal),
    UNIQUE (kind, number)
);

CREATE VIEW :area.approved_policy AS
    SELECT a.seq AS policy_seq, a.approved_by, a.approved_at, c.*
    FROM batch.policy_approval a JOIN batch.policy_change c USING (hash) WHERE c.area = right(':area', 6);

-- Every table with its columns that names what a seal is of, as it is now. Not those whose rows come and go by design: a table that the program
-- may update holds progress, not records, but for the marks of chunks, which are done when their run is sealed.
CREATE VIEW :area.sealed_columns AS
    SELECT k.kind, k.key, c.relname::text AS table_name, jsonb_agg(a.attname ORDER BY a.attnum) AS columns
    FROM (VALUES ('submission', 'submission_id'), ('run', 'run_id'), ('act', 'seq'), ('employer', 'employer_id'), ('policy', 'policy_seq')) k (kind, key)
    JOIN pg_class c ON c.relnamespace = ':area'::regnamespace AND NOT c.relispartition
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE EXISTS (SELECT FROM pg_attribute n WHERE n.attrelid = c.oid AND n.attname = k.key AND NOT n.attisdropped)
      AND CASE k.kind WHEN 'employer' THEN c.relname = 'employer' WHEN 'policy' THEN c.relname = 'approved_policy' ELSE c.relkind IN ('r', 'p') END
      AND c.relname NOT LIKE 'run\_entry\_%'
      AND (k.kind, c.relname::text) NOT IN (('submission', 'waiting_submission'), ('submission', 'run_submission'), ('run', 'entry'), ('run', 'ledger'), ('act', 'seal'))
      AND (c.relname = 'run_chunk' OR NOT (has_table_privilege('batch_program', c.oid, 'UPDATE') OR has_any_column_privilege('batch_program', c.oid, 'UPDATE')
                                           OR has_table_privilege('batch_program', c.oid, 'DELETE')))
    GROUP BY k.kind, k.key, c.relname;

GRANT SELECT ON :area.approved_policy, :area.sealed_columns, :area.record_seal, :area.record_shape TO batch_program;
GRANT INSERT ON :area.record_seal, :area.record_shape TO batch_program;
