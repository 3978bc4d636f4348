using System.Globalization;
using System.Text.Json;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Tests.Proof;
using Batch.Jobs.Tests.Tools;
using Batch.Jobs.Tools;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Runs;

/// <summary>
/// A small city taken over with its balances and lived through fourteen months and a year's end. What everybody must hold at the end, and what came in
/// and went out by kind, is worked out from the generated files alone.
/// </summary>
public sealed class CityTests
{
    private static readonly YearMonth First = new(2021, 1);
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("city-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_city_taken_over_and_lived_in_for_fourteen_months_holds_what_its_files_say_to_the_fen()
    {
        GenerateOptions options = new() { Area = "420100", People = 360, Month = First, Months = 14, Seed = 3, Movements = true, Directory = _folder };
        Generator.Write(options, CancellationToken.None);
        GeneratedFiles files = GeneratedFiles.Read(_folder);
        AssertEverythingHappens(files);
        await using WholeLine line = await WholeLine.CreateAsync(asShipped: true);
        for (int number = 0; number < options.Months; number++)
        {
            YearMonth month = First.PlusMonths(number);
            await ImportAsync(line, month);
            await line.PostAsync(month);
            if (month == new YearMonth(2022, 1))
            {
                await line.PostInterestAsync(2021);
            }

            await line.CloseAsync(month);
        }

        Books books = new(files);
        Assert.That(await BalancesAsync(line), Is.EquivalentTo(books.Balances));
        await AssertFlowsAsync(line, books);
        await AssertStatementAsync(line, files, books);
        await line.AssertCleanAsync(all: false, "since the last seal");
        await line.AssertCleanAsync(all: true, "from the beginning");
    }

    private static void AssertEverythingHappens(GeneratedFiles files)
    {
        Assert.That(files.Changes.Select(c => c.Kind).Distinct(), Is.EquivalentTo(new[] { "新参保", "停保", "续保", "退休", "死亡", "共济绑定", "解除绑定" }));
        Assert.That(files.Movements.Select(m => m.Kind + m.Ground).Distinct(), Is.EquivalentTo(new[]
        {
            "期初余额", "消费", "支付出国定居", "支付放弃", "支付死亡继承", "支付无继承人", "转入", "转出", "更正",
        }));
        Assert.That(files.Movements.Exists(m => m.Held) && files.Movements.Exists(m => m.Member.Length > 0));
        Assert.That(files.Movements.Exists(m => m.Kind == "更正" && m.Amount < 0) && files.Movements.Exists(m => m.Kind == "更正" && m.Amount > 0));
    }

    // In the order of the manifest. The files are good, but for what nobody can pay.
    private async Task ImportAsync(WholeLine line, YearMonth month)
    {
        JsonElement[] files = [.. GeneratedFiles.Manifest(_folder).GetProperty("files").EnumerateArray().Where(f => f.GetProperty("month").GetString() == Text(month))];
        IReadOnlyList<FileOutcome> outcomes = await line.ImportAsync(files.Select(f => Path.Combine(_folder, f.GetProperty("file").GetString()!)), month, SubmissionKind.Regular);
        Assert.That(outcomes.SelectMany(o => o.Rejections).Select(r => r.Code).Distinct(), Is.SubsetOf(new[] { "BALANCE_EXCEEDED" }), Text(month));
        Assert.That(outcomes.Sum(o => o.Rejected), Is.Zero, Text(month));
    }

    private static async Task<Dictionary<string, decimal>> BalancesAsync(WholeLine line)
    {
        await using NpgsqlCommand command = line.Database.Connection.Owner.CreateCommand(line.Schema.Sql(
            "SELECT p.citizen, sum(e.account_fen)::bigint FROM :area.entry e JOIN :area.account a USING (account_id) JOIN :area.person p USING (person_id) GROUP BY 1"));
        Dictionary<string, decimal> balances = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            balances.Add(CitizenId.FromDigits17(reader.GetInt64(0)).Full(), reader.GetInt64(1) / 100m);
        }

        return balances;
    }

