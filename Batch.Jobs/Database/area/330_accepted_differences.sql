-- Differences of the three-way check, and money that is matched with nothing: who accepted which and why, and what a month was closed with.

-- One act about one difference or many. A difference is accepted as it is: when one of its amounts changes, it is open again.
CREATE TABLE :area.difference_act (
    difference_act_id int PRIMARY KEY,
    act               text NOT NULL CHECK (act IN ('accept', 'withdraw')),
    month             date NOT NULL,          -- the month whose check showed them
    acted_by          text NOT NULL CHECK (batch.name_skeleton(acted_by) NOT IN ('shipped', 'schedule', 'scheduler')),
    acted_at          timestamptz NOT NULL DEFAULT now(),
    reason            text NOT NULL CHECK (btrim(reason) <> '')
);
-- employer: an employer's month. line: of the bank's statement, without a receipt. receipt: without a line.
CREATE TABLE :area.difference_act_item (
    difference_act_id  int NOT NULL REFERENCES :area.difference_act,
    item_no            int NOT NULL,
    kind               text NOT NULL CHECK (kind IN ('employer', 'line', 'receipt')),
    employer_id        int,
    contribution_month date,
    document           text NOT NULL,         -- the line's serial number, or the receipt's
    declared_fen       bigint,
    received_fen       bigint,                -- of a line or a receipt, its money
    booked_fen         bigint,
    PRIMARY KEY (difference_act_id, item_no)
);

-- What a closing knew of the month's money. checked: there were money files, and its differences were accepted or none; otherwise the sums are NULL.
CREATE TABLE :area.closing_money (
    seq              bigint PRIMARY KEY,
    checked          boolean NOT NULL,
    submissions      int NOT NULL,            -- the last submission that it knew
    declared_fen     bigint,
    received_fen     bigint,
    booked_fen       bigint,
    bank_lines       int,                     -- of the month
    bank_in_fen      bigint,
    bank_out_fen     bigint,
    bank_matched_fen bigint,
    receipts         int,                     -- of the month
    receipts_fen     bigint,                  -- for contributions
    receipts_late_fen bigint,
    receipts_interest_fen bigint,
    receipts_matched_fen bigint,
    came_fen         bigint,                  -- receipts for contributions since the closing before, corrections of earlier ones included
    came_late_fen    bigint,
    came_interest_fen bigint
);
-- The differences that a month was closed with; those of months before that had not changed are among them.
CREATE TABLE :area.closing_difference (
    seq                bigint NOT NULL REFERENCES :area.closing_money,
    item_no            int NOT NULL,
    kind               text NOT NULL CHECK (kind IN ('employer', 'line', 'receipt')),
    employer_id        int,
    contribution_month date,
    document           text NOT NULL,
    declared_fen       bigint,
    received_fen       bigint,
    booked_fen         bigint,
    since              date,                  -- the day of a line or receipt
    accepted_by        text NOT NULL,
    accepted_at        timestamptz NOT NULL,
    reason             text NOT NULL,
    PRIMARY KEY (seq, item_no)
);

-- Of months closed before, what was there by then.
INSERT INTO :area.closing_money (seq, checked, submissions)
    SELECT c.seq, false, coalesce((SELECT max(s.submission_id) FROM :area.submission s WHERE s.received_at <= l.at), 0) FROM :area.closing c JOIN :area.ledger l USING (seq);

ALTER TABLE :area.record_shape DROP CONSTRAINT record_shape_kind_check,
    ADD CONSTRAINT record_shape_kind_check CHECK (kind IN ('submission', 'run', 'act', 'employer', 'policy', 'audit', 'match', 'match act', 'return', 'return act', 'difference act'));

CREATE OR REPLACE VIEW :area.sealed_columns AS
    SELECT k.kind, k.key, c.relname::text AS table_name, jsonb_agg(a.attname ORDER BY a.attnum) AS columns
    FROM (VALUES ('submission', 'submission_id'), ('run', 'run_id'), ('act', 'seq'), ('employer', 'employer_id'), ('policy', 'policy_seq'), ('audit', 'audit_hundred'),
                 ('match', 'match_id'), ('match act', 'match_act_id'), ('return', 'return_id'), ('return act', 'return_act_id'), ('difference act', 'difference_act_id')) k (kind, key)
    JOIN pg_class c ON c.relnamespace = ':area'::regnamespace AND NOT c.relispartition
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE EXISTS (SELECT FROM pg_attribute n WHERE n.attrelid = c.oid AND n.attname = k.key AND NOT n.attisdropped)
      AND CASE k.kind WHEN 'employer' THEN c.relname = 'employer' WHEN 'policy' THEN c.relname = 'approved_policy' WHEN 'audit' THEN c.relname = 'audited' ELSE c.relkind IN ('r', 'p') END
      AND c.relname NOT LIKE 'run\_entry\_%'
      AND (k.kind, c.relname::text) NOT IN (('submission', 'waiting_submission'), ('submission', 'run_submission'), ('run', 'entry'), ('run', 'ledger'), ('act', 'seal'))
      AND (c.relname = 'run_chunk' OR NOT (has_table_privilege('batch_program', c.oid, 'UPDATE') OR has_any_column_privilege('batch_program', c.oid, 'UPDATE')
                                           OR has_table_privilege('batch_program', c.oid, 'DELETE')))
    GROUP BY k.kind, k.key, c.relname;

GRANT SELECT, INSERT ON :area.difference_act, :area.difference_act_item, :area.closing_money, :area.closing_difference TO batch_program;
