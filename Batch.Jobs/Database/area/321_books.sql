-- The books: a view of double entries over what is stored, by the social insurance fund accounting system 财会〔2017〕28号, on a cash basis. No second ledger. docs/books.md says what feeds each account.

CREATE VIEW :area.book_account AS SELECT * FROM (VALUES
    ('1002',   '收入户存款',                       'income account',                  'asset',   NULL),
    ('1003',   '财政专户存款',                     'fiscal account',                  'asset',   NULL),
    ('1004',   '支出户存款',                       'expenditure account',             'asset',   NULL),
    ('110101', '暂付款—待核对付款',                'payments to be checked',          'asset',   NULL),
    ('200101', '暂收款—单位缴费',                  'suspense of employers',           'liability', NULL),
    ('200102', '暂收款—待核对收款',                'money in to be checked',          'liability', NULL),
    ('300101', '基本医疗保险统筹基金',             'pooled fund',                     'fund',    NULL),
    ('300102', '基本医疗保险个人账户基金',         'personal accounts fund',          'fund',    NULL),
    ('300103', '其他资金',                         'other funds',                     'fund',    NULL),
    ('300104', '统筹基金—滞纳金、利息和其他收入',  'late fees, interest, other',      'fund',    NULL),
    ('400101', '保险费收入—统筹基金',              'contributions to the pool',       'income',  '300101'),
    ('400102', '保险费收入—个人账户基金',          'contributions to accounts',       'income',  '300102'),
    ('400103', '保险费收入—其他资金',              'contributions to other funds',    'income',  '300103'),
    ('4301',   '利息收入',                         'interest',                        'income',  '300104'),
    ('4501',   '转移收入',                         'transfers in',                    'income',  '300102'),
    ('490101', '其他收入—滞纳金',                  'late fees',                       'income',  '300104'),
    ('490102', '其他收入—核销',                    'written off',                     'income',  '300104'),
    ('500101', '待遇支出—个人账户消费',            'spending of accounts',            'expense', '300102'),
    ('500102', '待遇支出—个人账户支付',            'pay-outs of accounts',            'expense', '300102'),
    ('5401',   '转移支出',                         'transfers out',                   'expense', '300102')) a (account, name, english, kind, closes_to);

-- From which day on the books were open when each file with money came: what it says of a closed month is booked in the first open one.
CREATE VIEW :area.book_file AS
    SELECT s.submission_id, s.received_by, s.file,
           coalesce((SELECT max(c.month) + interval '1 month' FROM :area.closing_in_force c JOIN :area.ledger l USING (seq) WHERE l.at <= s.received_at), '-infinity')::date AS open_from
    FROM :area.submission s WHERE s.content IN ('receipts', 'bank');

-- Receipts and bank lines as they are booked: each version with its amounts, and the version before it taken back. A closed month changes no more.
CREATE VIEW :area.book_money AS
    WITH file AS MATERIALIZED (SELECT * FROM :area.book_file),
    receipts AS (
        SELECT r.*, f.open_from, f.received_by, f.file, greatest(r.received_on, f.open_from) AS day FROM (
            SELECT DISTINCT ON (receipt_month, employer_id, document, submission_id) receipt_month, employer_id, document, submission_id, received_on,
                   CASE state WHEN 1 THEN amount_fen ELSE 0 END AS amount_fen, CASE state WHEN 1 THEN late_fee_fen ELSE 0 END AS late_fee_fen,
                   CASE state WHEN 1 THEN interest_fen ELSE 0 END AS interest_fen
            FROM :area.receipt ORDER BY receipt_month, employer_id, document, submission_id, row_no) r JOIN file f USING (submission_id)),
    receipt_versions AS (
        SELECT *, lag(day) OVER w AS day_before, lag(amount_fen) OVER w AS amount_before, lag(late_fee_fen) OVER w AS late_fee_before, lag(interest_fen) OVER w AS interest_before
        FROM receipts WINDOW w AS (PARTITION BY receipt_month, employer_id, document ORDER BY submission_id)),
    lines AS (
        SELECT l.*, f.open_from, f.received_by, f.file, greatest(l.traded_on, f.open_from) AS day FROM (
            SELECT DISTINCT ON (serial, submission_id) serial, submission_id, traded_on, CASE state WHEN 1 THEN credit_fen ELSE 0 END AS credit_fen,
                   CASE state WHEN 1 THEN debit_fen ELSE 0 END AS debit_fen
            FROM :area.bank_line ORDER BY serial, submission_id, row_no) l JOIN file f USING (submission_id)),
    line_versions AS (
        SELECT *, lag(day) OVER w AS day_before, lag(credit_fen) OVER w AS credit_before, lag(debit_fen) OVER w AS debit_before
        FROM lines WINDOW w AS (PARTITION BY serial ORDER BY submission_id))
    SELECT day, submission_id, received_by, file, amount_fen, late_fee_fen, interest_fen, 0::bigint AS credit_fen, 0::bigint AS debit_fen FROM receipt_versions
    UNION ALL
    SELECT greatest(day_before, open_from), submission_id, received_by, file, -amount_before, -late_fee_before, -interest_before, 0, 0 FROM receipt_versions WHERE day_before IS NOT NULL
    UNION ALL
    SELECT day, submission_id, received_by, file, 0, 0, 0, credit_fen, debit_fen FROM line_versions
    UNION ALL
    SELECT greatest(day_before, open_from), submission_id, received_by, file, 0, 0, 0, -credit_before, -debit_before FROM line_versions WHERE day_before IS NOT NULL;

