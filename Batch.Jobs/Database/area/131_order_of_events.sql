-- Changes of status by their kind, in the order in which they came: an import reads those of some kinds, and years of the others are not passed through.
CREATE INDEX ON :area.person_event (event, submission_id, row_no);

-- What an allocation reads of a range of persons: most changes are enrolments and breaks, which it does not ask for.
CREATE INDEX ON :area.person_event (person_id, event, submission_id, row_no) WHERE event IN (4, 5, 6);
