-- The password of the login that the program works with, for the next program: read by the owner alone, left out of backups.
CREATE TABLE batch.program_login (
    login   text PRIMARY KEY,
    secret  text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
