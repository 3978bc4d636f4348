-- The bank's statement of the income account, one fact a line, and which receipts each line is. A line is known by the bank's serial number.

ALTER TABLE :area.submission DROP CONSTRAINT submission_content_check;
ALTER TABLE :area.submission ADD CONSTRAINT submission_content_check CHECK (content IN ('payroll', 'pension', 'persons', 'movements', 'decision', 'receipts', 'bank'));
ALTER TABLE :area.submission_month DROP CONSTRAINT submission_month_fact_check;
ALTER TABLE :area.submission_month ADD CONSTRAINT submission_month_fact_check CHECK (fact IN ('contribution', 'pension', 'event', 'movement', 'receipt', 'bank'));

-- Versions of a line: of a serial number the latest submission counts. state: 1 accepted, 3 withdrawn (row_no 0).
CREATE TABLE :area.bank_line (
    serial         text NOT NULL,
    submission_id  int NOT NULL,
    row_no         int NOT NULL,
    state          smallint NOT NULL CHECK (state IN (1, 3)),
    traded_on      date NOT NULL,
    credit_fen     bigint NOT NULL CHECK (credit_fen >= 0),
    debit_fen      bigint NOT NULL CHECK (debit_fen >= 0),
    payer          text NOT NULL,
    payer_account  text NOT NULL,
    document       text NOT NULL,            -- the voucher that a receipt may name; empty for none
    note           text NOT NULL,
    balance_fen    bigint,                   -- of the account behind the line, where the statement says it
    PRIMARY KEY (serial, submission_id, row_no),
    CHECK ((credit_fen > 0) <> (debit_fen > 0))
);
CREATE INDEX ON :area.bank_line (submission_id);
CREATE INDEX ON :area.bank_line (traded_on);
CREATE INDEX ON :area.receipt (received_on);

-- Receipts and lines that are the same money. Made by the program where it is certain, or proposed by a person and confirmed by another.
CREATE TABLE :area.money_match (
    match_id int PRIMARY KEY,
    way      text NOT NULL CHECK (way IN ('document', 'day', 'sum', 'parts', 'hand')),
    made_by  text NOT NULL,                  -- of a match by the program: who sent the file that made it certain
    made_at  timestamptz NOT NULL DEFAULT now(),
    reason   text NOT NULL CHECK (way <> 'hand' OR btrim(reason) <> '')
);
CREATE TABLE :area.money_match_line (
    match_id        int NOT NULL REFERENCES :area.money_match,
    serial          text NOT NULL,
    line_submission int NOT NULL,            -- the version that was matched
    PRIMARY KEY (match_id, serial)
);
CREATE INDEX ON :area.money_match_line (serial);
CREATE TABLE :area.money_match_receipt (
    match_id           int NOT NULL REFERENCES :area.money_match,
    receipt_month      date NOT NULL,
    receipt_employer   int NOT NULL,
    document           text NOT NULL,
    receipt_submission int NOT NULL,
    PRIMARY KEY (match_id, receipt_month, receipt_employer, document)
);
CREATE INDEX ON :area.money_match_receipt (receipt_month, receipt_employer, document);

-- confirm, refuse: of a proposal, by another person or, to take it back, by the same. undo: by a person. lapse: a later file has another version of a line or receipt.
CREATE TABLE :area.money_match_act (
    match_act_id int PRIMARY KEY,
    matched      int NOT NULL REFERENCES :area.money_match,
    act          text NOT NULL CHECK (act IN ('confirm', 'refuse', 'undo', 'lapse')),
    acted_by     text NOT NULL,
    acted_at     timestamptz NOT NULL DEFAULT now(),
    reason       text NOT NULL,
    UNIQUE (matched, act)
);

CREATE FUNCTION :area.match_confirmer_is_another() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.act = 'confirm' AND (batch.same_person((SELECT m.made_by FROM :area.money_match m WHERE m.match_id = NEW.matched), NEW.acted_by)
                                OR batch.name_skeleton(NEW.acted_by) IN ('shipped', 'schedule', 'scheduler')) THEN
        RAISE EXCEPTION 'A match is confirmed by another person than proposed it.' USING ERRCODE = 'BA001';
    END IF;
    IF NEW.act <> 'confirm' AND EXISTS (SELECT FROM :area.money_match_act a WHERE a.matched = NEW.matched AND a.act IN ('refuse', 'undo', 'lapse'))
       OR NEW.act IN ('confirm', 'refuse') AND EXISTS (SELECT FROM :area.money_match_act a WHERE a.matched = NEW.matched)
       OR NEW.act IN ('confirm', 'refuse') AND (SELECT m.way FROM :area.money_match m WHERE m.match_id = NEW.matched) IS DISTINCT FROM 'hand' THEN
        RAISE EXCEPTION 'The match has ended, or is in force already.' USING ERRCODE = 'BA250';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER match_confirmer_is_another BEFORE INSERT ON :area.money_match_act FOR EACH ROW EXECUTE FUNCTION :area.match_confirmer_is_another();

