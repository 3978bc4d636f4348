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

/// <summary>
/// A few people, three employers and some months, in which all happens that may: corrections, replacements, arrears, deaths, retirements,
/// two employers, other categories, figures set back in time, reversals. Drawn from a seed; what happened is told when it goes wrong.
/// </summary>
internal sealed class RandomHistory(WholeLine line, int seed, YearMonth start, bool onReceipt = false, bool gated = false)
{
    private const int People = 14;

    private static readonly string[] Employers = ["91420100MA4KDE7M6J", "91420100MA4KQ03T0E", "91420106MA4L2H6B9M"];

    /// <summary>Birthdays on and beside the bounds of tiers, and on 29 February.</summary>
    private static readonly int[] Births =
        [19850601, 19860701, 19860702, 19840229, 19760228, 19760229, 19750101, 19910131, 19990909, 19510701, 19500615, 19480229, 19560320, 19610510];

    private readonly Random _random = new(seed);
    private readonly StringBuilder _told = new();
    private readonly List<int> _runs = [];
    private YearMonth _month = start;
    private YearMonth _closed = start.PlusMonths(-1);
    private Area _area = null!;

    public string Told => _told.ToString();

    public async Task LiveAsync(int months)
    {
        for (int i = 0; i < months; i++, _month = _month.PlusMonths(1))
        {
            _area = await line.OpenAsync();
            for (int step = _random.Next(3, 8); step > 0; step--)
            {
                await StepAsync();
            }

            await PostAsync();
            while (_closed < _month && _random.Next(3) > 0)
            {
                _closed = _closed.PlusMonths(1);
                await line.CloseAsync(_closed);
                Tell($"close {_closed}");
            }
        }
    }

    private async Task StepAsync()
    {
        switch (_random.Next(onReceipt ? 22 : 17))
        {
            case 0 or 1 or 2:
                await SendAsync(Payroll(), SubmissionKind.Regular);
                break;
            case 3 or 4:
                await SendAsync(Pension(), SubmissionKind.Regular);
                break;
            case 5 or 6:
                await SendAsync(Persons(), SubmissionKind.Regular);
                break;
            case 7:
                await SendAsync(_random.Next(2) == 0 ? Payroll() : Pension(), SubmissionKind.Supplementary);
                break;
            case 8:
                await ReplaceAsync();
                break;
            case 9:
                await SetFigureAsync();
                break;
            case 10 when _runs.Count > 0:
                await ReverseAsync(_runs[_random.Next(_runs.Count)]);
                break;
            case 12 or 13 or 14:
                await SendAsync(Movements(), _random.Next(4) switch { 0 => SubmissionKind.Supplementary, 1 => SubmissionKind.Replacement, _ => SubmissionKind.Regular });
                break;
            case 15:
                await SendAsync(Accounts(), SubmissionKind.Regular);
                break;
            case 16:
                await DecideAsync();
                break;
            case > 16:
                await SendAsync(Receipts(), _random.Next(5) == 0 ? SubmissionKind.Replacement : SubmissionKind.Regular);
                break;
            default:
                await PostAsync();
                break;
        }
    }

    private async Task SendAsync(string text, SubmissionKind kind, YearMonth? month = null)
    {
        // Some files come early: they wait for their month.
        YearMonth declared = month ?? _month.PlusMonths(_random.Next(6) == 0 ? 1 : 0);
        FileOutcome outcome = await line.ImportTextAsync(text, declared, kind, confirm: true);
        Tell($"{kind} {declared}: accepted {outcome.Accepted} unchanged {outcome.Unchanged} held {outcome.Held} rejected {outcome.Rejected} {outcome.Refused} {string.Join(' ', outcome.Rejections.Select(r => r.Code).Distinct())}\n{text}");
    }

    private async Task PostAsync()
    {
        if (await line.PostAsync(_month) is { } run)
        {
            _runs.Add(run);
            Tell($"post run {run} in {_month}");
            await line.AssertCleanAsync(all: _random.Next(2) == 0, $"after run {run}");
        }
    }

    private async Task ReverseAsync(int run)
    {
        if (await line.ReverseAsync(run))
        {
            _runs.Remove(run);
            Tell($"reversed run {run}");
            await line.AssertCleanAsync(all: true, $"after the reversal of run {run}");
        }
    }

    // Somebody else than the sender decides about one of the rows that are held, if it can still be taken.
    private async Task DecideAsync()
    {
        await using NpgsqlConnection connection = await line.Database.Program.OpenConnectionAsync();
        IReadOnlyList<HeldRow> held = await new HeldRows(line.Schema).ListAsync(connection, null, CancellationToken.None);
        if (held.Count == 0)
        {
            return;
        }

        HeldRow row = held[_random.Next(held.Count)];
        Decision decision = new(row.Submission, row.Row, _random.Next(4) > 0, "reviewer", "drawn");
        try
        {
            await new Decisions(await line.OpenAsync()).DecideAsync(decision, CancellationToken.None);
            Tell($"decided {row.Submission}:{row.Row} {row.Fact} {row.Code} take {decision.Take}");
        }
        catch (DataFaultException refused)
        {
            Tell($"not decided {row.Submission}:{row.Row} {refused.Code}");
        }
    }

    private async Task SetFigureAsync()
    {
        YearMonth from = _month.PlusMonths(-_random.Next(3));
        (string name, int value) = _random.Next(3) switch { 0 => ("average-wage", _random.Next(7000, 9000)), 1 => ("base-min", _random.Next(3000, 4000)), _ => ("base-max", _random.Next(9000, 20000)) };
        PolicyProposals policies = new(line.Database.Program);
        PolicyProposal proposal = await policies.ProposeFigureAsync(_area.Schema.Code, new DatedFigure(name, from, value, $"document {_random.Next()}"), "operator", CancellationToken.None);
        await policies.ApproveAsync(proposal.Hash, "reviewer", CancellationToken.None);
        _area = await line.OpenAsync();
        Tell($"{name} = {value} from {from}");
    }

    private async Task ReplaceAsync()
    {
        YearMonth month = _month.PlusMonths(-_random.Next(3));
        await SendAsync(_random.Next(3) == 0 ? Pension(month) : Payroll(month), SubmissionKind.Replacement, month);
    }

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

    private void Tell(string what) => _told.AppendLine(what);

    private static string Id(int person) => SampleFile.Id(420100, Births[person], 100 + person);

    private static LocalDate SampleBirth(int person) => new(Births[person] / 10000, Births[person] / 100 % 100, Births[person] % 100);

    private static string Text(YearMonth month) => string.Create(CultureInfo.InvariantCulture, $"{month.Year:0000}-{month.Month:00}");
}
