using System.Collections.Concurrent;
using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>A contribution month to be checked, and what its ranges of persons have added up to.</summary>
internal sealed class MonthWork(DateOnly month, string sql, int[]? some, int ranges)
{
    private long _declared;
    private long _ledger;
    private int _left = ranges;

    public DateOnly Month => month;
    public string Sql => sql;

    /// <summary>Persons that the scope touches; null: everybody.</summary>
    public int[]? Some => some;

    /// <summary>Adds a range's money; the month's totals when it was the last.</summary>
    public (long Declared, long Ledger)? Add(long declared, long ledger)
    {
        long all = Interlocked.Add(ref _declared, declared), posted = Interlocked.Add(ref _ledger, ledger);
        return Interlocked.Decrement(ref _left) == 0 ? (all, posted) : null;
    }
}

/// <summary>A range of persons in a month: a piece that either lane may take.</summary>
internal sealed record RangeWork(MonthWork Month, int First, int Last);

/// <summary>V3, V4 and V6, month by month in ranges of persons, so that memory does not grow with the area.</summary>
internal sealed class EntitlementChecks(AreaSession area, VerificationScope scope, Findings findings)
{
    private const int RangePersons = 65_536;

    /// <summary>A month that the runs in scope touch for more people than this is checked for everybody.</summary>
    private const int SomePersons = 20_000;

    private List<DateOnly> _contributions = [];
    private List<DateOnly> _pensions = [];
    private List<DateOnly> _receipts = [];

    /// <summary>The pieces of work, for both lanes to take from.</summary>
    public async Task<ConcurrentQueue<RangeWork>> PlanAsync(CancellationToken cancellation)
    {
        _contributions = await VerificationScope.PartsAsync(area, "contribution", cancellation);
        _pensions = await VerificationScope.PartsAsync(area, "pension", cancellation);
        _receipts = await ReceiptMonthsAsync(cancellation);
        int lastPerson = await LastPersonAsync(cancellation);
        bool laterAccounts = await AnyLaterAccountsAsync(cancellation);
        ConcurrentQueue<RangeWork> work = new();
        foreach (DateOnly month in await MonthsAsync(cancellation))
        {
            (List<DateOnly> postings, long runs) = await PostingsAsync(month, cancellation);
            PolicySlice slice = await PolicySlice.ReadAsync(area.Connection, await PolicyOfAsync(month, cancellation), cancellation);
            MonthParts parts = new(
                _contributions.Contains(month), _pensions.Contains(month), _receipts.Contains(month), postings, runs, laterAccounts,
                await IsSetAsideAsync(month, slice.Gates.CreditedIn(month), cancellation));
            // Where other months decide, everybody is checked.
            int[]? some = scope.All || !slice.Gates.IsOpen ? null : await TouchedAsync(month, parts, cancellation);
            if (some is not { Length: 0 })
            {
                foreach (RangeWork range in Ranges(month, slice, parts, some, lastPerson))
                {
                    work.Enqueue(range);
                }
            }
        }

        return work;
    }

    public async Task CheckAsync(ConcurrentQueue<RangeWork> work, CancellationToken cancellation)
    {
        while (work.TryDequeue(out RangeWork? range))
        {
            MonthWork month = range.Month;
            await using NpgsqlCommand command = area.Command(month.Sql);
            command.Parameters.AddWithValue(range.First);
            command.Parameters.AddWithValue(range.Last);
            command.Parameters.AddWithValue(scope.Waiting);
            if (month.Some is { } some)
            {
                command.Parameters.AddWithValue(some);
            }

            (long declared, long ledger) = await TallyAsync(command, month.Month, cancellation);
            if (month.Add(declared, ledger) is { } money)
            {
                findings.Checked(Invariants.Money, 1);
                if (money.Declared != money.Ledger)
                {
                    findings.Broken(Invariants.Money, $"{month.Month.Text()}: contributions in force {money.Declared.Yuan()}, in the ledger {money.Ledger.Yuan()}");
                }
            }
        }
    }

