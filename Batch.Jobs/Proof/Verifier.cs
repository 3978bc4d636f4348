using System.Collections.Concurrent;
using System.Data;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>
/// Proves an area's invariants V1 to V9 from the tables (docs/architecture.md), with the rights of the program and in one snapshot, whatever is
/// posted meanwhile. When nothing is broken it makes the seals that are missing: they are made off the hot path, here and nowhere else. The records that all areas
/// share are sealed as they come (<see cref="AuditLog.SealAsync"/>), and here once more before they are compared.
/// </summary>
public sealed class Verifier(DatabaseConnection database, AreaSchema area)
{
    /// <summary>Whether the records that all areas share are verified too: once is enough where several areas are.</summary>
    public bool WithLogs { get; init; } = true;

    /// <param name="all">From the beginning; else what has come since the last seal.</param>
    public async Task<VerificationDocument> VerifyAsync(bool all, CancellationToken cancellation)
    {
        Findings findings = new(area.Code);
        if (WithLogs)
        {
            await LogSeals.SealAsync(database.Program, findings, cancellation);
        }

        await using NpgsqlConnection first = await database.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction snapshot = await BeginAsync(first, null, cancellation);
        string shared = await ExportAsync(first, cancellation);
        await using NpgsqlConnection second = await database.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction same = await BeginAsync(second, shared, cancellation);

        VerificationScope scope = await VerificationScope.ReadAsync(area.On(first), all, cancellation);
        // Two lanes: one begins with the books, the other with the entitlements; who is done first helps with these.
        EntitlementChecks entitlements = new(area.On(second), scope, findings);
        ConcurrentQueue<RangeWork> work = await entitlements.PlanAsync(cancellation);
        Task<UnsealedBooks> books = CheckBooksAsync(first, scope, findings, work, cancellation);
        await Task.WhenAll(books, entitlements.CheckAsync(work, cancellation));
        if (!findings.AnyBroken)
        {
            await SealChain.WriteAsync(database.Program, area, (await books).Acts, cancellation);
            await RecordSeals.WriteAsync(database.Program, area, (await books).Records, cancellation);
            await LogSeals.WriteAsync(database.Program, (await books).Logs, cancellation);
        }

        return findings.Document();
    }

    /// <summary>What is to be sealed when nothing is broken.</summary>
    private sealed record UnsealedBooks(List<(long Seq, string Content, string Hash)> Acts, List<MissingSeal> Records, List<(string Log, int Ordinal)> Logs);

    private async Task<UnsealedBooks> CheckBooksAsync(
        NpgsqlConnection connection, VerificationScope scope, Findings findings, ConcurrentQueue<RangeWork> work, CancellationToken cancellation)
    {
        await new LedgerChecks(area.On(connection), scope, findings).CheckAsync(cancellation);
        await new SubmissionChecks(area.On(connection), scope, findings).CheckAsync(cancellation);
        await new ArchiveChecks(area.On(connection), scope, findings).CheckAsync(cancellation);
        await new ScanChecks(area.On(connection), scope, findings).CheckAsync(cancellation);
        await new BalanceChecks(area.On(connection), scope, findings).CheckAsync(cancellation);
        await new EmployerMoneyChecks(area.On(connection), scope, findings).CheckAsync(cancellation);
        await new MoneyChecks(area.On(connection), scope, findings).CheckAsync(cancellation);
        await new ReceivedChecks(area.On(connection), scope, findings).CheckAsync(cancellation);
        await new MovementChecks(area.On(connection), scope, findings).CheckAsync(cancellation);
        await new InterestChecks(area.On(connection), scope, findings).CheckAsync(cancellation);
        UnsealedBooks missing = new(
            await new SealChain(area.On(connection), scope, findings).CheckAsync(cancellation), await new RecordSeals(area.On(connection), scope, findings).CheckAsync(cancellation),
            WithLogs ? await new LogSeals(connection, scope.All, findings).CheckAsync(cancellation) : []);
        await new EntitlementChecks(area.On(connection), scope, findings).CheckAsync(work, cancellation);
        return missing;
    }

    private static async Task<NpgsqlTransaction> BeginAsync(NpgsqlConnection connection, string? snapshot, CancellationToken cancellation)
    {
        NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        // A verification reads all of a few tables once, in statements whose steps nobody has statistics of: memory for its sums and joins, hash
        // joins whatever was guessed of the rows, and no compilation of what runs for a second.
        string settings = "SET LOCAL work_mem = '96MB'; SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off; SET LOCAL datestyle = 'ISO'";
        await using NpgsqlCommand command = new(snapshot is null ? settings : $"SET TRANSACTION SNAPSHOT '{snapshot}'; {settings}", connection, transaction);
        await command.ExecuteNonQueryAsync(cancellation);
        return transaction;
    }

    private static async Task<string> ExportAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new("SELECT pg_export_snapshot()", connection);
        return (string)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
