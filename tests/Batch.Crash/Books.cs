using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Crash;

/// <summary>All that a life leaves behind: every table without the moments at which its rows were written, the reports, and the money.</summary>
public sealed partial class Books
{
    // Moments, and numbers that a rolled-back transaction uses up: what they number is compared. The seals of records hold both; verify proves them.
    private const string Passing = "('timestamp with time zone', 'timestamp without time zone')";
    private static readonly string[] Numbers = ["employer_id", "receipt_employer", "return_employer", "seq_no", "audit_id"];
    private static readonly string[] Common = ["area", "policy_change", "policy_slice", "run_area", "migration"];

    private readonly Dictionary<string, string> _content = [];
    private readonly Dictionary<string, long> _money = [];

    public static async Task<Books> ReadAsync(CrashServer server, string outputs)
    {
        Books books = new();
        await using NpgsqlConnection connection = await server.OpenAsync("batch");
        foreach ((string table, string columns) in await TablesAsync(connection))
        {
            await using NpgsqlCommand command = new(
                $"SELECT count(*) || ' rows ' || md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\"), '')) FROM (SELECT {columns} FROM {table}) t", connection);
            books._content.Add(table, (string)(await command.ExecuteScalarAsync())!);
        }

        await books.ReadMoneyAsync(connection);
        foreach (string file in Directory.GetFiles(outputs).Where(f => Path.GetFileName(f) != "backup").Order(StringComparer.Ordinal))
        {
            // The certificate has the moments of the acts.
            string text = Moment().Replace(await File.ReadAllTextAsync(file, Encoding.Latin1), "");
            books._content.Add(Path.GetFileName(file), Convert.ToHexString(SHA256.HashData(Encoding.Latin1.GetBytes(text))));
        }

        return books;
    }

    /// <summary>What differs from an undisturbed life, by name.</summary>
    public IEnumerable<string> DifferencesFrom(Books calm) => calm._content.Keys.Union(_content.Keys)
        .Where(k => _content.GetValueOrDefault(k) != calm._content.GetValueOrDefault(k))
        .Select(k => $"{k}: {_content.GetValueOrDefault(k, "missing")}, undisturbed {calm._content.GetValueOrDefault(k, "missing")}");

    /// <summary>Fen that an undisturbed life posted and this one did not, and those that this one posted beyond it, leg by leg.</summary>
    public (long Lost, long Doubled) FenAgainst(Books calm)
    {
        (long lost, long doubled) = (0, 0);
        foreach (string leg in calm._money.Keys.Union(_money.Keys))
        {
            long expected = calm._money.GetValueOrDefault(leg), found = _money.GetValueOrDefault(leg);
            lost += Math.Max(0, Math.Abs(expected) - Math.Abs(found));
            doubled += Math.Max(0, Math.Abs(found) - Math.Abs(expected));
        }

        return (lost, doubled);
    }

    private async Task ReadMoneyAsync(NpgsqlConnection connection)
    {
        await using NpgsqlCommand command = new(
            $"""
            SELECT concat_ws(' ', posting_month, account_id, contribution_month, component, leg), sum(fen)::bigint
            FROM {Migrator.SchemaOf(Life.Area)}.entry, LATERAL (VALUES ('account', account_fen), ('pool', pool_fen), ('other', other_fen)) legs (leg, fen) GROUP BY 1
            """, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            _money.Add(reader.GetString(0), reader.GetInt64(1));
        }
    }

    private static async Task<List<(string Table, string Columns)>> TablesAsync(NpgsqlConnection connection)
    {
        await using NpgsqlCommand command = new(
            $"""
            SELECT format('%I.%I', n.nspname, c.relname), string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
              AND (n.nspname = $1 OR n.nspname = 'batch' AND c.relname = ANY($2))
              AND format_type(a.atttypid, NULL) NOT IN {Passing} AND a.attname <> ALL($3) AND a.attname <> 'policy_seq' AND c.relname <> 'record_seal'
            GROUP BY 1 ORDER BY 1
            """, connection);
        command.Parameters.AddWithValue(Migrator.SchemaOf(Life.Area));
        command.Parameters.AddWithValue(Common);
        command.Parameters.AddWithValue(Numbers);
        List<(string, string)> tables = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            tables.Add((reader.GetString(0), reader.GetString(1)));
        }

        return tables;
    }

    [GeneratedRegex("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")]
    private static partial Regex Moment();
}
