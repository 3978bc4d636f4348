-- Who may use the pages and what they may do. Nothing is edited: a user is what the last change says, a lock-out is derived from the attempts.

CREATE TABLE batch.user_change (
    seq           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text NOT NULL CHECK (name = btrim(name) AND length(name) BETWEEN 1 AND 64 AND name !~ '[[:cntrl:]]'),
    roles         text[] NOT NULL CHECK (roles <@ ARRAY['operator', 'reviewer', 'analyst', 'inquiry', 'administrator']),
    password_hash text NOT NULL,
    one_time      boolean NOT NULL,           -- the password opens one session only, in which it is changed
    disabled      boolean NOT NULL DEFAULT false,
    what          text NOT NULL CHECK (what IN ('added', 'roles', 'password', 'reset', 'disabled', 'enabled')),
    by            text NOT NULL,
    at            timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON batch.user_change (name, seq DESC);

-- locking: the wrong attempt that locks the name; locked: an attempt while it was; reset: an administrator gave a new password.
CREATE TABLE batch.sign_in (
    seq     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name    text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('good', 'wrong', 'locking', 'locked', 'reset')),
    at      timestamptz NOT NULL
);
CREATE INDEX ON batch.sign_in (name, seq DESC);

-- The keys that protect cookies and forms: one set for all hosts of a database.
CREATE TABLE batch.protection_key (
    name text PRIMARY KEY,
    xml  text NOT NULL,
    at   timestamptz NOT NULL DEFAULT now()
);

-- Why a number was unmasked, and where a request came from.
ALTER TABLE batch.audit ADD reason text, ADD origin text;

CREATE VIEW batch.user_now AS
    SELECT DISTINCT ON (name) name, roles, one_time, disabled, password_hash, seq, by, at FROM batch.user_change ORDER BY name, seq DESC;

GRANT SELECT, INSERT ON batch.user_change, batch.sign_in, batch.protection_key TO batch_program;
GRANT SELECT ON batch.user_now TO batch_program;
