using System.Text;
using Npgsql;

namespace Batch.Host;

/// <summary>An exception for the log: where it came from and its code. What the database says in words may quote data, so it is left out.</summary>
internal static class LogText
{
    public static string Of(Exception fault)
    {
        StringBuilder text = new();
        for (Exception? at = fault; at is not null; at = at.InnerException)
        {
            text.Append(at.GetType().FullName).Append(": ").AppendLine(at is PostgresException database ? Of(database) : at is NpgsqlException ? "" : at.Message).AppendLine(at.StackTrace);
        }

        return text.ToString();
    }

    private static string Of(PostgresException fault) => string.Join(' ', new[]
    {
        $"SQLSTATE {fault.SqlState}", Named("table", fault.TableName), Named("column", fault.ColumnName), Named("constraint", fault.ConstraintName), Named("routine", fault.Routine),
    }.Where(t => t.Length > 0));

    private static string Named(string what, string? name) => string.IsNullOrEmpty(name) ? "" : $"{what} {name}";
}
