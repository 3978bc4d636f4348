using System.Text.Json.Serialization;
using Batch.Jobs.Facts;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>In which order a run's people are listed.</summary>
public enum PeopleOrder
{
    /// <summary>As the accounts were opened; the cheapest of the three.</summary>
    Account,

    /// <summary>The largest amount first, positive or negative.</summary>
    Amount,

    /// <summary>The largest difference from the month before first.</summary>
    Change,
}

/// <summary>A person of a run.</summary>
/// <param name="Number">Masked, as is the name.</param>
/// <param name="First">First contribution month of the entries.</param>
/// <param name="Amount">What the run changes the account by, all months and kinds together.</param>
/// <param name="Before">Credited for the month posted before, as the review compares it; null where a run has no month before.</param>
/// <param name="Now">Credited for the run's month, other runs of the month included.</param>
public sealed record RunPerson(
    string Number, string Name, YearMonth First, YearMonth Last, Money PersonPaid, Money EmployerPaid, Money Amount, Money? Before, Money? Now)
{
    /// <summary>For pages, which make an address of it.</summary>
    [JsonIgnore]
    public int AccountId { get; init; }

    public Money? Difference => Before is { } before && Now is { } now ? new Money(now.Fen - before.Fen) : null;
}

/// <summary>Who is in a run, page by page, each compared with the month before where the run has one.</summary>
public sealed class RunPeople(Area area)
{
    /// <param name="compared">What the run is compared with; null: nothing.</param>
    public async Task<Listing<RunPerson>> ReadAsync(RunDocument run, RunComparison? compared, PeopleOrder order, int page, CancellationToken cancellation)
    {
        int within = Listing.Within(page, run.People);
        int[] accounts = [.. await AccountsAsync(run, compared, order, within, cancellation)];
        return new Listing<RunPerson>(accounts.Length == 0 ? [] : await PeopleAsync(run, compared, accounts, cancellation), within, run.People);
    }

    /// <summary>The entries of the run, as a table.</summary>
    internal static string Entries(RunDocument run) => run.State == RunState.Posted
        ? $"(SELECT * FROM :area.entry WHERE posting_month = '{run.Month.Text()}-01' AND run_id = {run.Run})"
        : $":area.run_entry_{run.Run}";

    private Task<List<int>> AccountsAsync(RunDocument run, RunComparison? compared, PeopleOrder order, int page, CancellationToken cancellation)
    {
        string accounts = order switch
        {
            PeopleOrder.Amount => $"SELECT account_id FROM {Entries(run)} e GROUP BY account_id ORDER BY abs(sum(account_fen)) DESC, account_id",
            PeopleOrder.Change when compared?.Before is not null =>
                $"""
                {RunReview.Compared(run, compared!)}
                SELECT account_id FROM (SELECT DISTINCT account_id FROM {Entries(run)} e) mine LEFT JOIN now_ n USING (account_id) LEFT JOIN before b USING (account_id)
                ORDER BY abs(coalesce(n.fen, 0) - coalesce(b.fen, 0)) DESC, account_id
                """,
            _ => $"SELECT DISTINCT account_id FROM {Entries(run)} e ORDER BY account_id",
        };
        return area.ReadAsync(accounts + " LIMIT $1 OFFSET $2", r => r.GetInt32(0), cancellation, Listing<RunPerson>.PageRows, (page - 1) * Listing<RunPerson>.PageRows);
    }

    private Task<List<RunPerson>> PeopleAsync(RunDocument run, RunComparison? compared, int[] accounts, CancellationToken cancellation)
    {
        bool besides = compared?.Before is not null;
        return area.ReadAsync(
            $"""
            {(besides ? RunReview.Compared(run, compared!, " AND account_id = ANY($1)") + "," : "WITH")}
            mine AS (
                SELECT account_id, min(contribution_month) AS first, max(contribution_month) AS last, sum(person_paid_fen)::bigint AS person_paid,
                       sum(employer_paid_fen)::bigint AS employer_paid, sum(account_fen)::bigint AS fen
                FROM {Entries(run)} e WHERE account_id = ANY($1) GROUP BY account_id)
            SELECT p.citizen, p.name, m.first, m.last, m.person_paid, m.employer_paid, m.fen, m.account_id{(besides ? ", coalesce(b.fen, 0), coalesce(n.fen, 0)" : "")}
            FROM mine m JOIN :area.account a USING (account_id) JOIN :area.insured p USING (person_id){(besides ? " LEFT JOIN now_ n USING (account_id) LEFT JOIN before b USING (account_id)" : "")}
            ORDER BY array_position($1, m.account_id)
            """,
            r => new RunPerson(
                Masking.Number(r.GetInt64(0)), Masking.Name(r.GetString(1)), r.GetFieldValue<DateOnly>(2).Month(), r.GetFieldValue<DateOnly>(3).Month(),
                new Money(r.GetInt64(4)), new Money(r.GetInt64(5)), new Money(r.GetInt64(6)), besides ? new Money(r.GetInt64(8)) : null, besides ? new Money(r.GetInt64(9)) : null)
            { AccountId = r.GetInt32(7) },
            cancellation, accounts);
    }
}
