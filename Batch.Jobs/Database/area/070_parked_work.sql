-- A month does not close while a piece of a run is parked with its error: it is mended and retried, or its run is discarded, first.

CREATE FUNCTION :area.nothing_is_parked() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = :area, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM batch.job j WHERE j.area = right(':area', 6) AND j.state = 'parked' AND j.kind IN ('chunk', 'allocate')) THEN
        RAISE EXCEPTION 'A piece of a run is parked; retry or cancel it before closing %.', to_char(NEW.month, 'YYYY-MM') USING ERRCODE = 'BA070';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER nothing_is_parked BEFORE INSERT ON :area.closing FOR EACH ROW EXECUTE FUNCTION :area.nothing_is_parked();

REVOKE EXECUTE ON FUNCTION :area.nothing_is_parked() FROM PUBLIC;
