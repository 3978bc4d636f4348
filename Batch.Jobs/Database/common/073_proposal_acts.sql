-- What else becomes of a proposed change of a policy or a schedule: its proposer withdraws it, somebody else refuses it, or it is proposed once more after that.
-- Nothing is edited; the latest row counts.
CREATE TABLE batch.proposal_act (
    act_id  int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind    text NOT NULL CHECK (kind IN ('policy', 'schedule')),
    subject text NOT NULL,                    -- the hash of the policy change, or the number of the schedule change
    area    text NOT NULL,
    act     text NOT NULL CHECK (act IN ('propose', 'withdraw', 'refuse')),
    who     text NOT NULL,
    reason  text NOT NULL DEFAULT '',
    at      timestamptz NOT NULL DEFAULT now(),
    CHECK (act <> 'refuse' OR btrim(reason) <> '')
);

CREATE INDEX ON batch.proposal_act (kind, subject, act_id DESC);

-- Each proposal with who proposed it last, who approved it, and how it ended otherwise.
CREATE VIEW batch.proposal AS
    SELECT p.kind, p.subject, p.area, coalesce(again.who, p.proposed_by) AS proposed_by, p.approved_by,
           CASE WHEN p.approved_by IS NOT NULL THEN 'approved' WHEN last.act = 'withdraw' THEN 'withdrawn' WHEN last.act = 'refuse' THEN 'refused' ELSE 'proposed' END AS state,
           last.who AS ended_by, last.reason, last.at AS ended_at
    FROM (
        SELECT 'policy' AS kind, c.hash AS subject, c.area, c.proposed_by, a.approved_by FROM batch.policy_change c LEFT JOIN batch.policy_approval a USING (hash)
        UNION ALL
        SELECT 'schedule', c.change_id::text, c.area, c.proposed_by, a.approved_by FROM batch.schedule_change c LEFT JOIN batch.schedule_approval a USING (change_id)) p
    LEFT JOIN LATERAL (SELECT x.who FROM batch.proposal_act x WHERE x.kind = p.kind AND x.subject = p.subject AND x.act = 'propose' ORDER BY x.act_id DESC LIMIT 1) again ON true
    LEFT JOIN LATERAL (SELECT x.act, x.who, x.reason, x.at FROM batch.proposal_act x WHERE x.kind = p.kind AND x.subject = p.subject ORDER BY x.act_id DESC LIMIT 1) last ON true;

CREATE FUNCTION batch.proposal_act_in_order() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    p batch.proposal;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('batch.proposal ' || NEW.kind || ' ' || NEW.subject));
    SELECT * INTO p FROM batch.proposal x WHERE x.kind = NEW.kind AND x.subject = NEW.subject;
    IF p.state IS NULL OR p.area <> NEW.area THEN
        RAISE EXCEPTION 'There is no such proposal.' USING ERRCODE = 'BA080';
    ELSIF p.state = 'approved' OR (NEW.act = 'propose') = (p.state = 'proposed') THEN
        RAISE EXCEPTION 'The proposal is %.', p.state USING ERRCODE = 'BA081';
    ELSIF NEW.act = 'withdraw' AND NOT batch.same_person(p.proposed_by, NEW.who) THEN
        RAISE EXCEPTION 'A proposal is withdrawn by the person who made it.' USING ERRCODE = 'BA082';
    ELSIF NEW.act = 'refuse' AND batch.same_person(p.proposed_by, NEW.who) THEN
        RAISE EXCEPTION 'A proposal is refused by another person than the one who made it.' USING ERRCODE = 'BA001';
    ELSIF batch.name_skeleton(NEW.who) IN ('shipped', 'schedule', 'scheduler') THEN
        RAISE EXCEPTION 'That name is the program''s.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER in_order BEFORE INSERT ON batch.proposal_act FOR EACH ROW EXECUTE FUNCTION batch.proposal_act_in_order();

-- What has ended is not approved, nor by the person who proposed it once more.
CREATE FUNCTION batch.proposal_still_waits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    of_kind    text := CASE TG_TABLE_NAME WHEN 'policy_approval' THEN 'policy' ELSE 'schedule' END;
    of_subject text := CASE TG_TABLE_NAME WHEN 'policy_approval' THEN to_jsonb(NEW) ->> 'hash' ELSE to_jsonb(NEW) ->> 'change_id' END;
    p batch.proposal;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('batch.proposal ' || of_kind || ' ' || of_subject));
    SELECT * INTO p FROM batch.proposal x WHERE x.kind = of_kind AND x.subject = of_subject;
    IF p.state IN ('withdrawn', 'refused') THEN
        RAISE EXCEPTION 'The proposal is %.', p.state USING ERRCODE = 'BA081';
    ELSIF p.proposed_by <> 'shipped' AND batch.same_person(p.proposed_by, NEW.approved_by) THEN
        RAISE EXCEPTION 'A proposal is approved by another person than the one who made it.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER still_waits BEFORE INSERT ON batch.policy_approval FOR EACH ROW EXECUTE FUNCTION batch.proposal_still_waits();
CREATE TRIGGER still_waits BEFORE INSERT ON batch.schedule_approval FOR EACH ROW EXECUTE FUNCTION batch.proposal_still_waits();

GRANT SELECT, INSERT ON batch.proposal_act TO batch_program;
GRANT SELECT ON batch.proposal TO batch_program;
