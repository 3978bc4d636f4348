-- Who closes a month and who opens it again is another person than the one before, also where one person has two ways to write a name.

CREATE OR REPLACE FUNCTION :area.refuse_closing(closing_month date, who text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = :area, pg_temp AS $$
BEGIN
    IF closing_month <= last_closed() THEN
        RAISE EXCEPTION 'Month % is closed.', to_char(closing_month, 'YYYY-MM') USING ERRCODE = 'BA002';
    END IF;
    IF closing_month <> date_trunc('month', closing_month) OR closing_month IS NULL THEN
        RAISE EXCEPTION 'A month is named by its first day.' USING ERRCODE = '22023';
    END IF;
    IF closing_month <> next_to_close() THEN
        RAISE EXCEPTION '%', to_char(next_to_close(), 'YYYY-MM') USING ERRCODE = 'BA150';
    END IF;
    IF now() < closable_from(closing_month) THEN
        RAISE EXCEPTION '%', to_char(closable_from(closing_month) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') USING ERRCODE = 'BA151';
    END IF;
    IF batch.same_person(last_poster(closing_month), who) THEN
        RAISE EXCEPTION 'A month is closed by another person than posted last in it.' USING ERRCODE = 'BA152';
    END IF;
    IF EXISTS (SELECT FROM run WHERE state IN ('computing', 'computed', 'approved') AND posting_month <= closing_month) THEN
        RAISE EXCEPTION 'A run of month % or earlier is still open.', to_char(closing_month, 'YYYY-MM') USING ERRCODE = 'BA003';
    END IF;
END $$;

-- The program's own names, which no person has, approve nothing.
CREATE FUNCTION :area.reopener_is_another() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    opened_by text;
BEGIN
    SELECT l.by INTO opened_by FROM :area.ledger l WHERE l.seq = NEW.seq;
    IF batch.same_person(NEW.proposed_by, opened_by) OR batch.name_skeleton(opened_by) IN ('shipped', 'schedule', 'scheduler') THEN
        RAISE EXCEPTION 'A reopening is approved by another person than proposed it.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER reopener_is_another BEFORE INSERT ON :area.reopening FOR EACH ROW EXECUTE FUNCTION :area.reopener_is_another();