CREATE VIEW :area.receipt_in_force AS
    SELECT r.*, r.amount_fen + r.late_fee_fen + r.interest_fen AS money_fen FROM :area.receipt r
    WHERE r.state = 1 AND NOT EXISTS (
        SELECT FROM :area.receipt n WHERE n.receipt_month = r.receipt_month AND n.employer_id = r.employer_id AND n.document = r.document
        AND (n.submission_id > r.submission_id OR (n.submission_id = r.submission_id AND n.row_no < r.row_no)));

CREATE VIEW :area.bank_line_in_force AS
    SELECT l.* FROM :area.bank_line l
    WHERE l.state = 1 AND NOT EXISTS (
        SELECT FROM :area.bank_line n WHERE n.serial = l.serial AND (n.submission_id > l.submission_id OR (n.submission_id = l.submission_id AND n.row_no < l.row_no)));

-- matched counts; proposed waits for another person; undone, refused and lapsed are over.
CREATE VIEW :area.match_state AS
    SELECT m.*, coalesce(
        (SELECT CASE a.act WHEN 'undo' THEN 'undone' WHEN 'refuse' THEN 'refused' ELSE 'lapsed' END FROM :area.money_match_act a WHERE a.matched = m.match_id AND a.act <> 'confirm'),
        CASE WHEN m.way <> 'hand' OR EXISTS (SELECT FROM :area.money_match_act a WHERE a.matched = m.match_id) THEN 'matched' ELSE 'proposed' END) AS state
    FROM :area.money_match m;

ALTER TABLE :area.record_shape DROP CONSTRAINT record_shape_kind_check,
    ADD CONSTRAINT record_shape_kind_check CHECK (kind IN ('submission', 'run', 'act', 'employer', 'policy', 'audit', 'match', 'match act'));

CREATE OR REPLACE VIEW :area.sealed_columns AS
    SELECT k.kind, k.key, c.relname::text AS table_name, jsonb_agg(a.attname ORDER BY a.attnum) AS columns
    FROM (VALUES ('submission', 'submission_id'), ('run', 'run_id'), ('act', 'seq'), ('employer', 'employer_id'), ('policy', 'policy_seq'), ('audit', 'audit_hundred'),
                 ('match', 'match_id'), ('match act', 'match_act_id')) k (kind, key)
    JOIN pg_class c ON c.relnamespace = ':area'::regnamespace AND NOT c.relispartition
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE EXISTS (SELECT FROM pg_attribute n WHERE n.attrelid = c.oid AND n.attname = k.key AND NOT n.attisdropped)
      AND CASE k.kind WHEN 'employer' THEN c.relname = 'employer' WHEN 'policy' THEN c.relname = 'approved_policy' WHEN 'audit' THEN c.relname = 'audited' ELSE c.relkind IN ('r', 'p') END
      AND c.relname NOT LIKE 'run\_entry\_%'
      AND (k.kind, c.relname::text) NOT IN (('submission', 'waiting_submission'), ('submission', 'run_submission'), ('run', 'entry'), ('run', 'ledger'), ('act', 'seal'))
      AND (c.relname = 'run_chunk' OR NOT (has_table_privilege('batch_program', c.oid, 'UPDATE') OR has_any_column_privilege('batch_program', c.oid, 'UPDATE')
                                           OR has_table_privilege('batch_program', c.oid, 'DELETE')))
    GROUP BY k.kind, k.key, c.relname;

REVOKE EXECUTE ON FUNCTION :area.match_confirmer_is_another() FROM PUBLIC;
GRANT SELECT, INSERT ON :area.bank_line, :area.money_match, :area.money_match_line, :area.money_match_receipt, :area.money_match_act TO batch_program;
GRANT SELECT ON :area.receipt_in_force, :area.bank_line_in_force, :area.match_state TO batch_program;
