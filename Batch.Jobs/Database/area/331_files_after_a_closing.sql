-- From which day on the books were open when each file with money came: the closing knows the last submission that it closed the month with. Times do not tell: a file
-- that began to come in before a closing may end after it.
CREATE OR REPLACE VIEW :area.book_file AS
    SELECT s.submission_id, s.received_by, s.file,
           coalesce((SELECT max(c.month) + interval '1 month' FROM :area.closing_in_force c JOIN :area.closing_money m USING (seq) WHERE m.submissions < s.submission_id), '-infinity')::date AS open_from
    FROM :area.submission s WHERE s.content IN ('receipts', 'bank');
