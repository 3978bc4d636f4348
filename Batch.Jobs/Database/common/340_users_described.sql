-- Who a user is: the real name and the unit, which pages show beside the login. Giving them is a change of its own, which ends no session.
ALTER TABLE batch.user_change
    ADD real_name text CHECK (real_name = btrim(real_name) AND length(real_name) BETWEEN 1 AND 32 AND real_name !~ '[[:cntrl:]]'),
    ADD unit text CHECK (unit = btrim(unit) AND length(unit) BETWEEN 1 AND 64 AND unit !~ '[[:cntrl:]]'),
    DROP CONSTRAINT user_change_what_check,
    ADD CONSTRAINT user_change_what_check CHECK (what IN ('added', 'roles', 'password', 'reset', 'disabled', 'enabled', 'named'));

CREATE OR REPLACE VIEW batch.user_now AS
    SELECT DISTINCT ON (name) name, roles, one_time, disabled, password_hash, seq, by, at, real_name, unit FROM batch.user_change ORDER BY name, seq DESC;
