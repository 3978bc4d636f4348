-- 审计: a role that sees everything and changes nothing.
ALTER TABLE batch.user_change DROP CONSTRAINT user_change_roles_check,
    ADD CONSTRAINT user_change_roles_check CHECK (roles <@ ARRAY['operator', 'reviewer', 'analyst', 'inquiry', 'administrator', 'auditor']);
