-- What analysts may read with a tool of their own: views in which nobody is named, and nothing but them. Their comments are the data dictionary
-- ("Chinese | English"); amounts are in yuan, a month is its first day.

REVOKE ALL ON ALL TABLES IN SCHEMA :area FROM batch_analyst;

CREATE VIEW :area.analyst_person AS
    SELECT p.person_id AS person, batch.masked_number(p.citizen) AS id_masked, left(p.name, 1) || '*' AS name_masked, extract(year FROM p.birth)::int AS birth_year,
           CASE WHEN p.citizen % 2 = 1 THEN 'male' ELSE 'female' END AS sex, a.account_id AS account, a.opened AS account_opened
    FROM :area.person p JOIN :area.account a USING (person_id);

CREATE VIEW :area.analyst_contribution AS
    SELECT c.contribution_month, c.person_id AS person, e.number AS employer, e.name AS employer_name, c.submission_id AS submission, c.row_no AS row,
           CASE c.state WHEN 1 THEN 'accepted' WHEN 2 THEN 'held' ELSE 'withdrawn' END AS state,
           c.base_fen / 100.0 AS base, c.person_paid_fen / 100.0 AS person_paid, c.employer_paid_fen / 100.0 AS employer_paid, c.received_on
    FROM :area.contribution c JOIN :area.employer e USING (employer_id);

CREATE VIEW :area.analyst_entry AS
    SELECT e.posting_month, e.contribution_month, e.run_id AS run, e.account_id AS account, e.component, e.account_fen / 100.0 AS to_account,
           e.pool_fen / 100.0 AS to_pool, e.other_fen / 100.0 AS to_other, e.person_paid_fen / 100.0 AS person_paid,
           e.employer_paid_fen / 100.0 AS employer_paid, e.paid_out_fen / 100.0 AS paid_out
    FROM :area.entry e;

CREATE VIEW :area.analyst_balance AS
    WITH carried AS (SELECT max(y.year) AS year, max(y.through) AS through FROM :area.statement_year y),
    since AS (SELECT e.account_id, sum(e.account_fen) AS fen FROM :area.entry e
              WHERE e.posting_month > coalesce((SELECT through FROM carried), '-infinity') GROUP BY e.account_id)
    SELECT a.account_id AS account, a.person_id AS person, (coalesce(s.closing_fen, 0) + coalesce(n.fen, 0)) / 100.0 AS balance
    FROM :area.account a LEFT JOIN :area.statement s ON s.account_id = a.account_id AND s.year = (SELECT year FROM carried)
    LEFT JOIN since n ON n.account_id = a.account_id;

CREATE VIEW :area.analyst_run AS
    SELECT r.run_id AS run, r.kind, r.posting_month, r.state, r.people, t.entries, t.account_fen / 100.0 AS to_account, t.pool_fen / 100.0 AS to_pool,
           t.other_fen / 100.0 AS to_other, t.person_paid_fen / 100.0 AS person_paid, t.employer_paid_fen / 100.0 AS employer_paid,
           r.made_by, r.made_at, r.approved_by, r.approved_at, r.reverses
    FROM :area.run r CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.entries), 0) AS entries, coalesce(sum(x.account_fen), 0) AS account_fen, coalesce(sum(x.pool_fen), 0) AS pool_fen,
               coalesce(sum(x.other_fen), 0) AS other_fen, coalesce(sum(x.person_paid_fen), 0) AS person_paid_fen,
               coalesce(sum(x.employer_paid_fen), 0) AS employer_paid_fen
        FROM :area.run_total x WHERE x.run_id = r.run_id) t;

CREATE VIEW :area.analyst_statement AS
    SELECT s.year, s.account_id AS account, s.opening_fen / 100.0 AS opening, s.movements_fen / 100.0 AS movements, s.closing_fen / 100.0 AS closing,
           s.accumulated_months, s.continuous_months, s.last_paid
    FROM :area.statement s;

CREATE VIEW :area.analyst_submission AS
    SELECT s.submission_id AS submission, s.content, s.kind, s.month, s.file, s.refused, s.rows, s.accepted, s.unchanged, s.held, s.rejected,
           s.person_paid_fen / 100.0 AS person_paid, s.employer_paid_fen / 100.0 AS employer_paid, s.received_by, s.received_at
    FROM :area.submission s;

