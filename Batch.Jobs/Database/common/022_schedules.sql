-- Recurring work 定时作业 of an area: a change is proposed by one person and approved by another, as policies are. Times are those of Asia/Shanghai.

CREATE TABLE batch.schedule_change (
    change_id   int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    area        text NOT NULL CHECK (area ~ '^[0-9]{6}$'),
    work        text NOT NULL CHECK (work IN ('drop-folder', 'allocate', 'close', 'verify', 'interest', 'retention')),
    cron        text NOT NULL,                -- minute hour day month weekday
    missed      text NOT NULL CHECK (missed IN ('alarm', 'skip', 'once')),
    enabled     boolean NOT NULL,
    argument    text NOT NULL DEFAULT '',     -- the drop folder's name
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE batch.schedule_approval (
    seq         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    change_id   int NOT NULL UNIQUE REFERENCES batch.schedule_change,
    approved_by text NOT NULL,
    approved_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION batch.schedule_approver_is_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM batch.schedule_change c WHERE c.change_id = NEW.change_id AND c.proposed_by = NEW.approved_by AND c.proposed_by <> 'shipped') THEN
        RAISE EXCEPTION 'A schedule is approved by somebody else than who proposed it.' USING ERRCODE = 'BA001';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER approver_is_another BEFORE INSERT ON batch.schedule_approval
    FOR EACH ROW EXECUTE FUNCTION batch.schedule_approver_is_another();

CREATE VIEW batch.schedule_now AS
    SELECT DISTINCT ON (c.area, c.work) c.area, c.work, c.cron, c.missed, c.enabled, c.argument, c.proposed_by, a.approved_by, a.approved_at, c.change_id
    FROM batch.schedule_change c JOIN batch.schedule_approval a USING (change_id) ORDER BY c.area, c.work, a.seq DESC;

-- Each time at which recurring work was due, once: fired (with its job), caught up, skipped or alarmed.
CREATE TABLE batch.schedule_fire (
    area    text NOT NULL,
    work    text NOT NULL,
    due_at  timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('fired', 'late', 'skipped', 'alarmed')),
    job_id  int REFERENCES batch.job,
    at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (area, work, due_at)
);

-- What somebody has to look at 警报. Seen is a row of its own.
CREATE TABLE batch.alarm (
    alarm_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL DEFAULT now(),
    area     text,
    code     text NOT NULL,
    zh       text NOT NULL,
    en       text NOT NULL,
    job_id   int
);

CREATE TABLE batch.alarm_seen (
    alarm_id int PRIMARY KEY REFERENCES batch.alarm,
    by       text NOT NULL,
    why      text,
    at       timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT ON batch.schedule_change, batch.schedule_approval, batch.schedule_fire, batch.alarm, batch.alarm_seen TO batch_program;
GRANT SELECT ON batch.schedule_now TO batch_program;
