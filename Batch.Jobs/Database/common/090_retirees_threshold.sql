-- A part of the retirees that is missing in the agency's file is a small part of all people: it has a threshold of its own.

ALTER TABLE batch.review_threshold
    DROP CONSTRAINT review_threshold_name_check,
    ADD CONSTRAINT review_threshold_name_check CHECK (
        name IN ('credited-off-percent', 'people-off-percent', 'retirees-off-percent', 'least-people', 'single-credit-yuan', 'negative-credits', 'close-early-days'));

INSERT INTO batch.review_threshold (name, value, set_by) VALUES ('retirees-off-percent', 10, 'shipped');
