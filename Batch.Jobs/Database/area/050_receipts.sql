-- Declared against received: what an employer paid for a contribution month, one fact a document. Late fees and interest are the
-- fund's: they cover nothing and reach no account.

ALTER TABLE :area.submission DROP CONSTRAINT submission_content_check;
ALTER TABLE :area.submission ADD CONSTRAINT submission_content_check CHECK (content IN ('payroll', 'pension', 'persons', 'movements', 'decision', 'receipts'));
ALTER TABLE :area.submission_month DROP CONSTRAINT submission_month_fact_check;
ALTER TABLE :area.submission_month ADD CONSTRAINT submission_month_fact_check CHECK (fact IN ('contribution', 'pension', 'event', 'movement', 'receipt'));

-- Versions of a receipt: of an employer, month and document the latest submission speaks. state: 1 accepted, 3 withdrawn (row_no 0).
CREATE TABLE :area.receipt (
    receipt_month  date NOT NULL,             -- the contribution month it was paid for
    employer_id    int NOT NULL,
    document       text NOT NULL,
    submission_id  int NOT NULL,
    row_no         int NOT NULL,
    state          smallint NOT NULL CHECK (state IN (1, 3)),
    amount_fen     bigint NOT NULL CHECK (amount_fen >= 0),
    late_fee_fen   bigint NOT NULL CHECK (late_fee_fen >= 0),
    interest_fen   bigint NOT NULL CHECK (interest_fen >= 0),
    received_on    date NOT NULL,
    PRIMARY KEY (receipt_month, employer_id, document, submission_id, row_no)
);
CREATE INDEX ON :area.receipt (submission_id);

GRANT SELECT, INSERT ON :area.receipt TO batch_program;
GRANT SELECT ON :area.receipt TO batch_analyst;
