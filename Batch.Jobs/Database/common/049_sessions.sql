-- Sessions 会话 of signed-in users: a row for each, so that all hosts of a database end one at once. The browser holds a random number, the table its hash.

CREATE TABLE batch.session (
    session_id   text PRIMARY KEY CHECK (session_id ~ '^[0-9a-f]{64}$'),
    name         text NOT NULL,
    user_version bigint NOT NULL,             -- the change of the user that it was opened under: after another one it has ended
    origin       text,
    opened_at    timestamptz NOT NULL,
    seen_at      timestamptz NOT NULL         -- of the last request, to the minute
);
CREATE INDEX ON batch.session (name, opened_at);

CREATE TABLE batch.session_end (
    session_id text PRIMARY KEY REFERENCES batch.session,
    why        text NOT NULL CHECK (why IN ('signed-out', 'ended')),
    by         text NOT NULL,
    at         timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT ON batch.session, batch.session_end TO batch_program;
GRANT UPDATE (seen_at) ON batch.session TO batch_program;
