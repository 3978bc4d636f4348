-- The common schema and the record of the scripts applied. The roles themselves are made before the first script runs, because this
-- runs as one of them. Scripts are never edited once applied: the recorded hash is compared at every start.

CREATE SCHEMA IF NOT EXISTS batch;

CREATE TABLE batch.migration (
    series     text        NOT NULL,  -- 'common', or the schema of an area
    number     int         NOT NULL CHECK (number > 0),
    name       text        NOT NULL,
    sha256     text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (series, number)
);

COMMENT ON TABLE batch.migration IS 'Every numbered script that was applied here, with the hash of its text.';

GRANT USAGE ON SCHEMA batch TO batch_program, batch_analyst;
GRANT SELECT ON batch.migration TO batch_program, batch_analyst;
