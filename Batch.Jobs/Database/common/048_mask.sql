-- The mask of citizen numbers, as the program has it: the first four characters and the last. Ten digits and a year of birth left some thirty numbers.

CREATE OR REPLACE FUNCTION batch.masked_number(digits bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT left(n, 4) || repeat('*', 13) || right(n, 1) FROM batch.citizen_number(digits) n
$$;
