-- Files on their way in 已接收待处理的文件: the bytes are archived and the structure is checked when the file is received; a job takes its content. What
-- becomes of it is a submission; this record says who sent it, when, and how far it is. Numbered without gaps, under a lock.

CREATE TABLE :area.upload (
    upload_id     int PRIMARY KEY,
    file          text NOT NULL,
    sha256        bytea,                     -- null: larger than the limit, not kept
    bytes         bigint NOT NULL,
    month         date,                      -- as declared by the sender
    kind          text NOT NULL CHECK (kind IN ('regular', 'supplementary', 'replacement')),
    confirm       boolean NOT NULL,
    parent        int,                       -- the submission whose rejected rows it mends
    upload_key    text,                      -- chosen by the sender, so that sending twice is receiving once
    content       text,
    received_by   text NOT NULL,
    received_at   timestamptz NOT NULL DEFAULT now(),
    state         text NOT NULL CHECK (state IN ('waiting', 'taking', 'taken', 'refused', 'failed')),
    attempts      int NOT NULL DEFAULT 0,
    rows_read     int NOT NULL DEFAULT 0,
    bytes_read    bigint NOT NULL DEFAULT 0,
    started_at    timestamptz,
    ended_at      timestamptz,
    submission_id int,
    already       boolean NOT NULL DEFAULT false,  -- its bytes were in force: the submission is the earlier one
    fault         jsonb,                     -- of a refused file: code, row, column, found, expected; of a failed one: code
    UNIQUE (received_by, upload_key),
    CHECK (state <> 'taken' OR submission_id IS NOT NULL),
    CHECK (state NOT IN ('refused', 'failed') OR fault IS NOT NULL),
    CHECK (sha256 IS NOT NULL OR state = 'refused')
);
CREATE INDEX ON :area.upload (upload_id) WHERE state IN ('waiting', 'taking', 'failed');

-- The submission whose rejected rows a submission mends.
CREATE TABLE :area.submission_parent (
    submission_id int PRIMARY KEY,
    parent        int NOT NULL,
    CHECK (parent < submission_id)
);
CREATE INDEX ON :area.submission_parent (parent);

GRANT SELECT, INSERT ON :area.upload, :area.submission_parent TO batch_program;
GRANT UPDATE (state, attempts, rows_read, bytes_read, started_at, ended_at, submission_id, already, fault, content) ON :area.upload TO batch_program;
GRANT SELECT ON :area.submission_parent TO batch_analyst;
