-- Two databases may differ in what script 166 made: it had another text for some hours (see docs/decisions.md). Here both get the same view:
-- persons with their latest number and name; no sex where the document is no citizen number.

CREATE OR REPLACE VIEW :area.analyst_person AS
    SELECT p.person_id AS person, batch.masked_number(p.citizen) AS id_masked, left(p.name, 1) || '*' AS name_masked,
           (extract(year FROM p.birth)::int / 10) * 10 AS birth_decade,
           CASE WHEN p.citizen >= 100000000000000000 THEN NULL WHEN p.citizen % 2 = 1 THEN 'male' ELSE 'female' END AS sex, a.account_id AS account, a.opened AS account_opened
    FROM :area.insured p JOIN :area.account a USING (person_id);

COMMENT ON VIEW :area.analyst_person IS '参保人及其账户，号码与姓名已脱敏 | insured persons and their accounts, number and name masked';
COMMENT ON COLUMN :area.analyst_person.person IS '人员编号 | number of the person within the area';
COMMENT ON COLUMN :area.analyst_person.id_masked IS '脱敏的公民身份号码 | citizen number, masked';
COMMENT ON COLUMN :area.analyst_person.name_masked IS '脱敏的姓名 | name, masked';
COMMENT ON COLUMN :area.analyst_person.birth_decade IS '出生年代，1980 即 1980 至 1989 年 | decade of birth: 1980 is 1980 to 1989';
COMMENT ON COLUMN :area.analyst_person.sex IS '性别，取自公民身份号码，其他证件为空 | sex, from the citizen number; empty for other documents';
COMMENT ON COLUMN :area.analyst_person.account IS '个人账户编号 | number of the account';
COMMENT ON COLUMN :area.analyst_person.account_opened IS '开户月份 | month in which the account was opened';