    /// <summary>The one table: what was taken over, what came in and went out by kind, what is held, and the balances one by one.</summary>
    private static async Task AssertFlowsAsync(WholeLine line, Books books)
    {
        await using NpgsqlConnection connection = await line.Database.Program.OpenConnectionAsync();
        Dictionary<string, decimal> flows = [];
        await foreach (Cell[] row in AllReports.Find("flows")!.RowsAsync(new ReportSource(connection, await line.OpenAsync(), new YearMonth(2022, 2)), CancellationToken.None))
        {
            flows.Add(row[0].Text!.Split(' ')[0], (row[5].Number ?? 0) / 100m);
        }

        Assert.Multiple(() =>
        {
            foreach ((string kind, decimal sum) in books.Sums)
            {
                Assert.That(flows[kind], Is.EqualTo(sum), kind);
            }

            Assert.That(flows["期末余额合计"], Is.EqualTo(books.Sums.Values.Sum()));
            Assert.That(flows["各账户余额之和"], Is.EqualTo(books.Balances.Values.Sum()));
        });
    }

    // Of somebody whose account pays for a member.
    private static async Task AssertStatementAsync(WholeLine line, GeneratedFiles files, Books books)
    {
        string payer = files.Movements.First(m => m.Member.Length > 0).Id;
        AccountHolder holder = await AccountHolder.FindAsync(line.Database.Connection, "420100", payer, null, new LocalDate(2026, 1, 1), CancellationToken.None);
        AccountStatementDocument statement = await new AccountStatements(holder.Area).ReadAsync(holder.Account, First, new YearMonth(2022, 2), CancellationToken.None);
        decimal members = files.Movements.Where(m => m.Id == payer && m.Member.Length > 0).Sum(m => m.Amount);
        Assert.Multiple(() =>
        {
            Assert.That((statement.Opening, statement.Closing), Is.EqualTo((Money.Zero, Money.FromYuan(books.Balances[payer]))));
            Assert.That(statement.SpendingByChannel.Sum(s => s.Members.Fen), Is.EqualTo((long)(members * 100)));
            Assert.That(statement.ClosingParts.CarriedOver + statement.ClosingParts.ThisYear, Is.EqualTo(statement.Closing));
        });
    }

    private static string Text(YearMonth month) => string.Create(CultureInfo.InvariantCulture, $"{month.Year:0000}-{month.Month:00}");

    /// <summary>The city's books, kept by hand: nothing of the product but its files.</summary>
    private sealed class Books
    {
        private readonly Dictionary<string, decimal> _opening = [];
        private readonly Dictionary<string, decimal[]> _flows = [];

        public Books(GeneratedFiles files)
        {
            foreach (((string id, string month), decimal credited) in files.Credited)
            {
                Flow(id, month, files.In("payroll", month).Contains(id) ? "在职划入" : "退休划入", credited);
            }

            foreach ((string id, string kind, decimal amount, string on, _, _, bool held) in files.Movements.Where(m => !m.Held))
            {
                if (kind == "期初余额")
                {
                    _opening.Add(id, amount);
                    Add(kind, amount);
                }
                else
                {
                    Flow(id, on[..7], kind, kind is "转入" or "更正" ? amount : -amount);
                }
            }

            foreach (string id in _opening.Keys.Union(_flows.Keys))
            {
                decimal[] flows = _flows.GetValueOrDefault(id) ?? new decimal[14];
                decimal opening = _opening.GetValueOrDefault(id), interest = Interest(opening, flows[..12]);
                Balances[id] = opening + flows.Sum() + interest;
                Add("利息", interest);
            }
        }

        public Dictionary<string, decimal> Balances { get; } = [];

        public Dictionary<string, decimal> Sums { get; } = [];

        // What was taken over in January bears for twelve months at 1.1 %; a month's money for the months after it at 0.35 %, or less than nothing against the other.
        private static decimal Interest(decimal opening, decimal[] flows)
        {
            decimal earlier = opening * 12, thisYear = flows.Select((flow, month) => flow * (11 - month)).Sum();
            return thisYear > 0 ? Round(thisYear * 0.0035m / 12) + Round(earlier * 0.011m / 12) : Round(Math.Max(earlier + thisYear, 0) * 0.011m / 12);
        }

        private static decimal Round(decimal amount) => Math.Round(amount, 2, MidpointRounding.AwayFromZero);

        private void Flow(string id, string month, string kind, decimal amount)
        {
            if (!_flows.TryGetValue(id, out decimal[]? flows))
            {
                _flows.Add(id, flows = new decimal[14]);
            }

            flows[((int.Parse(month.AsSpan(0, 4), CultureInfo.InvariantCulture) - 2021) * 12) + int.Parse(month.AsSpan(5), CultureInfo.InvariantCulture) - 1] += amount;
            Add(kind, amount);
        }

        private void Add(string kind, decimal amount) => Sums[kind] = Sums.GetValueOrDefault(kind) + amount;
    }
}
