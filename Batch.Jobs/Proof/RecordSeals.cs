using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>A seal that is missing: to be made when nothing is broken.</summary>
internal sealed record MissingSeal(string Kind, long Ordinal, long Number, string Columns, string Content, string Hash);

/// <summary>
/// V9 beside the ledger: the rows that belong to a submission, a run, an act of the ledger, an employer, a match or a return of money, an acceptance of differences, a scan, an approved policy or a hundred of the audit log, sealed one by one in chains
/// of their own (085_record_seals.sql, 100_audit_seals.sql). What is changed, removed or added behind the program's back later is named by its table.
/// </summary>
internal sealed class RecordSeals(AreaSession area, VerificationScope scope, Findings findings)
{
    private sealed record Seal(long Ordinal, long Number, int Shape, string Content, string Hash);

    /// <param name="Due">What is complete, and so to be sealed.</param>
    /// <param name="Open">What may still change.</param>
    /// <param name="Consecutive">Sealed in the order of their numbers: none can come between two later.</param>
    private sealed record Kind(string Name, string Due, string Open, bool Consecutive);

    // The numbers of the view's hundreds, which does not show the records' own.
    private const string AuditHundreds =
        "SELECT audit_hundred FROM (SELECT (row_number() OVER (ORDER BY audit_id) - 1) / 100 + 1 AS audit_hundred, audit_id FROM batch.audit WHERE area = right(':area', 6)) a GROUP BY 1";

    private static readonly Kind[] Kinds =
    [
        new("submission", "SELECT submission_id FROM :area.submission", "", true),
        new("run", "SELECT run_id FROM :area.run WHERE state IN ('posted', 'discarded')", "SELECT run_id FROM :area.run WHERE state NOT IN ('posted', 'discarded')", true),
        new("act", "SELECT seq FROM :area.ledger", "", true),
        new("employer", "SELECT employer_id FROM :area.employer", "", false),
        new("policy", "SELECT policy_seq FROM :area.approved_policy", "", false),
        new("match", "SELECT match_id FROM :area.money_match", "", true),
        new("match act", "SELECT match_act_id FROM :area.money_match_act", "", true),
        new("return", "SELECT return_id FROM :area.money_return", "", true),
        new("return act", "SELECT return_act_id FROM :area.money_return_act", "", true),
        new("difference act", "SELECT difference_act_id FROM :area.difference_act", "", true),
        new("identity", "SELECT identity_id FROM :area.identity_change", "", true),
        new("identity act", "SELECT identity_act_id FROM :area.identity_change_act", "", true),
        new("scan", "SELECT scan_id FROM :area.scan", "", true),
        // Hundreds of which no record can still be on its way: by what the chain of all areas has sealed.
        new("audit", AuditHundreds + " HAVING count(*) = 100 AND max(audit_id) <= batch.sealed_upto('audit')", AuditHundreds, true),
    ];

    public async Task<List<MissingSeal>> CheckAsync(CancellationToken cancellation)
    {
        ILookup<string, string> there = await ThereAsync(cancellation);
        Dictionary<string, string> sealedColumns = await SealedColumnsAsync(cancellation);
        List<MissingSeal> missing = [];
        foreach (Kind kind in Kinds)
        {
            missing.AddRange(await CheckAsync(kind, sealedColumns.GetValueOrDefault(kind.Name, "{}"), there, cancellation));
        }

        return missing;
    }

