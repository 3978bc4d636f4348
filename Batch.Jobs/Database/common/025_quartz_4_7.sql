-- What Quartz.NET 4.1 to 4.7 added to its tables. Its own history stays off: ours is in batch.job_event.

ALTER TABLE quartz.qrtz_triggers
    ADD retry_policy varchar(250),
    ADD retry_attempt int,
    ADD continues_trigger_name text,
    ADD continues_trigger_group text,
    ADD continuation_condition int,
    ADD overlap_policy int,
    ADD pause_reason varchar(250),
    ADD paused_by varchar(200),
    ADD paused_at bigint,
    ADD misfire_threshold bigint,
    ADD fixed_delay boolean;

ALTER TABLE quartz.qrtz_paused_trigger_grps
    ADD pause_reason varchar(250),
    ADD paused_by varchar(200),
    ADD paused_at bigint;

CREATE TABLE quartz.qrtz_paused_job_grps (
    sched_name   text NOT NULL,
    job_group    text NOT NULL,
    pause_reason varchar(250),
    paused_by    varchar(200),
    paused_at    bigint,
    PRIMARY KEY (sched_name, job_group)
);

ALTER TABLE quartz.qrtz_fired_triggers
    ADD progress int,
    ADD progress_message varchar(250),
    ADD interrupt_requested_time bigint;

ALTER TABLE quartz.qrtz_scheduler_state ADD quartz_version varchar(20);

GRANT SELECT, INSERT, UPDATE, DELETE ON quartz.qrtz_paused_job_grps TO batch_program;
