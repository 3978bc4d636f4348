using Batch.Jobs.Facts;

namespace Batch.Jobs.Files;

/// <summary>The columns that a submission may have, whatever its sender calls them.</summary>
internal enum Column
{
    Id,
    Name,
    EmployerCode,
    EmployerName,
    Month,
    Base,
    PersonPaid,
    EmployerPaid,
    ReceivedOn,
    ContributionKind,
    Standing,
    PensionPriorYear,
    PensionThisYear,
    PensionMonth,
    RetiredOn,
    Event,
    EventOn,
    EventValue,
    MovementKind,
    MovementAmount,
    ReceiptAmount,
    Document,
    LateFee,
    LateInterest,
    ParentRow,
    MovementOn,
    Channel,
    Ground,
    Member,
    Heir,
    HeirName,
    OtherArea,
    EarlierMonths,
    Birth,
    TradedOn,
    Serial,
    Payer,
    PayerAccount,
    Credit,
    Debit,
    Balance,
    Note,
}

/// <summary>What senders call the columns: ours first, then those of other cities' forms, English, and the national platform's code names.</summary>
internal static class ColumnNames
{
    private static readonly (Column Column, string[] Names)[] Known =
    [
        (Column.Id, ["公民身份号码", "身份证号", "身份证号码", "证件号码", "证件号", "社会保障号", "社会保障号码", "社保号", "居民身份证号码", "居民身份证号",
            "公民身份证号码", "身份证", "id", "id_number", "id_no", "citizen_id", "certno", "aac002"]),
        (Column.Name, ["姓名", "职工姓名", "人员姓名", "参保人姓名", "参保人", "name", "person_name", "psn_name", "aac003"]),
        (Column.EmployerCode, ["单位编号", "单位社保编号", "单位编码", "单位代码", "单位保险号", "统一社会信用代码", "社会信用代码", "employer", "employer_code",
            "employer_no", "employer_number", "emp_no", "aab001"]),
        (Column.EmployerName, ["单位名称", "用人单位", "用人单位名称", "公司名称", "employer_name", "emp_name", "aab004"]),
        (Column.Month, ["费款所属期", "缴费年月", "所属期", "缴费月份", "缴费所属期", "费款所属月份", "费款所属年月", "所属年月", "所属月份", "对应费款所属期", "month",
            "period", "contribution_month", "cashym"]),
        (Column.Base, ["缴费基数", "月缴费基数", "月缴费工资", "缴费工资", "申报工资", "月缴费工资基数", "缴费工资基数", "base", "contribution_base", "clctstd",
            "akc010"]),
        (Column.PersonPaid, ["个人缴费金额", "个人缴费", "个人缴费额", "个人缴纳金额", "个人缴纳", "个人应缴", "个人应缴额", "个人应缴金额", "person_paid", "personal_amount",
            "employee_amount", "psn_clct_amt", "akc060"]),
        (Column.EmployerPaid, ["单位缴费金额", "单位缴费", "单位缴费额", "单位缴纳金额", "单位缴纳", "单位应缴", "单位应缴额", "单位应缴金额", "employer_paid",
            "employer_amount", "emp_clct_amt"]),
        (Column.ReceivedOn, ["到账日期", "到账时间", "到帐日期", "received_on", "received", "arvl_date"]),
        (Column.ContributionKind, ["缴费类型", "应缴类型", "kind", "contribution_kind", "clct_type"]),
        (Column.Standing, ["人员类别", "参保状态", "医疗人员状态", "人员状态", "standing", "status"]),
        (Column.PensionPriorYear, ["上年度月平均养老金", "上年月平均养老金", "上年度月均养老金", "上年度平均养老金", "pension_prior_year"]),
        (Column.PensionThisYear, ["本年月平均养老金", "本年度月平均养老金", "本年度月均养老金", "pension_this_year"]),
        (Column.PensionMonth, ["当月养老金", "本月养老金", "月养老金", "养老金", "pension_month", "pension"]),
        (Column.RetiredOn, ["退休日期", "退休时间", "离退休日期", "retired_on", "retirement_date"]),
        (Column.Event, ["变更类型", "变动类型", "变更类别", "event", "change"]),
        (Column.EventOn, ["变更日期", "变动日期", "生效日期", "on", "date", "event_date", "change_date"]),
        (Column.EventValue, ["变更内容", "变动内容", "变更后内容", "value", "content"]),
        (Column.MovementKind, ["业务类型", "收支类型", "交易类型", "movement", "movement_kind"]),
        (Column.MovementAmount, ["金额", "发生额", "发生金额", "变动金额", "amount"]),
        (Column.ReceiptAmount, ["到账金额", "到帐金额", "实际到账金额", "实收金额", "实缴金额", "received_amount", "amount_received"]),
        (Column.Document, ["凭证号", "凭证编号", "凭证号码", "票据号", "缴款书号", "文书号", "单据号", "document", "document_no", "document_number", "voucher", "voucher_no"]),
        (Column.LateFee, ["滞纳金", "滞纳金金额", "late_fee"]),
        (Column.LateInterest, ["利息", "利息金额", "interest", "inte"]),
        (Column.ParentRow, ["原行号", "parent_row"]),
        (Column.MovementOn, ["发生日期", "业务日期", "发生时间", "movement_date", "occurred_on"]),
        (Column.Channel, ["渠道", "消费渠道", "消费类型", "channel"]),
        (Column.Ground, ["事由", "支付事由", "支付原因", "原因", "ground"]),
        (Column.Member, ["成员证件号码", "成员身份证号", "成员公民身份号码", "共济成员证件号码", "member", "member_id"]),
        (Column.Heir, ["继承人证件号码", "继承人身份证号", "继承人公民身份号码", "heir", "heir_id"]),
        (Column.HeirName, ["继承人姓名", "heir_name"]),
        (Column.OtherArea, ["对方统筹区", "对方统筹区代码", "转出地", "转入地", "other_area"]),
        (Column.EarlierMonths, ["以前年限", "累计月数", "以前累计月数", "earlier_months"]),
        (Column.Birth, ["出生日期", "出生年月日", "birth", "birth_date", "date_of_birth", "birthday"]),
        (Column.TradedOn, ["交易日期", "记账日期", "traded_on", "booked_on"]),
        (Column.Serial, ["流水号", "银行流水号", "交易流水号", "核心流水号", "serial", "serial_no", "serial_number"]),
        (Column.Payer, ["对方户名", "对方名称", "对方账户名称", "对方单位名称", "付款人名称", "付款人户名", "付款方名称", "payer", "payer_name", "counterparty"]),
        (Column.PayerAccount, ["对方账号", "对方帐号", "对方账户", "付款人账号", "付款方账号", "payer_account", "counterparty_account"]),
        (Column.Credit, ["贷方金额", "收入金额", "贷方发生额", "贷方发生金额", "贷方", "收入", "credit", "credit_amount"]),
        (Column.Debit, ["借方金额", "支出金额", "借方发生额", "借方发生金额", "借方", "支出", "debit", "debit_amount"]),
        (Column.Balance, ["余额", "账户余额", "当前余额", "balance"]),
        (Column.Note, ["摘要", "交易摘要", "note", "summary"]),
    ];