-- Lines of vouchers but for the transfer at the end of a month. part: 1 money in and out by the day, 2 returns by the day, 3 a run. A reversal is in red: negative on its side.
CREATE VIEW :area.book_entry AS
    WITH money AS (
        SELECT day, sum(amount_fen)::bigint AS amount, sum(late_fee_fen)::bigint AS late, sum(interest_fen)::bigint AS interest, sum(credit_fen)::bigint AS credit,
               sum(debit_fen)::bigint AS debit, string_agg(DISTINCT received_by, '、' ORDER BY received_by) AS maker,
               min(file) || CASE WHEN count(DISTINCT submission_id) > 1 THEN format(' 等 %s 份', count(DISTINCT submission_id)) ELSE '' END AS source
        FROM :area.book_money GROUP BY day),
    returned AS (
        SELECT on_date AS day, kind, sum(amount_fen)::bigint AS amount FROM :area.return_state WHERE state = 'confirmed' GROUP BY on_date, kind),
    return_day AS (
        SELECT on_date AS day, string_agg(DISTINCT made_by, '、' ORDER BY made_by) AS maker, string_agg(DISTINCT acted_by, '、' ORDER BY acted_by) AS checker,
               string_agg(DISTINCT document, ' ' ORDER BY document) AS source
        FROM :area.return_state WHERE state = 'confirmed' GROUP BY on_date),
    runs AS (
        SELECT r.posting_month, r.seq, r.made_by, r.approved_by, t.component, sum(t.account_fen)::bigint AS a, sum(t.pool_fen)::bigint AS p, sum(t.other_fen)::bigint AS o,
               sum(t.person_paid_fen + t.employer_paid_fen)::bigint AS paid, sum(t.paid_out_fen)::bigint AS paid_out,
               CASE r.kind WHEN 'interest' THEN '计息' WHEN 'reversal' THEN '冲正' ELSE '划账' END AS act
        FROM :area.posted_run r JOIN :area.run_total t USING (run_id) GROUP BY r.posting_month, r.seq, r.made_by, r.approved_by, t.component, r.kind),
    numbered AS (SELECT *, dense_rank() OVER (PARTITION BY posting_month, act ORDER BY seq) AS place FROM runs),
    lines AS (
        SELECT m.day, 1 AS part, 0::bigint AS key, v.line, v.summary, v.account, v.debit, v.credit, m.maker, NULL::text AS checker, m.source FROM money m CROSS JOIN LATERAL (VALUES
            (1, '银行收款', '1002', m.credit, 0), (2, '银行收款', '200102', 0, m.credit), (3, '银行付款', '110101', m.debit, 0), (4, '银行付款', '1002', 0, m.debit),
            (5, '缴费到账', '200102', m.amount + m.late + m.interest, 0), (6, '缴费到账', '200101', 0, m.amount), (7, '滞纳金', '490101', 0, m.late), (8, '欠费利息', '4301', 0, m.interest))
            v (line, summary, account, debit, credit)
        UNION ALL
        SELECT r.day, 2, 0, v.line, v.summary, v.account, v.debit, v.credit, g.maker, g.checker, g.source FROM returned r JOIN return_day g USING (day) CROSS JOIN LATERAL (VALUES
            (1, 'refund', '退还单位缴费', '200101', r.amount, 0), (2, 'refund', '退还单位缴费', '110101', 0, r.amount),
            (3, 'carry-over', '结转到其他月份', '200101', r.amount, 0), (4, 'carry-over', '结转自其他月份', '200101', 0, r.amount),
            (5, 'write-off', '核销多缴款', '200101', r.amount, 0), (6, 'write-off', '核销多缴款', '490102', 0, r.amount)) v (line, kind, summary, account, debit, credit)
        WHERE v.kind = r.kind
        UNION ALL
        SELECT (r.posting_month + interval '1 month' - interval '1 day')::date, 3, r.seq, r.component * 10 + v.line, v.summary, v.account, v.debit, v.credit, r.made_by, r.approved_by,
               format('本月第 %s 次%s', r.place, r.act)
        FROM numbered r CROSS JOIN LATERAL (VALUES
            ('{1}'::int[], 1, '缴费入账', '200101', r.paid, 0), ('{1}', 2, '划入个人账户', '400102', 0, r.a), ('{1}', 3, '划入统筹基金', '400101', 0, r.p), ('{1}', 4, '划入其他资金', '400103', 0, r.o),
            ('{2}', 1, '退休人员划账', '300101', -r.p, 0), ('{2}', 2, '退休人员划账', '300102', 0, r.a), ('{2}', 3, '退休人员划账', '300103', 0, r.o),
            ('{3}', 1, '个人账户计息', '300103', -r.o, 0), ('{3}', 2, '个人账户计息', '300102', 0, r.a), ('{3}', 3, '个人账户计息', '300101', 0, r.p),
            ('{4}', 1, '接收期初余额', '1003', -r.paid_out, 0),
            ('{5,13}', 1, '个人账户消费', '500101', r.paid_out, 0), ('{5,13}', 2, '个人账户消费', '1004', 0, r.paid_out),
            ('{6}', 1, '个人账户支付', '500102', r.paid_out, 0), ('{6}', 2, '个人账户支付', '1004', 0, r.paid_out),
            ('{7,11}', 1, '转移接续转入', '200102', -r.paid_out, 0), ('{7,11}', 2, '转移接续转入', '4501', 0, -r.paid_out),
            ('{8,10,12}', 1, '转移接续转出', '5401', r.paid_out, 0), ('{8,10,12}', 2, '转移接续转出', '1004', 0, r.paid_out),
            ('{9}', 1, '更正', '300103', -r.o, 0), ('{9}', 2, '更正', '300102', 0, r.a), ('{9}', 3, '更正', '300101', 0, r.p),
            ('{4}', 3, '接收期初余额', '300102', 0, r.a), ('{5,6,7,8,10,11,12,13}', 3, '无继承人余额归统筹', '300102', -(r.a + r.paid_out), 0),
            ('{4,5,6,7,8,10,11,12,13}', 4, '无继承人余额归统筹', '300101', 0, r.p), ('{4,5,6,7,8,10,11,12,13}', 5, '其他资金', '300103', 0, r.o),
            ('{2,3,4,5,6,7,8,9,10,11,12,13}', 6, '缴费', '200101', r.paid, 0), ('{1,2,3,9}', 7, '支付', '1004', 0, r.paid_out)) v (components, line, summary, account, debit, credit)
        WHERE r.component = ANY (v.components))
    SELECT date_trunc('month', day)::date AS month, day, part, key, line, summary, account, debit::bigint AS debit_fen, credit::bigint AS credit_fen, maker, checker, source
    FROM lines WHERE debit <> 0 OR credit <> 0;

