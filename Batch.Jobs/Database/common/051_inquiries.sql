-- Which account was looked at, by its internal number; and the accounts that somebody has looked at within the hour.

ALTER TABLE batch.inquiry ADD account_id int;

CREATE INDEX ON batch.inquiry (who, at);