    private static readonly Dictionary<string, Column> ByName =
        Known.SelectMany(k => k.Names, (k, name) => (name, k.Column)).ToDictionary(p => p.name.Replace("_", "", StringComparison.Ordinal), p => p.Column);

    /// <summary>Our own Chinese name of a column, for a message about one that is not there.</summary>
    public static string Ours(Column column) => Known[(int)column].Names[0];

    /// <summary>Every name of a column, ours first.</summary>
    public static IReadOnlyList<string> All(Column column) => Known[(int)column].Names;

    public static bool IsAmount(Column column) => column is Column.Base or Column.PersonPaid or Column.EmployerPaid
        or Column.PensionPriorYear or Column.PensionThisYear or Column.PensionMonth
        or Column.ReceiptAmount or Column.LateFee or Column.LateInterest or Column.MovementAmount or Column.Credit or Column.Debit or Column.Balance;

    public static bool IsPersonal(Column column) => column is Column.Id or Column.Name or Column.EventValue or Column.Member or Column.Heir or Column.HeirName or Column.Birth or Column.Payer or Column.PayerAccount;

    /// <summary>Reads a header cell: blanks, full-width forms, case, a leading mark and a remark in brackets do not matter.</summary>
    public static Column? Recognise(ReadOnlySpan<byte> cell)
    {
        if (cell.Length is 0 or > 200)
        {
            return null;
        }

        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        Span<char> kept = stackalloc char[FieldText.MaxChars];
        int length = 0;
        foreach (char c in FieldText.Normalise(cell, buffer))
        {
            if (c == '(' && length > 0)
            {
                break;
            }

            if (!char.IsWhiteSpace(c) && c is not ('*' or '_' or ':' or '"'))
            {
                kept[length++] = char.ToLowerInvariant(c);
            }
        }

        return ByName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(kept[..length], out Column column) ? column : null;
    }
}
