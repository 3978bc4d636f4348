-- Two people found under one number are parted: chosen rows of one (person_id) become another person's (number, with name and birth where that person is new). other_id
-- is that person, where known when it was proposed. The rows are in identity_row; undo takes a join or a part back.
ALTER TABLE :area.identity_change DROP CONSTRAINT identity_change_kind_check, DROP CONSTRAINT identity_change_other,
    ADD CONSTRAINT identity_change_kind_check CHECK (kind IN ('rename', 'join', 'undo', 'part')),
    ADD CONSTRAINT identity_change_other CHECK ((kind = 'part' OR (other_id IS NOT NULL) = (kind IN ('join', 'undo'))) AND other_id IS DISTINCT FROM person_id),
    ADD CONSTRAINT identity_change_part CHECK (kind <> 'part' OR number IS NOT NULL);
