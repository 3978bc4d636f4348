-- Names that cannot be taken for one another, the last administrator, and two persons where two are asked for.

-- What is left of a name when look-alikes are made one: width, case, invisible characters, separators, 0 and o, 1 and l, rn and m, vv and w.
CREATE FUNCTION batch.name_skeleton(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT replace(replace(translate(regexp_replace(lower(normalize(name, NFKC)), U&'[[:space:][:cntrl:]._\00AD\200B-\200F\2060\FEFF-]', '', 'g'), '01|', 'oll'), 'rn', 'm'), 'vv', 'w')
$$;

-- What the program writes where a person's name stands, and keys with their prefix, are nobody who may agree with himself under another name.
CREATE FUNCTION batch.same_person(a text, b text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT batch.name_skeleton(a) = batch.name_skeleton(b)
$$;

CREATE FUNCTION batch.name_is_its_own() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('batch.names'));
    IF EXISTS (SELECT FROM batch.user_change c WHERE (c.name <> NEW.name OR TG_TABLE_NAME = 'api_key') AND batch.name_skeleton(c.name) = batch.name_skeleton(NEW.name))
       OR EXISTS (SELECT FROM batch.api_key k WHERE (k.name <> NEW.name OR TG_TABLE_NAME = 'user_change') AND batch.name_skeleton(k.name) = batch.name_skeleton(NEW.name)) THEN
        RAISE EXCEPTION 'There is a user or a key whose name is the same or looks the same.' USING ERRCODE = 'BA031';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER name_is_its_own BEFORE INSERT ON batch.user_change FOR EACH ROW WHEN (NEW.what = 'added') EXECUTE FUNCTION batch.name_is_its_own();
CREATE TRIGGER name_is_its_own BEFORE INSERT ON batch.api_key FOR EACH ROW EXECUTE FUNCTION batch.name_is_its_own();

-- Where there is an administrator, one remains.
CREATE FUNCTION batch.administrator_remains() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('batch.administrators'));
    IF (NEW.disabled OR NOT 'administrator' = ANY (NEW.roles))
       AND EXISTS (SELECT FROM batch.user_now u WHERE u.name = NEW.name AND NOT u.disabled AND 'administrator' = ANY (u.roles))
       AND NOT EXISTS (SELECT FROM batch.user_now u WHERE u.name <> NEW.name AND NOT u.disabled AND 'administrator' = ANY (u.roles)) THEN
        RAISE EXCEPTION 'The last administrator stays one and stays enabled.' USING ERRCODE = 'BA030';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER administrator_remains BEFORE INSERT ON batch.user_change FOR EACH ROW EXECUTE FUNCTION batch.administrator_remains();

-- Shipped is what comes with the program: the first of its kind in an area, and nothing after it. Nobody proposes or approves under that name.
CREATE OR REPLACE FUNCTION batch.schedule_approver_is_another() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    c batch.schedule_change;
BEGIN
    SELECT * INTO c FROM batch.schedule_change x WHERE x.change_id = NEW.change_id;
    IF c.proposed_by = 'shipped' AND NEW.approved_by = 'shipped' THEN
        IF EXISTS (SELECT FROM batch.schedule_change x WHERE x.area = c.area AND x.work = c.work AND x.change_id < c.change_id) THEN
            RAISE EXCEPTION 'What comes with the program is in force before any change.' USING ERRCODE = 'BA001';
        END IF;
    ELSIF batch.same_person(c.proposed_by, NEW.approved_by) OR batch.name_skeleton(NEW.approved_by) IN ('shipped', 'schedule', 'scheduler')
       OR batch.name_skeleton(c.proposed_by) IN ('shipped', 'schedule', 'scheduler') THEN
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
    ELSIF batch.same_person(c.proposed_by, NEW.approved_by) OR batch.name_skeleton(NEW.approved_by) IN ('shipped', 'schedule', 'scheduler')
       OR batch.name_skeleton(c.proposed_by) IN ('shipped', 'schedule', 'scheduler') THEN
        RAISE EXCEPTION 'A policy change is approved by somebody else than who proposed it.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

GRANT EXECUTE ON FUNCTION batch.name_skeleton(text), batch.same_person(text, text) TO batch_program;
