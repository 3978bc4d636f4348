-- Runs and the ledger of one area. The program's role computes into a run's own table; sealing, approving, posting and closing are
-- the owner's functions below, and nothing that stands is ever updated or deleted.

-- One row per account, contribution month, component and run, with its legs side by side:
-- what reaches the account, the pooled fund and other funds = what came in from the person and the employer - what was paid out.
-- component: 1 contribution of the employed, 2 retiree's credit.
CREATE TABLE :area.entry (
    posting_month      date NOT NULL,
    run_id             int NOT NULL,
    account_id         int NOT NULL,
    contribution_month date NOT NULL,
    component          smallint NOT NULL,
    account_fen        bigint NOT NULL,
    pool_fen           bigint NOT NULL,
    other_fen          bigint NOT NULL,
    person_paid_fen    bigint NOT NULL,
    employer_paid_fen  bigint NOT NULL,
    paid_out_fen       bigint NOT NULL,
    CONSTRAINT legs_balance CHECK (account_fen + pool_fen + other_fen = person_paid_fen + employer_paid_fen - paid_out_fen)
) PARTITION BY LIST (posting_month);

CREATE TABLE :area.run (
    run_id          int PRIMARY KEY,
    kind            text NOT NULL CHECK (kind IN ('allocation', 'reversal')),
    posting_month   date NOT NULL,
    reverses        int REFERENCES :area.run,
    state           text NOT NULL CHECK (state IN ('computing', 'computed', 'approved', 'posted', 'discarded')),
    ledger_head     bigint NOT NULL,          -- the ledger that the differences were computed against
    policy_seq      int NOT NULL,             -- the policy changes in force when it was computed
    made_by         text NOT NULL,
    made_at         timestamptz NOT NULL DEFAULT now(),
    people          int,                      -- with at least one entry
    digest          text,                     -- of the content, set once when the run is sealed
    approved_by     text,
    approved_digest text,
    approved_at     timestamptz,
    ended_by        text,                     -- who posted or discarded it
    ended_at        timestamptz,
    reason          text,
    CHECK ((kind = 'reversal') = (reverses IS NOT NULL)),
    CHECK (state IN ('computing', 'discarded') OR digest IS NOT NULL),
    CHECK (state NOT IN ('approved', 'posted') OR (approved_by <> made_by AND approved_digest = digest))
);
CREATE UNIQUE INDEX one_open_run ON :area.run ((true)) WHERE state IN ('computing', 'computed', 'approved');
CREATE UNIQUE INDEX one_reversal ON :area.run (reverses) WHERE state <> 'discarded';

CREATE TABLE :area.run_submission (run_id int NOT NULL, submission_id int NOT NULL, PRIMARY KEY (run_id, submission_id));
CREATE INDEX ON :area.run_submission (submission_id);

-- The contribution months that a run computed, each with the policy slice it used; whole: for everybody, not only for whom the files touch.
CREATE TABLE :area.run_month (
    run_id             int NOT NULL,
    contribution_month date NOT NULL,
    policy_hash        text NOT NULL,
    whole              boolean NOT NULL,
    PRIMARY KEY (run_id, contribution_month)
);

-- Work that any worker may do again after a crash: the entries of a chunk and its mark commit together.
CREATE TABLE :area.run_chunk (
    run_id             int NOT NULL,
    contribution_month date NOT NULL,
    first_person       int NOT NULL,
    last_person        int NOT NULL,
    done               boolean NOT NULL DEFAULT false,
    people             int NOT NULL DEFAULT 0,
    PRIMARY KEY (run_id, contribution_month, first_person)
);

