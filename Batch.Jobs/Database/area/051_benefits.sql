-- What the reimbursement side was told of each person's benefits: the months of a file, and from the first month that changed each spell as it
-- then stood. Appended; a later file's word on a person holds from its first month on.

CREATE TABLE :area.benefit_export (
    month   date PRIMARY KEY,
    people  int NOT NULL,                     -- with at least one row
    spells  int NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);

-- status: 0 not enrolled, 1 eligible, 2 suspended, 3 waiting, 4 ended.
CREATE TABLE :area.benefit_change (
    month         date NOT NULL,
    person_id     int NOT NULL,
    from_month    date NOT NULL,
    status        smallint NOT NULL CHECK (status BETWEEN 0 AND 4),
    waiting_until date,
    PRIMARY KEY (month, person_id, from_month),
    CHECK ((status = 3) = (waiting_until IS NOT NULL))
);
CREATE INDEX ON :area.benefit_change (person_id);

GRANT SELECT, INSERT ON :area.benefit_export, :area.benefit_change TO batch_program;
GRANT SELECT ON :area.benefit_export, :area.benefit_change TO batch_analyst;
