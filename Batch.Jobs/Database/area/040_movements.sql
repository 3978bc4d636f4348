-- Movements: what changes an account besides credits and interest. They come as files and go through the same runs, approval and posting.
--
-- kind, which is also the component of the ledger:  4 opening balance 期初余额, 5 spending 消费, 6 pay-out 支付, 7 transfer in 转入,
-- 8 transfer out 转出, 9 correction 更正. Legs of the entry for a movement of X yuan:
--   opening, transfer in           account +X                paid_out -X   the money came in from outside
--   spending, pay-out, transfer out account -X               paid_out +X   the money left
--   pay-out without heir           account -X   pool +X                    it falls to the pooled fund
--   correction                     account +-X  other -+X                  against other funds
-- What an account should have for a month and component is the sum of the accepted movements of that month that runs took.

-- A person's n-th account is person + 100,000,000 x (n - 1): ranges of accounts stay ranges of persons, and the person is account % 100,000,000.
ALTER TABLE :area.person ADD CONSTRAINT person_number CHECK (person_id BETWEEN 0 AND 99999999);
ALTER TABLE :area.account ADD CONSTRAINT account_number CHECK (account_id % 100000000 = person_id);

-- Versions of a movement; the latest submission speaks (within one, a consequence, row_no <= 0, overrides a row). state: 1 accepted, 2 held,
-- 3 withdrawn. Two rows speak of the same movement when they agree in on_date, person, kind, channel, member and reference.
CREATE TABLE :area.movement (
    movement_month date NOT NULL,
    on_date        date NOT NULL,
    person_id      int NOT NULL,
    kind           smallint NOT NULL,
    channel        smallint NOT NULL,         -- of spending: 1 pharmacy, 2 clinic, 3 hospital; else 0
    member         bigint NOT NULL,           -- first 17 digits of whom a family member's spending is for, or of the heir; else 0
    reference      text COLLATE "C" NOT NULL, -- the document; of spending, which is a day's total, and of an opening balance nothing
    submission_id  int NOT NULL,
    row_no         int NOT NULL,
    state          smallint NOT NULL,
    amount_fen     bigint NOT NULL,           -- as it changes the account
    ground         smallint NOT NULL,         -- of a pay-out: 1 emigration, 2 death, 3 no heir, 4 giving up, 5 residence elsewhere, 6 other; else 0
    document       text,
    counterpart    text,                      -- the other area of a transfer, the heir's name
    CONSTRAINT movement_kind CHECK (kind BETWEEN 4 AND 9),
    CONSTRAINT movement_sign CHECK (kind = 9 OR (amount_fen >= 0) = (kind IN (4, 7)) OR amount_fen = 0)
) PARTITION BY LIST (movement_month);
GRANT SELECT ON :area.movement TO batch_program, batch_analyst;

-- Of movements a submission names the days, not the months: a day's totals come day by day.
ALTER TABLE :area.submission_month DROP CONSTRAINT submission_month_fact_check;
ALTER TABLE :area.submission_month ADD CONSTRAINT submission_month_fact_check CHECK (fact IN ('contribution', 'pension', 'event', 'movement', 'receipt'));
ALTER TABLE :area.submission ADD COLUMN moved_fen bigint NOT NULL DEFAULT 0;  -- of the accepted movements, each without its sign

-- 10 account frozen, 11 account unfrozen, 12 account closed; value: the ground of a closing, or 'withdrawn' when the pay-out that closed it is.
ALTER TABLE :area.person_event DROP CONSTRAINT IF EXISTS person_event_event_check;
ALTER TABLE :area.person_event ADD CONSTRAINT person_event_event_check CHECK (event BETWEEN 1 AND 31);
ALTER TABLE :area.person_event ADD COLUMN document text;
CREATE INDEX ON :area.person_event (person_id) WHERE event IN (10, 11, 12);

CREATE OR REPLACE FUNCTION :area.open_facts(fact text, month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    part text := fact || to_char(month, '_YYYY_MM');
BEGIN
    IF fact NOT IN ('contribution', 'pension', 'movement') OR month <> date_trunc('month', month)::date THEN
        RAISE EXCEPTION 'No such facts: % %', fact, month;
    END IF;
    IF to_regclass(':area.' || part) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING CONSTRAINTS, CHECK (%I = %L))', part, fact, fact || '_month', month);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO batch_program', part);
    RETURN true;
END $$;

CREATE OR REPLACE FUNCTION :area.close_facts(fact text, month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    part text := fact || to_char(month, '_YYYY_MM');
BEGIN
    IF EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass(':area.' || part)) THEN
        RETURN;
    END IF;
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (%s)', part,
        CASE fact WHEN 'contribution' THEN 'person_id, employer_id, submission_id, row_no'
                  WHEN 'pension' THEN 'person_id, submission_id, row_no'
                  ELSE 'on_date, person_id, kind, channel, member, reference, submission_id, row_no' END);
    -- What is known by its document is looked up by person, whatever its day; days' totals never are.
    IF fact = 'movement' THEN
        EXECUTE format('CREATE INDEX ON %I (person_id) WHERE kind <> 5', part);
    END IF;
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%L)', fact, part, month);
END $$;
