-- Who approves goes under no name that looks like one of the program's own.
CREATE OR REPLACE FUNCTION :area.run_approver_is_another() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF batch.same_person(NEW.made_by, NEW.approved_by) OR batch.is_the_programs_name(NEW.approved_by) THEN
        RAISE EXCEPTION 'A run is approved by somebody else than who computed it.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION :area.reopener_is_another() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    opened_by text;
BEGIN
    SELECT l.by INTO opened_by FROM :area.ledger l WHERE l.seq = NEW.seq;
    IF batch.same_person(NEW.proposed_by, opened_by) OR batch.is_the_programs_name(opened_by) THEN
        RAISE EXCEPTION 'A reopening is approved by another person than proposed it.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;
