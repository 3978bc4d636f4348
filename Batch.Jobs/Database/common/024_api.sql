-- Keys of programs that use the API, and the record of inquiries. A key is shown once and kept as a hash; nothing here is edited.

CREATE TABLE batch.api_key (
    key_id     text PRIMARY KEY CHECK (key_id ~ '^[a-z2-7]{8}$'),  -- the public part
    name       text NOT NULL CHECK (name = btrim(name) AND length(name) BETWEEN 1 AND 64),  -- who acts
    hash       text NOT NULL,                                       -- SHA-256 of the whole key
    scopes     text[] NOT NULL,
    areas      text[] NOT NULL DEFAULT '{}',                        -- empty: every area
    expires_at timestamptz,
    by         text NOT NULL,
    at         timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE batch.api_key_revoked (
    key_id text PRIMARY KEY REFERENCES batch.api_key,
    by     text NOT NULL,
    why    text,
    at     timestamptz NOT NULL DEFAULT now()
);

-- The first use of a key: until then it can be given anew.
CREATE TABLE batch.api_key_used (
    key_id text PRIMARY KEY REFERENCES batch.api_key,
    at     timestamptz NOT NULL DEFAULT now()
);

-- Each inquiry 查询记录: who asked through which channel about whom, by the person's internal number, and what was told.
CREATE TABLE batch.inquiry (
    inquiry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT now(),
    who        text NOT NULL,
    channel    text NOT NULL,
    area       text,
    person_id  int,                                                 -- null: nobody was found
    what       text NOT NULL,
    reason     text
);
CREATE INDEX ON batch.inquiry (area, person_id, at);

GRANT SELECT, INSERT ON batch.api_key, batch.api_key_revoked, batch.api_key_used, batch.inquiry TO batch_program;
