-- Several dated figures in one proposal, such as all those of a new year, are approved or refused together. The content has a line for each.
ALTER TABLE batch.policy_change DROP CONSTRAINT policy_change_kind_check;
ALTER TABLE batch.policy_change ADD CONSTRAINT policy_change_kind_check CHECK (kind IN ('file', 'figure', 'figures'));
