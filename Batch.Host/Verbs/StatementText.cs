using Batch.Jobs.Facts;
using Batch.Jobs.Ledger;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Rules;

namespace Batch.Host.Verbs;

/// <summary>A statement and a family's sharing as text that can be printed.</summary>
internal static class StatementText
{
    public static void Write(VerbOutput output, AccountStatementDocument told)
    {
        output.Line($"个人账户对账单 statement  {told.From.Text()} — {told.To.Text()}");
        output.Table(["", "合计 total", "上年结转 carried over", "本年划入 this year"],
        [
            ["期初 opening", told.Opening.ToString(), told.OpeningParts.CarriedOver.ToString(), told.OpeningParts.ThisYear.ToString()],
            ["期末 closing", told.Closing.ToString(), told.ClosingParts.CarriedOver.ToString(), told.ClosingParts.ThisYear.ToString()],
        ]);
        output.Table(
            ["入账 posted", "所属 month", "项目 component", "个人缴 person", "单位缴 employer", "金额 amount", "余额 balance"],
            told.Lines.Select(l => new[]
            {
                l.PostingMonth.Text(), l.Month.Text(), l.Words().Both(), l.PersonPaid.ToString(), l.EmployerPaid.ToString(), l.Amount.ToString(), l.Balance.ToString(),
            }));
        output.Line($"本期 movements {told.Movements}");
        if (told.SpendingByChannel.Count > 0)
        {
            output.Table(
                ["消费渠道 channel", "本人 own", "家庭成员 family"],
                told.SpendingByChannel.Select(s => new[] { LedgerWords.Of(s.Channel).Both(), s.Own.ToString(), s.Members.ToString() }));
        }

        if (told.Contributions.Count > 0)
        {
            output.Line("缴费明细 contribution record");
            output.Table(
                ["所属 month", "单位编号 employer", "基数 base", "个人缴 person", "单位缴 employer", "划入 credited"],
                told.Contributions.Select(c => new[] { c.Month.Text(), c.Employer, c.Base.ToString(), c.PersonPaid.ToString(), c.EmployerPaid.ToString(), c.Credited.ToString() }));
        }
    }

    public static void Write(VerbOutput output, FamilyDocument told)
    {
        output.Line($"家庭共济 family sharing  {told.From.Text()} — {told.To.Text()}");
        if (told.Members.Count > 0)
        {
            output.Table(
                ["成员 member", "关系 relation", "自 from", "至 to", "支付 spent"],
                told.Members.Select(m => new[] { m.Member, m.Relation, m.From.Text(), m.To is { } to ? to.Text() : "", m.Spent.ToString() }));
        }

        if (told.SpentFor.Count > 0)
        {
            output.Table(["日期 day", "渠道 channel", "为本人支付 spent for you"], told.SpentFor.Select(s => new[] { s.On.Text(), LedgerWords.Of(s.Channel).Both(), s.Amount.ToString() }));
        }
    }
}
