using System.Buffers.Text;
using System.Diagnostics;
using CsvHelper;
using Npgsql;
using NpgsqlTypes;

namespace Batch.Jobs.Tools;

/// <summary>
/// The least that a month can cost on this machine and server, without one check: read the files; COPY the facts in and build their key; COPY
/// them out with a join, compute, COPY the credits in and build their key. One thread of ours.
/// </summary>
public sealed class Floor(NpgsqlDataSource owner)
{
    public async Task<FloorTimes> MeasureAsync(string payroll, string? pension, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await owner.OpenConnectionAsync(cancellation);
        await ExecuteAsync(connection, "DROP SCHEMA IF EXISTS bench_floor CASCADE; CREATE SCHEMA bench_floor", cancellation);
        await PreparePersonsAsync(connection, payroll, pension, cancellation);
        long start = Stopwatch.GetTimestamp();
        long read = ReadOnly(payroll) + (pension is null ? 0 : ReadOnly(pension));
        TimeSpan reading = Stopwatch.GetElapsedTime(start);
        start = Stopwatch.GetTimestamp();
        long facts = await CopyInAsync(connection, payroll, pension, cancellation);
        await ExecuteAsync(connection, "ALTER TABLE bench_floor.fact ADD PRIMARY KEY (person_id)", cancellation);
        TimeSpan factTime = Stopwatch.GetElapsedTime(start);
        start = Stopwatch.GetTimestamp();
        long credits = await CreditAsync(connection, cancellation);
        await ExecuteAsync(connection, "ALTER TABLE bench_floor.credit ADD PRIMARY KEY (account_id, component)", cancellation);
        TimeSpan creditTime = Stopwatch.GetElapsedTime(start);
        await ExecuteAsync(connection, "DROP SCHEMA bench_floor CASCADE", cancellation);
        return read - Files(pension) == facts && facts == credits
            ? new FloorTimes(reading, factTime, creditTime, facts)
            : throw new InvalidOperationException($"The floor lost rows: {read} read, {facts} in, {credits} credited.");
    }

    private static int Files(string? pension) => pension is null ? 1 : 2;

    private static long ReadOnly(string path)
    {
        using FileStream file = File.OpenRead(path);
        using CsvReader reader = CsvReader.Create(file, new CsvReaderOptions { HasHeader = false });
        long rows = 0;
        while (reader.Read())
        {
            rows++;
        }

        return rows;
    }

    // Persons are there before a month begins; not part of the floor.
    private static async Task PreparePersonsAsync(NpgsqlConnection connection, string payroll, string? pension, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, "CREATE TABLE bench_floor.person (person_id int, birth date)", cancellation);
        await using (NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync("COPY bench_floor.person FROM STDIN (FORMAT binary)", cancellation))
        {
            int person = 0;
            foreach ((string path, int column) in new[] { (payroll, 3), (pension ?? "", 1) }.Where(p => p.Item1.Length > 0))
            {
                using FileStream file = File.OpenRead(path);
                using CsvReader reader = CsvReader.Create(file, new CsvReaderOptions { HasHeader = false });
                reader.Read();
                while (reader.Read())
                {
                    ReadOnlySpan<byte> id = reader.GetSpan(column);
                    copy.StartRow();
                    copy.Write(++person, NpgsqlDbType.Integer);
                    copy.Write(new DateOnly(Number(id[6..10]), Number(id[10..12]), Number(id[12..14])), NpgsqlDbType.Date);
                }
            }

            await copy.CompleteAsync(cancellation);
        }

