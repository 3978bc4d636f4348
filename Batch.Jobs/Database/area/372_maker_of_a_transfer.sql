-- The transfer at the end of a month is made by the closing: its voucher has who closed the month as maker; while the month is open, nobody.
CREATE OR REPLACE VIEW :area.book_line AS
    SELECT * FROM :area.book_entry
    UNION ALL
    SELECT t.month, (t.month + interval '1 month' - interval '1 day')::date, 4, 0, v.line, v.summary, v.account, v.debit, v.credit,
           (SELECT l.by FROM :area.closing_in_force c JOIN :area.ledger l USING (seq) WHERE c.month = t.month), NULL, '本月收支'
    FROM (SELECT e.month, a.account, a.closes_to, a.kind, row_number() OVER (PARTITION BY e.month ORDER BY a.account) AS place, sum(e.credit_fen - e.debit_fen)::bigint AS fen
          FROM :area.book_entry e JOIN :area.book_account a USING (account) WHERE a.closes_to IS NOT NULL GROUP BY e.month, a.account, a.closes_to, a.kind) t
    CROSS JOIN LATERAL (VALUES
        ('income', (t.place * 2)::int, '结转本月收入', t.account, t.fen, 0::bigint), ('income', (t.place * 2 + 1)::int, '结转本月收入', t.closes_to, 0, t.fen),
        ('expense', (t.place * 2)::int, '结转本月支出', t.closes_to, -t.fen, 0), ('expense', (t.place * 2 + 1)::int, '结转本月支出', t.account, 0, -t.fen)) v (kind, line, summary, account, debit, credit)
    WHERE v.kind = t.kind AND t.fen <> 0;
