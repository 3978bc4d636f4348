-- Who a person is, changed by two people: one proposes with a reason and a document, another approves. What an approval changes is a submission of its own,
-- which the next run takes.

-- rename: another number, another name, or both.
CREATE TABLE :area.identity_change (
    identity_id int PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('rename')),
    person_id   int NOT NULL,
    number_was  bigint NOT NULL,             -- on record when it was proposed
    name_was    text NOT NULL,
    number      bigint,                      -- the new number, where it changes
    birth       date,                        -- the birth date that comes with it
    name        text,                        -- the new name, where it changes
    on_date     date NOT NULL,               -- since when it is so
    document    text NOT NULL CHECK (btrim(document) <> ''),
    reason      text NOT NULL CHECK (btrim(reason) <> ''),
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL DEFAULT now(),
    CHECK (kind <> 'rename' OR number IS NOT NULL OR name IS NOT NULL)
);
CREATE INDEX ON :area.identity_change (person_id);

-- How a proposal ended: approved or refused by another person, withdrawn by whoever made it.
CREATE TABLE :area.identity_change_act (
    identity_act_id int PRIMARY KEY,
    changed         int NOT NULL UNIQUE REFERENCES :area.identity_change,
    act             text NOT NULL CHECK (act IN ('approve', 'refuse', 'withdraw')),
    acted_by        text NOT NULL,
    acted_at        timestamptz NOT NULL DEFAULT now(),
    reason          text NOT NULL CHECK (act = 'approve' OR btrim(reason) <> '')
);

-- The submissions by which an approved proposal took effect.
CREATE TABLE :area.identity_submission (
    submission_id int PRIMARY KEY,
    changed       int NOT NULL REFERENCES :area.identity_change
);
CREATE INDEX ON :area.identity_submission (changed);

CREATE FUNCTION :area.identity_decider_is_another() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    proposer text;
BEGIN
    SELECT c.proposed_by INTO proposer FROM :area.identity_change c WHERE c.identity_id = NEW.changed;
    IF NEW.act = 'withdraw' THEN
        IF NOT batch.same_person(proposer, NEW.acted_by) THEN
            RAISE EXCEPTION 'A proposal is withdrawn by the person who made it.' USING ERRCODE = 'BA340';
        END IF;
    ELSIF batch.same_person(proposer, NEW.acted_by) OR batch.is_the_programs_name(NEW.acted_by) THEN
        RAISE EXCEPTION 'A change of identity is approved or refused by another person than proposed it.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER identity_decider_is_another BEFORE INSERT ON :area.identity_change_act FOR EACH ROW EXECUTE FUNCTION :area.identity_decider_is_another();

CREATE VIEW :area.identity_change_state AS
    SELECT c.*, CASE a.act WHEN 'approve' THEN 'approved' WHEN 'refuse' THEN 'refused' WHEN 'withdraw' THEN 'withdrawn' ELSE 'proposed' END AS state,
           a.acted_by, a.acted_at, a.reason AS act_reason
    FROM :area.identity_change c LEFT JOIN :area.identity_change_act a ON a.changed = c.identity_id;

-- Rows of a file that name a person by a number that is no longer the current one.
ALTER TABLE :area.submission ADD COLUMN old_numbers int NOT NULL DEFAULT 0;

ALTER TABLE :area.record_shape DROP CONSTRAINT record_shape_kind_check,
    ADD CONSTRAINT record_shape_kind_check CHECK (kind IN ('submission', 'run', 'act', 'employer', 'policy', 'audit', 'match', 'match act', 'return', 'return act',
                                                          'difference act', 'identity', 'identity act'));

CREATE OR REPLACE VIEW :area.sealed_columns AS
    SELECT k.kind, k.key, c.relname::text AS table_name, jsonb_agg(a.attname ORDER BY a.attnum) AS columns
    FROM (VALUES ('submission', 'submission_id'), ('run', 'run_id'), ('act', 'seq'), ('employer', 'employer_id'), ('policy', 'policy_seq'), ('audit', 'audit_hundred'),
                 ('match', 'match_id'), ('match act', 'match_act_id'), ('return', 'return_id'), ('return act', 'return_act_id'), ('difference act', 'difference_act_id'),
                 ('identity', 'identity_id'), ('identity act', 'identity_act_id')) k (kind, key)
    JOIN pg_class c ON c.relnamespace = ':area'::regnamespace AND NOT c.relispartition
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE EXISTS (SELECT FROM pg_attribute n WHERE n.attrelid = c.oid AND n.attname = k.key AND NOT n.attisdropped)
      AND CASE k.kind WHEN 'employer' THEN c.relname = 'employer' WHEN 'policy' THEN c.relname = 'approved_policy' WHEN 'audit' THEN c.relname = 'audited' ELSE c.relkind IN ('r', 'p') END
      AND c.relname NOT LIKE 'run\_entry\_%'
      AND (k.kind, c.relname::text) NOT IN (('submission', 'waiting_submission'), ('submission', 'run_submission'), ('run', 'entry'), ('run', 'ledger'), ('act', 'seal'))
      AND (c.relname = 'run_chunk' OR NOT (has_table_privilege('batch_program', c.oid, 'UPDATE') OR has_any_column_privilege('batch_program', c.oid, 'UPDATE')
                                           OR has_table_privilege('batch_program', c.oid, 'DELETE')))
    GROUP BY k.kind, k.key, c.relname;

REVOKE EXECUTE ON FUNCTION :area.identity_decider_is_another() FROM PUBLIC;
GRANT SELECT, INSERT ON :area.identity_change, :area.identity_change_act, :area.identity_submission TO batch_program;
GRANT SELECT ON :area.identity_change_state TO batch_program;
