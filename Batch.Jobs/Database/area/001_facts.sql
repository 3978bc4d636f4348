-- Facts of one area. Appended, never edited: a correction is a later fact. All money is in fen, a month is its first day.
-- Persons, submissions and runs are numbered without gaps under a lock, not by sequences: work that was killed and done again has the same numbers.

CREATE TABLE :area.person (
    person_id     int PRIMARY KEY,
    citizen       bigint NOT NULL UNIQUE CHECK (citizen BETWEEN 0 AND 99999999999999999),  -- first 17 digits of the number
    name          text NOT NULL,
    birth         date NOT NULL,
    submission_id int NOT NULL
);

-- An account is not a person: a later enrolment opens another one. The first account has its person's number.
CREATE TABLE :area.account (
    account_id    int PRIMARY KEY,
    person_id     int NOT NULL,
    opened        date NOT NULL,
    submission_id int NOT NULL
);

CREATE INDEX ON :area.account (person_id);

CREATE TABLE :area.employer (
    employer_id   int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number        text NOT NULL UNIQUE,
    name          text NOT NULL
);

-- The bytes of every file as received, in deflated parts, before anything of it is read.
CREATE TABLE :area.archive (
    sha256      bytea PRIMARY KEY,
    bytes       bigint NOT NULL,
    parts       int NOT NULL,
    archived_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE :area.archive_part (
    sha256  bytea NOT NULL,
    part    int NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (sha256, part)
);
ALTER TABLE :area.archive_part ALTER content SET STORAGE EXTERNAL;  -- it is deflated already

-- One uploaded file with what became of its rows when it was taken in. Rows superseded later are counted from the facts.
CREATE TABLE :area.submission (
    submission_id     int PRIMARY KEY,
    content           text NOT NULL CHECK (content IN ('payroll', 'pension', 'persons', 'movements', 'decision')),
    kind              text NOT NULL CHECK (kind IN ('regular', 'supplementary', 'replacement')),
    month             date NOT NULL,
    file              text NOT NULL,
    sha256            bytea NOT NULL,
    refused           text,
    rows              int NOT NULL,
    accepted          int NOT NULL,
    unchanged         int NOT NULL,
    held              int NOT NULL,
    rejected          int NOT NULL,
    person_paid_fen   bigint NOT NULL,      -- of the accepted rows
    employer_paid_fen bigint NOT NULL,
    held_fen          bigint NOT NULL,      -- both amounts of the held rows
    received_by       text NOT NULL,
    received_at       timestamptz NOT NULL DEFAULT now(),
    CHECK (rows = accepted + unchanged + held + rejected),
    CHECK (refused IS NULL OR rejected = rows)
);
CREATE INDEX ON :area.submission (sha256);

-- Which months a submission speaks of, so that no look-up ever reads an unnamed month.
CREATE TABLE :area.submission_month (
    submission_id int NOT NULL,
    fact          text NOT NULL CHECK (fact IN ('contribution', 'pension', 'event')),
    month         date NOT NULL,
    facts         int NOT NULL,
    PRIMARY KEY (submission_id, fact, month)
);

-- Submissions with facts that no standing run has taken: what the next run takes. Kept small, so that a run never searches history for them.
CREATE TABLE :area.waiting_submission (
    submission_id int PRIMARY KEY,
    month         date NOT NULL
);

CREATE TABLE :area.rejection (
    submission_id int NOT NULL,
    row_no        int NOT NULL,
    fault_no      smallint NOT NULL,
    code          text NOT NULL,
    column_name   text NOT NULL,
    found         text NOT NULL,
    expected      text NOT NULL,
    PRIMARY KEY (submission_id, row_no, fault_no)
);

-- Versions of what an employer declared for a person and month; the latest submission speaks (within one, a consequence, row_no <= 0,
-- overrides a row). state: 1 accepted, 2 held, 3 withdrawn. row_no 0: a consequence of the file, not one of its rows.
CREATE TABLE :area.contribution (
    contribution_month date NOT NULL,
    person_id          int NOT NULL,
    employer_id        int NOT NULL,
    submission_id      int NOT NULL,
    row_no             int NOT NULL,
    state              smallint NOT NULL,
    base_fen           bigint NOT NULL,
    person_paid_fen    bigint NOT NULL,
    employer_paid_fen  bigint NOT NULL,
    received_on        date
) PARTITION BY LIST (contribution_month);

-- Versions of what the pension agency reported for a person and month.
CREATE TABLE :area.pension (
    pension_month     date NOT NULL,
    person_id         int NOT NULL,
    submission_id     int NOT NULL,
    row_no            int NOT NULL,
    state             smallint NOT NULL,
    prior_year_fen    bigint,
    this_year_fen     bigint,
    month_fen         bigint
) PARTITION BY LIST (pension_month);

-- Changes of status. event: 1 new, 2 left, 3 resumed, 4 retired, 5 died, 6 category, 7 card, 8 earlier months.
CREATE TABLE :area.person_event (
    person_id     int NOT NULL,
    event         smallint NOT NULL CHECK (event BETWEEN 1 AND 8),
    on_date       date NOT NULL,
    value         text,
    submission_id int NOT NULL,
    row_no        int NOT NULL,
    PRIMARY KEY (person_id, event, submission_id, row_no)
);
CREATE INDEX ON :area.person_event (value) WHERE event = 7;
CREATE INDEX ON :area.person_event (submission_id);

-- Makes room for a month of facts. A new month is a table of its own until close_facts keys and attaches it, so that the first
-- file of a month is loaded before it is indexed and nobody waits for it. True: the table is new.
CREATE FUNCTION :area.open_facts(fact text, month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    part text := fact || to_char(month, '_YYYY_MM');
BEGIN
    IF fact NOT IN ('contribution', 'pension') OR month <> date_trunc('month', month)::date THEN
        RAISE EXCEPTION 'No such facts: % %', fact, month;
    END IF;
    IF to_regclass(':area.' || part) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I, CHECK (%I = %L))', part, fact, fact || '_month', month);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO batch_program', part);
    RETURN true;
END $$;

CREATE FUNCTION :area.close_facts(fact text, month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    part text := fact || to_char(month, '_YYYY_MM');
BEGIN
    IF EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass(':area.' || part)) THEN
        RETURN;
    END IF;
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (%s)', part,
        CASE fact WHEN 'contribution' THEN 'person_id, employer_id, submission_id, row_no' ELSE 'person_id, submission_id, row_no' END);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%L)', fact, part, month);
END $$;

GRANT USAGE ON SCHEMA :area TO batch_program, batch_analyst;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA :area TO batch_program;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA :area TO batch_program;
