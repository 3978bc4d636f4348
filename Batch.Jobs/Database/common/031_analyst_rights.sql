-- Analysts read the views of the areas and nothing here; the masking is of use to the views alone, which run with their owner's rights.
REVOKE ALL ON ALL TABLES IN SCHEMA batch FROM batch_analyst;
