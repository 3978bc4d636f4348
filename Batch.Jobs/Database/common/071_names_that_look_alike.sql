-- i is taken for l and 1; and what looks like a name of the program itself is nobody's name.
CREATE OR REPLACE FUNCTION batch.name_skeleton(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT replace(replace(translate(regexp_replace(lower(normalize(name, NFKC)), U&'[[:space:][:cntrl:]._\00AD\200B-\200F\2060\FEFF-]', '', 'g'),
        '01|i已巳曰末士入干于', 'olll己己日未土人千千'), 'rn', 'm'), 'vv', 'w')
$$;

-- What the program writes where a person's name stands.
CREATE FUNCTION batch.is_the_programs_name(name text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT batch.name_skeleton(name) IN (
        SELECT batch.name_skeleton(n) FROM unnest(ARRAY['schedule', 'scheduler', 'shipped', 'system', 'program', 'batch', 'key', 'nobody', 'unknown']) n)
$$;

CREATE OR REPLACE FUNCTION batch.name_is_its_own() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('batch.names'));
    IF batch.is_the_programs_name(NEW.name)
       OR EXISTS (SELECT FROM batch.user_change c WHERE (c.name <> NEW.name OR TG_TABLE_NAME = 'api_key') AND batch.name_skeleton(c.name) = batch.name_skeleton(NEW.name))
       OR EXISTS (SELECT FROM batch.api_key k WHERE (k.name <> NEW.name OR TG_TABLE_NAME = 'user_change') AND batch.name_skeleton(k.name) = batch.name_skeleton(NEW.name)) THEN
        RAISE EXCEPTION 'There is a user or a key whose name is the same or looks the same, or the program uses it itself.' USING ERRCODE = 'BA031';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION batch.schedule_approver_is_another() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    c batch.schedule_change;
BEGIN
    SELECT * INTO c FROM batch.schedule_change x WHERE x.change_id = NEW.change_id;
    IF c.proposed_by = 'shipped' AND NEW.approved_by = 'shipped' THEN
        IF EXISTS (SELECT FROM batch.schedule_change x WHERE x.area = c.area AND x.work = c.work AND x.change_id < c.change_id) THEN
            RAISE EXCEPTION 'What comes with the program is in force before any change.' USING ERRCODE = 'BA001';
        END IF;
    ELSIF batch.same_person(c.proposed_by, NEW.approved_by) OR batch.is_the_programs_name(NEW.approved_by) OR batch.is_the_programs_name(c.proposed_by) THEN
        RAISE EXCEPTION 'A schedule is approved by somebody else than who proposed it.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION batch.approver_is_another() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    c batch.policy_change;
BEGIN
    SELECT * INTO c FROM batch.policy_change x WHERE x.hash = NEW.hash;
    IF c.proposed_by = 'shipped' AND NEW.approved_by = 'shipped' THEN
        IF EXISTS (SELECT FROM batch.policy_change x WHERE x.area = c.area AND x.kind = 'file' AND x.hash <> c.hash) THEN
            RAISE EXCEPTION 'What comes with the program is in force before any change.' USING ERRCODE = 'BA001';
        END IF;
    ELSIF batch.same_person(c.proposed_by, NEW.approved_by) OR batch.is_the_programs_name(NEW.approved_by) OR batch.is_the_programs_name(c.proposed_by) THEN
        RAISE EXCEPTION 'A policy change is approved by somebody else than who proposed it.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

GRANT EXECUTE ON FUNCTION batch.is_the_programs_name(text) TO batch_program;
