-- Rejected rows of a submission that nobody will send again: with a reason they are no longer listed as work that is left.

CREATE TABLE :area.dismissal (
    dismissed int PRIMARY KEY,
    by        text NOT NULL,
    at        timestamptz NOT NULL DEFAULT now(),
    reason    text NOT NULL CHECK (btrim(reason) <> '')
);

GRANT SELECT, INSERT ON :area.dismissal TO batch_program;
