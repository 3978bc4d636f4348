using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Batch.Jobs.Tests.Tools;

/// <summary>
/// Generated files of 420100 in 2021 and 2022, read again and judged by the rules as docs/policies/edges.md has them, with nothing of the product: the second path that the manifest is
/// held against.
/// </summary>
internal sealed partial class GeneratedFiles
{
    public SortedDictionary<string, int> RejectedByCode { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, (int Rows, int Rejected)> Files { get; } = [];
    public Dictionary<string, (decimal PersonPaid, decimal EmployerPaid, decimal Credited)> Months { get; } = [];

    /// <summary>Rows of the receipts files, and lines of the bank's statements: month, amount, voucher.</summary>
    public List<GeneratedReceipt> Receipts { get; } = [];
    public List<(string Month, decimal Amount, string Document)> BankLines { get; } = [];

    private readonly Dictionary<(string Employer, string Month), (decimal PersonPaid, decimal EmployerPaid, decimal Credited)> _declared = [];
    private decimal _balance;

    /// <summary>Who stood in which month, by content; good rows only.</summary>
    public Dictionary<(string Content, string Month), HashSet<string>> People { get; } = [];

    /// <summary>What good rows credit, by number and month.</summary>
    public Dictionary<(string Id, string Month), decimal> Credited { get; } = [];

    /// <summary>Rows of the movements files: number, kind, amount as written, date, ground, member, and the held ones, which ask for 999999.00.</summary>
    public List<(string Id, string Kind, decimal Amount, string On, string Ground, string Member, bool Held)> Movements { get; } = [];

    /// <summary>Rows of the persons files: number, kind, date, month of the file.</summary>
    public List<(string Id, string Kind, string On, string Month)> Changes { get; } = [];

    public static GeneratedFiles Read(string folder)
    {
        var files = new GeneratedFiles();
        foreach (string path in Directory.EnumerateFiles(folder, "*.csv", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(folder, path).Replace('\\', '/');
            Match told = FileName().Match(name);
            files.ReadFile(name, told.Groups[1].Value, $"{told.Groups[2].Value}-{told.Groups[3].Value}", File.ReadAllLines(path));
        }

        files.Settle();
        return files;
    }

    public static JsonElement Manifest(string folder) => JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "manifest.json"))).RootElement;

    public HashSet<string> In(string content, string month) => People.GetValueOrDefault((content, month), []);

    private void ReadFile(string name, string content, string month, string[] lines)
    {
        int rejected = 0;
        foreach (string line in lines.Skip(1))
        {
            string[] cells = line.Split(',');
            string? code = content switch
            {
                "payroll" => Payroll(cells, month),
                "pension" => Pension(cells, month),
                "movements" => Movement(cells),
                "receipts" => Receipt(cells, month),
                "bank" => BankLine(cells, month),
                _ => Change(cells, month),
            };
            if (code is not null)
            {
                RejectedByCode[code] = RejectedByCode.GetValueOrDefault(code) + 1;
                rejected++;
            }
        }

        Files[name] = (lines.Length - 1, rejected);
    }

    private string? Payroll(string[] cells, string month)
    {
        string[] amounts = cells[5..8];
        string? code = IdFault(cells[3]) ?? MonthFault(cells[4], month) ?? amounts.Select(AmountFault).FirstOrDefault(f => f is not null);
        if (code is not null)
        {
            return code;
        }

        decimal[] value = [.. amounts.Select(Amount)];
        if (value[1] != Round(value[0] * 0.02m) || value[2] != Round(value[0] * 0.08m))
        {
            return "AMOUNT_MISMATCH";
        }

        int age = Age(cells[3], month);
        decimal share = age <= 35 ? 0.011m : age <= 45 ? 0.014m : 0.017m;
        Count("payroll", month, cells[3], value[1] + Round(value[0] * share));
        (decimal person, decimal employer, decimal credit) = _declared.GetValueOrDefault((cells[0], month));
        _declared[(cells[0], month)] = (person + value[1], employer + value[2], credit + value[1] + Round(value[0] * share));
        return null;
    }

    private string? Receipt(string[] cells, string month)
    {
        Receipts.Add(new GeneratedReceipt(cells[0], cells[2], month, Amount(cells[3]), cells[6].Length == 0 ? 0 : Amount(cells[6]), cells[5]));
        return cells[4].StartsWith(month, StringComparison.Ordinal) ? null : "DATE_INVALID";
    }

    // The balance runs on from line to line, over all months.
    private string? BankLine(string[] cells, string month)
    {
        _balance += Amount(cells[5]);
        BankLines.Add((month, Amount(cells[5]), cells[7]));
        return Amount(cells[6]) == _balance ? null : "BALANCE_MISMATCH";
    }

    // What an employer declared for a month is credited whole, in the month in which its receipts reach it.
    private void Settle()
    {
        foreach (((string employer, string month), (decimal person, decimal share, decimal credit)) in _declared)
        {
            decimal received = 0;
            GeneratedReceipt? last = Receipts.Where(r => r.Employer == employer && r.Month == month).OrderBy(r => r.CameIn, StringComparer.Ordinal)
                .FirstOrDefault(r => (received += r.Amount) >= person + share);
            if (last is not null)
            {
                (decimal p, decimal e, decimal c) = Months.GetValueOrDefault(last.CameIn);
                Months[last.CameIn] = (p + person, e + share, c + credit);
            }
        }
    }

    private string? Pension(string[] cells, string month)
    {
        string[] figures = [.. cells[3..6].Where(c => c.Length > 0)];
        string? code = IdFault(cells[1]) ?? MonthFault(cells[2], month) ?? figures.Select(AmountFault).FirstOrDefault(f => f is not null);
        code ??= figures.Length == 0 ? "PENSION_MISSING" : figures.Any(f => Amount(f) == 0) ? "AMOUNT_ZERO" : null;
        if (code is null)
        {
            decimal credit = Round(Math.Max(Amount(figures[0]), 0.8m * (month.StartsWith("2021", StringComparison.Ordinal) ? 7327m : 7800m)) * (Age(cells[1], month) <= 70 ? 0.048m : 0.051m));
            Count("pension", month, cells[1], credit);
            (decimal p, decimal e, decimal c) = Months.GetValueOrDefault(month);
            Months[month] = (p, e, c + credit);
        }

        return code;
    }

    private string? Movement(string[] cells)
    {
        Movements.Add((cells[0], cells[2], Amount(cells[3]), cells[4], cells[7], cells[11], cells[3] == "999999.00"));
        return IdFault(cells[0]);
    }

    private string? Change(string[] cells, string month)
    {
        Changes.Add((cells[1], cells[2], cells[3], month));
        return IdFault(cells[1]);
    }

    private void Count(string content, string month, string id, decimal credited)
    {
        Credited[(id, month)] = credited;
        if (!People.TryGetValue((content, month), out HashSet<string>? people))
        {
            People[(content, month)] = people = [];
        }

        if (!people.Add(id))
        {
            throw new InvalidOperationException($"{id} stands twice in the {content} rows of {month}.");
        }
    }

    private static string? IdFault(string id)
    {
        if (id.Length != 18)
        {
            return id.Length == 0 ? "ID_BLANK" : "ID_LENGTH";
        }

        int[] weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        return "10X98765432"[weights.Select((w, i) => w * (id[i] - '0')).Sum() % 11] == id[17] ? null : "ID_CHECK_DIGIT";
    }

    private static string? MonthFault(string text, string month) => text == month ? null : "MONTH_INVALID";

    private static string? AmountFault(string text) =>
        !Number().IsMatch(text) ? "AMOUNT_UNREADABLE" : text[0] == '-' ? "AMOUNT_NEGATIVE" : text.Split('.')[1].Length > 2 ? "AMOUNT_PRECISION" : null;

    private static decimal Amount(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static decimal Round(decimal amount) => Math.Round(amount, 2, MidpointRounding.AwayFromZero);

    /// <summary>Completed years on the first day of the month.</summary>
    private static int Age(string id, string month)
    {
        int born = int.Parse(id.AsSpan(6, 8), CultureInfo.InvariantCulture);
        int on = (int.Parse(month.Replace("-", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 100) + 1;
        return (on - born) / 10_000;
    }

    [GeneratedRegex(@"^(payroll|pension|persons|movements|receipts|bank)-(\d{4})(\d{2})")]
    private static partial Regex FileName();

    [GeneratedRegex(@"^-?\d+\.\d+$")]
    private static partial Regex Number();
}

/// <param name="Month">The contribution month that it is for.</param>
/// <param name="CameIn">The month of the file.</param>
internal sealed record GeneratedReceipt(string Employer, string Month, string CameIn, decimal Amount, decimal LateFee, string Document);
