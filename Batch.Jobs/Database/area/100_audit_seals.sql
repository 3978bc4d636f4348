-- The area's part of the audit log in a chain of its own, a hundred records to a seal: a record changed, removed or slipped in before a seal is named by
-- its hundred. What is of no area (users, keys, sign-ins) is guarded by rights alone: the program can add to it and take nothing back.

ALTER TABLE :area.record_shape DROP CONSTRAINT record_shape_kind_check,
    ADD CONSTRAINT record_shape_kind_check CHECK (kind IN ('submission', 'run', 'act', 'employer', 'policy', 'audit'));

-- By place, not by number: an area that moves to another server keeps its order, not its numbers.
CREATE VIEW :area.audited AS
    SELECT (row_number() OVER (ORDER BY audit_id) - 1) / 100 + 1 AS audit_hundred, at, who, act, subject, reason, origin
    FROM batch.audit WHERE area = right(':area', 6);

CREATE OR REPLACE VIEW :area.sealed_columns AS
    SELECT k.kind, k.key, c.relname::text AS table_name, jsonb_agg(a.attname ORDER BY a.attnum) AS columns
    FROM (VALUES ('submission', 'submission_id'), ('run', 'run_id'), ('act', 'seq'), ('employer', 'employer_id'), ('policy', 'policy_seq'), ('audit', 'audit_hundred')) k (kind, key)
    JOIN pg_class c ON c.relnamespace = ':area'::regnamespace AND NOT c.relispartition
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE EXISTS (SELECT FROM pg_attribute n WHERE n.attrelid = c.oid AND n.attname = k.key AND NOT n.attisdropped)
      AND CASE k.kind WHEN 'employer' THEN c.relname = 'employer' WHEN 'policy' THEN c.relname = 'approved_policy' WHEN 'audit' THEN c.relname = 'audited' ELSE c.relkind IN ('r', 'p') END
      AND c.relname NOT LIKE 'run\_entry\_%'
      AND (k.kind, c.relname::text) NOT IN (('submission', 'waiting_submission'), ('submission', 'run_submission'), ('run', 'entry'), ('run', 'ledger'), ('act', 'seal'))
      AND (c.relname = 'run_chunk' OR NOT (has_table_privilege('batch_program', c.oid, 'UPDATE') OR has_any_column_privilege('batch_program', c.oid, 'UPDATE')
                                           OR has_table_privilege('batch_program', c.oid, 'DELETE')))
    GROUP BY k.kind, k.key, c.relname;

GRANT SELECT ON :area.audited TO batch_program;
