-- What all areas share: the list of areas, the dated policies with their approvals, and the audit log.

CREATE TABLE batch.area (
    code        text PRIMARY KEY CHECK (code ~ '^[0-9]{6}$'),
    schema_name text NOT NULL UNIQUE,
    created_at  timestamptz NOT NULL DEFAULT now()
);

-- A proposed change of an area's policy: a whole policy file, or one dated figure. Never edited; a later change overrides it.
CREATE TABLE batch.policy_change (
    hash        text PRIMARY KEY,
    area        text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('file', 'figure')),
    content     text NOT NULL,                -- the YAML text, or the figure as NAME=VALUE
    figure      text,
    from_month  date,
    value       numeric,
    document    text NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((kind = 'figure') = (figure IS NOT NULL AND from_month IS NOT NULL AND value IS NOT NULL))
);

-- A change is in force once somebody else has approved it; seq is the order in which changes came into force.
CREATE TABLE batch.policy_approval (
    seq         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash        text NOT NULL UNIQUE REFERENCES batch.policy_change,
    approved_by text NOT NULL,
    approved_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION batch.approver_is_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM batch.policy_change c
               WHERE c.hash = NEW.hash AND c.proposed_by = NEW.approved_by AND c.proposed_by <> 'shipped') THEN
        RAISE EXCEPTION 'A policy change is approved by somebody else than who proposed it.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER approver_is_another BEFORE INSERT ON batch.policy_approval
    FOR EACH ROW EXECUTE FUNCTION batch.approver_is_another();

-- The slice of a policy that one month is computed with, by its hash: what runs name and what the second path reads.
CREATE TABLE batch.policy_slice (
    hash    text PRIMARY KEY,
    area    text NOT NULL,
    content jsonb NOT NULL
);

-- Runs are numbered across areas, so that a run's number is enough to name it.
CREATE TABLE batch.run_area (
    run_id int PRIMARY KEY,
    area   text NOT NULL
);

CREATE TABLE batch.audit (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL DEFAULT now(),
    who      text NOT NULL,
    area     text,
    act      text NOT NULL,
    subject  text
);

-- A citizen number is kept as its first 17 digits; the check character (GB 11643) is derived.
CREATE FUNCTION batch.citizen_number(digits bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lpad(digits::text, 17, '0') || substr('10X98765432', 1 + (
        (SELECT sum(substr(lpad(digits::text, 17, '0'), i, 1)::int * (1 << (18 - i)) % 11) FROM generate_series(1, 17) i) % 11)::int, 1)
$$;

CREATE FUNCTION batch.masked_number(digits bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT substr(n, 1, 6) || '********' || substr(n, 15, 4) FROM batch.citizen_number(digits) n
$$;

GRANT USAGE ON SCHEMA batch TO batch_program, batch_analyst;
GRANT SELECT ON ALL TABLES IN SCHEMA batch TO batch_program;
GRANT INSERT ON batch.policy_change, batch.policy_approval, batch.policy_slice, batch.audit TO batch_program;
