-- Family sharing 家庭共济: 13 a member is bound to the person whose account pays for him, 14 the binding ends. value: the member's number, for a
-- binding with the relation. A member is looked up by the first 17 digits of his number, whoever pays for him.
CREATE INDEX ON :area.person_event (left(value, 17)) WHERE event IN (13, 14);
