-- The content of a run is read by functions that find its table themselves. Those that are given a relation run with the rights of their caller and are
-- for the functions of the owner alone: a relation of somebody else's may be a view with any function in it.
ALTER FUNCTION :area.run_sums(int, regclass) SECURITY INVOKER;
ALTER FUNCTION :area.run_digest(int, regclass) SECURITY INVOKER;
REVOKE EXECUTE ON FUNCTION :area.run_sums(int, regclass), :area.run_digest(int, regclass) FROM PUBLIC, batch_program;

-- The digest of what a posted run has in the ledger.
CREATE FUNCTION :area.posted_digest(run int) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = :area, pg_temp AS $$
    SELECT run_digest(r.run_id, coalesce(to_regclass(':area.entry' || to_char(r.posting_month, '_YYYY_MM')), ':area.entry'::regclass))
    FROM run r WHERE r.run_id = run
$$;

-- Keys and attaches a month of facts, and nothing else.
CREATE OR REPLACE FUNCTION :area.close_facts(fact text, month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
DECLARE
    part text := fact || to_char(month, '_YYYY_MM');
BEGIN
    IF fact NOT IN ('contribution', 'pension', 'movement') OR month <> date_trunc('month', month)::date THEN
        RAISE EXCEPTION 'No such facts: % %', fact, month;
    END IF;
    IF EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass(':area.' || part)) THEN
        RETURN;
    END IF;
    EXECUTE format('ALTER TABLE :area.%I ADD PRIMARY KEY (%s)', part,
        CASE fact WHEN 'contribution' THEN 'person_id, employer_id, submission_id, row_no'
                  WHEN 'pension' THEN 'person_id, submission_id, row_no'
                  ELSE 'on_date, person_id, kind, channel, member, reference, submission_id, row_no' END);
    -- What is known by its document is looked up by person, whatever its day; days' totals never are.
    IF fact = 'movement' THEN
        EXECUTE format('CREATE INDEX ON :area.%I (person_id) WHERE kind <> 5', part);
    END IF;
    EXECUTE format('ALTER TABLE :area.%I ATTACH PARTITION :area.%I FOR VALUES IN (%L)', fact, part, month);
END $$;

REVOKE EXECUTE ON FUNCTION :area.posted_digest FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :area.posted_digest TO batch_program;
