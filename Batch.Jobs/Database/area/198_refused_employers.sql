-- The employers and months of a file that was refused whole, where its rows could be read: when all of them have come in by later files, it is settled.
CREATE TABLE :area.refused_employer (
    refused  int NOT NULL,
    employer text NOT NULL,
    month    date NOT NULL,
    receipts boolean NOT NULL,
    PRIMARY KEY (refused, employer, month)
);

-- Whether later files brought each employer and month of a refused one; false where they are not known.
CREATE FUNCTION :area.sent_right(of_submission int) RETURNS boolean
LANGUAGE sql STABLE SET search_path = :area, pg_temp AS $$
    SELECT EXISTS (SELECT FROM refused_employer r WHERE r.refused = of_submission)
       AND NOT EXISTS (
        SELECT FROM refused_employer r LEFT JOIN employer e ON e.number = r.employer
        WHERE r.refused = of_submission
          AND NOT (r.receipts AND EXISTS (
              SELECT FROM receipt t WHERE t.employer_id = e.employer_id AND t.receipt_month = r.month AND t.submission_id > of_submission AND t.row_no > 0))
          AND NOT (NOT r.receipts AND EXISTS (
              SELECT FROM contribution c WHERE c.employer_id = e.employer_id AND c.contribution_month = r.month AND c.submission_id > of_submission AND c.row_no > 0)))
$$;

REVOKE EXECUTE ON FUNCTION :area.sent_right(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION :area.sent_right(int) TO batch_program;
GRANT SELECT, INSERT ON :area.refused_employer TO batch_program;
