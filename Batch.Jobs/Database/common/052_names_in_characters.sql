-- Names may be written in Chinese characters: those that differ by a stroke are one where names are compared.

CREATE OR REPLACE FUNCTION batch.name_skeleton(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT replace(replace(translate(regexp_replace(lower(normalize(name, NFKC)), U&'[[:space:][:cntrl:]._\00AD\200B-\200F\2060\FEFF-]', '', 'g'),
        '01|已巳曰末士入干于', 'oll己己日未土人千千'), 'rn', 'm'), 'vv', 'w')
$$;
