-- What becomes of a proposal is sealed as its approval is.
CREATE OR REPLACE VIEW batch.sealed_log AS
    SELECT * FROM (VALUES
        ('audit', 'audit_id', true), ('sign_in', 'seq', true), ('user_change', 'seq', true), ('inquiry', 'inquiry_id', true), ('job_event', 'seq', true),
        ('schedule_change', 'change_id', true), ('schedule_approval', 'seq', true), ('proposal_act', 'act_id', true), ('alarm', 'alarm_id', true), ('alarm_seen', 'alarm_id', false),
        ('api_key', 'key_id', false), ('api_key_revoked', 'key_id', false), ('area', 'code', false), ('review_threshold', 'threshold_id', false)) l (log, key, ordered);
