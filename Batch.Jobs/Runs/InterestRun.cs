using System.Data;
using Batch.Jobs.Facts;
using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>
/// Computes a year's interest as a run, once the year's statements are made: entitled minus posted for every account, tagged with the last month of the
/// year, in an open month. It lives on like any run. One that was cut off starts over: it takes seconds.
/// </summary>
public sealed class InterestRun(Area area)
{
    /// <param name="postingMonth">Null: the first month that is open.</param>
    /// <exception cref="DataFaultException">YEAR_OPEN, INTEREST_RATES_MISSING, or what the ledger refuses.</exception>
    public async Task<RunDocument> RunAsync(int year, YearMonth? postingMonth, string by, CancellationToken cancellation)
    {
        try
        {
            await using NpgsqlConnection session = await area.Database.OpenSessionAsync(cancellation);
            await Allocation.LockAsync(area.On(session), cancellation);
            InsuranceYear stated = await StatedAsync(session, year, cancellation);
            MonthPolicy settlement = area.Policy.For(stated.Last);
            RefuseWithoutRates(settlement);
            await JoinedAccounts.RefuseWaitingAsync(area.On(session), cancellation);
            await InterestDueAnew.RefuseLaterAsync(area.On(session), area.Policy, year, cancellation);
            YearMonth month = postingMonth ?? await OpenMonthAsync(session, cancellation);
            return await PatientAct.DoAsync(session, token => ComputeAsync(session, stated, settlement, month, by, token), cancellation);
        }
        catch (PostgresException refused) when (LedgerRefusal.Of(refused) is { } sentence)
        {
            throw sentence;
        }
    }

    private async Task<RunDocument> ComputeAsync(
        NpgsqlConnection session, InsuranceYear year, MonthPolicy settlement, YearMonth month, string by, CancellationToken cancellation)
    {
        if (await OpenRun.FindAsync(area.On(session), cancellation) is { } open)
        {
            open.RefuseOther("interest", month);
            if (await IsCurrentAsync(session, open.Run, settlement, cancellation))
            {
                return open.State == RunState.Computing
                    ? await ComputeAsync(session, open.Run, await new Allocation(area).LeftAsync(open.Run, cancellation), year, settlement, month, cancellation)
                    : await RunDocument.ReadAsync(area, open.Run, cancellation);
            }

            await open.DiscardStaleAsync(area.On(session), by, cancellation);
        }

        (int run, List<Chunk> chunks) = await OpenAsync(session, settlement, month, by, cancellation);
        return await ComputeAsync(session, run, chunks, year, settlement, month, cancellation);
    }

    private async Task<RunDocument> ComputeAsync(
        NpgsqlConnection session, int run, IReadOnlyList<Chunk> chunks, InsuranceYear year, MonthPolicy settlement, YearMonth month, CancellationToken cancellation)
    {
        foreach (Chunk chunk in chunks)
        {
            await DoAsync(run, chunk, year, settlement, month, cancellation);
        }

        return await new Allocation(area).SealAsync(session, run, month, cancellation) with { Kind = "interest" };
    }

