using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Proof;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Proof;
using Batch.Jobs.Tools;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Ledger;

/// <summary>hledger reads the ledger as we export it, finds nothing at fault, and says of every account what we say.</summary>
public sealed class JournalTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("batch-journal-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Hledger_agrees_with_every_balance_of_the_cast()
    {
        await using WholeLine cast = await WholeLine.OfTheCastAsync();
        JournalDocument whole = await ExportAsync(cast, new YearMonth(2020, 1), new YearMonth(2022, 12));
        await HledgerAgreesAsync(cast, whole, null);
        Assert.That(await Hledger.AskAsync(whole.File, "balance", JournalText.Pool, "--no-total", "-O", "csv"), Does.Contain($"\"{-whole.Pool} CNY\""));

        // A journal of some months opens with what was there before, and ends the same.
        JournalDocument later = await ExportAsync(cast, new YearMonth(2021, 9), new YearMonth(2022, 12));
        Assert.That((later.Balance, later.Pool, later.Other), Is.EqualTo((whole.Balance, whole.Pool, whole.Other)));
        await HledgerAgreesAsync(cast, later, null);

        // One that ends in the middle of a year ends with what was there then.
        JournalDocument earlier = await ExportAsync(cast, new YearMonth(2020, 1), new YearMonth(2021, 8));
        await HledgerAgreesAsync(cast, earlier, new YearMonth(2021, 8));
    }

    [Test]
    public async Task Equal_ledgers_give_equal_bytes_without_a_citizen_number()
    {
        await using WholeLine cast = await WholeLine.OfTheCastAsync();
        string first = (await ExportAsync(cast, new YearMonth(2020, 1), new YearMonth(2022, 12))).File;
        string second = (await ExportAsync(cast, new YearMonth(2020, 1), new YearMonth(2022, 12))).File;
        string text = await File.ReadAllTextAsync(first);
        Assert.That(await File.ReadAllTextAsync(second), Is.EqualTo(text));
        Assert.That(text, Does.Not.Match("[0-9]{16}[0-9]?[0-9X]\\b(?![0-9a-f])"));
    }

    [Test]
    public async Task Hledger_finds_a_journal_that_was_changed_by_a_fen()
    {
        await using WholeLine cast = await WholeLine.OfTheCastAsync();
        string file = (await ExportAsync(cast, new YearMonth(2020, 1), new YearMonth(2022, 12))).File;
        List<string> lines = [.. await File.ReadAllLinesAsync(file)];
        int account = lines.FindIndex(l => l.StartsWith($"    {JournalText.Accounts}:", StringComparison.Ordinal));
        int pool = lines.FindIndex(account, l => l.StartsWith($"    {JournalText.PoolIncome}  ", StringComparison.Ordinal));
        // The fen moves from one leg to the other: the transaction balances still, the assertions do not.
        lines[account] = Changed(lines[account], 0.01m);
        lines[pool] = Changed(lines[pool], -0.01m);
        await File.WriteAllLinesAsync(file, lines);
        (int exitCode, _, string errors) = await Hledger.RunAsync(file, "check");
        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(errors, Does.Contain("assertion"));
    }

    /// <summary>More people: <c>BATCH_JOURNAL_PEOPLE=100000</c>.</summary>
    [Test, CancelAfter(600_000)]
    public async Task Hledger_agrees_with_every_balance_of_a_city_after_twelve_months()
    {
        int people = Environment.GetEnvironmentVariable("BATCH_JOURNAL_PEOPLE") is { } asked ? int.Parse(asked, CultureInfo.InvariantCulture) : TestLength.Of(inShort: 2_000, inLong: 10_000);
        await using WholeLine line = await WholeLine.CreateAsync();
        YearMonth first = new(2021, 1);
        Generator.Write(new GenerateOptions { Area = "420100", People = people, Month = first, Months = 12, Seed = 8, Faults = 0.005m, Directory = _folder }, CancellationToken.None);
        for (YearMonth month = first; month <= new YearMonth(2021, 12); month = month.PlusMonths(1))
        {
            string[] files = [.. Directory.GetFiles(_folder, $"*{month.Year}{month.Month:00}.csv").Order(StringComparer.Ordinal)];
            await line.ImportAsync(files, month, SubmissionKind.Regular);
            await line.PostAsync(month);
            await line.CloseAsync(month);
        }

        JournalDocument journal = await ExportAsync(line, first, new YearMonth(2021, 12));
        Assert.That(journal.Transactions, Is.GreaterThan(people * 11L));
        await HledgerAgreesAsync(line, journal, null);
    }

    private static string Changed(string line, decimal by)
    {
        int amount = line.LastIndexOf("  ", StringComparison.Ordinal) + 2;
        decimal yuan = decimal.Parse(line[amount..].Replace(" CNY", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) + by;
        return $"{line[..amount]}{yuan.ToString("0.00", CultureInfo.InvariantCulture)} CNY";
    }

    private async Task<JournalDocument> ExportAsync(WholeLine line, YearMonth from, YearMonth to)
    {
        Area area = await line.OpenAsync();
        return await new Journal(area, from, to).WriteAsync(Path.Combine(_folder, $"{Guid.NewGuid():N}.journal"), CancellationToken.None);
    }

    private static async Task HledgerAgreesAsync(WholeLine line, JournalDocument journal, YearMonth? at)
    {
        await Hledger.AskAsync(journal.File, "check", "ordereddates");
        Dictionary<string, long> theirs = await Hledger.BalancesAsync(journal.File, JournalText.Accounts);
        string until = at is { } month ? $"posting_month <= DATE '{month.Text()}-01'" : "true";
        int[] accounts = await line.Database.ScalarAsync<int[]>($"SELECT array_agg(account_id ORDER BY account_id) FROM (SELECT DISTINCT account_id FROM area_420100.entry WHERE {until}) e");
        long[] sums = await line.Database.ScalarAsync<long[]>(
            $"SELECT array_agg(fen ORDER BY account_id) FROM (SELECT account_id, sum(account_fen)::bigint AS fen FROM area_420100.entry WHERE {until} GROUP BY 1) e");
        Assert.That(theirs, Is.EquivalentTo(accounts.Zip(sums).ToDictionary(a => a.First.ToString(CultureInfo.InvariantCulture), a => -a.Second)));
        Assert.That(journal.Accounts, Is.EqualTo(accounts.Length));
        Assert.That(journal.Balance.Fen, Is.EqualTo(sums.Sum()));
        Balances ours = new(await line.OpenAsync());
        foreach (int account in accounts.Where((_, i) => i % Math.Max(1, accounts.Length / 300) == 0))
        {
            Assert.That((await ours.BalanceAsync(account, at, CancellationToken.None)).Balance.Fen, Is.EqualTo(-theirs[account.ToString(CultureInfo.InvariantCulture)]));
        }
    }
}
