-- Who a person is, over time. What a person was registered with stays in :area.person; changes are events:
-- 15 number changed (number, and the birth date that the new document tells, where it tells one), 16 name changed (value), 17 number given up: the
-- person went back to an earlier number, so that the one left may be another person's. A name that a later file brings for a person registered without
-- one is an event 16 with a negative row.

ALTER TABLE :area.person DROP CONSTRAINT IF EXISTS person_citizen_check;
ALTER TABLE :area.person ADD CONSTRAINT person_citizen_check CHECK (citizen BETWEEN 0 AND 399999999999999999);

ALTER TABLE :area.person_event ADD COLUMN number bigint;
ALTER TABLE :area.person_event ADD COLUMN birth date;
ALTER TABLE :area.person_event ADD CONSTRAINT person_event_number CHECK ((number IS NOT NULL) = (event IN (15, 17)));
CREATE INDEX ON :area.person_event (number) WHERE event IN (15, 17);

-- What an allocation reads of a range of persons: a new number may bring another birth date.
DROP INDEX IF EXISTS :area.person_event_person_id_event_submission_id_row_no_idx;
CREATE INDEX ON :area.person_event (person_id, event, submission_id, row_no) WHERE event IN (4, 5, 6, 15);

-- Every number by which a person is found: the first one and those of later documents that were not given up.
CREATE VIEW :area.person_number AS
    SELECT citizen AS number, person_id FROM :area.person
    UNION ALL
    SELECT e.number, e.person_id FROM :area.person_event e
    WHERE e.event = 15 AND NOT EXISTS (
        SELECT FROM :area.person_event g WHERE g.event = 17 AND g.number = e.number AND g.person_id = e.person_id
            AND (g.submission_id, abs(g.row_no)) > (e.submission_id, abs(e.row_no)));

-- Persons as they are now.
CREATE VIEW :area.insured AS
    SELECT p.person_id, coalesce(n.number, p.citizen) AS citizen, coalesce(m.value, p.name) AS name, coalesce(b.birth, p.birth) AS birth, p.submission_id
    FROM :area.person p
    LEFT JOIN (SELECT DISTINCT ON (person_id) person_id, number FROM :area.person_event WHERE event = 15
               ORDER BY person_id, submission_id DESC, row_no DESC) n USING (person_id)
    LEFT JOIN (SELECT DISTINCT ON (person_id) person_id, value FROM :area.person_event WHERE event = 16
               ORDER BY person_id, submission_id DESC, row_no DESC) m USING (person_id)
    LEFT JOIN (SELECT DISTINCT ON (person_id) person_id, birth FROM :area.person_event WHERE event = 15 AND birth IS NOT NULL
               ORDER BY person_id, submission_id DESC, row_no DESC) b USING (person_id);

-- Changes of status that wait for a decision: they name another than the person on record. A line of money that does is a held fact of the person with
-- the sign turned: nobody's until it is decided, and nothing that the person has is touched by it.
CREATE TABLE :area.held_event (
    submission_id int NOT NULL,
    row_no        int NOT NULL,
    person_id     int NOT NULL,
    event         smallint NOT NULL,
    on_date       date NOT NULL,
    value         text,
    document      text,
    number        bigint,
    birth         date,
    PRIMARY KEY (submission_id, row_no)
);
CREATE INDEX ON :area.held_event (person_id);

GRANT SELECT ON :area.person_number, :area.insured, :area.held_event TO batch_program;
GRANT INSERT ON :area.held_event TO batch_program;