    // The year has twelve months through the one whose closing made its statements.
    private async Task<InsuranceYear> StatedAsync(NpgsqlConnection session, int year, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Schema.Sql("SELECT through FROM :area.statement_year WHERE year = $1"), session);
        command.Parameters.AddWithValue(year);
        return await command.ExecuteScalarAsync(cancellation) is DateOnly through
            ? new InsuranceYear(year, through.Month().PlusMonths(1 - YearAccounts.MonthsAYear), through.Month())
            : throw new DataFaultException("YEAR_OPEN", $"{year} 年度尚未结账，没有年度对账单；请先结清该年度最后一个月。", $"The year {year} has no statements yet; close its last month first.");
    }

    private void RefuseWithoutRates(MonthPolicy settlement)
    {
        if (settlement.Interest is null)
        {
            throw new DataFaultException(
                "INTEREST_RATES_MISSING", $"统筹区 {area.Schema.Code} 在 {settlement.Month.Text()} 的政策没有全年的计息利率；请在政策文件中写明 interest 并经复核采用。",
                $"The policy of area {area.Schema.Code} in {settlement.Month.Text()} has no interest rates for the whole year; state them in the policy file under interest and have it adopted.");
        }
    }

    private async Task<YearMonth> OpenMonthAsync(NpgsqlConnection session, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Schema.Sql("SELECT :area.last_closed()"), session);
        return ((DateOnly)(await command.ExecuteScalarAsync(cancellation))!).Month().Next();
    }

    private async Task<bool> IsCurrentAsync(NpgsqlConnection session, int run, MonthPolicy settlement, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Schema.Sql(
            """
            SELECT EXISTS (SELECT FROM :area.run r JOIN :area.run_month m USING (run_id)
                           WHERE r.run_id = $1 AND r.ledger_head = :area.ledger_head() AND m.contribution_month = $2 AND m.policy_hash = $3)
            """), session);
        command.Parameters.AddWithValue(run);
        command.Parameters.AddWithValue(settlement.Month.FirstDay());
        command.Parameters.AddWithValue(settlement.Hash);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<(int Run, List<Chunk> Chunks)> OpenAsync(
        NpgsqlConnection session, MonthPolicy settlement, YearMonth month, string by, CancellationToken cancellation)
    {
        List<Chunk> chunks = await ChunksAsync(session, settlement.Month, cancellation);
        RunPlan plan = new([], [new PlannedMonth(settlement.Month, settlement.Hash, true)], chunks);
        return (await RunOpening.InsertAsync(session, area, "interest", plan, (month, by), cancellation), chunks);
    }

    // Ranges that hold accounts: first ones by person, and the few later ones a hundred million numbers on.
    private async Task<List<Chunk>> ChunksAsync(NpgsqlConnection session, YearMonth month, CancellationToken cancellation)
    {
        List<int> firsts = await session.ReadAsync(
            area.Schema.Sql("SELECT DISTINCT account_id / $1 FROM :area.account ORDER BY 1"), r => r.GetInt32(0) * RunPlan.ChunkPersons, cancellation, RunPlan.ChunkPersons);
        return [.. firsts.Select(first => new Chunk(month, first, first + RunPlan.ChunkPersons - 1))];
    }

    private async Task DoAsync(int run, Chunk chunk, InsuranceYear year, MonthPolicy settlement, YearMonth month, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        YearAccounts accounts = new(area.On(connection), year, area.Policy);
        await accounts.ReadAsync(chunk.FirstPerson, chunk.LastPerson, cancellation);
        int people = await WriteAsync(connection, run, accounts, settlement, month, cancellation);
        if (await ChunkWork.MarkAsync(area.On(connection), run, chunk, people, cancellation))
        {
            await transaction.CommitAsync(cancellation);
        }
    }

    private async Task<int> WriteAsync(
        NpgsqlConnection connection, int run, YearAccounts accounts, MonthPolicy settlement, YearMonth month, CancellationToken cancellation)
    {
        await using CopyRows copy = await ChunkWork.BeginEntriesAsync(area.On(connection), run, cancellation);
        ChunkWork.EntryKey key = new(month.FirstDay(), run, settlement.Month.FirstDay());
        int people = 0;
        for (int place = 0; place < accounts.Count; place++)
        {
            if (accounts.AccountAt(place) is { } account)
            {
                long difference = accounts.Interest(place, settlement).Total.Fen - accounts.Posted(place).Fen;
                ChunkWork.Write(copy, key, account, Component.Interest, new Legs(difference, 0, -difference, 0, 0, 0));
                people += difference == 0 ? 0 : 1;
            }
        }

        await copy.CompleteAsync(cancellation);
        return people;
    }
}
