-- Numbers of documents without a birth date stand above those of citizens: 10^17 + three letters and twelve digits (old residence cards, foreigners'
-- social security numbers), 2 x 10^17 + up to eleven letters and digits (passports).
CREATE OR REPLACE FUNCTION batch.citizen_number(digits bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN digits < 100000000000000000 THEN lpad(digits::text, 17, '0') || substr('10X98765432', 1 + (
            (SELECT sum(substr(lpad(digits::text, 17, '0'), i, 1)::int * (1 << (18 - i)) % 11) FROM generate_series(1, 17) i) % 11)::int, 1)
        WHEN digits < 200000000000000000 THEN (
            SELECT chr(65 + (n / 676)::int) || chr(65 + (n / 26 % 26)::int) || chr(65 + (n % 26)::int)
            FROM (SELECT (digits - 100000000000000000) / 1000000000000 AS n) letters) || lpad(((digits - 100000000000000000) % 1000000000000)::text, 12, '0')
        ELSE (
            SELECT string_agg(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', c, 1), '' ORDER BY place DESC)
            FROM generate_series(0, 10) place, LATERAL (SELECT (div((digits - 200000000000000000)::numeric, 37::numeric ^ place) % 37)::int AS c) d
            WHERE c > 0)
    END
$$;

-- The 17th digit of a citizen number is odd for men. Other documents tell no sex: where a rule asks for it, the longer requirement counts, the men's.
CREATE FUNCTION batch.is_male(digits bigint) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT digits >= 100000000000000000 OR digits % 2 = 1
$$;
