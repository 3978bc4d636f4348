-- More kinds of movements: 10 wallet transfer out 钱包转出, 11 in 钱包转入, 12 returned 钱包退回 (under the document of its transfer out), 13 an emergency paid back 急诊返还.
-- Channel 4 of spending: a relative's premium of the residents' insurance. Ground 8 of a pay-out: a listed severe illness.
ALTER TABLE :area.movement DROP CONSTRAINT movement_kind;
ALTER TABLE :area.movement DROP CONSTRAINT movement_sign;
ALTER TABLE :area.movement ADD CONSTRAINT movement_kind CHECK (kind BETWEEN 4 AND 13);
ALTER TABLE :area.movement ADD CONSTRAINT movement_sign CHECK (kind = 9 OR (amount_fen >= 0) = (kind IN (4, 7, 11, 12, 13)) OR amount_fen = 0);
COMMENT ON COLUMN :area.analyst_entry.component IS '项目：1 缴费，2 退休划账，3 利息，4 期初，5 支出，6 清退，7 转入，8 转出，9 更正，10 钱包转出，11 钱包转入，12 钱包退回，13 急诊返还 | 1 contribution, 2 retiree, 3 interest, 4 opening, 5 spending, 6 pay-out, 7 transfer in, 8 transfer out, 9 correction, 10 wallet out, 11 wallet in, 12 wallet returned, 13 emergency paid back';