COMMENT ON VIEW :area.analyst_person IS '参保人及其账户，号码与姓名已脱敏 | insured persons and their accounts, number and name masked';
COMMENT ON COLUMN :area.analyst_person.person IS '人员编号 | number of the person within the area';
COMMENT ON COLUMN :area.analyst_person.id_masked IS '脱敏的公民身份号码 | citizen number, masked';
COMMENT ON COLUMN :area.analyst_person.name_masked IS '脱敏的姓名 | name, masked';
COMMENT ON COLUMN :area.analyst_person.birth_year IS '出生年份 | year of birth';
COMMENT ON COLUMN :area.analyst_person.sex IS '性别 | sex, from the citizen number';
COMMENT ON COLUMN :area.analyst_person.account IS '个人账户编号 | number of the account';
COMMENT ON COLUMN :area.analyst_person.account_opened IS '开户月份 | month in which the account was opened';
COMMENT ON VIEW :area.analyst_contribution IS '缴费申报的各个版本，最后一次报送为准 | versions of declared contributions; the latest submission speaks';
COMMENT ON COLUMN :area.analyst_contribution.contribution_month IS '费款所属期 | the month it is for';
COMMENT ON COLUMN :area.analyst_contribution.person IS '人员编号 | number of the person';
COMMENT ON COLUMN :area.analyst_contribution.employer IS '单位编号 | number of the employer';
COMMENT ON COLUMN :area.analyst_contribution.employer_name IS '单位名称 | name of the employer';
COMMENT ON COLUMN :area.analyst_contribution.submission IS '报送编号 | number of the submission';
COMMENT ON COLUMN :area.analyst_contribution.row IS '文件行号；0 及以下为文件的后果 | row of the file; 0 or less: a consequence of the file';
COMMENT ON COLUMN :area.analyst_contribution.state IS '状态：接受、待定、撤回 | accepted, held or withdrawn';
COMMENT ON COLUMN :area.analyst_contribution.base IS '缴费基数（元） | contribution base, yuan';
COMMENT ON COLUMN :area.analyst_contribution.person_paid IS '个人缴费（元） | paid by the person, yuan';
COMMENT ON COLUMN :area.analyst_contribution.employer_paid IS '单位缴费（元） | paid by the employer, yuan';
COMMENT ON COLUMN :area.analyst_contribution.received_on IS '到账日期 | date of receipt';
COMMENT ON VIEW :area.analyst_entry IS '已入账分录，各方向并列，合计为零 | posted entries, legs side by side, summing to zero';
COMMENT ON COLUMN :area.analyst_entry.posting_month IS '入账月 | the month it was posted in';
COMMENT ON COLUMN :area.analyst_entry.contribution_month IS '费款所属期 | the month it is for';
COMMENT ON COLUMN :area.analyst_entry.run IS '批次号 | number of the run';
COMMENT ON COLUMN :area.analyst_entry.account IS '个人账户编号 | number of the account';
COMMENT ON COLUMN :area.analyst_entry.component IS '项目：1 缴费，2 退休划账，3 利息，4 期初，5 支出，6 清退，7 转入，8 转出，9 更正 | 1 contribution, 2 retiree, 3 interest, 4 opening, 5 spending, 6 pay-out, 7 transfer in, 8 transfer out, 9 correction';
COMMENT ON COLUMN :area.analyst_entry.to_account IS '划入个人账户（元） | to the account, yuan';
COMMENT ON COLUMN :area.analyst_entry.to_pool IS '划入统筹基金（元） | to the pooled fund, yuan';
COMMENT ON COLUMN :area.analyst_entry.to_other IS '划入其他资金（元） | to other funds, yuan';
COMMENT ON COLUMN :area.analyst_entry.person_paid IS '个人缴费（元） | paid by the person, yuan';
COMMENT ON COLUMN :area.analyst_entry.employer_paid IS '单位缴费（元） | paid by the employer, yuan';
COMMENT ON COLUMN :area.analyst_entry.paid_out IS '支付（元） | paid out, yuan';
COMMENT ON VIEW :area.analyst_balance IS '账户余额：最近年度对账单加其后的分录 | balances: last year-end statement plus the entries since';
COMMENT ON COLUMN :area.analyst_balance.account IS '个人账户编号 | number of the account';
COMMENT ON COLUMN :area.analyst_balance.person IS '人员编号 | number of the person';
COMMENT ON COLUMN :area.analyst_balance.balance IS '余额（元） | balance, yuan';
COMMENT ON VIEW :area.analyst_run IS '批次及其合计 | runs with their totals';
COMMENT ON COLUMN :area.analyst_run.run IS '批次号 | number of the run';
COMMENT ON COLUMN :area.analyst_run.kind IS '类型 | allocation, reversal, interest and so on';
COMMENT ON COLUMN :area.analyst_run.posting_month IS '入账月 | the month it is posted in';
COMMENT ON COLUMN :area.analyst_run.state IS '状态 | computing, computed, approved, posted or discarded';
COMMENT ON COLUMN :area.analyst_run.people IS '涉及人数 | people with an entry';
COMMENT ON COLUMN :area.analyst_run.entries IS '分录数 | number of entries';
COMMENT ON COLUMN :area.analyst_run.to_account IS '划入个人账户合计（元） | to accounts, yuan';
COMMENT ON COLUMN :area.analyst_run.to_pool IS '统筹基金净额（元） | to the pooled fund, net, yuan';
COMMENT ON COLUMN :area.analyst_run.to_other IS '其他资金（元） | to other funds, yuan';
COMMENT ON COLUMN :area.analyst_run.person_paid IS '个人缴费（元） | paid by persons, yuan';
COMMENT ON COLUMN :area.analyst_run.employer_paid IS '单位缴费（元） | paid by employers, yuan';
COMMENT ON COLUMN :area.analyst_run.made_by IS '经办人 | who computed it';
COMMENT ON COLUMN :area.analyst_run.made_at IS '计算时间 | when it was computed';
COMMENT ON COLUMN :area.analyst_run.approved_by IS '复核人 | who approved it';
COMMENT ON COLUMN :area.analyst_run.approved_at IS '复核时间 | when it was approved';
COMMENT ON COLUMN :area.analyst_run.reverses IS '被冲正的批次 | the run that it reverses';
COMMENT ON VIEW :area.analyst_statement IS '年度对账单 | year-end statements';
COMMENT ON COLUMN :area.analyst_statement.year IS '保险年度 | insurance year';
COMMENT ON COLUMN :area.analyst_statement.account IS '个人账户编号 | number of the account';
COMMENT ON COLUMN :area.analyst_statement.opening IS '年初余额（元） | opening, yuan';
COMMENT ON COLUMN :area.analyst_statement.movements IS '本年变动（元） | movements, yuan';
COMMENT ON COLUMN :area.analyst_statement.closing IS '年末余额（元） | closing, yuan';
COMMENT ON COLUMN :area.analyst_statement.accumulated_months IS '累计缴费月数 | accumulated months';
COMMENT ON COLUMN :area.analyst_statement.continuous_months IS '连续缴费月数 | continuous months';
COMMENT ON COLUMN :area.analyst_statement.last_paid IS '最后缴费月 | last month paid';
COMMENT ON VIEW :area.analyst_submission IS '报送文件及其结果 | submissions and what became of their rows';
COMMENT ON COLUMN :area.analyst_submission.submission IS '报送编号 | number of the submission';
COMMENT ON COLUMN :area.analyst_submission.content IS '内容 | payroll, pension, persons, movements or decision';
COMMENT ON COLUMN :area.analyst_submission.kind IS '类型 | regular, supplementary or replacement';
COMMENT ON COLUMN :area.analyst_submission.month IS '月份 | the month it was sent for';
COMMENT ON COLUMN :area.analyst_submission.file IS '文件名 | file name';
COMMENT ON COLUMN :area.analyst_submission.refused IS '整份拒收的代码 | code, when it was refused whole';
COMMENT ON COLUMN :area.analyst_submission.rows IS '行数 | rows';
COMMENT ON COLUMN :area.analyst_submission.accepted IS '接受 | accepted';
COMMENT ON COLUMN :area.analyst_submission.unchanged IS '未变 | unchanged';
COMMENT ON COLUMN :area.analyst_submission.held IS '待定 | held';
COMMENT ON COLUMN :area.analyst_submission.rejected IS '拒绝 | rejected';
COMMENT ON COLUMN :area.analyst_submission.person_paid IS '接受行的个人缴费（元） | paid by persons of the accepted rows, yuan';
COMMENT ON COLUMN :area.analyst_submission.employer_paid IS '接受行的单位缴费（元） | paid by employers of the accepted rows, yuan';
COMMENT ON COLUMN :area.analyst_submission.received_by IS '接收人 | who took it in';
COMMENT ON COLUMN :area.analyst_submission.received_at IS '接收时间 | when it was taken in';

GRANT SELECT ON :area.analyst_person, :area.analyst_contribution, :area.analyst_entry, :area.analyst_balance, :area.analyst_run, :area.analyst_statement,
    :area.analyst_submission TO batch_analyst;
