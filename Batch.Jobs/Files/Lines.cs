using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>A row that passed and declares something for a person and a month.</summary>
public interface IDeclaredLine
{
    /// <summary>Line of the file (1-based, as an editor or a spreadsheet shows it).</summary>
    int Row { get; }

    CitizenId Id { get; }

    string? Name { get; }

    /// <summary>Birth date by the column, for a document whose number holds none.</summary>
    LocalDate? BirthTold { get; }

    YearMonth Month { get; }
}

/// <summary>A payroll row that passed: one person, one employer, one contribution month.</summary>
/// <param name="Row">Line of the file (1-based, as an editor or a spreadsheet shows it).</param>
/// <param name="Employer">Employer's number as declared 单位编号 (a unified social credit code or a local number).</param>
/// <param name="Arrears">The row says it is a back payment 补缴.</param>
/// <param name="Standing">What the row's own column says of the person, when it has one.</param>
public readonly record struct PayrollLine(
    int Row, CitizenId Id, string? Name, string Employer, string? EmployerName, YearMonth Month, Money Base, Money PersonPaid, Money EmployerPaid,
    LocalDate? ReceivedOn, bool Arrears, Standing? Standing) : IDeclaredLine
{
    /// <summary>Birth date by the column, for a document whose number holds none.</summary>
    public LocalDate? BirthTold { get; init; }

    public LocalDate Birth => BirthTold ?? Id.Birth;
}

/// <summary>A pension agency's row that passed: what one retired person receives in one month.</summary>
public readonly record struct PensionLine(
    int Row, CitizenId Id, string? Name, YearMonth Month, Money? PriorYear, Money? ThisYear, Money? MonthPension, LocalDate? RetiredOn) : IDeclaredLine
{
    /// <summary>Birth date by the column, for a document whose number holds none.</summary>
    public LocalDate? BirthTold { get; init; }

    public LocalDate Birth => BirthTold ?? Id.Birth;
}

/// <summary>
/// One change of a person's status. <see cref="Value"/>: the category's name, the card number, the months accumulated earlier, the amount frozen (yuan a
/// month), the ground on which an account is closed, a family member's number and relation, the new number or the new name. <see cref="Document"/>: what a change of the account rests on.
/// </summary>
public readonly record struct PersonsLine(int Row, CitizenId Id, string? Name, PersonEvent Event, LocalDate On, string? Value, string? Document = null)
{
    /// <summary>Birth date by the column, for a document whose number holds none.</summary>
    public LocalDate? BirthTold { get; init; }

    /// <summary>The new number of a change of number.</summary>
    public CitizenId? Number { get; init; }
}

/// <summary>Money received from an employer for a contribution month. Late fee 滞纳金 and interest 利息 are the fund's and cover nothing.</summary>
/// <param name="Document">The number of the document 凭证号; with employer and month it is what a later row corrects. An amount of zero takes it back.</param>
public readonly record struct ReceiptLine(
    int Row, string Employer, string? EmployerName, YearMonth Month, Money Amount, LocalDate ReceivedOn, string Document, Money LateFee, Money Interest);

/// <summary>A line of the bank's statement of the income account 收入户: money in (credit) or money out (debit), never both.</summary>
/// <param name="Serial">The bank's number of the line 流水号, by which it is known again.</param>
/// <param name="Document">The voucher 凭证号 that a receipt may name; empty where the statement has none.</param>
public readonly record struct BankLine(
    int Row, string Serial, LocalDate On, Money Credit, Money Debit, string Payer, string PayerAccount, string Document, string Note, Money? Balance);

/// <summary>The limits of one file, each a named setting.</summary>
public sealed record IntakeLimits
{
    public static readonly IntakeLimits Default = new();

    private static readonly Dictionary<string, Func<IntakeLimits, long, IntakeLimits>> ByName = new(StringComparer.Ordinal)
    {
        ["max-bytes"] = (l, v) => l with { MaxBytes = v },
        ["max-rows"] = (l, v) => l with { MaxRows = checked((int)v) },
        ["max-line-chars"] = (l, v) => l with { MaxLineChars = checked((int)v) },
        ["max-columns"] = (l, v) => l with { MaxColumns = checked((int)v) },
        ["max-zip-ratio"] = (l, v) => l with { MaxZipRatio = checked((int)v) },
        ["max-zip-entry-bytes"] = (l, v) => l with { MaxZipEntryBytes = v },
        ["max-shared-strings-bytes"] = (l, v) => l with { MaxSharedStringsBytes = v },
    };

    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>The limits of this program: those of <c>BATCH_LIMITS</c>, read once; the defaults where there is none.</summary>
    /// <exception cref="FormatException">A setting cannot be read.</exception>
    public static IntakeLimits Configured => Settings.Value;

    private static readonly Lazy<IntakeLimits> Settings = new(() => (Environment.GetEnvironmentVariable("BATCH_LIMITS") ?? "")
        .Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Aggregate(Default, (limits, setting) => limits.With(setting)));

    /// <summary>These limits with one set: <c>max-rows=1000</c>.</summary>
    /// <exception cref="FormatException">There is no such limit, or it is no number from 1.</exception>
    public IntakeLimits With(string setting)
    {
        int sign = setting.IndexOf('=', StringComparison.Ordinal);
        string name = sign < 0 ? setting : setting[..sign].Trim();
        if (!ByName.TryGetValue(name, out Func<IntakeLimits, long, IntakeLimits>? set))
        {
            throw new FormatException($"there is no limit {name}; there are {string.Join(", ", Names)}");
        }

        if (sign < 0 || !long.TryParse(setting.AsSpan(sign + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long value) || value < 1)
        {
            throw new FormatException($"write {name}=N with a number from 1");
        }

        try
        {
            return set(this, value);
        }
        catch (OverflowException)
        {
            throw new FormatException($"{name} is at most {int.MaxValue}");
        }
    }

    public long MaxBytes { get; init; } = 4L << 30;
    public int MaxRows { get; init; } = 20_000_000;
    public int MaxLineChars { get; init; } = 64 * 1024;
    public int MaxColumns { get; init; } = 256;
    public int MaxZipRatio { get; init; } = 200;
    public long MaxZipEntryBytes { get; init; } = 2L << 30;

    /// <summary>The table of a workbook's texts is the one part that is held in memory.</summary>
    public long MaxSharedStringsBytes { get; init; } = 128L << 20;
}

/// <summary>The whole file is refused before any row is judged (empty, no known header, unreadable encoding, over a limit, totals that disagree).</summary>
public sealed class FileRefusedException(Rejection rejection) : Exception(rejection.Code)
{
    public Rejection Rejection { get; } = rejection;
}