    // The outermost ranges are open, so that an entry of an account without a person is seen.
    private IEnumerable<RangeWork> Ranges(DateOnly month, PolicySlice slice, MonthParts parts, int[]? some, int lastPerson)
    {
        if (!slice.Intact)
        {
            findings.Broken(Invariants.Entitlements, $"{month.Text()}: the policy slice {slice.Hash[..12]} is not what its hash names");
        }

        int ranges = some is null ? (lastPerson / RangePersons) + 1 : 1;
        MonthWork work = new(month, new MonthSql(area.Schema, month, slice, parts, some is not null).Text(), some, ranges);
        return Enumerable.Range(0, ranges).Select(i => new RangeWork(
            work, i == 0 ? int.MinValue : i * RangePersons, i == ranges - 1 ? int.MaxValue : ((i + 1) * RangePersons) - 1));
    }

    private async Task<(long Declared, long Ledger)> TallyAsync(NpgsqlCommand command, DateOnly month, CancellationToken cancellation)
    {
        (long Unsaid, string? Why, long Broken, string? First, long Ungranted, string? FirstUngranted) found;
        (long, long) money;
        await using (NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
            findings.Checked(Invariants.Entitlements, reader.GetInt64(0));
            findings.Checked(Invariants.Credits, reader.GetInt64(5));
            found = (reader.GetInt64(1), Text(2), reader.GetInt64(3), Text(4), reader.GetInt64(6), Text(7));
            money = (reader.GetInt64(8), reader.GetInt64(9));
        }

        if (found.Unsaid > 0)
        {
            findings.NotChecked(Invariants.Entitlements, $"{month.Text()}: not checked, this path cannot say: {found.Why}", found.Unsaid);
        }

        if (found.Broken > 0)
        {
            string[] first = found.First!.Split('|');
            findings.Broken(
                Invariants.Entitlements, $"{month.Text()} {await MaskedAsync(first[0], cancellation)}: posted {Yuan(first[1])}, entitled {Yuan(first[2])}", found.Broken, 1);
        }

        if (found.Ungranted > 0)
        {
            string[] first = found.FirstUngranted!.Split('|');
            findings.Broken(Invariants.Credits, $"{month.Text()} {await MaskedAsync(first[0], cancellation)}: credited {Yuan(first[1])}, {first[2]}", found.Ungranted, 1);
        }

        return money;
    }

