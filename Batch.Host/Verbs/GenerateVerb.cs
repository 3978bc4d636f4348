using System.CommandLine;
using System.Globalization;
using Batch.Jobs.Store;
using Batch.Jobs.Tools;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>generate</c>: realistic files of any size, with a manifest of what must come of them.</summary>
internal static class GenerateVerb
{
    private static readonly Option<int> People = Count("--people", required: true, GenerateOptions.MostPeople, "参保人数 / people, employed and retired");
    private static readonly Option<YearMonth?> Month = VerbOptions.Month();
    private static readonly Option<int> Months = Count("--months", required: false, GenerateOptions.MostMonths, "月数，缺省 1 / how many months, default 1");
    private static readonly Option<long> Seed = new("--seed") { Description = "随机种子，缺省 1；同样的选项得到同样的文件 / seed, default 1; equal options give equal bytes", DefaultValueFactory = _ => 1 };
    private static readonly Option<decimal> Faults = VerbOptions.Parsed("--faults", required: false, "SHARE", "应被拒绝的行所占比例，如 0.01 / share of rows to be rejected, such as 0.01", ParseShare);
    private static readonly Option<decimal> ReceiptFaults = VerbOptions.Parsed(
        "--receipt-faults", required: false, "SHARE", "迟到、短缴、多缴、重复、他人付款或付款人不详的到账所占比例 / share of employers' payments that come late, short, over, doubled, from another payer or unnamed", ParseShare);
    private static readonly Option<FileLayout> Files = VerbOptions.Parsed("--files", required: false, "one|employer", "一个缴费文件或每单位一个 / one payroll file, or one an employer", ParseLayout);
    private static readonly Option<bool> Movements = new("--movements") { Description = "另生成账户变动文件和家庭共济绑定 / also files of movements: opening balances, spending, pay-outs, transfers, corrections; and family members bound" };
    private static readonly Option<string?> Area = VerbOptions.Area();
    private static readonly Option<string[]> Set = FigureOverrides.Option();
    private static readonly Option<DirectoryInfo> Out = new("--out") { Description = "输出目录 / folder for the files", HelpName = "DIR", Required = true };

    public static Command Create() => new Verb("generate", "生成任意规模的模拟文件", "realistic files of any size, with a manifest", RunAsync)
    {
        People, Month, Months, Seed, Faults, ReceiptFaults, Files, Movements, Area, Set, Out,
    };

    private static Task<int> RunAsync(VerbCall call)
    {
        string area = call.Need(Area)!;
        CalcVerb.RequireKnown(area);
        string folder = call.Need(Out).FullName;
        GenerateOutcome outcome = Generate(call, new GenerateOptions
        {
            Area = area,
            People = call.Need(People),
            Month = call.Need(Month)!.Value,
            Months = Math.Max(1, call.Get(Months)),
            Seed = call.Get(Seed),
            Faults = call.Get(Faults),
            ReceiptFaults = call.Get(ReceiptFaults),
            Files = call.Get(Files),
            Movements = call.Get(Movements),
            Figures = FigureOverrides.Of(call, Set),
            Directory = folder,
        });
        call.Output.Document(new
        {
            folder,
            outcome.People,
            outcome.Files,
            outcome.Rows,
            outcome.Rejected,
            outcome.RejectedByCode,
            months = outcome.Months.Select(m => new { m.Month, personPaid = new Money(m.PersonPaid), employerPaid = new Money(m.EmployerPaid), credited = new Money(m.Credited) }),
        });
        Write(call.Output, folder, outcome);
        return Task.FromResult(ExitCode.Done);
    }

    private static GenerateOutcome Generate(VerbCall call, GenerateOptions options)
    {
        try
        {
            return Generator.Write(options, call.Cancellation);
        }
        catch (GenerateRefusedException refused)
        {
            throw VerbFault.OfUsage(refused.Message, $"无法按此要求生成：{refused.Message}");
        }
    }

    private static void Write(VerbOutput output, string folder, GenerateOutcome outcome)
    {
        output.Line(string.Create(CultureInfo.InvariantCulture, $"{folder}  文件 files {outcome.Files}  行 rows {outcome.Rows}  应拒绝 to be rejected {outcome.Rejected}"));
        output.Table(
            ["月份 month", "个人缴费 person paid", "单位缴费 employer paid", "划入账户 credited"],
            outcome.Months.Select(m => new[] { m.Month.Text(), new Money(m.PersonPaid).ToString(), new Money(m.EmployerPaid).ToString(), new Money(m.Credited).ToString() }));
        if (outcome.RejectedByCode.Count > 0)
        {
            output.Line("");
            output.Table(["拒绝代码 code", "行 rows"], outcome.RejectedByCode.Select(c => new[] { c.Key, c.Value.ToString(CultureInfo.InvariantCulture) }));
        }
    }

    private static Option<int> Count(string name, bool required, int most, string description) => VerbOptions.Parsed(name, required, "N", description, text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= 1 && count <= most
            ? count
            : throw new FormatException($"it is not a whole number from 1 to {most}"));

    private static decimal ParseShare(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal share) && share is >= 0 and <= 1
            ? share
            : throw new FormatException("it is not a share from 0 to 1, such as 0.01");

    private static FileLayout ParseLayout(string text) => text switch
    {
        "one" => FileLayout.One,
        "employer" => FileLayout.Employer,
        _ => throw new FormatException("write one or employer"),
    };
}
