-- Changes of status by their kind, in the order in which they came: an import reads those of some kinds, and years of the others are not passed through.
CREATE INDEX ON :area.person_event (event, submission_id, row_no);
