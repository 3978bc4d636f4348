using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace Batch.Rules.Tests;

/// <summary>A row of a spec table in Tables: comma-separated without quotes, so that anybody can read it; a comma inside a value is written @.</summary>
public sealed class Row(string table, int line, string[] columns, string[] values)
{
    public string this[string column] => values[Array.IndexOf(columns, column)];

    public decimal? Yuan(string column) => this[column].Length == 0 ? null : decimal.Parse(this[column], CultureInfo.InvariantCulture);

    public Money? Money(string column) => Yuan(column) is { } yuan ? Rules.Money.FromYuan(yuan) : null;

    public LocalDate Date(string column) => LocalDatePattern.Iso.Parse(this[column]).Value;

    public YearMonth? Month(string column) => this[column].Length == 0 ? null : Table.Month(this[column]);

    public Standing Standing => this["standing"] == "retired" ? Standing.Retired : Standing.Active;

    /// <summary><c>average-wage=8000 base-min=4000</c></summary>
    public Dictionary<string, decimal> Set => this["set"].Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .ToDictionary(s => s.Split('=')[0], s => decimal.Parse(s.Split('=')[1], CultureInfo.InvariantCulture));

    public override string ToString() => $"{table}:{line}";
}

public static class Table
{
    public static IEnumerable<Row> Read(string name)
    {
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Tables", name));
        string[]? columns = null;
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0 || lines[i][0] == '#')
            {
                continue;
            }

            string[] values = [.. lines[i].Split(',').Select(v => v.Replace('@', ','))];
            if (columns is null)
            {
                columns = values;
                continue;
            }

            if (values.Length != columns.Length)
            {
                throw new InvalidDataException($"{name}:{i + 1} has {values.Length} values, the header {columns.Length}.");
            }

            yield return new Row(name, i + 1, columns, values);
        }
    }

    public static YearMonth Month(string text) => PolicyMap.ReadMonth(text) ?? throw new FormatException(text);
}
