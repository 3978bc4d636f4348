-- What a running job waits for: a lock that another session holds, in both languages; NULL: it works.
ALTER TABLE batch.job ADD waits jsonb;
GRANT UPDATE (waits) ON batch.job TO batch_program;
