using System.Globalization;
using System.Text;

namespace Batch.Jobs.Tests.Tools;

/// <summary>The cast in data-samples/420100 as tables.</summary>
internal static class Cast
{
    public static string Folder { get; } = Find();

    /// <summary>The rows of a table, each a value by its column's name.</summary>
    public static List<Dictionary<string, string>> Table(string file)
    {
        List<string[]> rows = [.. File.ReadLines(Path.Combine(Folder, file)).Select(Split)];
        return [.. rows.Skip(1).Select(r => rows[0].Zip(r).ToDictionary(c => c.First, c => c.Second))];
    }

    public static decimal Yuan(this Dictionary<string, string> row, string column) =>
        row[column].Length == 0 ? 0m : decimal.Parse(row[column], CultureInfo.InvariantCulture);

    /// <summary>Splits a line of a table whose values hold no line breaks.</summary>
    private static string[] Split(string line)
    {
        var values = new List<string>();
        var value = new StringBuilder();
        bool quoted = false;
        foreach (char c in line)
        {
            if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                values.Add(value.ToString());
                value.Clear();
            }
            else
            {
                value.Append(c);
            }
        }

        values.Add(value.ToString());
        return [.. values];
    }

    private static string Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string folder = Path.Combine(at.FullName, "data-samples", "420100");
            if (Directory.Exists(folder))
            {
                return folder;
            }
        }

        throw new DirectoryNotFoundException("data-samples/420100 is not above the tests.");
    }
}
