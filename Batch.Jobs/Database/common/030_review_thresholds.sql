-- What a reviewer must not pass over in silence: the thresholds of the anomalies. Appended; the latest word on a name speaks, an area's own before
-- that for all areas.

CREATE TABLE batch.review_threshold (
    threshold_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    area         text,                        -- NULL: every area that has none of its own
    name         text NOT NULL CHECK (name IN ('credited-off-percent', 'people-off-percent', 'least-people', 'single-credit-yuan', 'negative-credits')),
    value        numeric NOT NULL CHECK (value >= 0),
    set_by       text NOT NULL,
    set_at       timestamptz NOT NULL DEFAULT now()
);

-- Percentages compare the posting month with the one posted before it, where that had at least so many people: a small month swings by itself.
INSERT INTO batch.review_threshold (name, value, set_by) VALUES
    ('credited-off-percent', 20, 'shipped'), ('people-off-percent', 10, 'shipped'), ('least-people', 1000, 'shipped'),
    ('single-credit-yuan', 10000, 'shipped'), ('negative-credits', 100, 'shipped');

CREATE FUNCTION batch.threshold(of_area text, of_name text) RETURNS numeric LANGUAGE sql STABLE SET search_path = batch, pg_temp AS $$
    SELECT t.value FROM review_threshold t WHERE t.name = of_name AND (t.area = of_area OR t.area IS NULL)
    ORDER BY t.area NULLS LAST, t.threshold_id DESC LIMIT 1
$$;

GRANT SELECT, INSERT ON batch.review_threshold TO batch_program;
