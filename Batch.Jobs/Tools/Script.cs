using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tools;

/// <summary>
/// What a database administrator would write for a month of Wuhan's rules, without our checks: COPY the files as text, INSERT ... SELECT with a
/// CASE for the tiers, two rows a credit into a keyed table, UPDATE of a balance table. It lives over the months as such a script would: persons,
/// balances and earlier months' rows are there when a month begins.
/// </summary>
public sealed class Script(NpgsqlDataSource owner)
{
    private const string Staging =
        """
        DROP TABLE IF EXISTS bench_script.payroll, bench_script.pension;
        CREATE TABLE bench_script.payroll (employer text, employer_name text, name text, id text, month text, base numeric, person_paid numeric, employer_paid numeric);
        CREATE TABLE bench_script.pension (name text, id text, month text, prior_year numeric, this_year numeric, of_month numeric);
        """;

    // Own contribution and the employer's share are a row each; so are a retiree's credit and what the pool pays for it.
    private const string Credits =
        """
        INSERT INTO bench_script.credit (person_id, month, kind, amount)
        SELECT c.person_id, $1, k.kind, CASE k.kind WHEN 'own' THEN c.person_paid ELSE c.share END
        FROM (SELECT p.person_id, f.person_paid,
                     round(f.base * CASE WHEN extract(year FROM age($1, p.birth)) <= 35 THEN 0.011 WHEN extract(year FROM age($1, p.birth)) <= 45 THEN 0.014 ELSE 0.017 END, 2) AS share
              FROM bench_script.payroll f JOIN bench_script.person p USING (id)) c
        CROSS JOIN (VALUES ('own'), ('share')) k(kind)
        UNION ALL
        SELECT c.person_id, $1, k.kind, CASE k.kind WHEN 'retiree' THEN c.amount ELSE -c.amount END
        FROM (SELECT p.person_id,
                     round(greatest(coalesce(f.prior_year, f.this_year, f.of_month), $2) * CASE WHEN extract(year FROM age($1, p.birth)) <= 70 THEN 0.048 ELSE 0.051 END, 2) AS amount
              FROM bench_script.pension f JOIN bench_script.person p USING (id)) c
        CROSS JOIN (VALUES ('retiree'), ('pool')) k(kind)
        """;

    private const string Balances =
        """
        UPDATE bench_script.balance b SET amount = b.amount + c.amount
        FROM (SELECT person_id, sum(amount) AS amount FROM bench_script.credit WHERE month = $1 AND kind <> 'pool' GROUP BY person_id) c
        WHERE c.person_id = b.person_id
        """;

    /// <summary>One month's files through the script; the seconds, when what it credited is what the manifest says.</summary>
    public async Task<TimeSpan> MeasureAsync(string payroll, string? pension, MonthPolicy policy, long creditedFen, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await owner.OpenConnectionAsync(cancellation);
        await Floor.ExecuteAsync(connection,
            """
            CREATE SCHEMA IF NOT EXISTS bench_script;
            CREATE TABLE IF NOT EXISTS bench_script.person (person_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE, birth date NOT NULL);
            CREATE TABLE IF NOT EXISTS bench_script.balance (person_id int PRIMARY KEY, amount numeric NOT NULL);
            CREATE TABLE IF NOT EXISTS bench_script.credit (person_id int, month date, kind text, amount numeric NOT NULL, PRIMARY KEY (person_id, month, kind));
            """ + Staging, cancellation);
        await RegisterAsync(connection, payroll, pension, cancellation);
        DateOnly month = new(policy.Month.Year, policy.Month.Month, 1);
        long start = Stopwatch.GetTimestamp();
        await using (NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation))
        {
            await LoadAsync(connection, payroll, pension, cancellation);
            await RunAsync(connection, Credits, month, FloorYuan(policy), cancellation);
            await RunAsync(connection, Balances, month, null, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        await using NpgsqlCommand total = new("SELECT (coalesce(sum(amount), 0) * 100)::bigint FROM bench_script.credit WHERE month = $1 AND kind <> 'pool'", connection);
        total.Parameters.AddWithValue(month);
        long credited = (long)(await total.ExecuteScalarAsync(cancellation))!;
        return credited == creditedFen
            ? elapsed
            : throw new InvalidOperationException($"The script credited {credited} fen, the manifest says {creditedFen}.");
    }

    // Persons and their balances are there before a month begins; not part of the time.
    private static async Task RegisterAsync(NpgsqlConnection connection, string payroll, string? pension, CancellationToken cancellation)
    {
        await LoadAsync(connection, payroll, pension, cancellation);
        await Floor.ExecuteAsync(connection,
            """
            INSERT INTO bench_script.person (id, birth) SELECT id, to_date(substr(id, 7, 8), 'YYYYMMDD') FROM (SELECT id FROM bench_script.payroll UNION SELECT id FROM bench_script.pension) n
            ON CONFLICT DO NOTHING;
            INSERT INTO bench_script.balance SELECT person_id, 0 FROM bench_script.person ON CONFLICT DO NOTHING;
            """, cancellation);
        await Floor.ExecuteAsync(connection, "VACUUM ANALYZE bench_script.person, bench_script.balance", cancellation);
        await Floor.ExecuteAsync(connection, Staging, cancellation);
    }

    private static async Task LoadAsync(NpgsqlConnection connection, string payroll, string? pension, CancellationToken cancellation)
    {
        await CopyAsync(connection, "payroll", payroll, cancellation);
        if (pension is not null)
        {
            await CopyAsync(connection, "pension", pension, cancellation);
        }
    }

    private static async Task CopyAsync(NpgsqlConnection connection, string table, string path, CancellationToken cancellation)
    {
        using StreamReader file = new(path);
        await using TextWriter copy = await connection.BeginTextImportAsync($"COPY bench_script.{table} FROM STDIN (FORMAT csv, HEADER)", cancellation);
        char[] buffer = new char[1 << 16];
        while (await file.ReadBlockAsync(buffer, cancellation) is > 0 and int read)
        {
            await copy.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, DateOnly month, decimal? floor, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(month);
        if (floor is { } yuan)
        {
            command.Parameters.AddWithValue(yuan);
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static decimal FloorYuan(MonthPolicy policy)
    {
        using JsonDocument slice = JsonDocument.Parse(policy.CanonicalJson);
        return decimal.Parse(
            slice.RootElement.GetProperty("categories").GetProperty("unit").GetProperty("retired").GetProperty("floor").GetString()!, CultureInfo.InvariantCulture);
    }

    public async Task ForgetAsync(CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await owner.OpenConnectionAsync(cancellation);
        await Floor.ExecuteAsync(connection, "DROP SCHEMA IF EXISTS bench_script CASCADE", cancellation);
    }
}
