-- Interest: a run of its own kind, component 3. It is paid by the interest that the fund itself earns: account + I, other funds - I.
-- Tagged with the last month of the year that it is for; posted in an open month, when the year's statements are made.

ALTER TABLE :area.run DROP CONSTRAINT run_kind_check;
ALTER TABLE :area.run ADD CONSTRAINT run_kind_check CHECK (kind IN ('allocation', 'reversal', 'interest'));

-- Posted interest that stands: posted and not taken back.
CREATE VIEW :area.standing_interest AS
    SELECT r.* FROM :area.posted_run r
    WHERE r.kind = 'interest' AND NOT EXISTS (SELECT FROM :area.posted_run v WHERE v.reverses = r.run_id);

GRANT SELECT ON :area.standing_interest TO batch_program, batch_analyst;