-- All lines: at the end of a month (part 4) its income and expenses are transferred to the funds.
CREATE VIEW :area.book_line AS
    SELECT * FROM :area.book_entry
    UNION ALL
    SELECT t.month, (t.month + interval '1 month' - interval '1 day')::date, 4, 0, v.line, v.summary, v.account, v.debit, v.credit, NULL, NULL, '本月收支'
    FROM (SELECT e.month, a.account, a.closes_to, a.kind, row_number() OVER (PARTITION BY e.month ORDER BY a.account) AS place, sum(e.credit_fen - e.debit_fen)::bigint AS fen
          FROM :area.book_entry e JOIN :area.book_account a USING (account) WHERE a.closes_to IS NOT NULL GROUP BY e.month, a.account, a.closes_to, a.kind) t
    CROSS JOIN LATERAL (VALUES
        ('income', (t.place * 2)::int, '结转本月收入', t.account, t.fen, 0::bigint), ('income', (t.place * 2 + 1)::int, '结转本月收入', t.closes_to, 0, t.fen),
        ('expense', (t.place * 2)::int, '结转本月支出', t.closes_to, -t.fen, 0), ('expense', (t.place * 2 + 1)::int, '结转本月支出', t.account, 0, -t.fen)) v (kind, line, summary, account, debit, credit)
    WHERE v.kind = t.kind AND t.fen <> 0;

GRANT SELECT ON :area.book_account, :area.book_file, :area.book_money, :area.book_entry, :area.book_line TO batch_program;