    /// <summary>Contribution months to look at. A change of status concerns every month, so the months of its people are all looked at.</summary>
    private async Task<List<DateOnly>> MonthsAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            $"""
            SELECT DISTINCT contribution_month FROM (
                SELECT run_id, contribution_month FROM :area.run_total WHERE component IN {Components.Credits} UNION ALL SELECT run_id, contribution_month FROM :area.run_month) m
            WHERE run_id = ANY($1) AND run_id NOT IN (SELECT run_id FROM :area.run WHERE kind = 'interest')
            """);
        command.Parameters.AddWithValue(scope.Runs);
        List<DateOnly> months = await command.ListAsync(r => r.GetFieldValue<DateOnly>(0), cancellation);
        return [.. (scope.All || await BringsEventsAsync(cancellation) ? months.Union(_contributions).Union(_pensions) : months).Order()];
    }

    private async Task<List<DateOnly>> ReceiptMonthsAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT DISTINCT month FROM :area.submission_month WHERE fact = 'receipt'");
        return await command.ListAsync(r => r.GetFieldValue<DateOnly>(0), cancellation);
    }

    private async Task<bool> BringsEventsAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command($"SELECT EXISTS (SELECT FROM :area.person_event WHERE submission_id = ANY($1) AND event IN {PersonEvents.Assessed})");
        command.Parameters.AddWithValue(scope.Submissions);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Persons that the scope touches in a month; null: everybody.</summary>
    private async Task<int[]?> TouchedAsync(DateOnly month, MonthParts parts, CancellationToken cancellation)
    {
        List<string> sources = [$"SELECT person_id FROM :area.person_event WHERE submission_id = ANY($1) AND event IN ({PersonEvent.New:D}, {PersonEvent.Retired:D}, {PersonEvent.Died:D}, {PersonEvent.Category:D}, {PersonEvent.NumberChanged:D})"];
        if (parts.Contributions)
        {
            sources.Add($"SELECT person_id FROM {area.Part("contribution", month.Month())} WHERE submission_id = ANY($1)");
        }

        if (parts is { Contributions: true, Receipts: true })
        {
            sources.Add(PlanReader.ReceiptPersons(area.Schema, month.Month()));
        }

        if (parts.Pensions)
        {
            sources.Add($"SELECT person_id FROM {area.Part("pension", month.Month())} WHERE submission_id = ANY($1)");
            // Where another month's file may true this one up; elsewhere not even looked at.
            sources.Add(
                $"""
                SELECT person_id FROM :area.pension WHERE submission_id = ANY($1) AND pension_month BETWEEN {month.AddMonths(-11).Literal()} AND {month.AddMonths(11).Literal()}
                    AND (SELECT s.content ->> 'provisionalPension' = 'true-up' FROM :area.posted_policy p JOIN batch.policy_slice s ON s.hash = p.policy_hash
                         WHERE p.contribution_month = {month.Literal()})
                """);
        }

        if (parts.Postings.Count > 0)
        {
            sources.Add(
                $"""
                SELECT account_id % 100000000 FROM :area.entry WHERE posting_month IN ({parts.Postings.Literals()}) AND contribution_month = {month.Literal()}
                    AND component IN {Components.Credits} AND run_id = ANY($2)
                """);
        }

        await using NpgsqlCommand command = area.Command(
            $"""
            SELECT coalesce((SELECT bool_or(whole) FROM :area.run_month WHERE run_id = ANY($2) AND contribution_month = {month.Literal()}), false),
                   ARRAY(SELECT person_id FROM ({string.Join(" UNION ALL ", sources)}) t LIMIT {SomePersons + 1})
            """);
        command.Parameters.AddWithValue(scope.Submissions);
        command.Parameters.AddWithValue(scope.Runs);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        int[] persons = reader.GetFieldValue<int[]>(1);
        return reader.GetBoolean(0) || persons.Length > SomePersons ? null : [.. persons.Distinct()];
    }

    private async Task<(List<DateOnly> Months, long Runs)> PostingsAsync(DateOnly month, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            $"""
            SELECT r.posting_month, count(DISTINCT r.run_id) FROM :area.run_total t JOIN :area.posted_run r USING (run_id)
            WHERE t.contribution_month = $1 AND t.component IN {Components.Credits} GROUP BY 1 ORDER BY 1
            """);
        command.Parameters.AddWithValue(month);
        List<(DateOnly Month, long Runs)> postings = await command.ListAsync(r => (r.GetFieldValue<DateOnly>(0), r.GetInt64(1)), cancellation);
        return ([.. postings.Select(p => p.Month)], postings.Sum(p => p.Runs));
    }

    // A month that some run computed before its rhythm credited it is credited by the first run since that computed everybody.
    private async Task<bool> IsSetAsideAsync(DateOnly month, DateOnly creditedIn, CancellationToken cancellation)
    {
        if (creditedIn == month)
        {
            return false;
        }

        await using NpgsqlCommand command = area.Command(
            """
            SELECT EXISTS (SELECT FROM :area.run_month m JOIN :area.standing_run r USING (run_id) WHERE m.contribution_month = $1 AND r.posting_month < $2)
                   AND NOT EXISTS (SELECT FROM :area.run_month m JOIN :area.standing_run r USING (run_id) WHERE m.contribution_month = $1 AND r.posting_month >= $2 AND m.whole)
            """);
        command.Parameters.AddWithValue(month);
        command.Parameters.AddWithValue(creditedIn);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<string?> PolicyOfAsync(DateOnly month, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT policy_hash FROM :area.posted_policy WHERE contribution_month = $1");
        command.Parameters.AddWithValue(month);
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    private async Task<int> LastPersonAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT coalesce(max(person_id), 0) FROM :area.person");
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    // Only who enrolled anew after a closing has an account whose number is not the person's.
    private async Task<bool> AnyLaterAccountsAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT EXISTS (SELECT FROM :area.account WHERE account_id >= 100000000)");
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<string> MaskedAsync(string person, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT batch.masked_number(citizen) FROM :area.person WHERE person_id = $1");
        command.Parameters.AddWithValue(int.Parse(person, CultureInfo.InvariantCulture));
        return (string?)await command.ExecuteScalarAsync(cancellation) ?? "an account without a person";
    }

    private static string Yuan(string fen) => long.Parse(fen, CultureInfo.InvariantCulture).Yuan();
}
