-- A run is approved by another person than who computed it, also where one person has two ways to write a name; the program's own names approve nothing.

CREATE FUNCTION :area.run_approver_is_another() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF batch.same_person(NEW.made_by, NEW.approved_by) OR batch.name_skeleton(NEW.approved_by) IN ('shipped', 'schedule', 'scheduler') THEN
        RAISE EXCEPTION 'A run is approved by somebody else than who computed it.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER approver_is_another AFTER UPDATE OF approved_by ON :area.run FOR EACH ROW
    WHEN (NEW.approved_by IS DISTINCT FROM OLD.approved_by AND NEW.approved_by IS NOT NULL) EXECUTE FUNCTION :area.run_approver_is_another();
