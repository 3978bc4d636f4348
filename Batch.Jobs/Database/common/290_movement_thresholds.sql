-- Movements have thresholds too: a single one, what goes out of the accounts beside last month, and how many corrections there are beside the accounts.

ALTER TABLE batch.review_threshold
    DROP CONSTRAINT review_threshold_name_check,
    ADD CONSTRAINT review_threshold_name_check CHECK (
        name IN ('credited-off-percent', 'people-off-percent', 'retirees-off-percent', 'least-people', 'single-credit-yuan', 'negative-credits', 'single-movement-yuan',
                 'money-out-percent', 'corrections-percent', 'close-early-days'));

INSERT INTO batch.review_threshold (name, value, set_by) VALUES
    ('single-movement-yuan', 100000, 'shipped'), ('money-out-percent', 200, 'shipped'), ('corrections-percent', 2, 'shipped');
