-- Queued work 作业: what is to be done, how far it is, how it ended. A row commits with what asks for it; the job engine only wakes it, and may do so
-- twice. Whoever works on a row holds a session lock of its number, so that a dead worker's work is known and taken over.

CREATE TABLE batch.job (
    job_id     int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL,
    area       text NOT NULL CHECK (area ~ '^[0-9]{6}$'),
    argument   text NOT NULL CHECK (length(argument) <= 100),  -- numbers, months and names of ours; nothing personal
    parent     int REFERENCES batch.job,
    asked_by   text NOT NULL,
    asked_at   timestamptz NOT NULL DEFAULT now(),
    state      text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'waiting', 'paused', 'parked', 'done', 'refused', 'cancelled')),
    wanted     text CHECK (wanted IN ('pause', 'cancel')),     -- asked of whoever is at work on it
    wanted_by  text,
    wanted_why text,
    wake_at    timestamptz NOT NULL DEFAULT now(),             -- not before
    woken_at   timestamptz,
    attempts   int NOT NULL DEFAULT 0,
    worker     text,
    started_at timestamptz,
    ended_at   timestamptz,
    done       bigint NOT NULL DEFAULT 0,
    total      bigint,
    result     jsonb,
    fault      jsonb                                           -- code, zh, en
);
-- The same work is asked for once at a time.
CREATE UNIQUE INDEX job_once ON batch.job (kind, area, argument) WHERE state IN ('queued', 'running', 'waiting', 'paused', 'parked');
CREATE INDEX ON batch.job (wake_at) WHERE state = 'queued';
CREATE INDEX ON batch.job (parent) WHERE parent IS NOT NULL;

-- What happened to it and who did it. Kept.
CREATE TABLE batch.job_event (
    seq    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id int NOT NULL REFERENCES batch.job,
    at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    act    text NOT NULL,
    who    text NOT NULL,
    why    text
);
CREATE INDEX ON batch.job_event (job_id, seq);

-- A report made by a job, in pieces, so that any host can hand it out. Derived: it can be made again.
CREATE TABLE batch.job_file (
    job_id int NOT NULL REFERENCES batch.job,
    piece  int NOT NULL,
    bytes  bytea NOT NULL,
    PRIMARY KEY (job_id, piece)
);

-- Jobs whose worker is alive: it holds the lock of the job's number.
CREATE VIEW batch.job_alive AS
    SELECT objid::bigint::int AS job_id FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid::bigint = (hashtext('batch.job')::bigint & 4294967295)
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database());

GRANT SELECT, INSERT ON batch.job, batch.job_event, batch.job_file TO batch_program;
GRANT UPDATE (state, wanted, wanted_by, wanted_why, wake_at, woken_at, attempts, worker, started_at, ended_at, done, total, result, fault) ON batch.job TO batch_program;
GRANT DELETE ON batch.job_file TO batch_program;
GRANT SELECT ON batch.job_alive TO batch_program;