CREATE TABLE :area.run_total (
    run_id             int NOT NULL,
    contribution_month date NOT NULL,
    component          smallint NOT NULL,
    entries            int NOT NULL,
    account_fen        bigint NOT NULL,
    credited_fen       bigint NOT NULL,       -- the positive part of account_fen
    pool_fen           bigint NOT NULL,
    other_fen          bigint NOT NULL,
    person_paid_fen    bigint NOT NULL,
    employer_paid_fen  bigint NOT NULL,
    paid_out_fen       bigint NOT NULL,
    row_hashes         numeric NOT NULL,      -- sum of the hashes of the rows
    PRIMARY KEY (run_id, contribution_month, component)
);

-- What was posted and closed, in order. The head of this table is what "the ledger has not moved" means.
CREATE TABLE :area.ledger (
    seq    bigint PRIMARY KEY,
    act    text NOT NULL CHECK (act IN ('post', 'close')),
    run_id int UNIQUE REFERENCES :area.run,
    month  date NOT NULL,
    by     text NOT NULL,
    at     timestamptz NOT NULL DEFAULT now(),
    CHECK ((act = 'post') = (run_id IS NOT NULL))
);

CREATE TABLE :area.closing (
    month         date PRIMARY KEY,
    seq           bigint NOT NULL UNIQUE REFERENCES :area.ledger,
    accounts      int NOT NULL,
    opening_fen   bigint NOT NULL,
    movements_fen bigint NOT NULL,
    closing_fen   bigint NOT NULL,
    pool_fen      bigint NOT NULL,
    other_fen     bigint NOT NULL,
    seal          text NOT NULL,              -- SHA-256 over the previous closing's seal, the totals, and the runs with their digests
    CHECK (opening_fen + movements_fen = closing_fen)
);

-- The year-end statement 对账单 carries every account over 上年结转: a balance is the last statement plus the entries since.
CREATE TABLE :area.statement (
    year               int NOT NULL,
    account_id         int NOT NULL,
    opening_fen        bigint NOT NULL,
    movements_fen      bigint NOT NULL,
    closing_fen        bigint NOT NULL,
    accumulated_months int NOT NULL,
    continuous_months  int NOT NULL,
    last_paid          date,
    CONSTRAINT statement_adds_up CHECK (opening_fen + movements_fen = closing_fen)
) PARTITION BY LIST (year);

CREATE TABLE :area.statement_year (
    year     int PRIMARY KEY,
    through  date NOT NULL,                   -- last month of the insurance year
    digest   text NOT NULL,
    accounts int NOT NULL,
    made_by  text NOT NULL
);

-- The hash chain over what was posted and closed; made off the hot path, in the order of the ledger.
CREATE TABLE :area.seal (
    seq     bigint PRIMARY KEY REFERENCES :area.ledger,
    content text NOT NULL,                    -- SHA-256 of the entries, or of the closing and its statements
    hash    text NOT NULL                     -- SHA-256 of the previous hash and this row's content
);

CREATE VIEW :area.posted_run AS
    SELECT r.*, l.seq FROM :area.run r JOIN :area.ledger l USING (run_id);

-- Posted allocations that stand: posted and not taken back.
CREATE VIEW :area.standing_run AS
    SELECT r.* FROM :area.posted_run r
    WHERE r.kind = 'allocation' AND NOT EXISTS (SELECT FROM :area.posted_run v WHERE v.reverses = r.run_id);

CREATE VIEW :area.taken_submission AS
    SELECT DISTINCT s.submission_id FROM :area.run_submission s JOIN :area.standing_run r USING (run_id);

-- The policy slice that the ledger stands on, for each contribution month.
CREATE VIEW :area.posted_policy AS
    SELECT DISTINCT ON (m.contribution_month) m.contribution_month, m.policy_hash, r.policy_seq, r.run_id
    FROM :area.run_month m JOIN :area.standing_run r USING (run_id) ORDER BY m.contribution_month, r.seq DESC;

GRANT SELECT ON ALL TABLES IN SCHEMA :area TO batch_program, batch_analyst;
GRANT INSERT ON :area.run_chunk, :area.seal TO batch_program;
GRANT UPDATE (done, people) ON :area.run_chunk TO batch_program;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA :area TO batch_program;
