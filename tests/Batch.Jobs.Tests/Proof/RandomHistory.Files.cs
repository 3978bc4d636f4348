using System.Globalization;
using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Files;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Proof;

/// <summary>The files that are drawn.</summary>
internal sealed partial class RandomHistory
{
    private string Payroll(YearMonth? only = null)
    {
        StringBuilder text = new("单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额\n");
        int employer = _random.Next(Employers.Length);
        for (int rows = _random.Next(1, 8); rows > 0; rows--)
        {
            int person = _random.Next(People - 3);
            YearMonth month = only ?? _month.PlusMonths(_random.Next(3) == 0 ? -_random.Next(4) : 0);
            Money declared = new(_random.Next(3) == 0 ? _random.NextInt64(200_000, 2_500_000) : 100_000L * _random.NextInt64(3, 20));
            if (_area.Policy.TryFor(month) is not { } slice || !slice.Covers("unit", Standing.Active))
            {
                continue;
            }

            ExpectedContribution due = Assessment.Expect(slice, "unit", SampleBirth(person), declared);
            long own = (due.Person?.Fen ?? 0) + (_random.Next(8) == 0 ? 1 : 0);
            long employers = (due.Employer?.Fen ?? 0) + (_random.Next(8) == 0 && !due.EmployerIsMinimum ? -1 : 0);
            int sender = _random.Next(8) == 0 ? _random.Next(Employers.Length) : employer;
            text.Append(CultureInfo.InvariantCulture, $"{Employers[sender]},单位{sender},人{person},{Id(person)},{Text(month)},{declared},{new Money(own)},{new Money(employers)}\n");
        }

        return text.ToString();
    }

    private string Pension(YearMonth? only = null)
    {
        StringBuilder text = new("姓名,公民身份号码,所属期,上年度月平均养老金,本年月平均养老金,当月养老金\n");
        for (int rows = _random.Next(1, 6); rows > 0; rows--)
        {
            int person = _random.Next(People - 7, People);
            YearMonth month = only ?? _month.PlusMonths(_random.Next(3) == 0 ? -_random.Next(3) : 0);
            string Figure() => _random.Next(3) == 0 ? "" : new Money(_random.NextInt64(300_000, 900_000)).ToString();
            text.Append(CultureInfo.InvariantCulture, $"人{person},{Id(person)},{Text(month)},{Figure()},{Figure()},{new Money(_random.NextInt64(300_000, 900_000))}\n");
        }

        return text.ToString();
    }

    // Amounts around what a few people come to, and now and then far over it; few documents, so that many are corrections.
    private string Receipts()
    {
        StringBuilder text = new("单位编号,费款所属期,到账金额,到账日期,凭证号,滞纳金\n");
        HashSet<string> said = [];
        for (int rows = _random.Next(1, 5); rows > 0; rows--)
        {
            string key = $"{Employers[_random.Next(Employers.Length)]},{Text(_month.PlusMonths(-_random.Next(3)))}";
            string document = $"D{_random.Next(3)}";
            long fen = _random.Next(4) switch { 0 => 0, 1 => 100_000_00, _ => _random.NextInt64(30_000, 500_000) };
            if (said.Add(key + document))
            {
                text.Append(CultureInfo.InvariantCulture, $"{key},{new Money(fen)},2021-01-01,{document},{_random.Next(2)}\n");
            }
        }

        return text.ToString();
    }

    // Few documents and days, so that many are corrections; amounts around what the accounts hold.
    private string Movements()
    {
        StringBuilder text = new("公民身份号码,变动类型,金额,发生日期,渠道,凭证号,事由,继承人证件号码,继承人姓名,对方统筹区,成员证件号码,以前年限\n");
        for (int rows = _random.Next(1, 7); rows > 0; rows--)
        {
            int person = _random.Next(People);
            LocalDate on = _month.OnDayOfMonth(1).PlusDays(7 * _random.Next(-8, 4));
            Money amount = new(_random.Next(4) == 0 ? _random.NextInt64(1, 200_000) : _random.NextInt64(1, 20_000));
            string document = $"D{_random.Next(3)}", member = _random.Next(4) == 0 ? Id((person + 1) % People) : "";
            (string kind, string rest) = _random.Next(10) switch
            {
                0 or 1 => ("期初余额", ",,,,,,,12"),
                2 or 3 or 4 => ("消费", $"{(_random.Next(2) == 0 ? "药店" : "门诊")},,,,,,{member},"),
                5 => ("支付", $",{document},{(_random.Next(3) switch { 0 => "出国定居", 1 => "放弃", _ => "异地安置" })},,,,,"),
                6 => _random.Next(2) == 0 ? ("支付", $",{document},死亡继承,{Id((person + 2) % People)},某人,,,") : ("支付", $",{document},无继承人,,,,,"),
                7 => ("转入", $",{document},,,,310000,,"),
                8 => ("转出", $",{document},,,,310000,,"),
                _ => ("更正", $",{document},,,,,,"),
            };
            string sign = kind == "更正" && _random.Next(2) == 0 ? "-" : "";
            text.Append(CultureInfo.InvariantCulture, $"{Id(person)},{kind},{sign}{amount},{on.Year:0000}-{on.Month:00}-{on.Day:00},{rest}\n");
        }

        return text.ToString();
    }

    private string Accounts()
    {
        StringBuilder text = new("公民身份号码,变更类型,变更日期,变更内容,凭证号\n");
        for (int rows = _random.Next(1, 4); rows > 0; rows--)
        {
            int person = _random.Next(People);
            string member = Id((person + 1) % People);
            (string change, string value) = _random.Next(6) switch
            {
                0 => ("冻结", ""),
                1 => ("解冻", ""),
                2 => ("销户", "放弃"),
                3 => ("解除绑定", member),
                _ => ("共济绑定", member + " 配偶"),
            };
            LocalDate on = _month.OnDayOfMonth(1).PlusDays(_random.Next(-40, 28));
            text.Append(CultureInfo.InvariantCulture, $"{Id(person)},{change},{on.Year:0000}-{on.Month:00}-{on.Day:00},{value},文1\n");
        }

        return text.ToString();
    }

    private string Persons()
    {
        StringBuilder text = new("姓名,公民身份号码,变更类型,变更日期,变更内容\n");
        for (int rows = _random.Next(1, 4); rows > 0; rows--)
        {
            int person = _random.Next(People);
            (string change, string value) = _random.Next(gated ? 16 : 10) switch
            {
                0 or 1 => ("死亡", ""),
                2 or 3 or 4 => ("退休", ""),
                5 => ("人员类别", _random.Next(3) == 0 ? "flexible" : "unit"),
                6 => ("新参保", ""),
                7 => ("停保", ""),
                8 => ("以前年限", "24"),
                10 => ("以前年限", $"{_random.Next(0, 40)}"),
                11 => ("新参保", ""),
                > 13 => ("以前实缴年限", $"{_random.Next(0, 30)}"),
                > 11 => ("冻结金额", new Money(_random.NextInt64(1, 50_000)).ToString()),
                _ => ("续保", ""),
            };
            LocalDate on = _month.OnDayOfMonth(1).PlusDays(_random.Next(-100, 28));
            text.Append(CultureInfo.InvariantCulture, $"人{person},{Id(person)},{change},{on.Year:0000}-{on.Month:00}-{on.Day:00},{value}\n");
        }

        return text.ToString();
    }
}