        await ExecuteAsync(connection, "ALTER TABLE bench_floor.person ADD PRIMARY KEY (person_id); ANALYZE bench_floor.person", cancellation);
    }

    private static async Task<long> CopyInAsync(NpgsqlConnection connection, string payroll, string? pension, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, "CREATE TABLE bench_floor.fact (month date, person_id int, employer_id int, submission_id int, base bigint, person_paid bigint, employer_paid bigint)", cancellation);
        await using NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync("COPY bench_floor.fact FROM STDIN (FORMAT binary)", cancellation);
        int person = 0;
        foreach ((string path, int first) in new[] { (payroll, 5), (pension ?? "", 3) }.Where(p => p.Item1.Length > 0))
        {
            using FileStream file = File.OpenRead(path);
            using CsvReader reader = CsvReader.Create(file, new CsvReaderOptions { HasHeader = false });
            reader.Read();
            while (reader.Read())
            {
                copy.StartRow();
                copy.Write(new DateOnly(2021, 6, 1), NpgsqlDbType.Date);
                copy.Write(++person, NpgsqlDbType.Integer);
                copy.Write(1, NpgsqlDbType.Integer);
                copy.Write(1, NpgsqlDbType.Integer);
                copy.Write(Fen(reader.GetSpan(first)), NpgsqlDbType.Bigint);
                copy.Write(Fen(reader.GetSpan(first + 1)), NpgsqlDbType.Bigint);
                copy.Write(Fen(reader.GetSpan(first + 2)), NpgsqlDbType.Bigint);
            }
        }

        await copy.CompleteAsync(cancellation);
        return person;
    }

    private async Task<long> CreditAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, "CREATE TABLE bench_floor.credit (month date, run_id int, account_id int, component smallint, account bigint, pool bigint, person_paid bigint, employer_paid bigint)", cancellation);
        await using NpgsqlConnection reading = await owner.OpenConnectionAsync(cancellation);
        await using NpgsqlBinaryExporter rows = await reading.BeginBinaryExportAsync(
            "COPY (SELECT f.person_id, p.birth, f.base, f.person_paid, f.employer_paid FROM bench_floor.fact f JOIN bench_floor.person p USING (person_id)) TO STDOUT (FORMAT binary)", cancellation);
        await using NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync("COPY bench_floor.credit FROM STDIN (FORMAT binary)", cancellation);
        long credits = 0;
        while (await rows.StartRowAsync(cancellation) >= 0)
        {
            int person = rows.Read<int>(NpgsqlDbType.Integer);
            int age = 2021 - rows.Read<DateOnly>(NpgsqlDbType.Date).Year;
            long amount = rows.Read<long>(NpgsqlDbType.Bigint), own = rows.Read<long>(NpgsqlDbType.Bigint), paid = rows.Read<long>(NpgsqlDbType.Bigint);
            long share = ((amount * (age <= 35 ? 11 : age <= 45 ? 14 : 17)) + 500) / 1000;
            copy.StartRow();
            copy.Write(new DateOnly(2021, 6, 1), NpgsqlDbType.Date);
            copy.Write(1, NpgsqlDbType.Integer);
            copy.Write(person, NpgsqlDbType.Integer);
            copy.Write((short)1, NpgsqlDbType.Smallint);
            copy.Write(own + share, NpgsqlDbType.Bigint);
            copy.Write(paid - share, NpgsqlDbType.Bigint);
            copy.Write(own, NpgsqlDbType.Bigint);
            copy.Write(paid, NpgsqlDbType.Bigint);
            credits++;
        }

        await copy.CompleteAsync(cancellation);
        return credits;
    }

    private static long Fen(ReadOnlySpan<byte> yuan)
    {
        if (!Utf8Parser.TryParse(yuan, out decimal amount, out _))
        {
            return 0;
        }

        return (long)(amount * 100m);
    }

    private static int Number(ReadOnlySpan<byte> digits) => Utf8Parser.TryParse(digits, out int number, out _) ? number : throw new InvalidOperationException("No digits.");

    internal static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

public readonly record struct FloorTimes(TimeSpan Reading, TimeSpan Facts, TimeSpan Credits, long Rows)
{
    public TimeSpan Total => Reading + Facts + Credits;
}
