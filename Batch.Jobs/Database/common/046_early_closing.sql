-- A month is closed once it has ended. An area may allow its closing some days before that; who allowed it is on record with the setting.

ALTER TABLE batch.review_threshold
    DROP CONSTRAINT review_threshold_name_check,
    ADD CONSTRAINT review_threshold_name_check CHECK (
        name IN ('credited-off-percent', 'people-off-percent', 'least-people', 'single-credit-yuan', 'negative-credits', 'close-early-days')),
    ADD CONSTRAINT close_early_days CHECK (name <> 'close-early-days' OR (value <= 31 AND value = trunc(value)));

INSERT INTO batch.review_threshold (name, value, set_by) VALUES ('close-early-days', 0, 'shipped');