    public static async Task WriteAsync(NpgsqlDataSource program, AreaSchema area, IReadOnlyList<MissingSeal> seals, CancellationToken cancellation)
    {
        if (seals.Count == 0)
        {
            return;
        }

        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        // Two verifications at once make the same seals: one of them writes.
        await using NpgsqlCommand gate = new("SELECT pg_advisory_xact_lock(hashtext($1))", connection);
        gate.Parameters.AddWithValue(area.Name + ".seals");
        await gate.ExecuteNonQueryAsync(cancellation);
        foreach (IGrouping<(string Kind, string Columns), MissingSeal> alike in seals.GroupBy(s => (s.Kind, s.Columns)))
        {
            await using NpgsqlCommand command = new(area.Sql(
                """
                WITH known AS (SELECT min(shape_id) AS shape_id FROM :area.record_shape WHERE kind = $1 AND columns = $2::jsonb HAVING count(*) > 0),
                added AS (INSERT INTO :area.record_shape SELECT (SELECT coalesce(max(shape_id), 0) + 1 FROM :area.record_shape), $1, $2::jsonb
                          WHERE NOT EXISTS (SELECT FROM known) RETURNING shape_id)
                INSERT INTO :area.record_seal SELECT $1, o, n, (SELECT shape_id FROM known UNION ALL SELECT shape_id FROM added), c, h FROM unnest($3, $4, $5, $6) t (o, n, c, h)
                ON CONFLICT DO NOTHING
                """), connection);
            command.Parameters.AddWithValue(alike.Key.Kind);
            command.Parameters.AddWithValue(alike.Key.Columns);
            command.Parameters.AddWithValue(alike.Select(s => s.Ordinal).ToArray());
            command.Parameters.AddWithValue(alike.Select(s => s.Number).ToArray());
            command.Parameters.AddWithValue(alike.Select(s => s.Content).ToArray());
            command.Parameters.AddWithValue(alike.Select(s => s.Hash).ToArray());
            await command.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    private async Task<IEnumerable<MissingSeal>> CheckAsync(Kind kind, string columns, ILookup<string, string> there, CancellationToken cancellation)
    {
        List<Seal> seals = await SealsAsync(kind.Name, cancellation);
        Dictionary<int, string> shapes = await ShapesAsync(kind.Name, cancellation);
        long last = scope.All || seals.Count == 0 ? 0 : seals.Max(s => s.Number);
        // A chain of numbers that come late is read whole: it is short.
        long after = kind.Consecutive ? last : 0;
        HashSet<long> due = [.. await NumbersAsync(kind.Due, after, cancellation)];
        HashSet<long> open = kind.Open.Length == 0 ? [] : [.. await NumbersAsync(kind.Open, after, cancellation)];
        string previous = CheckChain(kind, seals, shapes);
        if (scope.All)
        {
            foreach (IGrouping<int, Seal> alike in seals.GroupBy(s => s.Shape))
            {
                Compare(kind, [.. alike], due, await ContentsAsync(kind.Name, shapes.GetValueOrDefault(alike.Key, "{}"), there, 0, cancellation));
            }
        }

        HashSet<long> known = [.. seals.Select(s => s.Number)];
        List<long> unsealed = [.. due.Where(n => !known.Contains(n)).Order()];
        foreach (long late in kind.Consecutive && scope.All && seals.Count > 0 ? unsealed.TakeWhile(n => n < seals[^1].Number) : [])
        {
            findings.Broken(Invariants.Chain, $"{kind.Name} {late}: not sealed, though later ones are");
        }

        Dictionary<long, string> contents = await ContentsAsync(kind.Name, columns, there, after, cancellation);
        foreach (long stray in contents.Keys.Where(n => !due.Contains(n) && !open.Contains(n) && !known.Contains(n)).Order())
        {
            findings.Broken(Invariants.Chain, $"{kind.Name} {stray}: records of none ({TablesOf(contents[stray])})");
        }

        findings.Checked(Invariants.Chain, scope.All ? due.Count : unsealed.Count);
        return Missing(kind.Name, unsealed, seals.Count == 0 ? 0 : seals[^1].Ordinal, previous, columns, contents);
    }

    private static IEnumerable<MissingSeal> Missing(string kind, List<long> unsealed, long ordinal, string previous, string columns, Dictionary<long, string> contents)
    {
        foreach (long number in unsealed)
        {
            string content = contents.GetValueOrDefault(number, "");
            previous = HashOf(previous, number, columns, content);
            yield return new MissingSeal(kind, ++ordinal, number, columns, content, previous);
        }
    }

    /// <summary>Each seal follows from the one before; without <c>--all</c> only the last is read, and taken as it is.</summary>
    private string CheckChain(Kind kind, List<Seal> seals, Dictionary<int, string> shapes)
    {
        string previous = "";
        long ordinal = 0;
        foreach (Seal seal in scope.All ? seals : [])
        {
            if (seal.Ordinal != ++ordinal || HashOf(previous, seal.Number, shapes.GetValueOrDefault(seal.Shape, ""), seal.Content) != seal.Hash)
            {
                findings.Broken(Invariants.Chain, $"{kind.Name} {seal.Number}: its seal does not follow from the one before");
            }

            (previous, ordinal) = (seal.Hash, seal.Ordinal);
        }

        return seals.Count == 0 ? "" : seals[^1].Hash;
    }

    private void Compare(Kind kind, List<Seal> seals, HashSet<long> due, Dictionary<long, string> contents)
    {
        foreach (Seal seal in seals)
        {
            string found = contents.GetValueOrDefault(seal.Number, "");
            if (!due.Contains(seal.Number))
            {
                findings.Broken(Invariants.Chain, $"{kind.Name} {seal.Number}: sealed, and gone");
            }
            else if (found != seal.Content)
            {
                string[] before = seal.Content.Split(' '), now = found.Split(' ');
                findings.Broken(Invariants.Chain, $"{kind.Name} {seal.Number}: not what was sealed: {TablesOf(string.Join(' ', before.Except(now).Concat(now.Except(before))))}");
            }
        }
    }

    private static string TablesOf(string content) => string.Join(", ", content.Split(' ').Select(c => c.Split('=')[0]).Distinct());

    private async Task<List<Seal>> SealsAsync(string kind, CancellationToken cancellation)
    {
        string last = scope.All ? "" : " AND (kind IN ('employer', 'policy') OR ordinal = (SELECT max(ordinal) FROM :area.record_seal WHERE kind = $1))";
        await using NpgsqlCommand command = area.Command($"SELECT ordinal, number, shape_id, content, hash FROM :area.record_seal WHERE kind = $1{last} ORDER BY ordinal");
        command.Parameters.AddWithValue(kind);
        return await command.ListAsync(r => new Seal(r.GetInt64(0), r.GetInt64(1), r.GetInt32(2), r.GetString(3), r.GetString(4)), cancellation);
    }

    private async Task<Dictionary<int, string>> ShapesAsync(string kind, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT shape_id, columns::text FROM :area.record_shape WHERE kind = $1");
        command.Parameters.AddWithValue(kind);
        return (await command.ListAsync(r => (r.GetInt32(0), r.GetString(1)), cancellation)).ToDictionary(s => s.Item1, s => s.Item2);
    }

    /// <summary>Of each kind the tables and columns that a seal made today is over, as JSON.</summary>
    private async Task<Dictionary<string, string>> SealedColumnsAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT kind, jsonb_object_agg(table_name, columns)::text FROM :area.sealed_columns GROUP BY kind");
        return (await command.ListAsync(r => (r.GetString(0), r.GetString(1)), cancellation)).ToDictionary(c => c.Item1, c => c.Item2);
    }

    /// <summary>The columns of each table and view that the area has.</summary>
    private async Task<ILookup<string, string>> ThereAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            """
            SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
            """);
        command.Parameters.AddWithValue(area.Schema.Name);
        return (await command.ListAsync(r => (r.GetString(0), r.GetString(1)), cancellation)).ToLookup(c => c.Item1, c => c.Item2);
    }

    private async Task<List<long>> NumbersAsync(string sql, long after, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command($"SELECT n::bigint FROM ({sql}) t (n) WHERE n > {after.ToString(CultureInfo.InvariantCulture)}");
        return await command.ListAsync(r => r.GetInt64(0), cancellation);
    }

    /// <summary>Of each number the tables that have rows of it, with how many and the hash of them whatever their order.</summary>
    private async Task<Dictionary<long, string>> ContentsAsync(string kind, string columns, ILookup<string, string> there, long after, CancellationToken cancellation)
    {
        string key = kind switch
        {
            "submission" => "submission_id",
            "run" => "run_id",
            "act" => "seq",
            "employer" => "employer_id",
            "audit" => "audit_hundred",
            "policy" => "policy_seq",
            "match" => "match_id",
            "match act" => "match_act_id",
            "return" => "return_id",
            "return act" => "return_act_id",
            "difference act" => "difference_act_id",
            "identity" => "identity_id",
            "identity act" => "identity_act_id",
            "scan" => "scan_id",
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        List<string> tables = [];
        foreach (JsonProperty table in JsonDocument.Parse(columns).RootElement.EnumerateObject())
        {
            // Columns are never taken away by a script.
            string?[] sealedOver = table.Value.ValueKind == JsonValueKind.Array ? [.. table.Value.EnumerateArray().Select(c => c.GetString())] : [];
            if (sealedOver.Length == 0 || sealedOver.Except(there[table.Name]).Any())
            {
                findings.Broken(Invariants.Chain, $"{kind} seals: made over {table.Name}, which is not there as it was");
                continue;
            }

            List<string> names = [.. sealedOver.Select(c => $"\"{c}\"")];
            string months = after > 0 && names.Contains($"\"{table.Name}_month\"") ? await MonthsAsync(table.Name, after, cancellation) : "";
            tables.Add(
                $"""
                SELECT {key}::bigint AS number, '{table.Name}' AS part, count(*) AS rows, sum(hash_record_extended(ROW({string.Join(", ", names)}), 0)) AS one,
                       sum(hash_record_extended(ROW({string.Join(", ", names)}), 20210601)) AS two
                FROM {area.Schema.Name}."{table.Name}" WHERE {key} > {after.ToString(CultureInfo.InvariantCulture)}{months} GROUP BY 1
                """);
        }

        if (tables.Count == 0)
        {
            return [];
        }

        await using NpgsqlCommand command = area.Command(
            $"""
            SELECT number, string_agg(part || '=' || rows || '.' || left(md5(one || '.' || two), 16), ' ' ORDER BY part COLLATE "C")
            FROM ({string.Join(" UNION ALL ", tables)}) parts GROUP BY number
            """);
        return (await command.ListAsync(r => (r.GetInt64(0), r.GetString(1)), cancellation)).ToDictionary(c => c.Item1, c => c.Item2);
    }

    // Only the months of the new submissions are read.
    private async Task<string> MonthsAsync(string table, long after, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT DISTINCT month FROM :area.submission_month WHERE fact = $1 AND submission_id > $2 ORDER BY 1");
        command.Parameters.AddWithValue(table);
        command.Parameters.AddWithValue((int)after);
        List<DateOnly> months = await command.ListAsync(r => r.GetFieldValue<DateOnly>(0), cancellation);
        return months.Count == 0 ? " AND false" : $" AND {table}_month IN ({months.Literals()})";
    }

    private static string HashOf(string previous, long number, string columns, string content) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Join('|', previous, number.ToString(CultureInfo.InvariantCulture), columns, content))));
}
