using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>A pooling area 统筹区 and the schema that holds all that is its own.</summary>
public readonly record struct AreaSchema
{
    public AreaSchema(string code)
    {
        if (code.Length != 6 || !code.All(char.IsAsciiDigit))
        {
            throw new DataFaultException("AREA_UNKNOWN", $"“{code}”不是统筹区代码（六位数字）。", $"\"{code}\" is not an area code (six digits).");
        }

        Code = code;
    }

    public string Code { get; }

    public string Name => "area_" + Code;

    /// <summary>This area by a connection that is open.</summary>
    public AreaSession On(NpgsqlConnection connection) => new(connection, this);

    /// <summary>SQL with <c>:area</c> made this area's schema.</summary>
    public string Sql(string text) => text.Replace(":area", Name, StringComparison.Ordinal);

    /// <summary>Name of the table that holds one month of a partitioned table: <c>contribution_2021_06</c>.</summary>
    public string Part(string table, YearMonth month) =>
        string.Create(CultureInfo.InvariantCulture, $"{Name}.{table}_{month.Year:0000}_{month.Month:00}");
}

/// <summary>Months and days at the edge: in the database a month is the date of its first day; as text both are ISO.</summary>
public static class Months
{
    public static DateOnly FirstDay(this YearMonth month) => new(month.Year, month.Month, 1);

    public static YearMonth Month(this DateOnly day) => new(day.Year, day.Month);

    public static YearMonth Next(this YearMonth month) => month.PlusMonths(1);

    public static string Text(this YearMonth month) => string.Create(CultureInfo.InvariantCulture, $"{month.Year:0000}-{month.Month:00}");

    /// <summary>Months as literals for SQL, so that no other month's table is even planned.</summary>
    public static string Literals(this IEnumerable<YearMonth> months) => string.Join(", ", months.Select(m => $"DATE '{m.Text()}-01'"));

    public static string Text(this LocalDate day) => LocalDatePattern.Iso.Format(day);
}

/// <summary>The data or a check is at fault: a stable code and a sentence in both languages that says what to do. Exit code 1.</summary>
public sealed class DataFaultException(string code, string chinese, string english) : Exception($"{code}: {english}")
{
    public string Code { get; } = code;
    public string Chinese { get; } = chinese;
    public string English { get; } = english;

    /// <summary>After how many seconds the same is worth trying again; null: that is not known, or never.</summary>
    public int? RetrySeconds { get; init; }
}
