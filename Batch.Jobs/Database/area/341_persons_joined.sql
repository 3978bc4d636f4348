-- Two numbers found to be one person's: the facts of one (other_id) become those of the person who stays (person_id), by submissions of their own. undo: a join is
-- taken back as a whole.
ALTER TABLE :area.identity_change DROP CONSTRAINT identity_change_kind_check,
    ADD CONSTRAINT identity_change_kind_check CHECK (kind IN ('rename', 'join', 'undo')),
    ADD COLUMN other_id int,
    ADD COLUMN undoes int REFERENCES :area.identity_change,
    ADD CONSTRAINT identity_change_other CHECK ((other_id IS NOT NULL) = (kind IN ('join', 'undo')) AND other_id IS DISTINCT FROM person_id),
    ADD CONSTRAINT identity_change_undoes CHECK ((undoes IS NOT NULL) = (kind = 'undo'));
CREATE INDEX ON :area.identity_change (other_id);

CREATE OR REPLACE VIEW :area.identity_change_state AS
    SELECT c.identity_id, c.kind, c.person_id, c.number_was, c.name_was, c.number, c.birth, c.name, c.on_date, c.document, c.reason, c.proposed_by, c.proposed_at,
           CASE a.act WHEN 'approve' THEN 'approved' WHEN 'refuse' THEN 'refused' WHEN 'withdraw' THEN 'withdrawn' ELSE 'proposed' END AS state,
           a.acted_by, a.acted_at, a.reason AS act_reason, c.other_id, c.undoes
    FROM :area.identity_change c LEFT JOIN :area.identity_change_act a ON a.changed = c.identity_id;

-- Every number by which a person is found: also the first one may be given up, when it is found to be another person's.
CREATE OR REPLACE VIEW :area.person_number AS
    SELECT p.citizen AS number, p.person_id FROM :area.person p
    WHERE NOT EXISTS (SELECT FROM :area.person_event g WHERE g.event = 17 AND g.number = p.citizen AND g.person_id = p.person_id)
    UNION ALL
    SELECT e.number, e.person_id FROM :area.person_event e
    WHERE e.event = 15 AND NOT EXISTS (
        SELECT FROM :area.person_event g WHERE g.event = 17 AND g.number = e.number AND g.person_id = e.person_id
            AND (g.submission_id, abs(g.row_no)) > (e.submission_id, abs(e.row_no)));

-- Persons whose numbers and facts are another's now.
CREATE VIEW :area.joined_person AS
    SELECT j.other_id AS person_id, j.person_id AS into_person, j.number FROM :area.identity_change_state j
    WHERE j.kind = 'join' AND j.state = 'approved' AND NOT EXISTS (SELECT FROM :area.identity_change_state u WHERE u.undoes = j.identity_id AND u.state = 'approved');

-- Joins in force as the ledger has them: from when (the month that was open at the approval, and the month in which the facts were posted).
CREATE VIEW :area.posted_join AS
    SELECT j.identity_id, j.person_id AS to_person, j.other_id AS from_person, max(s.month) AS filed, max(r.posting_month) AS posted
    FROM :area.identity_change j JOIN :area.identity_submission i ON i.changed = j.identity_id JOIN :area.submission s USING (submission_id)
    JOIN :area.run_submission t USING (submission_id) JOIN :area.standing_run r USING (run_id)
    WHERE j.kind = 'join' AND NOT EXISTS (
        SELECT FROM :area.identity_change u JOIN :area.identity_submission ui ON ui.changed = u.identity_id
        JOIN :area.run_submission ut USING (submission_id) JOIN :area.standing_run ur USING (run_id) WHERE u.undoes = j.identity_id)
    GROUP BY 1, 2, 3;

GRANT SELECT ON :area.posted_join, :area.joined_person TO batch_program;
