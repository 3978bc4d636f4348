-- Scanned documents that a decision about a held row or a change of who a person is rests on. They are added with it and never changed.
CREATE TABLE :area.scan (
    scan_id    int PRIMARY KEY,
    decision   int REFERENCES :area.decision,           -- what it belongs to: a decision or a change of identity
    changed    int REFERENCES :area.identity_change,
    media_type text NOT NULL CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png')),
    file_name  text NOT NULL CHECK (btrim(file_name) <> ''),
    sha256     bytea NOT NULL CHECK (length(sha256) = 32),
    content    bytea NOT NULL CHECK (length(content) > 0),
    added_by   text NOT NULL,
    added_at   timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(decision, changed) = 1),
    UNIQUE (decision, sha256),
    UNIQUE (changed, sha256)
);

ALTER TABLE :area.record_shape DROP CONSTRAINT record_shape_kind_check,
    ADD CONSTRAINT record_shape_kind_check CHECK (kind IN ('submission', 'run', 'act', 'employer', 'policy', 'audit', 'match', 'match act', 'return', 'return act',
                                                          'difference act', 'identity', 'identity act', 'scan'));

CREATE OR REPLACE VIEW :area.sealed_columns AS
    SELECT k.kind, k.key, c.relname::text AS table_name, jsonb_agg(a.attname ORDER BY a.attnum) AS columns
    FROM (VALUES ('submission', 'submission_id'), ('run', 'run_id'), ('act', 'seq'), ('employer', 'employer_id'), ('policy', 'policy_seq'), ('audit', 'audit_hundred'),
                 ('match', 'match_id'), ('match act', 'match_act_id'), ('return', 'return_id'), ('return act', 'return_act_id'), ('difference act', 'difference_act_id'),
                 ('identity', 'identity_id'), ('identity act', 'identity_act_id'), ('scan', 'scan_id')) k (kind, key)
    JOIN pg_class c ON c.relnamespace = ':area'::regnamespace AND NOT c.relispartition
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE EXISTS (SELECT FROM pg_attribute n WHERE n.attrelid = c.oid AND n.attname = k.key AND NOT n.attisdropped)
      AND CASE k.kind WHEN 'employer' THEN c.relname = 'employer' WHEN 'policy' THEN c.relname = 'approved_policy' WHEN 'audit' THEN c.relname = 'audited' ELSE c.relkind IN ('r', 'p') END
      AND c.relname NOT LIKE 'run\_entry\_%'
      AND (k.kind, c.relname::text) NOT IN (('submission', 'waiting_submission'), ('submission', 'run_submission'), ('run', 'entry'), ('run', 'ledger'), ('act', 'seal'))
      AND (c.relname = 'run_chunk' OR NOT (has_table_privilege('batch_program', c.oid, 'UPDATE') OR has_any_column_privilege('batch_program', c.oid, 'UPDATE')
                                           OR has_table_privilege('batch_program', c.oid, 'DELETE')))
    GROUP BY k.kind, k.key, c.relname;

GRANT SELECT, INSERT ON :area.scan TO batch_program;
